"""Payments of invoices, and what of those by card went back."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from uuid import UUID

from sqlalchemy import ForeignKey, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column, relationship

from chassis.database import Entity, Exact, UtcDateTime
from contracts.errors import Conflict
from services.billing.base import Base


class TakenOnline(Conflict):
    """What Stripe has taken is refunded there."""


class Refund(Base):
    """A refund of a payment, by Stripe's id; one that failed does not stand."""

    __tablename__ = "refund"

    id: Mapped[str] = mapped_column(String(255), primary_key=True)
    payment_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("payment.id"), index=True)
    amount: Mapped[Decimal] = mapped_column(Exact)
    stands: Mapped[bool]


class Payment(Entity, Base):
    """One payment; `amount` is positive, in the invoice's currency. Made and removed by the invoice that it pays.

    One that Stripe took names its `checkout_session`. `charge_refunded` is the most that Stripe said was refunded in
    all, `withdrawn` what a dispute took back, 0 once it was won; null while there was no such word.
    """

    __tablename__ = "payment"

    invoice_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("invoice.id"), index=True)
    amount: Mapped[Decimal] = mapped_column(Exact)
    method: Mapped[str] = mapped_column(String(50))
    reference: Mapped[str | None] = mapped_column(String(200))
    paid_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    checkout_session: Mapped[str | None] = mapped_column(String(255), unique=True, default=None)
    payment_intent: Mapped[str | None] = mapped_column(String(255), index=True, default=None)
    charge_refunded: Mapped[Decimal | None] = mapped_column(Exact, default=None)
    withdrawn: Mapped[Decimal | None] = mapped_column(Exact, default=None)
    refunds: Mapped[list[Refund]] = relationship(lazy="selectin", cascade="all, delete-orphan")

    @property
    def taken_online(self) -> bool:
        """Whether Stripe took it."""
        return self.checkout_session is not None

    @property
    def refunded(self) -> Decimal:
        """What was given back. Stripe tells it in all per charge, and each refund by itself, in any order."""
        failed = sum((refund.amount for refund in self.refunds if not refund.stands), Decimal(0))
        standing = sum((refund.amount for refund in self.refunds if refund.stands), Decimal(0))
        return min(self.amount, max((self.charge_refunded or Decimal(0)) - failed, standing))

    @property
    def counts(self) -> Decimal:
        """What is left of it for the invoice."""
        return max(Decimal(0), self.amount - self.refunded - (self.withdrawn or Decimal(0)))

    def must_be_removable(self) -> None:
        """Raises `TakenOnline`."""
        if self.taken_online:
            raise TakenOnline("This payment was taken by Stripe: refund it there, and the refund shows here.")

    def erase(self) -> None:
        """Its payer is erased (C24): what was typed about it goes; what Stripe calls it stays."""
        if not self.taken_online:
            self.reference = None

    def refund_in_all(self, amount: Decimal) -> bool:
        """So much of it was refunded so far; an older word does not undo a newer one. Whether it is news."""
        before = self.refunded
        self.charge_refunded = max(self.charge_refunded or amount, amount)
        return self.refunded != before

    def refund(self, id: str, amount: Decimal, *, stands: bool) -> bool:
        """One refund was made, or has failed, which is its end. Whether it is news."""
        before = self.refunded
        known = next((refund for refund in self.refunds if refund.id == id), None)
        if known is None:
            self.refunds.append(Refund(id=id, amount=amount, stands=stands))
        else:
            known.stands = known.stands and stands
        return self.refunded != before

    def withdraw(self, amount: Decimal) -> bool:
        """Whoever paid disputes it, and the money is gone until that is decided. Whether it is news."""
        if self.withdrawn is not None:
            return False
        self.withdrawn = amount
        return True

    def win_back(self) -> bool:
        """The dispute was won. Whether it is news."""
        is_news = self.withdrawn != 0
        self.withdrawn = Decimal(0)
        return is_news
