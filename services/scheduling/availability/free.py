"""What is free of a coach's hours, as the database has it now."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from chassis.work import Work
from services.scheduling.availability.busy import busy_of
from services.scheduling.availability.models import Availability
from services.scheduling.availability.slots import Interval, Reason, slots, why_not
from services.scheduling.copies.models import Coach

#: Why a time is not free, without a word on whose it is (C22).
SENTENCES: dict[Reason, str] = {
    "outside_hours": "The coach offers no hours then.",
    "day_off": "The coach has that day off.",
    "not_a_start": "No slot starts at that time.",
    "taken": "The coach is not free at that time.",
    "within_notice": "That is too soon: the coach needs more notice.",
    "beyond_horizon": "That is too far ahead to be booked yet.",
}


def availability_of(work: Work, coach: Coach) -> Availability:
    """When the coach offers time; one who has set nothing has no hours."""
    return work.session.get(Availability, coach.id) or Availability.unset(coach.id, coach.time_zone)


def free_slots(
    work: Work, found: Availability, begin: dt.datetime, end: dt.datetime, minutes: int, besides: UUID | None = None
) -> list[Interval]:
    """The free slots of that many minutes that start in [begin, end), by start."""
    busy = _busy_around(work, found, begin, end + dt.timedelta(minutes=minutes), besides)
    return slots(found.rules, busy, work.now, begin, end, minutes)


def why_not_free(
    work: Work, found: Availability, starts_at: dt.datetime, minutes: int, besides: UUID | None = None
) -> Reason | None:
    """Why no slot of that many minutes starts then; None if it is free."""
    busy = _busy_around(work, found, starts_at, starts_at + dt.timedelta(minutes=minutes), besides)
    return why_not(found.rules, busy, work.now, starts_at, minutes)


def _busy_around(
    work: Work, found: Availability, start: dt.datetime, end: dt.datetime, besides: UUID | None
) -> list[Interval]:
    buffer = dt.timedelta(minutes=found.buffer_minutes)
    return busy_of(work, found.id, start - buffer, end + buffer, besides=besides)
