"""Calls of the billing service: invoices, their PDF and their payments."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from marshmallow import ValidationError, fields, validate

from contracts.actor import SIGNED_IN
from contracts.calls import command, query
from contracts.currency import DECIMALS
from contracts.schema import ById, DecimalText, Email, Entity, Instant, PageInput, Schema, counted_page_of, line, text

INVOICE_STATES = ("draft", "sent", "partially_paid", "paid", "overdue", "void")
MOST_LINES = 500
MOST_DUE_DAYS = 365
PAPERS = ("a4", "letter")


def _at_most(limit: str) -> validate.Range:
    return validate.Range(max=Decimal(limit), error=f"Must be at most {limit}.")


def percent(**kwargs: Any) -> DecimalText:
    """A rate of 0 to 100."""
    return DecimalText(minimum=Decimal(0), places=4, allow_none=True, validate=_at_most("100"), **kwargs)


def currency_code(**kwargs: Any) -> fields.String:
    """A currency of ISO 4217."""
    known = validate.OneOf(sorted(DECIMALS), error="Not an ISO 4217 code like EUR.")
    return fields.String(validate=known, metadata={"description": "ISO 4217"}, **kwargs)


def check_lines(lines: list[dict[str, Any]]) -> None:
    """A session stands on one line at most."""
    sessions = [one["session_id"] for one in lines if one["session_id"]]
    if len(set(sessions)) < len(sessions):
        raise ValidationError("A session stands on two lines.")


# Invoices ---------------------------------------------------------------------------------------------------------


class LineInput(Schema):
    """One position. `tax_rate` is in percent, `"19"`; without one the line bears no tax, with `"0"` it is zero-rated.

    `discount_rate` is in percent too, and taken off the line; an amount is taken off by a line with a negative
    `unit_price`. `session_id` names a completed session that this line invoices: each is invoiced once.
    """

    description = text(1000, required=True)
    quantity = DecimalText(minimum=Decimal("0.0001"), places=4, required=True, validate=_at_most("1000000"))
    unit_price = DecimalText(places=4, required=True)
    tax_rate = percent(load_default=None)
    discount_rate = percent(load_default=None)
    session_id = fields.UUID(load_default=None, allow_none=True)


class BillToInput(Schema):
    """Who is to pay, and where the invoice is mailed to."""

    name = text(200, required=True)
    email = Email(required=True)
    address = text(500, shortest=0, load_default=None, allow_none=True)


class InvoiceTerms(Schema):
    """What invoices say besides their lines and a date. `bill_to` null is the client; `due_days` null are the
    organisation's, and `paper` null is too."""

    due_days = fields.Integer(strict=True, allow_none=True, validate=validate.Range(0, MOST_DUE_DAYS))
    purchase_order = line(100, allow_none=True, metadata={"description": "the number of the order of who is to pay"})
    paper = fields.String(allow_none=True, validate=validate.OneOf(PAPERS))
    notes = text(5000, shortest=0, allow_none=True, metadata={"description": "printed below the totals"})
    card_payment = fields.Boolean(metadata={"description": "the mail offers payment by card (S1.34)"})
    bill_to = fields.Nested(BillToInput, allow_none=True)
    copy_to = fields.List(Email(), validate=validate.Length(max=10), metadata={"description": "who gets the mail too"})


class InvoiceContent(InvoiceTerms):
    """What a draft says. `due_date` null is `due_days` after the day of sending, and without those there is no date to
    pay by."""

    currency = currency_code()
    lines = fields.List(fields.Nested(LineInput), validate=[validate.Length(1, MOST_LINES), check_lines])
    discount_rate = percent(metadata={"description": "percent, taken off the sum of the lines of each tax rate (C21)"})
    due_date = fields.Date(allow_none=True)


