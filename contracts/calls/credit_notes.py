"""Calls about credit notes, which reduce an invoice that was sent."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validate

from contracts.actor import SIGNED_IN
from contracts.calls import command, query
from contracts.calls.billing import MOST_LINES, BillTo, InvoiceClient, Pdf, TaxOfRate
from contracts.schema import ById, DecimalText, Entity, PageInput, Schema, counted_page_of, text


def check_credited_lines(lines: list[dict[str, Any]]) -> None:
    """Each line of the invoice once."""
    if len({one["line"] for one in lines}) < len(lines):
        raise ValidationError("A line of the invoice stands there twice.")


class CreditedLineInput(Schema):
    """`amount` is taken off the invoice's line at that place, before the invoice's discount and tax."""

    line = fields.Integer(
        required=True, strict=True, validate=validate.Range(min=0), metadata={"description": "its place, from 0"}
    )
    amount = DecimalText(
        required=True, metadata={"description": "at most what is `uncredited` of the line, and of its sign"}
    )


class CreditedInput(ById):
    """What is credited of the invoice `id`; `lines` null is all that is left of it."""

    lines = fields.List(
        fields.Nested(CreditedLineInput),
        load_default=None,
        allow_none=True,
        validate=[validate.Length(1, MOST_LINES, error="Of one line at least."), check_credited_lines],
    )


class NewCreditNote(CreditedInput):
    """A credit note of the invoice `id`. It takes the next number of its own series and never changes (C21)."""

    reason = text(1000, required=True, metadata={"description": "printed on it"})


class CreditNoteDraft(CreditedInput):
    """A credit note as it would be issued now, perhaps without its reason yet."""

    reason = text(1000, shortest=0, load_default=None, allow_none=True)


class CreditedLine(Schema):
    line = fields.Integer(required=True, metadata={"description": "its place among the invoice's lines, from 0"})
    description = fields.String(required=True)
    tax_rate = DecimalText(required=True, allow_none=True)
    amount = DecimalText(required=True)


class CreditSums(Schema):
    """What a credit note comes to, each amount as it is taken off: `total` is `subtotal` less `discount`, and `tax`."""

    currency = fields.String(required=True)
    lines = fields.List(fields.Nested(CreditedLine), required=True)
    taxes = fields.List(fields.Nested(TaxOfRate), required=True)
    subtotal = DecimalText(required=True)
    discount = DecimalText(
        required=True, metadata={"description": "of the invoice, as far as it falls upon what is credited"}
    )
    tax = DecimalText(required=True)
    total = DecimalText(required=True)


class CreditPreview(CreditSums):
    """`balance` and `credit` are the invoice's after it."""

    balance = DecimalText(required=True)
    credit = DecimalText(required=True)


class CreditedInvoice(Schema):
    id = fields.UUID(required=True)
    number = fields.String(required=True)
    issued_on = fields.Date(required=True)


class CreditNote(CreditSums, Entity):
    invoice = fields.Nested(CreditedInvoice, required=True)
    engagement_id = fields.UUID(required=True)
    client = fields.Nested(InvoiceClient, required=True)
    program_name = fields.String(required=True)
    bill_to = fields.Nested(BillTo, required=True)
    number = fields.String(required=True)
    issued_on = fields.Date(required=True)
    reason = fields.String(
        required=True, allow_none=True, metadata={"description": "null once the client is erased (C24)"}
    )


class WantedCreditNotes(PageInput):
    """A page of them, newest first; `from` and `to` are days of issue, both inclusive."""

    client_id = fields.UUID()
    invoice_id = fields.UUID()
    from_ = fields.Date(data_key="from")
    to = fields.Date()


CreditNotePage = counted_page_of(CreditNote)

issue_credit_note = command("billing.issue_credit_note", NewCreditNote, CreditNote)
preview_credit_note = query("billing.preview_credit_note", CreditedInput, CreditPreview)
preview_credit_note_pdf = query("billing.preview_credit_note_pdf", CreditNoteDraft, Pdf, seconds=20)
list_credit_notes = query("billing.list_credit_notes", WantedCreditNotes, CreditNotePage, roles=SIGNED_IN)
get_credit_note = query("billing.get_credit_note", ById, CreditNote, roles=SIGNED_IN)
credit_note_pdf = query("billing.credit_note_pdf", ById, Pdf, roles=SIGNED_IN, seconds=20)
