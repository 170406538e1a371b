"""Events of the billing service: invoices, their credit notes and their payments.

Each invoice event carries the invoice's state after the change.
"""

from __future__ import annotations

from marshmallow import fields, validate

from contracts.events import EventData
from contracts.schema import DecimalText, Instant


class InvoiceFacts(EventData):
    engagement_id = fields.UUID(required=True)
    client_id = fields.UUID(required=True)
    number = fields.String(
        allow_none=True,
        load_default=None,
        metadata={"privacy": "pseudonymous", "description": "null until it is sent (C21)"},
    )
    state = fields.String(
        required=True,
        validate=validate.OneOf(["draft", "sent", "partially_paid", "paid", "overdue", "void"]),
        metadata={"privacy": "pseudonymous"},
    )
    currency = fields.String(required=True, metadata={"privacy": "none", "description": "ISO 4217"})
    total = DecimalText(required=True)
    paid = DecimalText(required=True)
    credited = DecimalText(
        allow_none=True, load_default=None, metadata={"description": "of the total, what credit notes have taken off"}
    )
    balance = DecimalText(required=True, metadata={"description": "what is left to pay; nothing once it is void"})
    credit = DecimalText(
        allow_none=True, load_default=None, metadata={"description": "what was paid beyond what is owed"}
    )
    issued_on = fields.Date(allow_none=True, load_default=None, metadata={"description": "null until it is sent"})
    due_date = fields.Date(allow_none=True, load_default=None)
    purchase_order = fields.String(
        allow_none=True,
        load_default=None,
        metadata={"privacy": "personal", "description": "the number of the order of who is to pay"},
    )
    discount = DecimalText(
        allow_none=True, load_default=None, metadata={"description": "of the whole invoice, contained in the total"}
    )
    tax = DecimalText(allow_none=True, load_default=None, metadata={"description": "contained in the total"})
    replaces = fields.UUID(
        allow_none=True, load_default=None, metadata={"description": "the void invoice in whose place it is"}
    )


class InvoiceCreated(InvoiceFacts):
    """A draft was written."""

    type = "billing.invoice.created.v1"


class InvoiceUpdated(InvoiceFacts):
    """A draft was changed, or what is owed or paid has changed: a part was credited, a payment was removed, refunded or
    disputed, or came for an invoice that was paid or void already."""

    type = "billing.invoice.updated.v1"


class InvoiceDeleted(InvoiceFacts):
    """A draft was deleted; a sent invoice never is."""

    type = "billing.invoice.deleted.v1"


class InvoiceSent(InvoiceFacts):
    """An invoice took its number and is on its way (rules S1.8, C21)."""

    type = "billing.invoice.sent.v1"


class InvoicePartiallyPaid(InvoiceFacts):
    """A payment was recorded and something is left to pay; past its due date the invoice stays overdue."""

    type = "billing.invoice.partially_paid.v1"


class InvoicePaid(InvoiceFacts):
    """Nothing is left to pay: all of it was paid or credited."""

    type = "billing.invoice.paid.v1"


class InvoiceOverdue(InvoiceFacts):
    """The due date has passed, in the organisation's zone, and something is left to pay."""

    type = "billing.invoice.overdue.v1"


class InvoiceVoided(InvoiceFacts):
    """A sent invoice was declared void; its number stays taken."""

    type = "billing.invoice.voided.v1"


class CreditNoteIssued(EventData):
    """A credit note took its number: so much less is owed for its invoice (rule C21). It never changes."""

    type = "billing.credit_note.issued.v1"

    invoice_id = fields.UUID(required=True)
    engagement_id = fields.UUID(required=True)
    client_id = fields.UUID(required=True)
    number = fields.String(
        required=True, metadata={"privacy": "pseudonymous", "description": "of its own series, not an invoice's"}
    )
    currency = fields.String(required=True, metadata={"privacy": "none", "description": "ISO 4217"})
    total = DecimalText(required=True, metadata={"description": "what is taken off, with tax: more than nothing"})
    tax = DecimalText(required=True, metadata={"description": "contained in the total"})
    issued_on = fields.Date(required=True)


class PaymentFacts(EventData):
    invoice_id = fields.UUID(required=True)
    engagement_id = fields.UUID(required=True)
    amount = DecimalText(required=True)
    currency = fields.String(required=True, metadata={"privacy": "none", "description": "ISO 4217"})
    method = fields.String(
        required=True, metadata={"privacy": "personal", "description": "such as bank_transfer, cash, card"}
    )
    paid_at = Instant(required=True)


class PaymentRecorded(PaymentFacts):
    """A payment of an invoice was recorded."""

    type = "billing.payment.recorded.v1"


class PaymentRemoved(PaymentFacts):
    """A payment that had been recorded by mistake was removed."""

    type = "billing.payment.removed.v1"


class PaymentFailed(PaymentFacts):
    """Whoever paid by card has disputed it, and the money is gone until that is decided."""

    type = "billing.payment.failed.v1"


class PaymentRefunded(PaymentFacts):
    """A payment by card was refunded, in part or in whole; or a refund of it has failed, and less is refunded."""

    type = "billing.payment.refunded.v1"

    refunded = DecimalText(required=True, metadata={"description": "of the amount, in all so far"})
