"""Addresses that get no mail, and the links by which their owners said so."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from chassis.database import Entity, UtcDateTime
from services.notifications.base import Base


class Suppression(Entity, Base):
    """An address, in lower case, that gets no mail, and why: `unsubscribed` or `bounced`.

    `answer` is what the mail server said when it refused the address for good. One address may stand here for both
    reasons: taking one of them away leaves the other.
    """

    __tablename__ = "suppression"
    __table_args__ = (
        UniqueConstraint("address", "why"),
        Index("ix_suppression_created_at_id", "created_at", "id"),
    )

    address: Mapped[str] = mapped_column(String(254))
    why: Mapped[str] = mapped_column(String(12))
    answer: Mapped[str | None] = mapped_column(String(400), default=None)

    @property
    def since(self) -> dt.datetime:
        return self.created_at


class UnsubscribeLink(Base):
    """Whose address the link of one mail unsubscribes; the token itself is in that mail alone (C19)."""

    __tablename__ = "unsubscribe_link"

    token_digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    address: Mapped[str] = mapped_column(String(254))
    created_at: Mapped[dt.datetime] = mapped_column(UtcDateTime, index=True)
