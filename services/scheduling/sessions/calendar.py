"""The time of coaches: who holds it, and in what order it is locked (C15).

Whoever changes a session locks its engagement's copy first, then the copy of each coach concerned by id, then sessions.
So changes to one coach's time queue up, each sees what the one before has done, and none waits in a circle. That the
database refuses an overlap does not rest on this; it only makes the refusal a sentence that names the other session.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from chassis.work import Work
from contracts.actor import Actor
from contracts.errors import NotFound
from services.scheduling.copies.models import Coach, Engagement
from services.scheduling.sessions.models import COACH_BOOKED_ONCE, CoachBooked, Session


def lock_coaches(work: Work, ids: Iterable[UUID]) -> None:
    """Locks the time of these coaches until the transaction ends; one that events have yet to bring is awaited."""
    for id_ in sorted(set(ids)):
        if work.session.get(Coach, id_, with_for_update=True, populate_existing=True) is None:
            raise NotFound("There is no such coach.", awaited=True)


def holder(
    work: Work, coach_id: UUID, starts_at: dt.datetime, ends_at: dt.datetime, *, besides: UUID | None = None
) -> Session | None:
    """The first session other than `besides` that holds some of the coach's time in [starts_at, ends_at)."""
    overlapping = select(Session).where(
        Session.coach_id == coach_id, Session.holds_time, Session.starts_at < ends_at, Session.ends_at > starts_at
    )
    if besides is not None:
        overlapping = overlapping.where(Session.id != besides)
    return work.session.scalars(overlapping.order_by(Session.starts_at).limit(1)).one_or_none()


def must_be_free(
    work: Work, actor: Actor, coach: Coach, starts_at: dt.datetime, ends_at: dt.datetime, *, besides: UUID | None = None
) -> None:
    """Raises `CoachBooked`, naming the session that holds the time if the actor may know of it (C22).

    The coach's time must be locked.
    """
    other = holder(work, coach.id, starts_at, ends_at, besides=besides)
    if other is not None:
        if not actor.sees(work.session.get_one(Engagement, other.engagement_id)):
            raise _booked(coach.name, "")
        zone = ZoneInfo(other.time_zone)
        begin, end = other.starts_at.astimezone(zone), other.ends_at.astimezone(zone)
        when = f"{begin:%Y-%m-%d} from {begin:%H:%M} to {end:%H:%M} ({other.time_zone})"
        raise _booked(coach.name, f": “{other.title}” on {when}")


def flush_holding(work: Work, coach: Coach) -> None:
    """Writes what was changed; raises `CoachBooked` where the database finds the coach booked twice."""
    name = coach.name  # a flush that fails leaves no row readable
    try:
        work.session.flush()
    except IntegrityError as error:
        if COACH_BOOKED_ONCE in str(error.orig):
            raise _booked(name, "") from error
        raise


def _booked(coach: str, what: str) -> CoachBooked:
    return CoachBooked(f"{coach} is booked at that time already{what}.", rule="C15")
