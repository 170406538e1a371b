"""Credit notes: the dialog that issues one, with what it comes to as one types, and the files."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import request
from flask.typing import ResponseReturnValue

from contracts.calls import billing
from contracts.calls import credit_notes as calls
from contracts.errors import CoachworksError, Conflict, Invalid, Unavailable
from gateway.api.billing import credit_notes_table, sent_pdf
from gateway.api.problems import flat
from gateway.asking import Json, ask
from gateway.portal import show
from gateway.portal.pages import SIGNED_IN, STAFF, Pages
from gateway.typed import typed

pages = Pages()


@pages.get("/credit-notes.csv", STAFF)
def credit_notes_csv() -> ResponseReturnValue:
    return credit_notes_table(show.query("from", "to"))


@pages.get("/credit-notes/<uuid:id>/pdf", SIGNED_IN)
def pdf(id: UUID) -> ResponseReturnValue:
    return sent_pdf(ask(calls.credit_note_pdf, {"id": str(id)}))


@pages.get("/invoices/<uuid:id>/credit-notes/new", STAFF)
def credit_note_form(id: UUID) -> ResponseReturnValue:
    wanted = {"invoice": (billing.get_invoice, {"id": str(id)}), "sums": (calls.preview_credit_note, {"id": str(id)})}
    found = show.look(**wanted)
    invoice = found.need("invoice")
    return _dialog(invoice, [line["uncredited"] or "" for line in invoice["lines"]], sums=found.need("sums"))


@pages.post("/invoices/<uuid:id>/credit-notes", STAFF)
def issue(id: UUID) -> ResponseReturnValue:
    return show.attempt(
        calls.issue_credit_note,
        {"id": str(id), "lines": _lines(), **show.form("reason")},
        lambda note: show.done(f"/invoices/{id}", f"Credit note {note['number']} is issued."),
        lambda **again: _again(id, **again),
    )


@pages.post("/invoices/<uuid:id>/credit-notes/totals", STAFF)
def totals(id: UUID) -> ResponseReturnValue:
    """What the amounts that were typed come to; what is wrong with them, in its place."""
    try:
        sums = typed(calls.preview_credit_note, ask(calls.preview_credit_note, {"id": str(id), "lines": _lines()}))
    except (Invalid, Conflict, Unavailable) as error:
        return show.page("pages/credit_note_sums.html", wrong=_first_words_of(error))
    return show.page("pages/credit_note_sums.html", sums=sums)


@pages.post("/invoices/<uuid:id>/credit-notes/preview", STAFF)
def preview(id: UUID) -> ResponseReturnValue:
    """The very PDF, but for its number."""
    given = {"id": str(id), "lines": _lines(), **show.form("reason")}
    return show.attempt(calls.preview_credit_note_pdf, given, sent_pdf, lambda **again: _again(id, **again))


def _lines() -> list[Json]:
    """The amounts of the form, by the place of their line; those that are empty are left out."""
    typed_ = [amount.strip().replace(",", ".") for amount in request.form.getlist("amount")]
    return [{"line": place, "amount": amount} for place, amount in enumerate(typed_) if amount]


def _again(id: UUID, **again: Any) -> ResponseReturnValue:
    """The form once more; an error of the third amount that was given stands beside the line that it is of."""
    invoice = show.look(invoice=(billing.get_invoice, {"id": str(id)})).need("invoice")
    places = [one["line"] for one in _lines()]
    wrong = {}
    for name, messages in again["errors"].items():
        first, *rest = name.split(".")
        if first == "lines" and rest:
            wrong[places[int(rest[0])]] = messages
    return _dialog(invoice, request.form.getlist("amount"), wrong=wrong, **again)


def _dialog(invoice: Json, amounts: list[Any], *, wrong: Json | None = None, **more: Any) -> ResponseReturnValue:
    return show.page("pages/credit_note_new.html", invoice=invoice, amounts=amounts, wrong=wrong or {}, **more)


def _first_words_of(error: CoachworksError) -> str:
    messages = [words for many in flat(error.errors).values() for words in many]
    return messages[0] if messages else error.detail
