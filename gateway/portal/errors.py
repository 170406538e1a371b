"""Error pages for people; for a script of ours (Accept: application/json) the same as a problem."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Response, request
from werkzeug.exceptions import HTTPException

from contracts.errors import CoachworksError, Invalid, Unauthenticated, Unavailable
from gateway import cookies
from gateway.api import problems
from gateway.asking import identity
from gateway.csrf import FormExpired
from gateway.portal import show


def of_error(error: CoachworksError) -> Response:
    """The page of a refused request; a stranger is asked to sign in and comes back here afterwards."""
    if _for_script():
        return problems.of_error(error)
    if isinstance(error, Unauthenticated) and identity() is None:
        return _to_sign_in()
    if isinstance(error, Unavailable):
        show.without_organisation()
    status = problems.status_of(error)
    detail = error.detail if status in {400, 409, 410, 422, 429} or isinstance(error, FormExpired) else ""
    if isinstance(error, Invalid) and request.method == "GET":
        detail = "The address has a part that is not understood."
    response = _page(status, detail)
    if "Retry-After" in (problem := problems.of_error(error)).headers:
        response.headers["Retry-After"] = problem.headers["Retry-After"]
    return response


def of_http(error: HTTPException) -> Response:
    """The page for what Flask found: an unknown address, another method, a form too large."""
    if _for_script():
        return problems.of_http(error)
    status = error.code or 500
    response = _page(status, "This is larger than the form takes." if status == 413 else "")
    return problems.keep_headers(error, response)


def _page(status: int, detail: str) -> Response:
    address = request.full_path.removesuffix("?") if request.method == "GET" else "/"
    return show.page("pages/error.html", status=status, detail=detail, address=address, **problems.named())


def _to_sign_in() -> Response:
    here = request.full_path.removesuffix("?") if request.method == "GET" else "/"
    response = show.done("/sign-in" if here == "/" else f"/sign-in?{urlencode({'next': here})}")
    cookies.forget(response, cookies.SESSION)
    return response


def _for_script() -> bool:
    return request.accept_mimetypes.best == "application/json"
