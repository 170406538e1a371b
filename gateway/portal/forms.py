"""Forms: written and revised, sent on behalf of an engagement, read with their answers."""

from __future__ import annotations

from collections import Counter
from itertools import zip_longest
from typing import Any
from uuid import UUID

from flask import request
from flask.typing import ResponseReturnValue

from contracts.calls import engagements, notifications
from contracts.calls import forms as calls
from contracts.errors import CoachworksError, Invalid, Unavailable
from gateway.api.problems import status_of
from gateway.asking import Json, ask
from gateway.portal import answers, clock, show, told
from gateway.portal.engagements import to_the_client
from gateway.portal.pages import CLIENT, STAFF, Pages
from gateway.portal.sessions import typed_people
from gateway.spreadsheet import harmless, table

pages = Pages()

_FIELDS = ("question_id", "label", "kind", "required", "help", "section", "options", "scale")


@pages.get("/forms", STAFF)
def forms() -> ResponseReturnValue:
    listed = show.look(forms=(calls.list_forms, show.query("cursor"))).part("forms")
    return show.page("pages/forms.html", forms=listed, **show.pager(listed))


@pages.get("/forms/new", STAFF)
def new_form() -> ResponseReturnValue:
    return _editor(None)


@pages.post("/forms/new", STAFF)
def create_form() -> ResponseReturnValue:
    return show.attempt(calls.create_form, _typed(), _saved, lambda **again: _editor(None, **again))


@pages.get("/forms/<uuid:id>", STAFF)
def edit_form(id: UUID) -> ResponseReturnValue:
    return _edit(id)


def _edit(id: UUID, **again: Any) -> ResponseReturnValue:
    form = show.look(form=(calls.get_form, {"id": str(id)})).need("form")
    return _editor(form, **{"values": form, **again})


@pages.post("/forms/<uuid:id>", STAFF)
def revise_form(id: UUID) -> ResponseReturnValue:
    given = {"id": str(id), **_typed()}
    return show.attempt(calls.update_form, given, _saved, lambda **again: _edit(id, **again))


@pages.post("/forms/<uuid:id>/delete", STAFF)
def delete_form(id: UUID) -> ResponseReturnValue:
    return show.act(calls.delete_form, {"id": str(id)}, "/forms", "The form is offered no more.")


def _saved(form: Json) -> ResponseReturnValue:
    return show.done("/forms", f"{form['title']} is saved.")


def _editor(form: Json | None, **again: Any) -> ResponseReturnValue:
    if "problem" in again:
        again["values"] = {**_typed(), "questions": _rows()}
    return show.page("pages/form_edit.html", form=form, **{"values": {"questions": [{}]}, "errors": {}, **again})


def _rows() -> list[Json]:
    """The questions as they were typed; a row without a word in it is none."""
    columns = [request.form.getlist(name) for name in _FIELDS]
    rows = [dict(zip(_FIELDS, row, strict=True)) for row in zip_longest(*columns, fillvalue="")]
    typed = [row for row in rows if row["label"].strip() or row["options"].strip()]
    return [
        {
            **({"id": row["question_id"]} if row["question_id"] else {}),
            "label": row["label"].strip(),
            "kind": row["kind"],
            "required": row["required"] == "yes",
            "help": row["help"].strip(),
            "section": row["section"].strip(),
            "options": [option.strip() for option in row["options"].splitlines() if option.strip()],
            **show.whole({"scale": row["scale"]}),
        }
        for row in typed
    ]


def _typed() -> Json:
    return {**show.form("title"), "confidential": "confidential" in request.form, "questions": _rows()}


# Sent on behalf of an engagement ----------------------------------------------------------------------------------


@pages.get("/my-forms/<uuid:id>", CLIENT)
def my_form(id: UUID) -> ResponseReturnValue:
    return _my_form(id)


@pages.post("/my-forms/<uuid:id>", CLIENT)
def answer_my_form(id: UUID) -> ResponseReturnValue:
    """Takes a client's answers; what does not fit is said beside its question."""
    asked = ask(calls.get_my_form, {"id": str(id)})
    try:
        ask(calls.answer_my_form, {"id": str(id), "answers": answers.typed_answers(asked["questions"])})
    except (Invalid, Unavailable) as error:
        return _my_form(id, error)
    return show.done(f"/my-forms/{id}", "Thank you. Your answers are there.")


def _my_form(id: UUID, error: CoachworksError | None = None) -> ResponseReturnValue:
    asked = show.look(asked=(calls.get_my_form, {"id": str(id)})).need("asked")
    return show.page(
        "pages/my_form.html",
        status=status_of(error) if error else 200,
        asked=asked,
        problem=show.problem(error) if error else None,
        **answers.again(asked["questions"], error),
    )


@pages.get("/engagements/<uuid:id>/form-requests/new", STAFF)
def new_request(id: UUID) -> ResponseReturnValue:
    return _new_request(id)


