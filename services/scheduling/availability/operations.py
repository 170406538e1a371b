"""Commands and queries on when coaches offer time: (work, actor, input) → what the contract declares."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from sqlalchemy import select

from chassis.work import Work
from contracts.actor import Actor
from contracts.errors import Forbidden, NotFound, Stale
from services.scheduling.availability import free
from services.scheduling.availability.models import Availability
from services.scheduling.calendars.busy import busy_elsewhere
from services.scheduling.copies.models import Coach, Engagement
from services.scheduling.sessions.calendar import lock_coaches
from services.scheduling.sessions.models import Session

Input = dict[str, Any]

_SHOWN = (
    *("id", "created_at", "updated_at", "version", "time_zone", "weekly", "buffer_minutes"),
    *("minimum_notice_minutes", "change_notice_minutes", "horizon_days", "slot_minutes", "location"),
)


def get_availability(work: Work, actor: Actor, input: Input) -> Input:
    """When a coach offers time; all staff may know."""
    return _view(free.availability_of(work, work.copy(Coach, input["id"], what="coach")))


def set_availability(work: Work, actor: Actor, input: Input) -> Input:
    """Sets all of it; only the coach and admins may."""
    coach_id = input["id"]
    lock_coaches(work, [coach_id])
    if not actor.is_admin and actor.id != coach_id:
        raise Forbidden("Only the coach and admins set when a coach offers time.")
    found = free.availability_of(work, work.session.get_one(Coach, coach_id))
    if work.if_match is not None and found.version != work.if_match:
        raise Stale(f"The availability has changed: it is at version {found.version}, not {work.if_match}.")
    if found.version == 0:
        work.add(found)
    values = {name: value for name, value in input.items() if name != "id"}
    if values["change_notice_minutes"] is None:
        values["change_notice_minutes"] = values["minimum_notice_minutes"]
    found.replace(**values)
    work.changed(found)
    return _view(found)


def list_slots(work: Work, actor: Actor, input: Input) -> Input:
    """What is free of a coach's hours; who may not know of the coach gets `NotFound` (C22)."""
    found = _seen_by(work, actor, input["id"])
    besides = _own_session(work, actor, input["session_id"])
    minutes = input["duration_minutes"] or found.slot_minutes
    slots = free.free_slots(work, found, input["from"], input["to"], minutes, besides)
    items = [{"starts_at": starts_at, "ends_at": ends_at} for starts_at, ends_at in slots]
    return {"items": items, "time_zone": found.time_zone}


def why_not_free(work: Work, actor: Actor, input: Input) -> Input:
    """Whether a time is free, and if not why, without a word on whose it is (C22)."""
    found = _seen_by(work, actor, input["id"])
    reason = free.why_not_free(work, found, input["starts_at"], input["duration_minutes"] or found.slot_minutes)
    return {"free": reason is None, "reason": reason, "sentence": free.SENTENCES[reason] if reason else None}


def _seen_by(work: Work, actor: Actor, coach_id: UUID) -> Availability:
    """The availability, to staff, and to the clients of the coach's engagements that run."""
    if not actor.is_staff:
        own = select(Engagement.id).where(
            Engagement.coach_id == coach_id,
            Engagement.client_id == actor.id,
            Engagement.status != "completed",
            ~Engagement.deleted,
        )
        if work.session.scalars(own.limit(1)).first() is None:
            raise NotFound("There is no such coach.", awaited=True)
    return free.availability_of(work, work.copy(Coach, coach_id, what="coach"))


def list_busy_times(work: Work, actor: Actor, input: Input) -> Input:
    """When the coach is busy by the own calendar, which nobody but the coach and admins may know (C22)."""
    if not actor.is_admin and actor.id != input["id"]:
        raise Forbidden("Only the coach and admins see when a coach is busy.")
    coach = work.copy(Coach, input["id"], what="coach")
    taken = sorted(busy_elsewhere(work, coach.id, input["from"], input["to"]))
    return {"items": [{"starts_at": starts_at, "ends_at": ends_at} for starts_at, ends_at in taken]}


def _own_session(work: Work, actor: Actor, session_id: UUID | None) -> UUID | None:
    """The session to be moved, whose own time counts as free; `NotFound` where the actor may not see it."""
    if session_id is None:
        return None
    session = work.get(Session, session_id, what="session")
    if not actor.sees(work.copy(Engagement, session.engagement_id, what="session")):
        raise NotFound("There is no such session.")
    return session_id


def _view(found: Availability) -> Input:
    exceptions = [{**row, "date": dt.date.fromisoformat(row["date"])} for row in found.exceptions]
    return {**{name: getattr(found, name) for name in _SHOWN}, "exceptions": exceptions}
