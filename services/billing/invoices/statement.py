"""What was invoiced to a client, credited and paid, per currency."""

from __future__ import annotations

import base64
from decimal import Decimal
from itertools import chain
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select

from chassis.work import Work
from contracts.actor import Actor
from contracts.errors import NotFound
from services.billing.copies import operations as copies
from services.billing.copies.models import Client, Engagement
from services.billing.invoices import statement_pdf as statement_pages
from services.billing.invoices.models import Invoice
from services.billing.invoices.views import credit_note_shown, issuer_now, payment_shown, printed_issuer


def statement(work: Work, actor: Actor, input: dict[str, Any]) -> dict[str, Any]:
    """The client's invoices that were sent, of the engagements that the actor sees (C22); none of them: not found."""
    return _statement(work, actor, input["id"])


def statement_pdf(work: Work, actor: Actor, input: dict[str, Any]) -> dict[str, Any]:
    """The same as a PDF, as of today, on the organisation's paper."""
    found, organisation = _statement(work, actor, input["id"]), copies.organisation(work)
    zone = ZoneInfo(organisation.time_zone)
    document = statement_pages.StatementDocument(
        issuer=printed_issuer(work, issuer_now(work)),
        client=found["client"].name,
        on=copies.today(work),
        currencies=[_printed(each, zone) for each in found["currencies"]],
        paper=organisation.invoice_paper,
    )
    content = base64.b64encode(statement_pages.render(document)).decode()
    return {"filename": f"statement-{copies.today(work):%Y-%m-%d}.pdf", "content": content}


def _statement(work: Work, actor: Actor, client_id: UUID) -> dict[str, Any]:
    client = work.copy(Client, client_id, what="client")
    engagements = work.session.scalars(select(Engagement).where(Engagement.client_id == client.id)).all()
    seen = [engagement.id for engagement in engagements if actor.sees(engagement)]
    if not seen and not actor.is_admin:
        raise NotFound("There is no such client.")
    wanted = select(Invoice).where(Invoice.engagement_id.in_(seen), Invoice.state != "draft")
    invoices = work.session.scalars(wanted.order_by(Invoice.sent_at, Invoice.id)).all()
    currencies = sorted({invoice.currency for invoice in invoices})
    return {
        "client": client,
        "currencies": [_of([each for each in invoices if each.currency == currency]) for currency in currencies],
    }


def _of(invoices: list[Invoice]) -> dict[str, Any]:
    payments = chain.from_iterable(((each, invoice) for each in invoice.payments) for invoice in invoices)
    notes = [
        {**credit_note_shown(note, came_to), "invoice_id": invoice.id}
        for invoice in invoices
        for note, came_to in invoice.credits
    ]
    return {
        "currency": invoices[0].currency,
        "total": sum((each.totals.total for each in invoices if each.state != "void"), Decimal(0)),
        "credited": sum((each.credited for each in invoices), Decimal(0)),
        "paid": sum((each.paid for each in invoices if each.state != "void"), Decimal(0)),
        "balance": sum((each.balance for each in invoices), Decimal(0)),
        "credit": sum((each.credit for each in invoices), Decimal(0)),
        "invoices": [_shown(invoice) for invoice in invoices],
        "credit_notes": sorted(notes, key=lambda each: (each["issued_on"], each["number"])),
        "payments": [payment_shown(*each) for each in sorted(payments, key=lambda each: each[0].paid_at)],
    }


def _shown(invoice: Invoice) -> dict[str, Any]:
    names = ("id", "number", "state", "issued_on", "due_date", "credited", "paid", "balance", "credit")
    return {**{name: getattr(invoice, name) for name in names}, "total": invoice.totals.total}


def _printed(of: dict[str, Any], zone: ZoneInfo) -> statement_pages.StatementOfCurrency:
    numbers = {invoice["id"]: invoice["number"] for invoice in of["invoices"]}
    return statement_pages.StatementOfCurrency(
        invoices=[
            statement_pages.StatedInvoice(
                each["number"], each["issued_on"], each["due_date"], each["state"],
                each["total"], each["credited"], each["paid"], each["balance"],
            )
            for each in of["invoices"]
        ],
        credit_notes=[
            statement_pages.StatedCreditNote(
                each["issued_on"], each["number"], numbers[each["invoice_id"]], each["total"]
            )
            for each in of["credit_notes"]
        ],
        payments=[
            statement_pages.StatedPayment(
                paid_on=each["paid_at"].astimezone(zone).date(),
                number=numbers[each["invoice_id"]],
                method=each["method"],
                amount=each["amount"] - each["refunded"] - each["withdrawn"],
            )
            for each in of["payments"]
        ],
        **{name: of[name] for name in ("currency", "total", "credited", "paid", "balance", "credit")},
    )  # fmt: skip
