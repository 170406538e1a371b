"""Series of sessions: the same wall-clock time each week or fortnight, over changes of clocks (C14)."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from chassis.work import Work
from contracts.actor import Actor
from services.scheduling.calendars.busy import busy_elsewhere
from services.scheduling.copies.models import Coach
from services.scheduling.sessions.calendar import holder
from services.scheduling.sessions.models import CoachBooked
from services.scheduling.sessions.operations import lock_for_scheduling, schedule_one, visible_engagement
from services.scheduling.sessions.views import views

Input = dict[str, Any]
WEEKS = {"week": 1, "fortnight": 2}


def starts_of(first: dt.datetime, zone: str, every: str, count: int) -> list[dt.datetime]:
    """`count` instants, the first one `first`, at the same time on the wall of the zone; aware UTC.

    Where the clocks skip that time, it is as much later as they skip; where they show it twice, it is the first time.
    """
    on_the_wall = first.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0)
    days = [on_the_wall + dt.timedelta(weeks=WEEKS[every] * number) for number in range(1, count)]
    return [first, *(day.replace(tzinfo=ZoneInfo(zone)).astimezone(dt.UTC) for day in days)]


def schedule_series(work: Work, actor: Actor, input: Input) -> Input:
    """Schedules all of them and sends an invite for each (S1.15), or, where the coach is booked at one of the times,
    none: `CoachBooked` names each of these (C15)."""
    engagement, coach = lock_for_scheduling(work, actor, input["engagement_id"])
    zone = input["time_zone"] or coach.time_zone
    starts = starts_of(input["starts_at"], zone, input["every"], input["count"])
    if taken := [start for start in starts if _is_taken(work, coach, start, input)]:
        days = ", ".join(f"{start.astimezone(ZoneInfo(zone)):%Y-%m-%d}" for start in taken)
        raise CoachBooked(f"{coach.name} is booked at that time already on {days}.", rule="C15")
    made = [schedule_one(work, actor, engagement, coach, input, start) for start in starts]
    return {"items": views(work, actor, made)}


def preview_series(work: Work, actor: Actor, input: Input) -> Input:
    """When they would be, and which of these times are taken; schedules nothing."""
    engagement = visible_engagement(work, actor, input["engagement_id"])
    coach = work.copy(Coach, engagement.coach_id, what="coach")
    zone = input["time_zone"] or coach.time_zone
    starts = starts_of(input["starts_at"], zone, input["every"], input["count"])
    length = dt.timedelta(minutes=input["duration_minutes"])
    return {
        "items": [
            {
                "starts_at": start,
                "ends_at": start + length,
                "is_taken": _is_taken(work, coach, start, input),
                "is_busy": bool(busy_elsewhere(work, coach.id, start, start + length)),
            }
            for start in starts
        ]
    }


def _is_taken(work: Work, coach: Coach, start: dt.datetime, input: Input) -> bool:
    return holder(work, coach.id, start, start + dt.timedelta(minutes=input["duration_minutes"])) is not None
