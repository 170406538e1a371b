"""A coach's calendar at another server, what was written there, and when the coach is busy by it."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from chassis.claims import Claimable
from chassis.database import Entity, UtcDateTime
from services.scheduling.base import Base

#: While all is well; what changes in Coachworks does not wait for it.
EVERY = dt.timedelta(minutes=5)
#: Pauses after the first and later attempts that failed; the last one is repeated.
PAUSES = tuple(dt.timedelta(seconds=seconds) for seconds in (10, 30, 120, 300, 900, 1800))
#: How often it is tried to take away what was written, before the credentials are forgotten all the same.
FAREWELLS = 5
#: So many of the events that are left out are named; of more only the number is kept.
NAMED = 50
_IN_USE = text("state <> 'disconnecting'")


class Calendar(Entity, Claimable, Base):
    """`connecting` → `connected` ⇄ `failing` → `disconnecting`, until what we wrote there is gone; then so is the row.

    A coach has one at most besides those that are `disconnecting`. `password` is sealed. `collection` is the calendar's
    own address, once it was found by way of `url`, and `name` what it calls itself. `failures` counts those in a row.
    `left_out` names the events whose time does not count, for it could not be told: address, first day and reason.
    """

    __tablename__ = "calendar"
    __table_args__ = (
        Index("uq_calendar_in_use", "coach_id", unique=True, sqlite_where=_IN_USE, postgresql_where=_IN_USE),
        Index("ix_calendar_next_sync_at", "next_sync_at"),
    )

    coach_id: Mapped[UUID] = mapped_column(Uuid)
    kind: Mapped[str] = mapped_column(String(20))
    url: Mapped[str] = mapped_column(String(2000))
    username: Mapped[str] = mapped_column(String(200))
    password: Mapped[bytes] = mapped_column(LargeBinary)
    collection: Mapped[str | None] = mapped_column(String(4000), default=None)
    name: Mapped[str | None] = mapped_column(String(200), default=None)
    state: Mapped[str] = mapped_column(String(20))
    failing_since: Mapped[dt.datetime | None] = mapped_column(UtcDateTime, default=None)
    last_error: Mapped[str | None] = mapped_column(String(500), default=None)
    failures: Mapped[int] = mapped_column(default=0)
    last_sync_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime, default=None)
    next_sync_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    left_out: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list, server_default="[]")
    left_out_total: Mapped[int] = mapped_column(default=0, server_default="0")

    def connect(self, kind: str, url: str, username: str, password: bytes, now: dt.datetime) -> None:
        """These credentials count from now on."""
        self.kind, self.url, self.username, self.password = kind, url, username, password
        self.state = "connecting"
        self.collection = self.name = None
        self.failing_since = self.last_error = None
        self.failures = 0
        self.leave_out([])
        self.wish(now)

    def leave_out(self, found: list[dict[str, Any]]) -> None:
        """The time of these events, and of no others, does not count."""
        self.left_out, self.left_out_total = found[:NAMED], len(found)

    def wish(self, now: dt.datetime) -> None:
        """It is to be put in step from now on; whoever is at it already loses the claim, for this may be news there."""
        self.next_sync_at = now
        self.claim = self.claimed_until = None

    def be_in_step(self, now: dt.datetime, *, again_at: dt.datetime) -> bool:
        """All was read and written; says whether that is news, for it was not so before."""
        is_news = self.state != "connected"
        self.state = "connected"
        self.failing_since = self.last_error = None
        self.failures = 0
        self.last_sync_at, self.next_sync_at = now, again_at
        return is_news

    def fail(self, now: dt.datetime, sentence: str) -> bool:
        """It is tried again after a pause; says whether that is news. The sentence holds no address and no secret."""
        is_news = self.state != "failing"
        if is_news:
            self.failing_since = now
        self.state = "failing"
        self._pause(now, sentence)
        return is_news

    def disconnect(self, now: dt.datetime) -> None:
        """Its busy times count no more; what we wrote is to be taken away."""
        self.state = "disconnecting"
        self.failures = 0
        self.wish(now)

    def fail_to_leave(self, now: dt.datetime, sentence: str) -> bool:
        """Something of ours is still there; says whether it is given up."""
        self._pause(now, sentence)
        return self.failures >= FAREWELLS

    def _pause(self, now: dt.datetime, sentence: str) -> None:
        self.next_sync_at = now + PAUSES[min(self.failures, len(PAUSES) - 1)]
        self.failures += 1
        self.last_error = sentence[:500]


class CalendarEntry(Base):
    """What we know of a session's event in a calendar: as it was written, and what has become of it there.

    `session_version` is the version of the session that was looked at last, `digest` that of the content that was
    written; without one it was not, or is to be written again. `etag` is the server's word for the event as it stood
    then. `invited`: the event is there by the mailed invite, so we leave it alone. `conflict` is null for one that is
    as it should be.
    """

    __tablename__ = "calendar_entry"

    calendar_id: Mapped[UUID] = mapped_column(ForeignKey("calendar.id", ondelete="CASCADE"), primary_key=True)
    session_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, index=True)
    href: Mapped[str] = mapped_column(String(4000))
    etag: Mapped[str | None] = mapped_column(String(500))
    digest: Mapped[str | None] = mapped_column(String(64))
    session_version: Mapped[int]
    invited: Mapped[bool]
    conflict: Mapped[str | None] = mapped_column(String(20))


class CalendarBusy(Base):
    """A time that the coach is busy by the calendar, our own sessions apart; no two of one calendar touch."""

    __tablename__ = "calendar_busy"

    calendar_id: Mapped[UUID] = mapped_column(ForeignKey("calendar.id", ondelete="CASCADE"), primary_key=True)
    starts_at: Mapped[dt.datetime] = mapped_column(UtcDateTime, primary_key=True)
    ends_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
