"""Links in mails that let their holder set a password: single-purpose, single use, expiring, revocable (rule C19)."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from chassis.database import Entity, UtcDateTime
from contracts.errors import dead_link
from services.engagements.base import Base
from services.engagements.engagements.models import Engagement
from services.engagements.people.models import Person

#: How long a link of each purpose works (rule C19).
LIFETIMES = {"invitation": dt.timedelta(days=14), "password_reset": dt.timedelta(hours=1)}


class AccountLink(Entity, Base):
    """One link of one person. `engagement` is what a client was invited from."""

    __tablename__ = "account_link"

    purpose: Mapped[str] = mapped_column(String(20))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    person: Mapped[Person] = relationship()
    engagement_id: Mapped[UUID | None] = mapped_column(ForeignKey("engagement.id"))
    engagement: Mapped[Engagement | None] = relationship()
    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    expires_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)

    def check(self, now: dt.datetime) -> None:
        """`LinkDead` unless it still works."""
        if self.used_at or self.revoked_at or now >= self.expires_at:
            raise dead_link()

    def use(self, now: dt.datetime) -> None:
        """Works once."""
        self.check(now)
        self.used_at = now

    def revoke(self, now: dt.datetime) -> None:
        """Works no more; one that was used keeps its past."""
        self.revoked_at = self.revoked_at or now
