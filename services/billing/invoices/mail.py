"""The mail that brings an invoice: its PDF, those of its credit notes, and a link to pay by card where that is offered
(S1.31, S1.34)."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from chassis.work import Work
from services.billing.cards.operations import mailed_link, printed_link
from services.billing.credit_notes import views as credit_notes
from services.billing.invoices import pdf
from services.billing.invoices.document import InvoiceDocument
from services.billing.invoices.models import Invoice
from services.billing.invoices.views import document


def rendered(work: Work, invoice: Invoice, issuer: dict[str, Any]) -> dict[str, Any]:
    """The invoice's PDF with its name, in base64."""
    return file_of(document(work, invoice, issuer, printed_link(work, invoice)))


def file_of(printed: InvoiceDocument) -> dict[str, Any]:
    """The PDF with its name, in base64."""
    return {"filename": printed.filename, "content": base64.b64encode(pdf.render(printed)).decode()}


def mail(
    work: Work,
    sender_id: UUID | None,
    invoice: Invoice,
    *,
    cause: str,
    besides: Sequence[dict[str, Any]] = (),
    item_id: UUID | None = None,
    **context: Any,
) -> None:
    """Asks for the mail: to whoever is billed, to those who get a copy, and to those `besides`; once for each `cause`.

    A member of staff has sent it, or has had it sent (C3); `context` is what it says besides.
    """
    assert invoice.issuer is not None
    client, bill_to = invoice.engagement.client, invoice.billed_to
    addresses = {bill_to["email"].lower(): {"email": bill_to["email"], "name": bill_to["name"]}}
    for address in invoice.copy_to:
        addresses.setdefault(address.lower(), {"email": address, "name": ""})
    for one in besides:
        addresses.setdefault(one["email"].lower(), {"email": one["email"], "name": one["name"]})
    if client.email.lower() in addresses:
        addresses[client.email.lower()]["person_id"] = client.id
    notes = [file_of(credit_notes.document(work, note, came_to, invoice)) for note, came_to in invoice.credits]
    if pay_url := mailed_link(work, invoice):
        context["pay_url"] = pay_url
    work.request(
        key=f"invoice/{invoice.id}/{cause}",
        kind="invoice",
        recipients=list(addresses.values()),
        about={"kind": "invoice", "id": invoice.id, "version": invoice.version},
        trigger={"origin": "staff", "person_id": sender_id},
        engagement_id=invoice.engagement_id,
        item_id=item_id,
        context={
            "number": invoice.number,
            "currency": invoice.currency,
            "total": f"{invoice.totals.total:f}",
            "balance": f"{invoice.balance:f}",
            "due_date": invoice.due_date.isoformat() if invoice.due_date else None,
            **context,
        },
        attachments=[
            {**file, "content_type": "application/pdf"} for file in (rendered(work, invoice, invoice.issuer), *notes)
        ],
    )