class NewInvoice(InvoiceContent):
    """A draft for an engagement; `currency` and `lines` are required."""

    engagement_id = fields.UUID(required=True)
    currency = currency_code(required=True)
    lines = fields.List(fields.Nested(LineInput), required=True, validate=[validate.Length(1, MOST_LINES), check_lines])


class InvoiceChanges(InvoiceContent):
    """Only what is given changes."""

    id = fields.UUID(required=True)


class WantedInvoices(Schema):
    """`from` and `to` are days of issue, both inclusive; a draft has none."""

    client_id = fields.UUID()
    state = fields.String(validate=validate.OneOf(INVOICE_STATES))
    from_ = fields.Date(data_key="from")
    to = fields.Date()


class InvoiceFilter(WantedInvoices, PageInput):
    """A page of them, newest first."""


class EngagementInvoices(PageInput):
    """All invoices of one engagement."""

    engagement_id = fields.UUID(required=True)


class Line(Schema):
    description = fields.String(required=True)
    quantity = DecimalText(required=True)
    unit_price = DecimalText(required=True)
    tax_rate = DecimalText(required=True, allow_none=True)
    discount_rate = DecimalText(required=True, allow_none=True)
    session_id = fields.UUID(required=True, allow_none=True)
    amount = DecimalText(
        required=True, metadata={"description": "quantity × unit price less its discount, rounded half up (C21)"}
    )
    uncredited = DecimalText(
        required=True, metadata={"description": "of the amount, what no credit note has taken off"}
    )


class TaxOfRate(Schema):
    rate = DecimalText(required=True, metadata={"description": "percent"})
    base = DecimalText(
        required=True, metadata={"description": "the sum of the lines of this rate, less the invoice's discount"}
    )
    amount = DecimalText(required=True)


class BillTo(Schema):
    name = fields.String(required=True)
    email = fields.String(required=True)
    address = fields.String(required=True, allow_none=True)


class Replaced(Schema):
    id = fields.UUID(required=True)
    number = fields.String(required=True)


class InvoiceClient(Schema):
    id = fields.UUID(required=True)
    name = fields.String(required=True)


class PaymentOfInvoice(Entity):
    amount = DecimalText(required=True)
    method = fields.String(required=True)
    reference = fields.String(required=True, allow_none=True)
    paid_at = Instant(required=True)
    taken_online = fields.Boolean(
        required=True, metadata={"description": "Stripe took it: it is refunded there, and never removed here"}
    )
    refunded = DecimalText(required=True, metadata={"description": "of the amount, in all so far"})
    withdrawn = DecimalText(required=True, metadata={"description": "of the amount, by a dispute"})


class CreditNoteOfInvoice(Schema):
    id = fields.UUID(required=True)
    number = fields.String(required=True)
    issued_on = fields.Date(required=True)
    total = DecimalText(required=True, metadata={"description": "with tax: so much less is owed"})


class Reminders(Schema):
    """Whoever does not pay is reminded at most `count` times, with at least `every_days` days between; for the first
    time so many days after the due date, or after now if there is none or it is over."""

    count = fields.Integer(required=True, strict=True, validate=validate.Range(1, 5))
    every_days = fields.Integer(required=True, strict=True, validate=validate.Range(1, 30))


class NewReminders(Reminders):
    """Reminders of the invoice `id`, in place of those before."""

    id = fields.UUID(required=True)


class PlannedReminders(Reminders):
    """`sent` of them have gone out; `next_at` is null when there are none to come."""

    sent = fields.Integer(required=True)
    next_at = Instant(required=True, allow_none=True)
    stopped_at = Instant(required=True, allow_none=True, metadata={"description": "when staff switched them off"})


