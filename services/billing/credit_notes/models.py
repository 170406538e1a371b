"""Credit notes and the counter that numbers them. What one comes to is worked out by its invoice, never stored."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Date, ForeignKey, Index, String, Text, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from chassis.database import Entity
from contracts.errors import Conflict
from services.billing.base import Base


class NothingToCredit(Conflict):
    """All of the invoice is credited already."""


class InvoiceCredited(Conflict):
    """An invoice with credit notes cannot be voided as well."""


class CreditNoteCounter(Base):
    """The last position given in a series of credit notes: a year, or 0, as an invoice's (C21)."""

    __tablename__ = "credit_note_counter"

    series: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int]


class CreditNote(Entity, Base):
    """One credit note; it never changes. Issued by the invoice that it reduces, whose `ordinal`th it is, from 1.

    `lines` are `{line, amount}`: of the invoice's line at that place, counted from 0, so much is credited, before the
    invoice's discount and tax, the amount as text. `issuer` is what an invoice keeps of who issued it.
    """

    __tablename__ = "credit_note"
    __table_args__ = (
        UniqueConstraint("invoice_id", "ordinal"),
        Index("ix_credit_note_series_position", "series", "position", unique=True),
        Index("ix_credit_note_created_at_id", "created_at", "id"),
    )

    invoice_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("invoice.id"))
    ordinal: Mapped[int]
    number: Mapped[str] = mapped_column(String(100), unique=True)
    series: Mapped[int]
    position: Mapped[int]
    issued_on: Mapped[dt.date] = mapped_column(Date, index=True)
    reason: Mapped[str | None] = mapped_column(Text)
    lines: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    issuer: Mapped[dict[str, Any]] = mapped_column(JSON)

    @property
    def credited(self) -> dict[int, Decimal]:
        """How much of which of the invoice's lines."""
        return {one["line"]: Decimal(one["amount"]) for one in self.lines}

    def erase(self) -> None:
        """The client is erased (C24): the reason, which was typed, goes."""
        self.reason = None
