"""Sessions and API tokens: random tokens, of which only the digest is kept (rule C19)."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from chassis.database import Entity, UtcDateTime
from services.engagements.base import Base
from services.engagements.people.models import Person

SESSION_LIFETIME = dt.timedelta(days=30)


class SignIn(Entity, Base):
    """One session of one person, gone when it is signed out."""

    __tablename__ = "sign_in"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    person: Mapped[Person] = relationship(lazy="joined", innerjoin=True)
    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    expires_at: Mapped[dt.datetime] = mapped_column(UtcDateTime, index=True)

    @property
    def role(self) -> str:
        """With whose rights it acts: always the person's own."""
        return self.person.role

    def is_good(self, now: dt.datetime) -> bool:
        """Whether it still lets its person in."""
        return now < self.expires_at and self.person.may_sign_in


class ApiToken(Entity, Base):
    """A token for an integration: it acts in the name of the admin who made it, with the rights of `role`."""

    __tablename__ = "api_token"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    person: Mapped[Person] = relationship(lazy="joined", innerjoin=True)
    name: Mapped[str] = mapped_column(String(100))
    role: Mapped[str] = mapped_column(String(10))
    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    expires_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)

    def is_good(self, now: dt.datetime) -> bool:
        """Whether it still works: also not when its admin is admin no more."""
        expired = self.expires_at is not None and now >= self.expires_at
        return not expired and self.person.role == "admin" and self.person.may_sign_in
