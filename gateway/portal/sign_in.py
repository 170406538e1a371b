"""Signing in and out."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import uuid4

from flask import Response, request, session
from flask.typing import ResponseReturnValue

from contracts.calls import engagements as calls
from contracts.errors import CoachworksError, Invalid, Limited, NotFound, Unauthenticated, Unavailable
from gateway import cookies
from gateway.api.problems import flat, status_of
from gateway.asking import ask
from gateway.portal import show
from gateway.portal.pages import ANYONE, SIGNED_IN, Pages

pages = Pages()


@pages.get("/sign-in", ANYONE)
def sign_in_form() -> ResponseReturnValue:
    following = show.safe_address(request.args.get("next", ""))
    return show.page("pages/sign_in.html", values={"next": following})


@pages.post("/sign-in", ANYONE)
def sign_in() -> ResponseReturnValue:
    following = show.safe_address(request.form.get("next", ""))
    given = {"email": request.form.get("email", "").strip(), "password": request.form.get("password", "")}
    try:
        answer = ask(calls.sign_in, given, key=str(uuid4()))  # signing in again is another sign-in
    except (Unauthenticated, Invalid, Limited, Unavailable) as error:
        return _sign_in_again(error, {"email": given["email"], "next": following})
    return begin(answer, following)


@pages.post("/sign-out", SIGNED_IN)
def sign_out() -> ResponseReturnValue:
    token = cookies.read(cookies.SESSION)
    ask(calls.sign_out, {"token": token})
    session.clear()
    response = show.done("/sign-in", "You are signed out.")
    cookies.forget(response, cookies.SESSION)
    return response


@pages.post("/theme", SIGNED_IN)
def theme() -> ResponseReturnValue:
    """Light or dark, kept in this browser; for those without scripts."""
    response = show.done(show.came_from() or "/")
    chosen = request.form.get("theme", "")
    if chosen in {"light", "dark"}:
        response.set_cookie("theme", chosen, max_age=365 * 24 * 3600, path="/", samesite="Lax")
    else:
        response.delete_cookie("theme", path="/", samesite="Lax")
    return response


@pages.get("/forgot-password", ANYONE)
def forgot_password_form() -> ResponseReturnValue:
    return show.page("pages/forgot_password.html", sent=False)


@pages.post("/forgot-password", ANYONE)
def forgot_password() -> ResponseReturnValue:
    """The same answer whether the address is known or not."""
    values = show.form("email")
    try:
        ask(calls.request_password_reset, {"email": values.get("email", "")})
    except (Invalid, Limited, Unavailable) as error:
        errors = flat(error.errors) or {"email": [error.detail]}
        return show.page(
            "pages/forgot_password.html", status=status_of(error), sent=False, values=values, errors=errors
        )
    return show.page("pages/forgot_password.html", sent=True, values=values)


@pages.get("/password/<token>", ANYONE)
def set_password_form(token: str) -> ResponseReturnValue:
    try:
        ask(calls.get_password_reset, {"token": token})
    except NotFound:
        return link_used()
    return show.page("pages/set_password.html", token=token)


@pages.post("/password/<token>", ANYONE)
def set_password(token: str) -> ResponseReturnValue:
    given = {"token": token, "password": request.form.get("password", "")}
    try:
        ask(calls.reset_password, given)
    except (Invalid, Limited, Unavailable) as error:
        return show.page(
            "pages/set_password.html",
            status=status_of(error),
            token=token,
            errors=flat(error.errors),
            problem=show.problem(error),
        )
    except NotFound:
        return link_used()
    return show.done("/sign-in", "The new password is set. Sign in with it.")


def begin(signed_in_answer: dict[str, Any], address: str) -> Response:
    """Keeps the new session in this browser's cookie and goes on to `address`."""
    session.clear()
    response = show.done(address)
    expires = dt.datetime.fromisoformat(signed_in_answer["expires_at"])
    cookies.write(response, cookies.SESSION, signed_in_answer["token"], expires)
    return response


def link_used() -> Response:
    """Rule C19: a used, expired or unknown link gives the same friendly page and 404."""
    return show.page("pages/link_used.html", status=404)


def _sign_in_again(error: CoachworksError, values: dict[str, Any]) -> Response:
    """A wrong password is 401 in the API; a form that is shown again is 422, and says so above its fields."""
    status = 422 if isinstance(error, Unauthenticated) else status_of(error)
    errors = flat(error.errors)
    return show.page("pages/sign_in.html", status=status, values=values, errors=errors, problem=show.problem(error))
