"""The gateway's Flask application: `gunicorn -k gthread "gateway.app:create_app()"`."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask, Response, current_app, g, request
from flask.typing import ResponseReturnValue
from prometheus_client import start_http_server
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix

from chassis import context, logs
from contracts.errors import Broken, CoachworksError
from gateway import access, api, headers, metrics, portal, public
from gateway.api import problems
from gateway.asking import Client
from gateway.identities import Identities
from gateway.portal import errors as pages
from gateway.settings import Settings
from gateway.throttle import Throttle

log = logs.get(__name__)

#: An ordinary request's body; a route that takes more says so itself (`largest`).
LARGEST_BODY = 1024 * 1024
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


def create_app(settings: Settings | None = None, client: Client | None = None) -> Flask:
    """The application; `settings` from the environment and a client of the broker unless they are given."""
    settings = settings or Settings.read()
    app = Flask(__name__, static_folder="static", static_url_path="/static")
    app.config.update(
        MAX_CONTENT_LENGTH=LARGEST_BODY,
        SEND_FILE_MAX_AGE_DEFAULT=24 * 3600,
        MAX_FORM_MEMORY_SIZE=None,  # MAX_CONTENT_LENGTH and `largest` limit the whole body
        SECRET_KEY=settings.secret_keys[0],
        SECRET_KEY_FALLBACKS=settings.secret_keys[1:],
        SESSION_COOKIE_NAME=settings.cookie_prefix + "coachworks_page",
        SESSION_COOKIE_SECURE=settings.is_https,
        SESSION_COOKIE_SAMESITE="Lax",
    )
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.extensions["coachworks.settings"] = settings
    app.extensions["coachworks.client"] = client or _connect(settings)
    app.extensions["coachworks.identities"] = Identities(app.extensions["coachworks.client"])
    app.extensions["coachworks.throttle"] = Throttle()
    app.before_request(_start_clock)
    app.before_request(_allow_large_body)
    access.install(app)
    api.install(app)
    portal.install(app)
    public.install(app)
    app.add_url_rule("/healthz", "healthz", _healthz)
    app.register_error_handler(CoachworksError, _refused)
    app.register_error_handler(HTTPException, _not_served)
    app.register_error_handler(Exception, _broken)
    app.after_request(_name_request)
    app.after_request(headers.secure)
    wsgi: Any = _Traced(app.wsgi_app)
    app.wsgi_app = ProxyFix(wsgi, x_for=n, x_proto=n, x_host=n) if (n := settings.trusted_proxies) else wsgi  # type: ignore[method-assign]
    return app


def _connect(settings: Settings) -> Client:
    from chassis.rpc_client import RpcClient

    logs.configure("gateway")
    server, _ = start_http_server(settings.http_port, settings.http_host)
    log.info("serving", http_port=server.server_port)
    return RpcClient(settings.amqp_url, "gateway")


class _Traced:
    """Gives each request an id (the caller's `X-Request-Id`, or a new one) and a step in a trace (that of the caller's
    `traceparent`, or a new one), which travel with every call that it makes."""

    def __init__(self, inner: Callable[..., Iterable[bytes]]) -> None:
        self._inner = inner

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        given = environ.get("HTTP_X_REQUEST_ID", "")
        request_id = given if _REQUEST_ID.fullmatch(given) else None
        with metrics.RUNNING.track_inprogress(), context.step(request_id, environ.get("HTTP_TRACEPARENT")):
            return self._inner(environ, start_response)


def _start_clock() -> None:
    g.started = time.perf_counter()


def _allow_large_body() -> None:
    view = current_app.view_functions.get(request.endpoint or "")
    if largest := getattr(view, "largest", None):
        request.max_content_length = largest


def _healthz() -> ResponseReturnValue:
    """This process lives; how the services are, `/api/v1/health` tells."""
    return {"status": "ok"}


def _refused(error: CoachworksError) -> ResponseReturnValue:
    return problems.of_error(error) if access.in_api() else pages.of_error(error)


def _not_served(error: HTTPException) -> ResponseReturnValue:
    if error.code is None or error.code < 400:
        return error.get_response()  # a redirect
    return problems.of_http(error) if access.in_api() else pages.of_http(error)


def _broken(error: Exception) -> ResponseReturnValue:
    log.exception("request_failed", method=request.method, path=request.path)
    return _refused(Broken("Something went wrong on our side."))


def _name_request(response: Response) -> Response:
    if trace := context.current():
        response.headers["X-Request-Id"] = trace.request_id
        response.headers["traceresponse"] = trace.traceparent  # W3C Trace Context, level 3
    # The route and not the path: some paths hold tokens.
    route = request.url_rule.rule if request.url_rule else None
    status, seconds = response.status_code, time.perf_counter() - g.started
    metrics.REQUESTS.labels(request.method if route else "?", route or "?", status).inc()
    metrics.REQUEST_SECONDS.labels(request.method if route else "?", route or "?").observe(seconds)
    log.info("request", method=request.method, route=route, status=status, milliseconds=round(seconds * 1000, 1))
    return response