def _new_request(id: UUID, **again: Any) -> ResponseReturnValue:
    found = show.look(
        engagement=(engagements.get_engagement, {"id": str(id)}),
        forms=(calls.list_forms, {"limit": 200}),
        verdicts=(notifications.may_notify, {"engagement_id": str(id), "kind": "form_request"}),
    )
    engagement = found.need("engagement")
    verdicts = to_the_client(engagement, found.need("verdicts"))
    people = [{"email": verdict["recipient"]["email"], "name": verdict["recipient"]["name"]} for verdict in verdicts]
    refused = again.pop("refused", verdicts)
    forms = [(form["id"], form["title"]) for form in found.need("forms")["items"]]
    values = {"attendees": people} if "problem" not in again else {**again.pop("values"), "attendees": typed_people()}
    refused = [verdict for verdict in refused if not verdict["allowed"]]
    return show.page(
        "pages/form_send.html", engagement=engagement, forms=forms, values=values, refused=refused, **again
    )


@pages.post("/engagements/<uuid:id>/form-requests", STAFF)
def request_form(id: UUID) -> ResponseReturnValue:
    """Mails it; who would get no mail is said first, once for each address (C2)."""
    given = {"engagement_id": str(id), **show.form("form_id"), "recipients": typed_people(), **_typed_reminders()}
    if refused := told.refused(id, "form_request", given["recipients"]):
        return _new_request(id, status=409, values=show.typed_values(), problem=None, refused=refused)
    count = len(told.not_told(given["recipients"]))
    return show.attempt(
        calls.request_form,
        given,
        lambda asked: show.done(
            f"/form-requests/{asked['id']}", f"{count} mail{'' if count == 1 else 's'} on the way."
        ),
        lambda **again: _new_request(id, **again),
    )


def _typed_reminders() -> Json:
    typed = show.whole({"count": "", "every_days": "", **show.form("count", "every_days")})
    return {"reminders": typed} if typed["count"] else {}


@pages.post("/form-requests/<uuid:id>/stop-reminders", STAFF)
def stop_reminders(id: UUID) -> ResponseReturnValue:
    back = f"/form-requests/{id}"
    return show.act(calls.stop_form_reminders, {"id": str(id)}, back, "Nobody is reminded of it any more.")


@pages.get("/form-requests/<uuid:id>", STAFF)
def form_request(id: UUID) -> ResponseReturnValue:
    asked = show.look(asked=(calls.get_form_request, {"id": str(id)})).need("asked")
    return show.page(
        "pages/form_request.html", asked=asked, gathered=[_gathered(asked, one) for one in asked["questions"]]
    )


@pages.post("/form-requests/<uuid:id>/recipients/<uuid:recipient>/revoke", STAFF)
def revoke_form_recipient(id: UUID, recipient: UUID) -> ResponseReturnValue:
    given = {"id": str(id), "recipient_id": str(recipient)}
    return show.act(calls.revoke_form_recipient, given, f"/form-requests/{id}", "The link works no more.")


@pages.get("/form-requests/<uuid:id>/answers.csv", STAFF)
def answers_csv(id: UUID) -> ResponseReturnValue:
    """A line for each person, a column for each question; opens right in a spreadsheet, which runs nothing of it."""
    asked = show.look(asked=(calls.get_form_request, {"id": str(id)})).need("asked")
    rows = [["Name", "Address", "Answered", *(_cell(question["label"]) for question in asked["questions"])]]
    for response in asked["responses"]:
        who, answers = response["recipient"], response["answers"]
        given = [_cell(answers.get(str(question["id"]), "")) for question in asked["questions"]]
        rows.append([_cell(who["name"]), _cell(who["email"]), clock.local(response["at"]).date().isoformat(), *given])
    return table("answers.csv", rows)


def _cell(answer: Any) -> str:
    """As text; a number stays one."""
    words = {True: "Yes", False: "No"}[answer] if isinstance(answer, bool) else answer
    text = "; ".join(words) if isinstance(words, list) else str(words)
    is_number = isinstance(answer, int | float) and not isinstance(answer, bool)
    return text if is_number else harmless(text)


def _gathered(asked: Json, question: Json) -> Json:
    """A question with what all have answered: `(who, answer)` of each, and how often each choice was taken."""
    given = [
        (response["recipient"]["name"] or response["recipient"]["email"], response["answers"][str(question["id"])])
        for response in asked["responses"]
        if str(question["id"]) in response["answers"]
    ]
    counts: Counter[Any] = Counter()
    for _, answer in given:
        counts.update(answer if isinstance(answer, list) else [answer])
    choices = {
        "rating": list(range(question["scale"], 0, -1)),
        "yes_no": [True, False],
        "choice": question["options"],
        "choices": question["options"],
    }.get(question["kind"], [])
    numbers = [answer for _, answer in given] if question["kind"] in ("rating", "number") else []
    return {
        "question": question,
        "given": given,
        "counts": [(choice, counts[choice]) for choice in choices],
        "average": sum(numbers) / len(numbers) if numbers else None,
    }
