"""`/invitations/TOKEN`: a client or a member of staff creates a password (rules S1.37, C19)."""

from __future__ import annotations

from flask import Response, request
from flask.typing import ResponseReturnValue

from contracts.calls import engagements as calls
from contracts.errors import CoachworksError, Invalid, Limited, NotFound, Unavailable
from gateway.api.problems import flat, status_of
from gateway.asking import ask
from gateway.portal import show
from gateway.portal.pages import ANYONE, Pages
from gateway.portal.sign_in import begin, link_used
from gateway.typed import typed

pages = Pages()


@pages.get("/invitations/<token>", ANYONE)
def invitation(token: str) -> ResponseReturnValue:
    return _show(token)


@pages.post("/invitations/<token>", ANYONE)
def accept_invitation(token: str) -> ResponseReturnValue:
    """Creates the password and signs in."""
    try:
        answer = ask(calls.accept_invitation, {"token": token, "password": request.form.get("password", "")})
    except NotFound:
        return link_used()
    except (Invalid, Limited, Unavailable) as error:
        return _show(token, error)
    return begin(answer, "/")


def _show(token: str, error: CoachworksError | None = None) -> Response:
    try:
        found = typed(calls.get_invitation, ask(calls.get_invitation, {"token": token}))
    except NotFound:
        return link_used()
    return show.page(
        "pages/invitation.html",
        status=status_of(error) if error else 200,
        token=token,
        invitation=found,
        errors=flat(error.errors) if error else {},
        problem=show.problem(error) if error else None,
    )
