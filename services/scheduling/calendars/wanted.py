"""Which sessions a calendar should hold, beside what was written there: what differs is what there is to do."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, or_, select

from chassis.work import Work
from services.scheduling.calendars.models import Calendar, CalendarEntry
from services.scheduling.copies.models import Engagement
from services.scheduling.sessions.invites import Meeting
from services.scheduling.sessions.mail import meeting_of
from services.scheduling.sessions.models import Session

#: Events that are over by less than this are still looked at.
BEHIND = dt.timedelta(days=1)


@dataclass(frozen=True)
class Known:
    """What we know of a session's event there; see `CalendarEntry`."""

    href: str
    etag: str | None
    digest: str | None
    session_version: int
    invited: bool
    conflict: str | None


@dataclass(frozen=True)
class Job:
    """A session, the meeting that the calendar should hold (None: it should not be there), and what is known."""

    session_id: UUID
    uid: str
    version: int
    ends_at: dt.datetime
    meeting: Meeting | None
    known: Known | None


def is_due(now: dt.datetime) -> ColumnElement[bool]:
    """Calendars whose time has come, and those in step that something was changed for in Coachworks."""
    entry = and_(CalendarEntry.calendar_id == Calendar.id, CalendarEntry.session_id == Session.id)
    sessions = exists().where(Engagement.id == Session.engagement_id)
    missing = sessions.where(*_wanted(Calendar.coach_id, now), ~exists().where(entry))
    unwanted = or_(Session.coach_id != Calendar.coach_id, and_(Engagement.deleted, Session.ends_at > now))
    # else it is tried with all others
    removable = and_(CalendarEntry.conflict.is_distinct_from("refused"), CalendarEntry.digest.is_not(None))
    differs = or_(CalendarEntry.session_version != Session.version, and_(unwanted, removable))
    changed = sessions.where(entry, differs, ~_left_behind(Calendar.coach_id))
    return or_(Calendar.next_sync_at <= now, and_(Calendar.state == "connected", or_(missing, changed)))


def _wanted(coach_id: Any, now: dt.datetime) -> tuple[ColumnElement[bool], ...]:
    starts_after = now - BEHIND  # none lasts longer; by the start there is an index
    return (
        Session.coach_id == coach_id,
        Engagement.coach_id == coach_id,
        Session.state == "scheduled",
        Session.starts_at > starts_after,
        Session.ends_at > now,
        ~Engagement.deleted,
    )


def _left_behind(coach_id: Any) -> ColumnElement[bool]:
    """Sessions from before a handover: what becomes of them later is not the former coach's to see (C10)."""
    return and_(Session.coach_id == coach_id, Engagement.coach_id != coach_id)


def jobs_of(work: Work, calendar_id: UUID, coach_id: UUID) -> list[Job]:
    """All sessions that are to be written, compared or removed, by start.

    Those that are over stay as they are in the calendar; only what is changed of them later is changed there too, as
    long as the engagement is still this coach's.
    """
    mine = and_(CalendarEntry.calendar_id == calendar_id, CalendarEntry.session_id == Session.id)
    missing = and_(CalendarEntry.session_id.is_(None), *_wanted(coach_id, work.now))
    written = and_(
        CalendarEntry.session_id.is_not(None),
        ~_left_behind(coach_id),
        or_(
            Session.ends_at > work.now,
            CalendarEntry.session_version != Session.version,
            CalendarEntry.digest.is_(None),
            Session.coach_id != coach_id,
        ),
    )
    found = (
        select(Session, CalendarEntry, Engagement.deleted)
        .join(Engagement, Engagement.id == Session.engagement_id)
        .outerjoin(CalendarEntry, mine)
        .where(or_(missing, written))
        .order_by(Session.starts_at, Session.id)
    )
    jobs = []
    for session, entry, deleted in work.session.execute(found):
        off = session.state == "cancelled" or session.coach_id != coach_id
        off = off or (deleted and session.ends_at > work.now)
        meeting = None if off else meeting_of(work, session)
        known = _known(entry) if entry else None
        jobs.append(Job(session.id, session.ics_uid, session.version, session.ends_at, meeting, known))
    return jobs


def _known(entry: CalendarEntry) -> Known:
    return Known(
        entry.href, entry.etag, entry.digest, entry.session_version, invited=entry.invited, conflict=entry.conflict
    )
