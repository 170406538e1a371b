"""The answers of a form, as a page's fields bring them: `q-<question id>`."""

from __future__ import annotations

from typing import Any

from flask import request

from contracts.errors import CoachworksError
from gateway.api.problems import flat
from gateway.asking import Json

_YES_NO = {"yes": True, "no": False}
_LONGEST_NUMBER = 20


def typed_answers(questions: list[Json]) -> Json:
    """What was typed, by the ids of the questions."""
    return {str(question["id"]): _typed(question) for question in questions}


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


def again(questions: list[Json], error: CoachworksError | None) -> Json:
    """`values` and `errors` of the page that asks once more, nothing of what was typed lost."""
    values: Json = {}
    for question in questions:
        name = f"q-{question['id']}"
        values[name] = request.form.getlist(name) if question["kind"] == "choices" else request.form.get(name, "")
    said = flat(error.errors) if error else {}
    return {"values": values, "errors": {f"q-{id_.removeprefix('answers.')}": words for id_, words in said.items()}}
