"""Persons: admins, coaches and clients, with one mail address each."""

from __future__ import annotations

import datetime as dt
from typing import Any, Self
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from chassis.database import Entity, UtcDateTime
from contracts.errors import Conflict
from services.engagements.base import Base


class EmailTaken(Conflict):
    """The address belongs to another person."""


class AlreadyActive(Conflict):
    """There is an account already."""


class NotInvited(Conflict):
    """There is no invitation that could be accepted or revoked."""


class PortalDisabled(Conflict):
    """The portal access is switched off."""


class PortalNotActive(Conflict):
    """There is no active portal account."""


class PortalNotDisabled(Conflict):
    """The portal access is not switched off."""


class Deactivated(Conflict):
    """The member of staff has left."""


class Erased(Conflict):
    """The client was erased: nothing is left that could be changed."""


#: What stands in place of a client who was erased (rule C24).
ERASED_NAME = "Erased client"


class Person(Entity, Base):
    """An admin, a coach or a client. `portal` is the state of a client (rule C1), None for staff."""

    __tablename__ = "person"
    __table_args__ = (Index("ix_person_role_search", "role", "search", "id"),)

    role: Mapped[str] = mapped_column(String(10))
    name: Mapped[str] = mapped_column(String(150))
    email: Mapped[str] = mapped_column(String(254))
    email_key: Mapped[str] = mapped_column(String(254), unique=True)
    time_zone: Mapped[str] = mapped_column(String(50))
    locale: Mapped[str] = mapped_column(String(10))
    password_hash: Mapped[str | None] = mapped_column(String(200))
    search: Mapped[str] = mapped_column(Text)
    """Name, address and company in lower case: what lists are searched by and sorted by."""

    deactivated: Mapped[bool]
    team: Mapped[str | None] = mapped_column(String(100))

    portal: Mapped[str | None] = mapped_column(String(20))
    phone: Mapped[str | None] = mapped_column(String(50))
    company: Mapped[str | None] = mapped_column(String(150))
    coach_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"), index=True)
    coach: Mapped[Person | None] = relationship(remote_side="Person.id")
    erased_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime, default=None)

    @classmethod
    def staff(cls, *, name: str, email: str, role: str, time_zone: str, team: str | None = None) -> Self:
        """A coach or an admin who has no password yet."""
        return cls._new(role, name, email, time_zone, None, team=team)

    @classmethod
    def client(
        cls,
        *,
        name: str,
        email: str,
        time_zone: str,
        phone: str | None = None,
        company: str | None = None,
        coach: Person | None = None,
    ) -> Self:
        """A client, as an Internal Record (rule S1.1)."""
        return cls._new("client", name, email, time_zone, "internal_record", phone=phone, company=company, coach=coach)

    @classmethod
    def _new(cls, role: str, name: str, email: str, time_zone: str, portal: str | None, **more: Any) -> Self:
        person = cls(role=role, portal=portal, locale="en", deactivated=False)
        person.describe({"name": name, "email": email, "time_zone": time_zone, **more})
        return person

    def describe(self, changes: dict[str, Any]) -> bool:
        """Takes over what is given of name, email, time_zone, locale, role, team, phone, company and coach.

        Answers whether anything is different now. Raises `Erased`.
        """
        self.must_not_be_erased()
        different = False
        for field, value in changes.items():
            if getattr(self, field) != value:
                setattr(self, field, value)
                different = True
        self.email_key = email_key(self.email)
        self.search = "\n".join([self.name, self.email, self.company or ""]).lower()
        return different

    @property
    def is_client(self) -> bool:
        return self.role == "client"

    @property
    def may_sign_in(self) -> bool:
        """Staff who has not left, and clients whose portal is active; each with a password."""
        allowed = self.portal == "active" if self.is_client else not self.deactivated
        return allowed and self.password_hash is not None

    @property
    def state(self) -> str:
        """Of staff: `invited` until there is a password, then `active`, and `deactivated` in the end."""
        if self.deactivated:
            return "deactivated"
        return "active" if self.password_hash else "invited"

    # Staff

    def deactivate(self) -> None:
        """No sign-in from now on."""
        if self.deactivated:
            raise Deactivated(f"{self.name} is deactivated already.")
        self.deactivated = True

    def set_password(self, password_hash: str) -> None:
        """A new password for who may have one."""
        self.password_hash = password_hash

    # Clients: internal_record ⇄ invited → active ⇄ disabled (rule C1)

    def invite(self) -> None:
        """An invitation is on its way; a second one changes nothing here."""
        if self.portal == "active":
            raise AlreadyActive(f"{self.name} has an account already.", rule="C1")
        if self.portal == "disabled":
            raise PortalDisabled(f"The portal access of {self.name} is switched off. Switch it on instead.", rule="C1")
        self.portal = "invited"

    def uninvite(self) -> None:
        """The invitation is withdrawn: an Internal Record again; raises `NotInvited`."""
        if self.portal != "invited":
            raise NotInvited(f"{self.name} has no invitation that is open.", rule="S1.36")
        self.portal = "internal_record"

    def activate(self, password_hash: str) -> None:
        """The invited client created a password."""
        if self.portal != "invited":
            raise NotInvited(f"{self.name} has no open invitation.", rule="C1")
        self.portal = "active"
        self.password_hash = password_hash

    def disable(self) -> None:
        """The active client can sign in no more."""
        if self.portal != "active":
            raise PortalNotActive(f"{self.name} has no active account that could be switched off.", rule="C1")
        self.portal = "disabled"

    def enable(self) -> None:
        """The client can sign in again, with the password it had; raises `Erased`."""
        self.must_not_be_erased()
        if self.portal != "disabled":
            raise PortalNotDisabled(f"The portal access of {self.name} is not switched off.", rule="C1")
        self.portal = "active"

    def must_not_be_erased(self) -> None:
        """Raises `Erased`."""
        if self.erased_at is not None:
            raise Erased("This client was erased.", rule="C24")

    def erase(self, now: dt.datetime) -> None:
        """Nothing is left that tells who it was, and nobody signs in by it any more (C24). Raises `Erased`."""
        nobody = f"{self.id}@erased.invalid"  # nobody else has it, and no mail ever reaches it (RFC 2606 §2)
        self.describe({"name": ERASED_NAME, "email": nobody, "time_zone": "UTC", "locale": "en"})
        self.describe({"phone": None, "company": None, "coach": None})
        self.portal, self.password_hash, self.erased_at = "disabled", None, now

    # Data of the events

    def coach_facts(self) -> dict[str, Any]:
        """The data of a coach's or an admin's events."""
        return self._facts() | {"role": self.role, "team": self.team, "active": not self.deactivated}

    def client_facts(self) -> dict[str, Any]:
        """The data of a client's events."""
        coach_id = self.coach.id if self.coach else None
        return self._facts() | {"portal": self.portal, "coach_id": coach_id, "company": self.company}

    def _facts(self) -> dict[str, Any]:
        return {"name": self.name, "email": self.email, "time_zone": self.time_zone, "locale": self.locale}


def email_key(email: str) -> str:
    """Two addresses are the same if their keys are: case does not count."""
    return email.strip().lower()
