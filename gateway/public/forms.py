"""`/forms/TOKEN`: somebody who was asked fills in a form (rules S1.24, C19)."""

from __future__ import annotations

from typing import Any

from flask import Response, request
from flask.typing import ResponseReturnValue

from contracts.calls import forms as calls
from contracts.errors import CoachworksError, Invalid, Limited, NotFound, Unavailable
from gateway.api.problems import flat, status_of
from gateway.asking import Json, ask
from gateway.portal import show
from gateway.portal.pages import ANYONE, Pages
from gateway.portal.sign_in import link_used
from gateway.typed import typed

pages = Pages()

_YES_NO = {"yes": True, "no": False}
_LONGEST_NUMBER = 20


@pages.get("/forms/<token>", ANYONE)
def form(token: str) -> ResponseReturnValue:
    return _show(token)


@pages.post("/forms/<token>", ANYONE)
def answer_form(token: str) -> ResponseReturnValue:
    """Takes the answers; what does not fit is said beside its question, and nothing that was typed is lost."""
    try:
        asked = ask(calls.get_form_page, {"token": token})
        answers = {str(question["id"]): _typed(question) for question in asked["questions"]}
        ask(calls.answer_form, {"token": token, "answers": answers})
    except NotFound:
        return link_used()
    except (Invalid, Limited, Unavailable) as error:
        return _show(token, error)
    return show.page("pages/form_thanks.html")


def _typed(question: Json) -> Any:
    """What was typed, as the answer's own kind; what is none goes on as it is, for documents to refuse."""
    name = f"q-{question['id']}"
    given = request.form.get(name, "").strip()
    match question["kind"]:
        case "choices":
            return request.form.getlist(name)
        case "yes_no":
            return _YES_NO.get(given, given)
        case "rating":
            return int(given) if given.isdecimal() and len(given) < _LONGEST_NUMBER else given
        case "number":
            try:
                return float(given.replace(",", ".")) if len(given) < _LONGEST_NUMBER else given
            except ValueError:
                return given
        case _:
            return given


def _show(token: str, error: CoachworksError | None = None) -> Response:
    try:
        asked = typed(calls.get_form_page, ask(calls.get_form_page, {"token": token}))
    except NotFound:
        return link_used()
    values: Json = {}
    for question in asked["questions"]:
        name = f"q-{question['id']}"
        values[name] = request.form.getlist(name) if question["kind"] == "choices" else request.form.get(name, "")
    return show.page(
        "pages/form_fill.html",
        status=status_of(error) if error else 200,
        token=token,
        asked=asked,
        values=values,
        errors={f"q-{id_.removeprefix('answers.')}": said for id_, said in flat(error.errors).items()} if error else {},
        problem=show.problem(error) if error else None,
    )
