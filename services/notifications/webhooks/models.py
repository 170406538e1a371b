"""Endpoints of other systems, and what is delivered to each."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, LargeBinary, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from chassis.claims import Claimable
from chassis.database import Entity, UtcDateTime
from contracts.errors import Conflict
from services.notifications.base import Base

#: Pauses after the first and later attempts, over three days in all; the attempt after the last one is the last.
PAUSES = tuple(dt.timedelta(seconds=each) for each in (10, 60, 300, 1800, 7200, 21600, 43200, 86400, 97200))
LONGEST_ANSWER = 400


class NotActive(Conflict):
    """Nothing is delivered to an endpoint that is paused or disabled."""


class TooManyEndpoints(Conflict):
    """There is no room for more."""


class WebhookEndpoint(Entity, Claimable, Base):
    """Where to, and of what.

    `position` is that of the event log up to which events were handed out to it. Who claims it delivers to it, alone.
    `failing_since` is when the first attempt failed after which none has succeeded.
    """

    __tablename__ = "webhook_endpoint"

    url: Mapped[str] = mapped_column(String(2000))
    types: Mapped[list[str]] = mapped_column(JSON)
    sealed_secret: Mapped[bytes] = mapped_column(LargeBinary)
    state: Mapped[str] = mapped_column(String(10), default="active")
    reason: Mapped[str | None] = mapped_column(String(LONGEST_ANSWER), default=None)
    position: Mapped[int] = mapped_column(BigInteger)
    failing_since: Mapped[dt.datetime | None] = mapped_column(UtcDateTime, default=None)

    def pause(self) -> None:
        """Nothing is delivered until it goes on; what happens meanwhile waits."""
        if self.state == "active":
            self.state = "paused"

    def go_on(self) -> bool:
        """Delivers again, after a pause or after it was disabled; whether it did not."""
        if self.state == "active":
            return False
        self.state, self.reason, self.failing_since = "active", None, None
        return True

    def must_be_active(self) -> None:
        """Raises `NotActive`."""
        if self.state != "active":
            raise NotActive(f"The endpoint is {self.state}: let it go on first.")

    def succeeded(self) -> None:
        """It took a delivery."""
        self.failing_since = None

    def failed(self, now: dt.datetime) -> None:
        """It took none."""
        self.failing_since = self.failing_since or now

    def disable(self, reason: str) -> bool:
        """It is dead: nothing is delivered until a person lets it go on. Whether it was active."""
        was_active = self.state == "active"
        if was_active:
            self.state, self.reason = "disabled", reason
        return was_active

    def facts(self) -> dict[str, Any]:
        """The data of its events: never its address, which may hold a secret."""
        return {"reason": self.reason, "failing_since": self.failing_since}


class WebhookDelivery(Base):
    """One event to one endpoint. `body` is there for a test alone; else the log has the event at `position`."""

    __tablename__ = "webhook_delivery"
    __table_args__ = (
        Index("ix_webhook_delivery_due", "endpoint_id", "next_attempt_at"),
        Index("ix_webhook_delivery_list", "endpoint_id", "created_at", "id"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=uuid4)
    endpoint_id: Mapped[UUID] = mapped_column(ForeignKey("webhook_endpoint.id"))
    event_id: Mapped[UUID] = mapped_column(Uuid)
    type: Mapped[str] = mapped_column(String(200))
    position: Mapped[int | None] = mapped_column(BigInteger)
    body: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True), default=None)
    state: Mapped[str] = mapped_column(String(10), default="pending")
    attempts: Mapped[int] = mapped_column(default=0)
    status: Mapped[int | None] = mapped_column(default=None)
    answer: Mapped[str | None] = mapped_column(String(LONGEST_ANSWER), default=None)
    created_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    next_attempt_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    delivered_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime, default=None)

    @classmethod
    def to(
        cls,
        endpoint: WebhookEndpoint,
        event_id: UUID,
        type: str,
        now: dt.datetime,
        *,
        position: int | None = None,
        body: dict[str, Any] | None = None,
    ) -> WebhookDelivery:
        """One that is due now."""
        return cls(
            id=uuid4(), endpoint_id=endpoint.id, event_id=event_id, type=type, position=position, body=body,
            state="pending", attempts=0, created_at=now, next_attempt_at=now,
        )  # fmt: skip

    def be_delivered(self, now: dt.datetime, status: int) -> None:
        """The endpoint took it."""
        self.attempts += 1
        self.state, self.status, self.answer = "delivered", status, None
        self.delivered_at, self.next_attempt_at = now, None

    def be_deferred(self, now: dt.datetime, status: int | None, answer: str) -> bool:
        """It is tried again after a pause, or has failed after the last. True if it has."""
        self.status, self.answer = status, answer[:LONGEST_ANSWER]
        is_over = self.attempts >= len(PAUSES)
        self.next_attempt_at = None if is_over else now + PAUSES[self.attempts]
        self.attempts += 1
        if is_over:
            self.state = "failed"
        return is_over
