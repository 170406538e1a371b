"""Engagements: one client's way through one program (rule S2.1)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Date, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from chassis.database import Entity, UtcDateTime
from contracts.errors import Conflict, Invalid, NotFound
from services.engagements.base import Base
from services.engagements.engagements.progress import Progress
from services.engagements.people.models import Person

#: How long a deleted engagement can be restored (rule C9).
RESTORABLE = dt.timedelta(days=30)


class AlreadyCompleted(Conflict):
    """The engagement is completed."""


class NotCompleted(Conflict):
    """Only a completed engagement can be reopened."""


class UnpaidInvoices(Conflict):
    """Sent invoices of the engagement are not paid."""


class NotDeleted(Conflict):
    """Only a deleted engagement can be restored."""


class SameCoach(Conflict):
    """It is that coach's already."""


class Engagement(Entity, Base):
    """`started_at` is when its first session was scheduled; it stays when the engagement is completed and reopened."""

    __tablename__ = "engagement"
    __table_args__ = (Index("ix_engagement_list", "created_at", "id"),)

    client_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    client: Mapped[Person] = relationship(foreign_keys=[client_id])
    coach_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    coach: Mapped[Person] = relationship(foreign_keys=[coach_id])
    program_id: Mapped[UUID | None] = mapped_column(ForeignKey("program.id"))
    program_name: Mapped[str] = mapped_column(String(150))
    search: Mapped[str] = mapped_column(String(150))
    sessions_total: Mapped[int]
    start_date: Mapped[dt.date | None] = mapped_column(Date)
    end_date: Mapped[dt.date | None] = mapped_column(Date)
    status: Mapped[str] = mapped_column(String(20))
    started_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    completed_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    ended_reason: Mapped[str | None] = mapped_column(Text)
    sessions_unused: Mapped[int | None]
    deleted_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)

    def describe(self, changes: dict[str, Any]) -> list[str]:
        """Takes over what is given of program_name, sessions_total, start_date and end_date; answers which differ.

        `Invalid` if it would end before it starts.
        """
        different = [name for name, value in changes.items() if getattr(self, name) != value]
        for name in different:
            setattr(self, name, changes[name])
        self.search = self.program_name.lower()
        if self.start_date and self.end_date and self.end_date < self.start_date:
            raise Invalid("The input is not valid.", errors={"end_date": ["Lies before the start date."]})
        return different

    def start(self, now: dt.datetime) -> bool:
        """The first session is scheduled (C8). Answers whether the status changed by that."""
        self.started_at = self.started_at or now
        if self.status != "not_started":
            return False
        self.status = "in_progress"
        return True

    def complete(self, now: dt.datetime, progress: Progress, reason: str | None = None) -> None:
        """It is over, after its last session or early (C8, S2.102): the reason and the sessions unused are kept."""
        if self.status == "completed":
            raise AlreadyCompleted("The engagement is completed already.", rule="C8")
        self.status = "completed"
        self.completed_at = now
        self.ended_reason = reason
        self.sessions_unused = progress.unused

    def reopen(self) -> None:
        """It goes on: in progress if it had ever started, else not started."""
        if self.status != "completed":
            raise NotCompleted("The engagement is not completed.", rule="C8")
        self.status = "in_progress" if self.started_at else "not_started"
        self.completed_at = self.ended_reason = self.sessions_unused = None

    def assign(self, coach: Person) -> None:
        """Another coach takes over, with the whole history (C10)."""
        if coach.id == self.coach_id:
            raise SameCoach(f"{coach.name} coaches this engagement already.", rule="C10")
        self.coach = coach

    def delete(self, now: dt.datetime, unpaid: Sequence[str]) -> None:
        """Soft, for 30 days; refused while sent invoices are unpaid, whose numbers are `unpaid` (C9)."""
        if unpaid:
            raise UnpaidInvoices(
                f"There are unpaid invoices: {', '.join(unpaid)}. They must be paid or voided first.", rule="C9"
            )
        self.deleted_at = now

    def erase(self, now: dt.datetime, program_name: str | None) -> None:
        """Its client is erased (C24): it is gone, and keeps no words that somebody wrote for it alone."""
        self.describe({"program_name": program_name or "Engagement"})
        self.ended_reason, self.deleted_at = None, self.deleted_at or now

    def restore(self, now: dt.datetime) -> None:
        """It is back as it was; after 30 days it is gone (C9)."""
        if self.deleted_at is None:
            raise NotDeleted("The engagement is not deleted.", rule="C9")
        if now >= self.deleted_at + RESTORABLE:
            raise NotFound("There is no such engagement.")
        self.deleted_at = None

    def facts(self) -> dict[str, Any]:
        """The data of its events."""
        return {
            "client_id": self.client.id,
            "coach_id": self.coach.id,
            "program_id": self.program_id,
            "program_name": self.program_name,
            "sessions_total": self.sessions_total,
            "start_date": self.start_date,
            "end_date": self.end_date,
            "status": self.status,
            "deleted": self.deleted_at is not None,
        }
