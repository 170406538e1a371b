"""What can be done with credit notes: one function per call."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sqlalchemy import select

from chassis.paging import counted_page
from chassis.work import Work
from contracts.actor import Actor
from contracts.errors import NotFound
from contracts.events import billing as events
from services.billing.copies import operations as copies
from services.billing.credit_notes import views
from services.billing.credit_notes.models import CreditNote, CreditNoteCounter
from services.billing.invoices import numbers
from services.billing.invoices.mail import file_of
from services.billing.invoices.models import Invoice
from services.billing.invoices.operations import WHAT as AN_INVOICE
from services.billing.invoices.operations import NumberTaken, seen, to_change, visible
from services.billing.invoices.totals import Totals, rounded
from services.billing.invoices.views import facts as invoice_facts
from services.billing.invoices.views import issuer_now

WHAT = "credit note"
PREFIX = "CN-"


def issue(work: Work, actor: Actor, input: dict[str, Any]) -> dict[str, Any]:
    """Takes so much off a sent invoice: the credit note gets the next number of its own series, and the invoice's
    state follows, all in one transaction (C21). Nobody is mailed."""
    invoice = to_change(work, actor, input["id"])
    wanted = invoice.to_credit(_wanted(input))
    organisation, today = copies.organisation(work), copies.today(work)
    pattern = PREFIX + organisation.invoice_number_format
    series = numbers.series_of(pattern, today.year)
    position = numbers.take_position(work, CreditNoteCounter, series)
    number = numbers.number_of(pattern, today.year, position)
    if work.session.scalar(select(CreditNote.id).where(CreditNote.number == number)):
        raise NumberTaken(f"Number {number} is taken; change the organisation's format of invoice numbers.", rule="C21")
    note = _note(wanted, input["reason"], issuer_now(work))
    note.number, note.series, note.position, note.issued_on = number, series, position, today
    was_paid = invoice.state == "paid"
    came_to = invoice.take_credit(note, today)
    work.add(note)
    work.publish(events.CreditNoteIssued, note, views.facts(note, came_to, invoice), actor)
    happened = events.InvoicePaid if invoice.state == "paid" and not was_paid else events.InvoiceUpdated
    work.publish(happened, invoice, invoice_facts(invoice), actor)
    return views.shown(note, invoice)


def preview(work: Work, actor: Actor, input: dict[str, Any]) -> dict[str, Any]:
    """What a credit note of so much would come to, and what it would leave to pay."""
    note, came_to, invoice = _drafted(work, actor, input)
    owed = invoice.remainder.totals.total - came_to.total - invoice.paid
    left = {"balance": max(Decimal(0), owed), "credit": max(Decimal(0), -owed)}
    rounded_left = {name: rounded(amount, invoice.currency) for name, amount in left.items()}
    return {**views.sums_shown(note, came_to, invoice), **rounded_left}


def preview_pdf(work: Work, actor: Actor, input: dict[str, Any]) -> dict[str, Any]:
    """The PDF of a credit note as it would be issued now, without a number."""
    return file_of(views.document(work, *_drafted(work, actor, input)))


def list_all(work: Work, actor: Actor, input: dict[str, Any]) -> dict[str, Any]:
    """Those of the invoices that the actor sees (C22), newest first."""
    client = {"client_id": input["client_id"]} if "client_id" in input else {}
    invoices = visible(actor, client).with_only_columns(Invoice.id)
    wanted = select(CreditNote).where(CreditNote.invoice_id.in_(invoices))
    if "invoice_id" in input:
        wanted = wanted.where(CreditNote.invoice_id == input["invoice_id"])
    if "from_" in input:
        wanted = wanted.where(CreditNote.issued_on >= input["from_"])
    if "to" in input:
        wanted = wanted.where(CreditNote.issued_on <= input["to"])
    found = counted_page(work, wanted, input, by=(CreditNote.created_at, CreditNote.id))
    return {**found, "items": [views.shown(note, _invoice_of(work, note)) for note in found["items"]]}


def get(work: Work, actor: Actor, input: dict[str, Any]) -> dict[str, Any]:
    """One credit note of an invoice that the actor sees."""
    return views.shown(*_seen(work, actor, input))


def pdf(work: Work, actor: Actor, input: dict[str, Any]) -> dict[str, Any]:
    """The credit note as a PDF: it never changes."""
    note, invoice = _seen(work, actor, input)
    return file_of(views.document(work, note, views.came_to(note, invoice), invoice))


def _seen(work: Work, actor: Actor, input: dict[str, Any]) -> tuple[CreditNote, Invoice]:
    note = work.get(CreditNote, input["id"], what=WHAT)
    invoice = _invoice_of(work, note)
    if not actor.sees(invoice.engagement):
        raise NotFound(f"There is no such {WHAT}.")
    return note, invoice


def _invoice_of(work: Work, note: CreditNote) -> Invoice:
    return work.session.get_one(Invoice, note.invoice_id)


def _drafted(work: Work, actor: Actor, input: dict[str, Any]) -> tuple[CreditNote, Totals, Invoice]:
    """A credit note that is kept nowhere; raises what issuing it would."""
    invoice = seen(actor, work.get(Invoice, input["id"], what=AN_INVOICE))
    wanted = invoice.to_credit(_wanted(input))
    note = _note(wanted, input.get("reason"), issuer_now(work))
    return note, invoice.remainder.credit(wanted), invoice


def _wanted(input: dict[str, Any]) -> dict[int, Decimal] | None:
    return None if input["lines"] is None else {one["line"]: one["amount"] for one in input["lines"]}


def _note(credited: dict[int, Decimal], reason: str | None, issuer: dict[str, Any]) -> CreditNote:
    lines = [{"line": place, "amount": f"{amount:f}"} for place, amount in credited.items()]
    return CreditNote(lines=lines, reason=reason, issuer=issuer)
