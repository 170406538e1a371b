"""The facts of all objects of which other services keep copies."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select

from chassis.service import Fact
from chassis.work import Work
from contracts.events.billing import InvoiceUpdated
from services.billing.invoices import views
from services.billing.invoices.models import Invoice


def facts(work: Work) -> Iterator[Fact]:
    for invoice in work.session.scalars(select(Invoice).order_by(Invoice.id)):
        yield InvoiceUpdated, invoice, views.facts(invoice)
