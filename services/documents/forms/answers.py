"""Whether answers fit their questions. Pure: questions and JSON in, answers or what is wrong with them out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from contracts.errors import Invalid

LONGEST = {"text": 1000, "long_text": 20_000}
_NOTHING: tuple[Any, ...] = (None, "", [])


def checked(questions: Sequence[Mapping[str, Any]], answers: Mapping[str, Any]) -> dict[str, Any]:
    """The answers that were given, by the ids of their questions; `Invalid`, keyed by these, for what does not fit."""
    asked = {question["id"]: question for question in questions}
    errors: dict[str, list[str]] = {id_: ["There is no such question."] for id_ in answers if id_ not in asked}
    given: dict[str, Any] = {}
    for id_, question in asked.items():
        answer = answers.get(id_)
        answer = answer.strip() if isinstance(answer, str) else answer
        if answer in _NOTHING:
            if question["required"]:
                errors[id_] = ["This needs an answer."]
        elif wrong := _CHECKS[question["kind"]](question, answer):
            errors[id_] = [wrong]
        else:
            given[id_] = answer
    if errors:
        raise Invalid("Some answers do not fit.", errors=errors)
    return given


def _text(question: Mapping[str, Any], answer: Any) -> str:
    longest = LONGEST[question["kind"]]
    if not isinstance(answer, str):
        return "This must be text."
    if any(ord(character) < 32 and character not in "\t\r\n" for character in answer):
        return "Control characters are not allowed."
    return "" if len(answer) <= longest else f"At most {longest} characters."


def _rating(question: Mapping[str, Any], answer: Any) -> str:
    fits = isinstance(answer, int) and not isinstance(answer, bool) and 1 <= answer <= question["scale"]
    return "" if fits else f"Choose 1 to {question['scale']}."


def _choice(question: Mapping[str, Any], answer: Any) -> str:
    return "" if isinstance(answer, str) and answer in question["options"] else "Choose one of the options."


def _choices(question: Mapping[str, Any], answer: Any) -> str:
    fits = isinstance(answer, list) and all(isinstance(one, str) and one in question["options"] for one in answer)
    return "" if fits and len(set(answer)) == len(answer) else "Choose among the options, each once."


def _yes_no(question: Mapping[str, Any], answer: Any) -> str:
    return "" if isinstance(answer, bool) else "Choose yes or no."


def _number(question: Mapping[str, Any], answer: Any) -> str:
    is_number = isinstance(answer, int | float) and not isinstance(answer, bool)
    return "" if is_number and abs(answer) < 1e15 else "This must be a number."


def _date(question: Mapping[str, Any], answer: Any) -> str:
    try:
        fits = isinstance(answer, str) and dt.date.fromisoformat(answer).isoformat() == answer
    except ValueError:
        fits = False
    return "" if fits else "This must be a date like 2026-11-30."


_CHECKS: dict[str, Callable[[Mapping[str, Any], Any], str]] = {
    "text": _text, "long_text": _text, "rating": _rating, "choice": _choice, "choices": _choices, "yes_no": _yes_no,
    "number": _number, "date": _date,
}  # fmt: skip
