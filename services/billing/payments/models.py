"""Payments of invoices."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from uuid import UUID

from sqlalchemy import ForeignKey, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from chassis.database import Entity, Exact, UtcDateTime
from services.billing.base import Base


class Payment(Entity, Base):
    """One payment; `amount` is positive, in the invoice's currency. Made and removed by the invoice that it pays."""

    __tablename__ = "payment"

    invoice_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("invoice.id"), index=True)
    amount: Mapped[Decimal] = mapped_column(Exact)
    method: Mapped[str] = mapped_column(String(50))
    reference: Mapped[str | None] = mapped_column(String(200))
    paid_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
