"""When coaches are busy by their own calendars."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from sqlalchemy import delete, insert, select

from chassis.work import Work
from services.scheduling.availability.slots import Interval
from services.scheduling.calendars.models import Calendar, CalendarBusy


def busy_elsewhere(work: Work, coach_id: UUID, start: dt.datetime, end: dt.datetime) -> list[Interval]:
    """The times in [start, end) that the coach's calendar took when it was read last, also while it fails."""
    taken = (
        select(CalendarBusy.starts_at, CalendarBusy.ends_at)
        .join(Calendar, Calendar.id == CalendarBusy.calendar_id)
        .where(
            Calendar.coach_id == coach_id,
            Calendar.state != "disconnecting",
            CalendarBusy.starts_at < end,
            CalendarBusy.ends_at > start,
        )
    )
    return [(row.starts_at, row.ends_at) for row in work.session.execute(taken)]


def replace_busy(work: Work, calendar_id: UUID, intervals: list[Interval]) -> None:
    """These are the calendar's busy times now; what is the same stays as it is."""
    mine = CalendarBusy.calendar_id == calendar_id
    present = {
        (row.starts_at, row.ends_at)
        for row in work.session.execute(select(CalendarBusy.starts_at, CalendarBusy.ends_at).where(mine))
    }
    if gone := [begin for begin, _ in present - set(intervals)]:
        work.session.execute(delete(CalendarBusy).where(mine, CalendarBusy.starts_at.in_(gone)))
    rows = [
        {"calendar_id": calendar_id, "starts_at": begin, "ends_at": end}
        for begin, end in intervals
        if (begin, end) not in present
    ]
    if rows:
        work.session.execute(insert(CalendarBusy), rows)
