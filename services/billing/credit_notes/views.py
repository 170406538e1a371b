"""How others see a credit note: as the answer of a call, as an event's facts, as a page to print."""

from __future__ import annotations

from typing import Any

from chassis.work import Work
from services.billing.credit_notes.models import CreditNote
from services.billing.invoices.document import CreditedInvoice, DocumentLine, InvoiceDocument, Recipient
from services.billing.invoices.models import Invoice, decimal_or_none
from services.billing.invoices.totals import Totals
from services.billing.invoices.views import printed_issuer

_AS_THEY_ARE = ("id", "created_at", "updated_at", "version", "number", "issued_on", "reason")


def came_to(note: CreditNote, invoice: Invoice) -> Totals:
    """What the note has taken off its invoice."""
    return next(totals for one, totals in invoice.credits if one.id == note.id)


def shown(note: CreditNote, invoice: Invoice) -> dict[str, Any]:
    """The answer `contracts.calls.credit_notes.CreditNote`."""
    return {
        **{name: getattr(note, name) for name in _AS_THEY_ARE},
        **sums_shown(note, came_to(note, invoice), invoice),
        "invoice": {"id": invoice.id, "number": invoice.number, "issued_on": invoice.issued_on},
        "engagement_id": invoice.engagement_id,
        "client": invoice.engagement.client,
        "program_name": invoice.program_name or invoice.engagement.program_name,
        "bill_to": invoice.billed_to,
    }


def sums_shown(note: CreditNote, totals: Totals, invoice: Invoice) -> dict[str, Any]:
    """The answer `contracts.calls.credit_notes.CreditSums`."""
    lines = [
        {
            "line": place,
            "description": invoice.lines[place]["description"],
            "tax_rate": decimal_or_none(invoice.lines[place]["tax_rate"]),
            "amount": amount,
        }
        for place, amount in zip(note.credited, totals.amounts, strict=True)
    ]
    sums = {name: getattr(totals, name) for name in ("taxes", "subtotal", "discount", "tax", "total")}
    return {"currency": invoice.currency, "lines": lines, **sums}


def facts(note: CreditNote, totals: Totals, invoice: Invoice) -> dict[str, Any]:
    """The data of a billing.credit_note event."""
    return {
        "invoice_id": invoice.id,
        "engagement_id": invoice.engagement_id,
        "client_id": invoice.engagement.client_id,
        "number": note.number,
        "currency": invoice.currency,
        "total": totals.total,
        "tax": totals.tax,
        "issued_on": note.issued_on,
    }


def document(work: Work, note: CreditNote, totals: Totals, invoice: Invoice) -> InvoiceDocument:
    """The page to print: what the invoice said of these lines, with every amount below zero."""
    bill_to, issuer = invoice.billed_to, note.issuer
    assert invoice.number is not None
    assert invoice.issued_on is not None
    return InvoiceDocument(
        issuer=printed_issuer(work, issuer),
        paper=invoice.paper or issuer["paper"],
        recipient=Recipient(bill_to["name"], bill_to["email"], bill_to["address"] or ""),
        currency=invoice.currency,
        lines=[
            DocumentLine(
                invoice.lines[place]["description"],
                tax_rate=decimal_or_none(invoice.lines[place]["tax_rate"]),
            )
            for place in note.credited
        ],
        totals=totals.negated(),
        number=note.number,
        issued_on=note.issued_on,
        purchase_order=invoice.purchase_order or "",
        credits=CreditedInvoice(invoice.number, invoice.issued_on),
        discount_rate=invoice.discount_rate,
        program=invoice.program_name or invoice.engagement.program_name,
        notes=f"Reason: {note.reason}" if note.reason else "",
    )