class Invoice(Entity):
    """Amounts have the decimals of their currency. A draft has no `number`, `issued_on` and `sent_at`; `balance` is
    what is left to pay of `total` less `credited`, nothing once the invoice is void; `credit` is what was paid beyond
    what is owed. `total` is `subtotal`, the sum of the lines, less `discount`, and `tax`."""

    engagement_id = fields.UUID(required=True)
    client = fields.Nested(InvoiceClient, required=True)
    program_name = fields.String(required=True)
    state = fields.String(required=True, metadata={"enum": INVOICE_STATES})
    number = fields.String(required=True, allow_none=True)
    currency = fields.String(required=True)
    lines = fields.List(fields.Nested(Line), required=True)
    taxes = fields.List(fields.Nested(TaxOfRate), required=True)
    subtotal = DecimalText(required=True)
    discount_rate = DecimalText(required=True, allow_none=True)
    discount = DecimalText(required=True)
    tax = DecimalText(required=True)
    total = DecimalText(required=True)
    credited = DecimalText(required=True)
    paid = DecimalText(required=True)
    balance = DecimalText(required=True)
    credit = DecimalText(required=True)
    issued_on = fields.Date(required=True, allow_none=True)
    due_date = fields.Date(required=True, allow_none=True)
    due_days = fields.Integer(required=True, allow_none=True)
    purchase_order = fields.String(required=True, allow_none=True)
    paper = fields.String(required=True, allow_none=True)
    replaces = fields.Nested(
        Replaced, required=True, allow_none=True, metadata={"description": "the void invoice in whose place it is"}
    )
    sent_at = Instant(required=True, allow_none=True)
    notes = fields.String(required=True, allow_none=True)
    card_payment = fields.Boolean(required=True)
    payable_by_card = fields.Boolean(
        required=True, metadata={"description": "payment by card is offered now: wanted, set up, and something is left"}
    )
    bill_to = fields.Nested(BillTo, required=True)
    copy_to = fields.List(fields.String(), required=True)
    payments = fields.List(fields.Nested(PaymentOfInvoice), required=True)
    credit_notes = fields.List(
        fields.Nested(CreditNoteOfInvoice), required=True, metadata={"description": "the oldest first"}
    )
    reminded = fields.Integer(required=True, metadata={"description": "how many reminders were mailed, all in all"})
    reminded_at = Instant(required=True, allow_none=True)
    reminders = fields.Nested(
        PlannedReminders,
        required=True,
        allow_none=True,
        metadata={"description": "by themselves; null: never asked for"},
    )


class BillableSession(Schema):
    """A completed session that is on no invoice, but on void ones perhaps."""

    id = fields.UUID(required=True)
    title = fields.String(required=True)
    number = fields.Integer(
        required=True, allow_none=True, metadata={"description": "its place among the engagement's sessions by start"}
    )
    starts_at = Instant(required=True)
    ends_at = Instant(required=True)
    time_zone = fields.String(required=True)


class BillableSessions(Schema):
    """Oldest first."""

    items = fields.List(fields.Nested(BillableSession), required=True)


class OfEngagement(Schema):
    engagement_id = fields.UUID(required=True)


class Pdf(Schema):
    filename = fields.String(required=True)
    content = fields.String(required=True, metadata={"description": "base64"})


class StatementInvoice(Schema):
    id = fields.UUID(required=True)
    number = fields.String(required=True)
    state = fields.String(required=True, metadata={"enum": INVOICE_STATES})
    issued_on = fields.Date(required=True)
    due_date = fields.Date(required=True, allow_none=True)
    total = DecimalText(required=True)
    credited = DecimalText(required=True)
    paid = DecimalText(required=True)
    balance = DecimalText(required=True)
    credit = DecimalText(required=True)


class StatementPayment(PaymentOfInvoice):
    invoice_id = fields.UUID(required=True)


class StatementCreditNote(CreditNoteOfInvoice):
    invoice_id = fields.UUID(required=True)


