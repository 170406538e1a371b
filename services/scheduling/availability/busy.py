"""What a coach's time is taken by."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from sqlalchemy import select

from chassis.work import Work
from services.scheduling.availability.slots import Interval
from services.scheduling.calendars.busy import busy_elsewhere
from services.scheduling.sessions.models import Session


def busy_of(
    work: Work, coach_id: UUID, start: dt.datetime, end: dt.datetime, *, besides: UUID | None = None
) -> list[Interval]:
    """The times in [start, end) that the coach is not free: sessions that hold time (C15), and the own calendar.

    The session `besides` is left out: it may be moved to a time that overlaps its own.
    """
    held = select(Session.starts_at, Session.ends_at).where(
        Session.coach_id == coach_id, Session.holds_time, Session.starts_at < end, Session.ends_at > start
    )
    if besides is not None:
        held = held.where(Session.id != besides)
    sessions = [(row.starts_at, row.ends_at) for row in work.session.execute(held)]
    return sessions + busy_elsewhere(work, coach_id, start, end)
