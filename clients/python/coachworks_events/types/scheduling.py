"""Generated from the contracts of Coachworks by `python -m contracts.docs`; do not edit."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from coachworks_events.facts import Facts


@dataclass(frozen=True, kw_only=True)
class AttendeeFacts(Facts):
    session_id: UUID
    engagement_id: UUID
    email: str
    name: str
    person_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class AttendeeAdded(AttendeeFacts):
    """Somebody besides client and coach will attend a session (rule S1.17)."""

    type = "scheduling.attendee.added.v1"


@dataclass(frozen=True, kw_only=True)
class AttendeeRemoved(AttendeeFacts):
    """Somebody no longer attends a session."""

    type = "scheduling.attendee.removed.v1"


@dataclass(frozen=True, kw_only=True)
class AttendeeReplied(AttendeeFacts):
    """An attendee answered the invite. Another time of the session makes all answers void (rule C13). Its subject
    is the session, whose version is its `sequence`."""

    type = "scheduling.attendee.replied.v1"

    answer: str


@dataclass(frozen=True, kw_only=True)
class CalendarFacts(Facts):
    coach_id: UUID
    kind: str


@dataclass(frozen=True, kw_only=True)
class CalendarConnected(CalendarFacts):
    """A coach's calendar is in step with Coachworks: for the first time, or again after it failed."""

    type = "scheduling.calendar.connected.v1"


@dataclass(frozen=True, kw_only=True)
class CalendarDisconnected(CalendarFacts):
    """A coach's calendar is no longer used; what was written there is being removed."""

    type = "scheduling.calendar.disconnected.v1"


@dataclass(frozen=True, kw_only=True)
class CalendarFailed(CalendarFacts):
    """A coach's calendar cannot be kept in step; it is tried again by itself, and told once until it works
    again."""

    type = "scheduling.calendar.failed.v1"

    reason: str


@dataclass(frozen=True, kw_only=True)
class LocationFacts(Facts):
    kind: str
    detail: str | None = None
    href: str | None = None


@dataclass(frozen=True, kw_only=True)
class SessionFacts(Facts):
    engagement_id: UUID
    client_id: UUID
    coach_id: UUID
    title: str
    number: int | None = None
    starts_at: dt.datetime
    ends_at: dt.datetime
    time_zone: str
    location: LocationFacts
    state: str
    item_id: UUID | None = None
    ics_uid: str
    ics_sequence: int
    reason: str | None = None
    conflict: bool = False
    late_changes: int = 0


@dataclass(frozen=True, kw_only=True)
class SessionCancelled(SessionFacts):
    """A session will not take place; its time is free again (rule S2.97)."""

    type = "scheduling.session.cancelled.v1"


@dataclass(frozen=True, kw_only=True)
class SessionCompleted(SessionFacts):
    """A session took place (rule C7)."""

    type = "scheduling.session.completed.v1"


@dataclass(frozen=True, kw_only=True)
class SessionMissed(SessionFacts):
    """The client did not show up (rule C7)."""

    type = "scheduling.session.missed.v1"


@dataclass(frozen=True, kw_only=True)
class SessionRescheduled(SessionFacts):
    """A session was moved to another time; its id and UID stay (rules S1.20, C13)."""

    type = "scheduling.session.rescheduled.v1"

    previous_starts_at: dt.datetime


@dataclass(frozen=True, kw_only=True)
class SessionScheduled(SessionFacts):
    """A session was put into the calendar (rules S1.15, S2.98)."""

    type = "scheduling.session.scheduled.v1"


@dataclass(frozen=True, kw_only=True)
class SessionUpdated(SessionFacts):
    """A session's title, place, attendees or coach was changed; its time is the same."""

    type = "scheduling.session.updated.v1"
