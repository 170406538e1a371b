"""Links by which invoices are paid, and what Stripe has told."""

from __future__ import annotations

import datetime as dt
import json
from uuid import UUID

from sqlalchemy import ForeignKey, String, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from chassis.database import UtcDateTime
from contracts.errors import Conflict
from services.billing.base import Base

#: Pauses before the second and later attempts; after the last one an event is parked. Long at the end, because what an
#: event rests on may come days later: Stripe itself tries for three days.
PAUSES = tuple(dt.timedelta(seconds=seconds) for seconds in (1, 10, 60, 600, 3600, 6 * 3600, 86_400, 3 * 86_400))


#: What accounting for an event reads of its object (cards/handling.py).
_ACCOUNTED = frozenset(
    ("id", "payment_status", "client_reference_id", "amount_total", "currency", "payment_intent", "amount_refunded",
     "amount", "status")
)  # fmt: skip


class NotParked(Conflict):
    """The event was handled, or is tried again by itself."""


class PayLink(Base):
    """A link by which an invoice can be paid until it is paid or void (C19).

    Its token is worked out of `nonce`, and is stored nowhere; links of earlier releases have none, and stand in their
    mails alone (docs/decisions/0069-pay-links-that-are-shown-again.md).
    """

    __tablename__ = "pay_link"

    token_digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    nonce: Mapped[str | None] = mapped_column(String(32))
    invoice_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("invoice.id"), index=True)
    created_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)


class StripeEvent(Base):
    """An event as Stripe has signed it, by its own id: kept first, handled by the worker, once.

    `waiting` → `handled`, or after many failures `parked`, until an admin has it tried again. `next_attempt_at` is set
    while it waits; `error` is what the last attempt failed with.
    """

    __tablename__ = "stripe_event"

    id: Mapped[str] = mapped_column(String(255), primary_key=True)
    type: Mapped[str] = mapped_column(String(100))
    payload: Mapped[str] = mapped_column(Text)
    received_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(10), index=True)
    attempts: Mapped[int]
    next_attempt_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime, index=True)
    error: Mapped[str | None] = mapped_column(Text)

    def forget_people(self) -> None:
        """Who paid is erased (C24): only what is still needed to account for it stays."""
        told = json.loads(self.payload)
        about = {name: value for name, value in told["data"]["object"].items() if name in _ACCOUNTED}
        kept = {name: told[name] for name in ("id", "type", "created")}
        self.payload = json.dumps({**kept, "data": {"object": about}})

    def handled(self) -> None:
        """All that it says has been done."""
        self.state, self.next_attempt_at = "handled", None

    def fail(self, error: str, now: dt.datetime) -> None:
        """This attempt failed: another one comes after a pause, or it is parked."""
        self.attempts += 1
        self.error = error
        if self.attempts > len(PAUSES):
            self.state, self.next_attempt_at = "parked", None
        else:
            self.next_attempt_at = now + PAUSES[self.attempts - 1]

    def try_again(self, now: dt.datetime) -> None:
        """It gets all its attempts once more; raises `NotParked`."""
        if self.state != "parked":
            raise NotParked("The event was handled, or is tried again by itself.")
        self.state, self.attempts, self.next_attempt_at = "waiting", 0, now