class StatementOfCurrency(Schema):
    """Oldest first; the sums are of all invoices but the void ones, whose payments are `credit`."""

    currency = fields.String(required=True)
    total = DecimalText(required=True)
    credited = DecimalText(required=True)
    paid = DecimalText(required=True)
    balance = DecimalText(required=True)
    credit = DecimalText(required=True)
    invoices = fields.List(fields.Nested(StatementInvoice), required=True)
    payments = fields.List(fields.Nested(StatementPayment), required=True)
    credit_notes = fields.List(fields.Nested(StatementCreditNote), required=True)


class Statement(Schema):
    """What was invoiced to a client and what was paid, as far as the actor sees it (C22)."""

    client = fields.Nested(InvoiceClient, required=True)
    currencies = fields.List(fields.Nested(StatementOfCurrency), required=True)


class Sums(Schema):
    total = DecimalText(required=True)
    credited = DecimalText(required=True)
    paid = DecimalText(required=True)
    balance = DecimalText(required=True)
    credit = DecimalText(required=True)


class SumsOfState(Sums):
    state = fields.String(required=True, metadata={"enum": INVOICE_STATES})
    count = fields.Integer(required=True)


class SumsOfCurrency(Sums):
    """`total`, `credited`, `paid` and `balance` are of all but drafts and void invoices; `credit` is of all."""

    currency = fields.String(required=True)
    states = fields.List(fields.Nested(SumsOfState), required=True)


class InvoiceTotals(Schema):
    currencies = fields.List(fields.Nested(SumsOfCurrency), required=True)


InvoicePage = counted_page_of(Invoice)

create_invoice = command("billing.create_invoice", NewInvoice, Invoice)
list_engagement_invoices = query("billing.list_engagement_invoices", EngagementInvoices, InvoicePage, roles=SIGNED_IN)
list_invoices = query("billing.list_invoices", InvoiceFilter, InvoicePage, roles=SIGNED_IN)
get_invoice = query("billing.get_invoice", ById, Invoice, roles=SIGNED_IN)
client_statement = query("billing.client_statement", ById, Statement, roles=SIGNED_IN)
client_statement_pdf = query("billing.client_statement_pdf", ById, Pdf, roles=SIGNED_IN, seconds=20)
invoice_totals = query("billing.invoice_totals", WantedInvoices, InvoiceTotals, roles=SIGNED_IN, seconds=20)
update_invoice = command("billing.update_invoice", InvoiceChanges, Invoice)
delete_invoice = command("billing.delete_invoice", ById)
send_invoice = command("billing.send_invoice", ById, Invoice, seconds=20)
remind_invoice = command("billing.remind_invoice", ById, Invoice, seconds=20)
switch_on_invoice_reminders = command("billing.switch_on_invoice_reminders", NewReminders, Invoice)
stop_invoice_reminders = command("billing.stop_invoice_reminders", ById, Invoice)
void_invoice = command("billing.void_invoice", ById, Invoice)
replace_invoice = command("billing.replace_invoice", ById, Invoice)
list_billable_sessions = query("billing.list_billable_sessions", OfEngagement, BillableSessions)
invoice_pdf = query("billing.invoice_pdf", ById, Pdf, roles=SIGNED_IN, seconds=20)


# Payments ---------------------------------------------------------------------------------------------------------


class PaymentOfAll(ById):
    """The whole balance was paid; `paid_at` is now unless given."""

    paid_at = Instant()
    method = text(50, load_default="other", metadata={"description": "such as bank_transfer, cash, card"})
    reference = text(200, load_default=None, allow_none=True)


class NewPayment(PaymentOfAll):
    """A part of the balance was paid, or all of it; `id` is the invoice's."""

    amount = DecimalText(required=True)
    method = text(50, required=True, metadata={"description": "such as bank_transfer, cash, card"})


class Payment(PaymentOfInvoice):
    invoice_id = fields.UUID(required=True)
    currency = fields.String(required=True)


mark_invoice_paid = command("billing.mark_invoice_paid", PaymentOfAll, Invoice)
record_payment = command("billing.record_payment", NewPayment, Payment)
delete_payment = command("billing.delete_payment", ById)
