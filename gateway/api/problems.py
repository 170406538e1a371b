"""Errors of the API: RFC 9457 `application/problem+json`."""

from __future__ import annotations

from typing import Any

from flask import Response, json, request
from werkzeug.exceptions import HTTPException

from chassis import context, logs
from contracts.errors import (
    Broken,
    CoachworksError,
    Conflict,
    Forbidden,
    Gone,
    Invalid,
    Limited,
    Malformed,
    NotFound,
    Stale,
    Unauthenticated,
    Unavailable,
)
from gateway.throttle import TooMany

log = logs.get(__name__)

STATUS: dict[str, int] = {
    Malformed.code: 400,
    Unauthenticated.code: 401,
    Forbidden.code: 403,
    NotFound.code: 404,
    Conflict.code: 409,
    Gone.code: 410,
    Stale.code: 412,
    Invalid.code: 422,
    Limited.code: 429,
    Broken.code: 500,
    Unavailable.code: 503,
}
TITLES = {
    400: "The request cannot be read",
    401: "Sign-in needed",
    403: "Not allowed",
    404: "Not found",
    405: "The method does not exist here",
    409: "A rule refuses",
    410: "Over",
    412: "Changed in the meantime",
    413: "Too large",
    415: "Another content type is needed",
    416: "The file has no such range",
    422: "The input is not valid",
    429: "Too many tries",
    500: "Our fault",
    503: "Not available right now",
}


def status_of(error: CoachworksError) -> int:
    return STATUS[error.code]


def flat(errors: dict[Any, Any], before: str = "") -> dict[str, list[str]]:
    """Field errors with one dotted name each: `{"lines": {0: {"quantity": [m]}}}` is `{"lines.0.quantity": [m]}`."""
    found: dict[str, list[str]] = {}
    for name, value in errors.items():
        path = f"{before}{name}"
        if isinstance(value, dict):
            found |= flat(value, f"{path}.")
        else:
            found[path] = [str(message) for message in (value if isinstance(value, list) else [value])]
    return found


def named() -> dict[str, str]:
    """By what a person can ask about this request, and by what the logs find it."""
    trace = context.current()
    return {"request_id": trace.request_id, "trace_id": trace.trace_id} if trace else {"request_id": ""}


def of_error(error: CoachworksError) -> Response:
    """The problem that a refused call is."""
    status = status_of(error)
    members: dict[str, Any] = {}
    if error.errors:
        members["errors"] = flat(error.errors)
    if error.rule:
        members["rule"] = error.rule
    response = problem(status, error.detail, **members)
    if status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    if status == 503:
        response.headers["Retry-After"] = "2"
    if isinstance(error, TooMany):
        response.headers["Retry-After"] = str(error.seconds)
    return response


def of_http(error: HTTPException) -> Response:
    """The problem that Flask found: an unknown path, another method, another content type, a body too large."""
    status = error.code or 500
    return keep_headers(error, problem(status, _detail(status, error)))


def keep_headers(error: HTTPException, response: Response) -> Response:
    """What the status is nothing without: the methods that exist (405), the length that a range missed (416)."""
    response.headers.extend({name: value for name, value in error.get_headers() if name in {"Allow", "Content-Range"}})
    return response


def _detail(status: int, error: HTTPException) -> str:
    match status:
        case 404:
            return "There is nothing at this address."
        case 405:
            return f"{request.method} does not exist here."
        case 413:
            return "The body is larger than this call takes."
        case _:
            return error.description or TITLES.get(status, "Something went wrong.")


def problem(status: int, detail: str, **members: Any) -> Response:
    """`type` leads to the part of the docs that explains this status."""
    document = {
        "type": f"/api/docs#problem-{status}",
        "title": TITLES.get(status, "The request cannot be served"),
        "status": status,
        "detail": detail,
        **members,
        **named(),
    }
    return Response(json.dumps(document), status=status, content_type="application/problem+json")
