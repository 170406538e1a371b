"""`/healthz` (the process lives), `/readyz` (it can do its work) and `/metrics` (Prometheus), as a WSGI application."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import asdict
from typing import Any

from prometheus_client import make_wsgi_app
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

import chassis
from chassis import broker, logs, measures, outbox
from chassis.migrate import head_of, what_is_missing
from chassis.runtime import Runtime
from chassis.service import Operation, Outside

log = logs.get(__name__)
STUCK_SECONDS = 60.0
_FAILURES: tuple[type[Exception], ...] = (SQLAlchemyError, *broker.LOST)
Application = Callable[..., Iterable[bytes]]


def checks(runtime: Runtime) -> dict[str, str]:
    """What each check says: "ok", or what is wrong in a sentence."""
    return {
        name: _guarded(name, check, runtime)
        for name, check in (
            ("database", _database),
            ("migration", _migration),
            ("broker", _broker),
            ("outbox", _outbox),
        )
    }


def summary(runtime: Runtime) -> dict[str, Any]:
    """The answer to the call `<service>.health`."""
    found = checks(runtime)
    return {"status": "ok" if all(said == "ok" for said in found.values()) else "degraded", "checks": found}


def status(runtime: Runtime) -> dict[str, Any]:
    """The answer to the call `<service>.status`: what waits where."""
    state = measures.state_of(runtime, checks(runtime))
    return {"version": chassis.__version__, "needs": head_of(runtime.service), **asdict(state)}


def tell_status(runtime: Runtime) -> Operation:
    """The operation behind that call; database and broker are asked outside of its own transaction."""
    return lambda work, actor, input: Outside(lambda: status(runtime))


def _guarded(name: str, check: Callable[[Runtime], str], runtime: Runtime) -> str:
    """Anybody may ask; why something does not answer, with its address and user, is for the log alone."""
    try:
        return check(runtime)
    except _FAILURES as error:
        log.warning("check_failed", check=name, error=str(error).partition("\n")[0])
        return "does not answer"


def _database(runtime: Runtime) -> str:
    with runtime.read() as work:
        work.session.execute(text("SELECT 1"))
    return "ok"


def _migration(runtime: Runtime) -> str:
    return what_is_missing(runtime.service, runtime.database) or "ok"


def _broker(runtime: Runtime) -> str:
    broker.close(broker.connect(runtime.settings.amqp_url, f"{runtime.name} readiness", heartbeat=0))
    return "ok"


def _outbox(runtime: Runtime) -> str:
    depth, age = outbox.measure(runtime)
    return "ok" if age < STUCK_SECONDS else f"{depth} events wait, the oldest for {age:.0f} s"


def application(runtime: Runtime) -> Application:
    """The health pages, and what the service itself `serves` behind them."""
    prometheus: Any = make_wsgi_app()
    own = runtime.service.serves(runtime) if runtime.service.serves else None

    def pages(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path == "/healthz":
            return _answer(start_response, True, {"status": "ok"})
        if path == "/readyz":
            found = checks(runtime)
            return _answer(start_response, all(said == "ok" for said in found.values()), found)
        if path == "/metrics":
            measures.show(runtime, measures.state_of(runtime, checks(runtime)))
            answer: Iterable[bytes] = prometheus(environ, start_response)
            return answer
        if own:
            return own(environ, start_response)
        start_response("404 Not Found", [("Content-Type", "text/plain")])
        return [b"Not found.\n"]

    return pages


def _answer(start_response: Any, good: bool, body: dict[str, str]) -> Iterable[bytes]:
    start_response("200 OK" if good else "503 Service Unavailable", [("Content-Type", "application/json")])
    return [json.dumps(body).encode()]
