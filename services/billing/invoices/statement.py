"""What was invoiced to a client and what was paid, per currency."""

from __future__ import annotations

from decimal import Decimal
from itertools import chain
from typing import Any

from sqlalchemy import select

from chassis.work import Work
from contracts.actor import Actor
from contracts.errors import NotFound
from services.billing.copies.models import Client, Engagement
from services.billing.invoices.models import Invoice
from services.billing.invoices.views import payment_shown


def statement(work: Work, actor: Actor, input: dict[str, Any]) -> dict[str, Any]:
    """The client's invoices that were sent, of the engagements that the actor sees (C22); none of them: not found."""
    client = work.copy(Client, input["id"], what="client")
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
    return {
        "currency": invoices[0].currency,
        "total": sum((each.totals.total for each in invoices if each.state != "void"), Decimal(0)),
        "paid": sum((each.paid for each in invoices if each.state != "void"), Decimal(0)),
        "balance": sum((each.balance for each in invoices), Decimal(0)),
        "credit": sum((each.credit for each in invoices), Decimal(0)),
        "invoices": [_shown(invoice) for invoice in invoices],
        "payments": [payment_shown(*each) for each in sorted(payments, key=lambda each: each[0].paid_at)],
    }


def _shown(invoice: Invoice) -> dict[str, Any]:
    names = ("id", "number", "state", "issued_on", "due_date", "paid", "balance", "credit")
    return {**{name: getattr(invoice, name) for name in names}, "total": invoice.totals.total}
