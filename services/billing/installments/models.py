"""A plan of instalments and its parts, each of which becomes an invoice on its day."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Date, ForeignKey, Index, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column, relationship

from chassis.database import Entity, Exact, UtcDateTime
from contracts.errors import Conflict, Invalid
from services.billing.base import Base
from services.billing.copies.models import Engagement
from services.billing.installments.shares import days, shares
from services.billing.invoices.totals import is_payable, rounded


class NoneToCome(Conflict):
    """All invoices of the plan have been written, or it was stopped."""


class InstallmentPlan(Entity, Base):
    """A package of an engagement that is invoiced in parts.

    `total` is before tax; `terms` is what each invoice says besides its line; `set_up_by` is `{id, role, name}`: the
    invoices are written, and sent if `send` says so, on behalf of that person.
    """

    __tablename__ = "installment_plan"

    engagement_id: Mapped[UUID] = mapped_column(Uuid, index=True)
    description: Mapped[str] = mapped_column(String(900))
    total: Mapped[Decimal] = mapped_column(Exact)
    currency: Mapped[str] = mapped_column(String(3))
    tax_rate: Mapped[str | None] = mapped_column(String(20))
    every: Mapped[str] = mapped_column(String(10))
    send: Mapped[bool]
    terms: Mapped[dict[str, Any]] = mapped_column(JSON)
    set_up_by: Mapped[dict[str, Any]] = mapped_column(JSON)
    stopped_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)

    engagement: Mapped[Engagement] = relationship(
        primaryjoin=lambda: Engagement.id == InstallmentPlan.engagement_id,
        foreign_keys=lambda: InstallmentPlan.engagement_id,
        viewonly=True,
        lazy="selectin",
    )
    installments: Mapped[list[Installment]] = relationship(
        lazy="selectin", order_by="Installment.ordinal", back_populates="plan"
    )

    def share_out(self, count: int, first: dt.date) -> None:
        """Makes its parts; raises `Invalid` for a total that cannot be shared out in smallest units of its currency."""
        problem = None
        if not is_payable(self.total, self.currency):
            problem = f"{self.currency} has no such small amount."
        elif min(shares(self.total, count, self.currency)) <= 0:
            problem = f"Too little for {count} instalments."
        if problem:
            raise Invalid("The input is not valid.", errors={"total": [problem]})
        parts = zip(shares(self.total, count, self.currency), days(first, self.every, count), strict=True)
        self.installments = [
            Installment(ordinal=place, amount=amount, on=on) for place, (amount, on) in enumerate(parts, start=1)
        ]

    def erase(self, now: dt.datetime) -> None:
        """Its client is erased (C24): nothing more is written, and what was typed goes."""
        self.description, self.terms = "Coaching", {}
        self.stopped_at = self.stopped_at or now

    def stop(self, now: dt.datetime) -> None:
        """No more invoices are written; raises `NoneToCome`."""
        if self.stopped_at or all(part.invoice_id for part in self.installments):
            raise NoneToCome("There are no instalments to come.")
        self.stopped_at = now


class Installment(Base):
    """One part: on the day `on` it becomes an invoice, once. `invoice_id` is that invoice's, whatever became of it."""

    __tablename__ = "installment"
    __table_args__ = (Index("ix_installment_due", "on", "invoice_id"),)

    plan_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("installment_plan.id"), primary_key=True)
    ordinal: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    on: Mapped[dt.date] = mapped_column(Date)
    amount: Mapped[Decimal] = mapped_column(Exact)
    invoice_id: Mapped[UUID | None] = mapped_column(Uuid)

    plan: Mapped[InstallmentPlan] = relationship(back_populates="installments")

    def content(self) -> dict[str, Any]:
        """What its invoice says."""
        plan = self.plan
        line = {
            "description": f"{plan.description}, instalment {self.ordinal} of {len(plan.installments)}",
            "quantity": Decimal(1),
            "unit_price": rounded(self.amount, plan.currency),
            "tax_rate": plan.tax_rate,
            "discount_rate": None,
            "session_id": None,
        }
        return {**plan.terms, "currency": plan.currency, "lines": [line]}
