"""How others see an invoice: as the answer of a call, as an event's facts, as a page to print."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

from chassis.work import Work
from services.billing.copies import operations as copies
from services.billing.credit_notes.models import CreditNote
from services.billing.invoices.document import DocumentLine, InvoiceDocument, Issuer, Recipient
from services.billing.invoices.figures import shortest
from services.billing.invoices.models import Invoice, decimal_or_none
from services.billing.invoices.totals import Totals, rounded
from services.billing.logos import operations as logos
from services.billing.payments.models import Payment

_AS_THEY_ARE = (
    "id", "created_at", "updated_at", "version", "engagement_id", "state", "number", "currency", "issued_on",
    "due_date", "due_days", "purchase_order", "paper", "replaces", "sent_at", "notes", "card_payment",
    "copy_to", "credited", "paid", "balance", "credit",
    "reminded", "reminded_at", "reminders",
)  # fmt: skip
STAMPS = {"paid": "Paid", "void": "Void", "credited": "Credited"}


def is_payable_by_card(work: Work, invoice: Invoice) -> bool:
    """Whether payment by card is offered now (S1.34): staff asked for it, Stripe is set up, and something is left."""
    return invoice.card_payment and work.settings.stripe is not None and invoice.is_open


def shown(work: Work, invoice: Invoice) -> dict[str, Any]:
    """The answer `contracts.calls.billing.Invoice`."""
    totals, engagement = invoice.totals, invoice.engagement
    return {
        **{name: getattr(invoice, name) for name in _AS_THEY_ARE},
        "payments": [payment_shown(payment, invoice) for payment in invoice.payments],
        "credit_notes": [credit_note_shown(note, came_to) for note, came_to in invoice.credits],
        "payable_by_card": is_payable_by_card(work, invoice),
        "client": engagement.client,
        "program_name": invoice.program_name or engagement.program_name,
        "bill_to": invoice.billed_to,
        "lines": [
            {**_decimal(line), "session_id": line.get("session_id"), "amount": amount, "uncredited": left}
            for line, amount, left in zip(invoice.lines, totals.amounts, invoice.uncredited, strict=True)
        ],
        "taxes": totals.taxes,
        "subtotal": totals.subtotal,
        "discount_rate": None if invoice.discount_rate is None else shortest(invoice.discount_rate),
        "discount": totals.discount,
        "tax": totals.tax,
        "total": totals.total,
    }


def facts(invoice: Invoice) -> dict[str, Any]:
    """The data of a billing.invoice event."""
    totals = invoice.totals
    return {
        "engagement_id": invoice.engagement_id,
        "client_id": invoice.engagement.client_id,
        "number": invoice.number,
        "state": invoice.state,
        "currency": invoice.currency,
        "total": totals.total,
        "discount": totals.discount,
        "tax": totals.tax,
        "credited": invoice.credited,
        "paid": invoice.paid,
        "balance": invoice.balance,
        "credit": invoice.credit,
        "issued_on": invoice.issued_on,
        "due_date": invoice.due_date,
        "purchase_order": invoice.purchase_order,
        "replaces": UUID(invoice.replaces["id"]) if invoice.replaces else None,
    }


def credit_note_shown(note: CreditNote, totals: Totals) -> dict[str, Any]:
    """The answer `contracts.calls.billing.CreditNoteOfInvoice`."""
    return {"id": note.id, "number": note.number, "issued_on": note.issued_on, "total": totals.total}


def payment_shown(payment: Payment, invoice: Invoice) -> dict[str, Any]:
    """The answer `contracts.calls.billing.Payment`."""
    own = ("id", "created_at", "updated_at", "version", "invoice_id", "method", "reference", "paid_at", "taken_online")
    return {
        **{name: getattr(payment, name) for name in own},
        "amount": rounded(payment.amount, invoice.currency),
        "refunded": rounded(payment.refunded, invoice.currency),
        "withdrawn": rounded(payment.withdrawn or Decimal(0), invoice.currency),
        "currency": invoice.currency,
    }


def payment_facts(payment: Payment, invoice: Invoice) -> dict[str, Any]:
    """The data of a billing.payment event."""
    return {
        "invoice_id": invoice.id,
        "engagement_id": invoice.engagement_id,
        "amount": rounded(payment.amount, invoice.currency),
        "currency": invoice.currency,
        "method": payment.method,
        "paid_at": payment.paid_at,
    }


def issuer_now(work: Work) -> dict[str, Any]:
    """What an invoice that is sent now keeps of who issued it. Raises `OrganisationUnknown`."""
    organisation, logo = copies.organisation(work), logos.current(work)
    return {
        "name": organisation.name,
        "colour": organisation.colour,
        "details": organisation.invoice_details,
        "paper": organisation.invoice_paper,
        "logo": str(logo.id) if logo else None,
    }


def printed_issuer(work: Work, kept: dict[str, Any]) -> Issuer:
    """The issuer as it is printed, of what was kept of it."""
    return Issuer(kept["name"], kept["colour"], kept["details"], logos.content_of(work, kept.get("logo")))


def document(work: Work, invoice: Invoice, issuer: dict[str, Any], pay_url: str) -> InvoiceDocument:
    """The page to print, with what has been paid so far, and where to pay by card if that is offered."""
    bill_to = invoice.billed_to
    return InvoiceDocument(
        issuer=printed_issuer(work, issuer),
        paper=invoice.paper or issuer.get("paper", "a4"),
        recipient=Recipient(bill_to["name"], bill_to["email"], bill_to["address"] or ""),
        currency=invoice.currency,
        lines=[DocumentLine(**_decimal(line)) for line in invoice.lines],
        totals=invoice.totals,
        credited=invoice.credited,
        paid=invoice.paid,
        number=invoice.number,
        issued_on=invoice.issued_on,
        due_on=invoice.due_date,
        pay_url=pay_url,
        purchase_order=invoice.purchase_order or "",
        replaces=invoice.replaces["number"] if invoice.replaces else "",
        discount_rate=invoice.discount_rate,
        program=invoice.program_name or invoice.engagement.program_name,
        notes=invoice.notes or "",
        stamp=STAMPS.get("credited" if invoice.is_credited else invoice.state, ""),
    )


def _decimal(line: dict[str, Any]) -> dict[str, Any]:
    """A kept line with its decimals as decimals again."""
    return {
        "description": line["description"],
        "quantity": Decimal(line["quantity"]),
        "unit_price": Decimal(line["unit_price"]),
        "tax_rate": decimal_or_none(line["tax_rate"]),
        "discount_rate": decimal_or_none(line.get("discount_rate")),
    }
