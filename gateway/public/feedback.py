"""`/feedback/TOKEN`: a stakeholder says how far a goal has come (rules S1.28, S1.29, C19)."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask.typing import ResponseReturnValue

from contracts.calls import feedback as calls
from contracts.errors import CoachworksError, Invalid, Limited, NotFound, Unavailable
from gateway.api.problems import flat, status_of
from gateway.asking import ask
from gateway.portal import show
from gateway.portal.pages import ANYONE, Pages
from gateway.portal.sign_in import link_used

pages = Pages()

RATINGS = {str(rating) for rating in range(1, calls.HIGHEST_RATING + 1)}


@pages.get("/feedback/<token>", ANYONE)
def feedback(token: str) -> ResponseReturnValue:
    return _show(token, {})


@pages.post("/feedback/<token>", ANYONE)
def answer_feedback(token: str) -> ResponseReturnValue:
    """Takes the answer; what is not right is said beside it, and nothing that was written is lost."""
    given = show.form("comment")
    rating = show.filled("rating").get("rating", "")
    answer = {"token": token, **given, **({"rating": int(rating)} if rating in RATINGS else {})}
    try:
        ask(calls.answer_feedback, answer)
    except NotFound:
        return link_used()
    except (Invalid, Limited, Unavailable) as error:
        return _show(token, {**given, "rating": rating}, error)
    return show.page("pages/feedback_thanks.html")


def _show(token: str, values: dict[str, Any], error: CoachworksError | None = None) -> Response:
    try:
        asked = ask(calls.get_feedback_page, {"token": token})
    except NotFound:
        return link_used()
    return show.page(
        "pages/feedback.html",
        status=status_of(error) if error else 200,
        token=token,
        asked=asked,
        values=values,
        errors=flat(error.errors) if error else {},
        problem=show.problem(error) if error else None,
    )
