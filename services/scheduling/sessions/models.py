"""A session and its guests. Each change of state is one method, which does it or raises a named error."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column, relationship

from chassis.database import Entity, UtcDateTime
from contracts.errors import Conflict
from services.scheduling.base import Base
from services.scheduling.sessions.location import href_of

#: The constraint by which the database refuses to book a coach twice; migration 0001 makes it.
COACH_BOOKED_ONCE = "coach_booked_once"


class SessionOver(Conflict):
    """Only a session that is still to take place can be changed."""


class CoachBooked(Conflict):
    """The coach has another session at that time (C15)."""


class Session(Entity, Base):
    """A session of an engagement.

    It takes its coach's time while `holds_time`: two such sessions of one coach can never overlap, the database itself
    refuses it (C15: an exclusion constraint on PostgreSQL, triggers on SQLite). One that is cancelled holds no time,
    nor does one of a deleted engagement, nor one whose coach was booked already when it was handed over (`conflict`).

    `planned_at` is when it was put to its present time; null: when it was made. `time_sequence` is the
    SEQUENCE since which it has that time. `late_changes` are those that its client made within the coach's notice: each
    uses up one of the engagement's sessions.
    """

    __tablename__ = "session"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        CheckConstraint("NOT (conflict AND holds_time)", name="conflict_holds_no_time"),
        CheckConstraint("state <> 'cancelled' OR NOT holds_time", name="cancelled_holds_no_time"),
        Index("ix_session_coach_id_starts_at", "coach_id", "starts_at"),
        Index("ix_session_engagement_id_starts_at", "engagement_id", "starts_at"),
    )

    engagement_id: Mapped[UUID] = mapped_column(Uuid)
    client_id: Mapped[UUID] = mapped_column(Uuid)
    coach_id: Mapped[UUID] = mapped_column(Uuid)
    title: Mapped[str] = mapped_column(String(200))
    starts_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    time_zone: Mapped[str] = mapped_column(String(64))
    location_kind: Mapped[str] = mapped_column(String(20))
    location_detail: Mapped[str | None] = mapped_column(String(500))
    state: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str | None] = mapped_column(String(1000))
    holds_time: Mapped[bool]
    conflict: Mapped[bool]
    ics_sequence: Mapped[int]
    item_id: Mapped[UUID | None] = mapped_column(Uuid, default=None)
    planned_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    time_sequence: Mapped[int] = mapped_column(default=0, server_default="0")
    late_changes: Mapped[int] = mapped_column(default=0, server_default="0")
    answers: Mapped[list[Answer]] = relationship(cascade="all, delete-orphan", lazy="selectin", passive_deletes=True)
    guests: Mapped[list[Guest]] = relationship(
        order_by="Guest.position", cascade="all, delete-orphan", lazy="selectin", passive_deletes=True
    )

    @property
    def ics_uid(self) -> str:
        """The iCalendar UID: the same for life (C13)."""
        return f"{self.id}@coachworks"

    @property
    def duration(self) -> dt.timedelta:
        return self.ends_at - self.starts_at

    @property
    def location(self) -> dict[str, str | None]:
        """`{kind, detail, href}`, the link made from what was typed (S2.94)."""
        href = href_of(self.location_kind, self.location_detail)
        return {"kind": self.location_kind, "detail": self.location_detail, "href": href}

    def must_be_scheduled(self, wish: str) -> None:
        """Raises `SessionOver` unless the session is still to take place."""
        if self.state != "scheduled":
            state = "missed" if self.state == "no_show" else self.state
            raise SessionOver(f"This session is {state}; only a scheduled one can be {wish}.")

    def retitle(self, title: str) -> None:
        """Another title is no change of time, place or attendees: the invite keeps its SEQUENCE."""
        self.must_be_scheduled("changed")
        self.title = title

    def relocate(self, kind: str, detail: str | None) -> None:
        """Another place raises the invite's SEQUENCE (C13)."""
        self.must_be_scheduled("changed")
        self.location_kind, self.location_detail = kind, detail
        self.ics_sequence += 1

    def move(
        self, starts_at: dt.datetime, ends_at: dt.datetime, coach_id: UUID, reason: str | None, now: dt.datetime
    ) -> None:
        """Another time, which the session holds from now on, raises the invite's SEQUENCE (S1.20, C13)."""
        self.must_be_scheduled("rescheduled")
        self.planned_at = now
        self.coach_id = coach_id
        self.starts_at, self.ends_at, self.reason = starts_at, ends_at, reason
        self.holds_time, self.conflict = True, False
        self.ics_sequence += 1
        self.time_sequence = self.ics_sequence
        self.answers = []

    def answered_by(self, email_key: str) -> str | None:
        """What that attendee answered to the invite to the present time; None for nothing yet."""
        return next((one.answer for one in self.answers if one.email_key == email_key), None)

    def is_newer(self, email_key: str, stamp: dt.datetime) -> bool:
        """Whether an answer written then is not older than the one that is known."""
        return all(one.stamp <= stamp for one in self.answers if one.email_key == email_key)

    def answer(self, email_key: str, answer: str, stamp: dt.datetime) -> None:
        """An attendee accepts, declines or is not sure, until the session is moved (C13)."""
        self.must_be_scheduled("answered")
        present = next((one for one in self.answers if one.email_key == email_key), None)
        if present is None:
            self.answers.append(Answer(email_key=email_key, answer=answer, stamp=stamp))
        else:
            present.answer, present.stamp = answer, stamp

    def hand_over(self, coach_id: UUID) -> None:
        """Another coach is another attendee: that raises the invite's SEQUENCE (C10, C13)."""
        self.must_be_scheduled("handed over")
        self.coach_id = coach_id
        self.ics_sequence += 1

    def hold_time(self, free: bool) -> None:
        """Takes the coach's time if it is `free`; if not, the session is shown as a conflict."""
        self.must_be_scheduled("held")
        self.holds_time, self.conflict = free, not free

    def release_time(self) -> None:
        """Gives the coach's time free while the engagement is deleted."""
        self.must_be_scheduled("released")
        self.holds_time = self.conflict = False

    @classmethod
    def scheduled(cls, guests: list[tuple[str, str]], **facts: Any) -> Session:
        """A new session with these guests, pairs of address and name, that holds its coach's time."""
        session = cls(state="scheduled", holds_time=True, conflict=False, ics_sequence=0, late_changes=0, **facts)
        session._list_guests(guests)
        return session

    def set_guests(self, wanted: list[tuple[str, str]]) -> tuple[list[Guest], list[Guest]]:
        """Makes `wanted`, pairs of address and name, the whole list; answers who was added and who removed.

        An address is the same whatever its case. Any change raises the invite's SEQUENCE (C13).
        """
        self.must_be_scheduled("changed")
        if [(guest.email, guest.name) for guest in self.guests] == wanted:
            return [], []
        self.ics_sequence += 1
        return self._list_guests(wanted)

    def _list_guests(self, wanted: list[tuple[str, str]]) -> tuple[list[Guest], list[Guest]]:
        present = {guest.email_key: guest for guest in self.guests}
        added, after = [], []
        for position, (email, name) in enumerate(wanted):
            guest = present.pop(email.casefold(), None)
            if guest is None:
                guest = Guest(email_key=email.casefold())
                added.append(guest)
            guest.email, guest.name, guest.position = email, name, position
            after.append(guest)
        self.guests = after
        self.answers = [one for one in self.answers if one.email_key not in present]
        return added, list(present.values())

    def cancel(self, reason: str | None) -> None:
        """It will not take place; its time is free. A change of STATUS raises SEQUENCE (RFC 5546 §2.1.4)."""
        self.must_be_scheduled("cancelled")
        self.state, self.reason = "cancelled", reason
        self.holds_time = self.conflict = False
        self.ics_sequence += 1

    def complete(self) -> None:
        """It took place (C7)."""
        self.must_be_scheduled("completed")
        self.state, self.conflict = "completed", False

    def miss(self) -> None:
        """The client did not show up (C7)."""
        self.must_be_scheduled("marked as missed")
        self.state, self.conflict = "no_show", False

    def erase(self) -> None:
        """Its client is erased (C24): time and state stay, whatever was typed goes, and so do the guests."""
        self.title, self.reason, self.location_detail = "Session", None, None
        self.guests, self.answers = [], []

    def forget_guest(self, email_key: str) -> None:
        """One guest is erased (C24). Of a session to come that raises the invite's SEQUENCE (C13)."""
        self.guests = [guest for guest in self.guests if guest.email_key != email_key]
        self.answers = [one for one in self.answers if one.email_key != email_key]
        if self.state == "scheduled":
            self.ics_sequence += 1


class Guest(Entity, Base):
    """Somebody who attends besides client and coach, known by address alone (S1.17)."""

    __tablename__ = "guest"
    __table_args__ = (UniqueConstraint("session_id", "email_key"),)

    session_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("session.id", ondelete="CASCADE"))
    email: Mapped[str] = mapped_column(String(254))
    email_key: Mapped[str]
    name: Mapped[str] = mapped_column(String(200))
    position: Mapped[int]


class Answer(Base):
    """What an attendee answered to the invite; `stamp` is when, by the attendee's own calendar program."""

    __tablename__ = "answer"

    session_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("session.id", ondelete="CASCADE"), primary_key=True)
    email_key: Mapped[str] = mapped_column(primary_key=True)
    answer: Mapped[str] = mapped_column(String(20))
    stamp: Mapped[dt.datetime] = mapped_column(UtcDateTime)
