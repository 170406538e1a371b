"""`/unsubscribe/TOKEN`: somebody known only by address wants no more mail (RFC 8058, rule C19).

Opening the page changes nothing: programs that look through mails open every link in them. The button, and a mail
program's one click, post `List-Unsubscribe=One-Click`.
"""

from __future__ import annotations

from flask import Response, request
from flask.typing import ResponseReturnValue

from contracts.calls import suppressions as calls
from contracts.errors import CoachworksError, Limited, NotFound, Unavailable
from gateway.api.problems import status_of
from gateway.asking import Json, ask
from gateway.portal import show
from gateway.portal.pages import ANYONE, Pages
from gateway.portal.sign_in import link_used

pages = Pages()


@pages.get("/unsubscribe/<token>", ANYONE)
def unsubscribe_page(token: str) -> ResponseReturnValue:
    return _show(token)


@pages.post("/unsubscribe/<token>", ANYONE)
def unsubscribe(token: str) -> ResponseReturnValue:
    """Unsubscribes, and says so on the same address: a mail program follows no redirect."""
    if request.form.get("List-Unsubscribe") != "One-Click":
        return _show(token)
    try:
        return _page(token, ask(calls.unsubscribe, {"token": token}))
    except NotFound:
        return link_used()
    except (Limited, Unavailable) as error:
        return _show(token, error)


def _show(token: str, error: CoachworksError | None = None) -> Response:
    try:
        return _page(token, ask(calls.get_unsubscribe_page, {"token": token}), error)
    except NotFound:
        return link_used()


def _page(token: str, link: Json, error: CoachworksError | None = None) -> Response:
    problem = show.problem(error) if error else None
    status = status_of(error) if error else 200
    return show.page("pages/unsubscribe.html", status=status, token=token, link=link, problem=problem)
