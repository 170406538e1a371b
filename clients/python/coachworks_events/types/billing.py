"""Generated from the contracts of Coachworks by `python -m contracts.docs`; do not edit."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from coachworks_events.facts import Facts


@dataclass(frozen=True, kw_only=True)
class CreditNoteIssued(Facts):
    """A credit note took its number: so much less is owed for its invoice (rule C21). It never changes."""

    type = "billing.credit_note.issued.v1"

    invoice_id: UUID
    engagement_id: UUID
    client_id: UUID
    number: str
    currency: str
    total: Decimal
    tax: Decimal
    issued_on: dt.date


@dataclass(frozen=True, kw_only=True)
class InvoiceFacts(Facts):
    engagement_id: UUID
    client_id: UUID
    number: str | None = None
    state: str
    currency: str
    total: Decimal
    paid: Decimal
    credited: Decimal | None = None
    balance: Decimal
    credit: Decimal | None = None
    issued_on: dt.date | None = None
    due_date: dt.date | None = None
    purchase_order: str | None = None
    discount: Decimal | None = None
    tax: Decimal | None = None
    replaces: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class InvoiceCreated(InvoiceFacts):
    """A draft was written."""

    type = "billing.invoice.created.v1"


@dataclass(frozen=True, kw_only=True)
class InvoiceDeleted(InvoiceFacts):
    """A draft was deleted; a sent invoice never is."""

    type = "billing.invoice.deleted.v1"


@dataclass(frozen=True, kw_only=True)
class InvoiceOverdue(InvoiceFacts):
    """The due date has passed, in the organisation's zone, and something is left to pay."""

    type = "billing.invoice.overdue.v1"


@dataclass(frozen=True, kw_only=True)
class InvoicePaid(InvoiceFacts):
    """Nothing is left to pay: all of it was paid or credited."""

    type = "billing.invoice.paid.v1"


@dataclass(frozen=True, kw_only=True)
class InvoicePartiallyPaid(InvoiceFacts):
    """A payment was recorded and something is left to pay; past its due date the invoice stays overdue."""

    type = "billing.invoice.partially_paid.v1"


@dataclass(frozen=True, kw_only=True)
class InvoiceSent(InvoiceFacts):
    """An invoice took its number and is on its way (rules S1.8, C21)."""

    type = "billing.invoice.sent.v1"


@dataclass(frozen=True, kw_only=True)
class InvoiceUpdated(InvoiceFacts):
    """A draft was changed, or what is owed or paid has changed: a part was credited, a payment was removed,
    refunded or disputed, or came for an invoice that was paid or void already."""

    type = "billing.invoice.updated.v1"


@dataclass(frozen=True, kw_only=True)
class InvoiceVoided(InvoiceFacts):
    """A sent invoice was declared void; its number stays taken."""

    type = "billing.invoice.voided.v1"


@dataclass(frozen=True, kw_only=True)
class PaymentFacts(Facts):
    invoice_id: UUID
    engagement_id: UUID
    amount: Decimal
    currency: str
    method: str
    paid_at: dt.datetime


@dataclass(frozen=True, kw_only=True)
class PaymentFailed(PaymentFacts):
    """Whoever paid by card has disputed it, and the money is gone until that is decided."""

    type = "billing.payment.failed.v1"


@dataclass(frozen=True, kw_only=True)
class PaymentRecorded(PaymentFacts):
    """A payment of an invoice was recorded."""

    type = "billing.payment.recorded.v1"


@dataclass(frozen=True, kw_only=True)
class PaymentRefunded(PaymentFacts):
    """A payment by card was refunded, in part or in whole; or a refund of it has failed, and less is refunded."""

    type = "billing.payment.refunded.v1"

    refunded: Decimal


@dataclass(frozen=True, kw_only=True)
class PaymentRemoved(PaymentFacts):
    """A payment that had been recorded by mistake was removed."""

    type = "billing.payment.removed.v1"
