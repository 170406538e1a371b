"""`/forms/TOKEN`: somebody who was asked fills in a form (rules S1.24, C19)."""

from __future__ import annotations

from flask import Response
from flask.typing import ResponseReturnValue

from contracts.calls import forms as calls
from contracts.errors import CoachworksError, Invalid, Limited, NotFound, Unavailable
from gateway.api.problems import status_of
from gateway.asking import ask
from gateway.portal import answers, show
from gateway.portal.pages import ANYONE, Pages
from gateway.portal.sign_in import link_used
from gateway.typed import typed

pages = Pages()


@pages.get("/forms/<token>", ANYONE)
def form(token: str) -> ResponseReturnValue:
    return _show(token)


@pages.post("/forms/<token>", ANYONE)
def answer_form(token: str) -> ResponseReturnValue:
    """Takes the answers; what does not fit is said beside its question, and nothing that was typed is lost."""
    try:
        asked = ask(calls.get_form_page, {"token": token})
        ask(calls.answer_form, {"token": token, "answers": answers.typed_answers(asked["questions"])})
    except NotFound:
        return link_used()
    except (Invalid, Limited, Unavailable) as error:
        return _show(token, error)
    return show.page("pages/form_thanks.html")


def _show(token: str, error: CoachworksError | None = None) -> Response:
    try:
        asked = typed(calls.get_form_page, ask(calls.get_form_page, {"token": token}))
    except NotFound:
        return link_used()
    return show.page(
        "pages/form_fill.html",
        status=status_of(error) if error else 200,
        token=token,
        asked=asked,
        problem=show.problem(error) if error else None,
        **answers.again(asked["questions"], error),
    )
