"""Commands and queries on a coach's own calendar. They only write down what is wanted: the worker talks to the server.

Whoever changes which calendar a coach has locks the coach's copy first, as those do who change the coach's sessions.
"""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import Select, select, update

from chassis import addresses
from chassis.sealing import Seal
from chassis.service import beforehand
from chassis.work import Work
from contracts.actor import SYSTEM, Actor
from contracts.errors import Invalid, NotFound, Stale
from contracts.events.scheduling import CalendarDisconnected
from services.scheduling.calendars.models import Calendar, CalendarEntry
from services.scheduling.copies.models import Engagement
from services.scheduling.sessions.calendar import lock_coaches
from services.scheduling.sessions.models import Session
from services.scheduling.settings import Settings

Input = dict[str, Any]

_SHOWN = (
    *("id", "created_at", "updated_at", "version", "kind", "url", "username", "name", "state"),
    *("failing_since", "last_error", "last_sync_at", "next_sync_at"),
)
_NOTHING: Input = {"conflicts": [], "left_out": [], "left_out_total": 0}
_NONE: Input = {**dict.fromkeys(_SHOWN), **_NOTHING, "version": 0, "state": "none"}


def seal_of(settings: Settings) -> Seal:
    """Seals the passwords of calendars."""
    return Seal("calendar", settings.secret_keys)


def facts_of(calendar: Calendar) -> Input:
    """The data of every calendar event."""
    return {"coach_id": calendar.coach_id, "kind": calendar.kind}


def must_lead_outside(settings: Settings, input: Input) -> None:
    """Raises `Invalid` for an address within our own networks, or without TLS, unless such networks are allowed."""
    if settings.allow_private_addresses:
        return
    if urlsplit(input["url"]).scheme != "https":
        wrong = "Must begin with https://, for the password travels there."
        raise Invalid("The input is not valid.", errors={"url": [wrong]})
    addresses.must_lead_outside(input["url"])


def get(work: Work, actor: Actor, input: Input) -> Input:
    """One's own calendar and what differs there, never its password."""
    calendar = work.session.scalars(_in_use(actor.id)).one_or_none()
    return _NONE if calendar is None else _view(work, calendar)


@beforehand(must_lead_outside)
def connect(work: Work, actor: Actor, input: Input) -> Input:
    """Connects one's own calendar, in place of another; whether it can be used, the worker finds out.

    The same calendar again, also one that is just being left, goes on with what was written there.
    """
    assert actor.id is not None
    lock_coaches(work, [actor.id])
    present = _locked(work, actor.id)
    _must_be_at(work, present.version if present else 0)
    same = select(Calendar).where(
        Calendar.coach_id == actor.id, Calendar.url == input["url"], Calendar.username == input["username"]
    )
    same = same.order_by(Calendar.created_at.desc()).with_for_update().execution_options(populate_existing=True)
    calendar = work.session.scalars(same).first()
    if present is not None and present is not calendar:
        _disconnect(work, present, actor)
        work.session.flush()
    password = seal_of(work.settings).seal(input["password"].encode())
    if calendar is None:
        calendar = work.add(Calendar(coach_id=actor.id))
    calendar.connect(input["kind"], input["url"], input["username"], password, work.now)
    return _changed(work, calendar)


def sync(work: Work, actor: Actor, input: Input) -> Input:
    """Puts one's own calendar in step soon; what is known to differ there is written again as we have it."""
    calendar = _for_change(work, actor)
    calendar.wish(work.now)
    again = CalendarEntry.calendar_id == calendar.id, CalendarEntry.conflict.is_not(None)
    work.session.execute(update(CalendarEntry).where(*again).values(digest=None))
    return _changed(work, calendar)


def disconnect(work: Work, actor: Actor, input: Input) -> None:
    """Leaves one's own calendar: its busy times count no more, and the worker takes away what is to come of ours."""
    _disconnect(work, _for_change(work, actor), actor)


def leave_for(work: Work, coach_id: UUID) -> None:
    """Leaves the calendar of a coach who is no longer one."""
    lock_coaches(work, [coach_id])
    calendar = _locked(work, coach_id)
    if calendar is not None:
        _disconnect(work, calendar, SYSTEM)


def _disconnect(work: Work, calendar: Calendar, actor: Actor) -> None:
    calendar.disconnect(work.now)
    work.publish(CalendarDisconnected, calendar, facts_of(calendar), actor)


def _in_use(coach_id: UUID | None) -> Select[Any]:
    return select(Calendar).where(Calendar.coach_id == coach_id, Calendar.state != "disconnecting")


def _locked(work: Work, coach_id: UUID) -> Calendar | None:
    """The coach's calendar, fresh; the coach must be locked."""
    locked = _in_use(coach_id).with_for_update().execution_options(populate_existing=True)
    found: Calendar | None = work.session.scalars(locked).one_or_none()
    return found


def _for_change(work: Work, actor: Actor) -> Calendar:
    assert actor.id is not None
    lock_coaches(work, [actor.id])
    calendar = _locked(work, actor.id)
    if calendar is None:
        raise NotFound("No calendar is connected.")
    _must_be_at(work, calendar.version)
    return calendar


def _must_be_at(work: Work, version: int) -> None:
    if work.if_match is not None and version != work.if_match:
        raise Stale(f"The calendar has changed: it is at version {version}, not {work.if_match}.")


def _changed(work: Work, calendar: Calendar) -> Input:
    work.changed(calendar)
    return _view(work, calendar)


def _view(work: Work, calendar: Calendar) -> Input:
    differing = (
        select(CalendarEntry.session_id, CalendarEntry.conflict, Session.title, Session.starts_at)
        .join(Session, Session.id == CalendarEntry.session_id)
        .join(Engagement, Engagement.id == Session.engagement_id)
        .where(CalendarEntry.calendar_id == calendar.id, CalendarEntry.conflict.is_not(None))
        .where(Session.ends_at > work.now)
        .where(Session.coach_id == calendar.coach_id, Engagement.coach_id == calendar.coach_id)  # C10
        .order_by(Session.starts_at, Session.id)
    )
    conflicts = [
        {"session_id": row.session_id, "title": row.title, "starts_at": row.starts_at, "what": row.conflict}
        for row in work.session.execute(differing)
    ]
    left_out = [{**each, "begins_on": _day(each["begins_on"])} for each in calendar.left_out]
    return {
        **{name: getattr(calendar, name) for name in _SHOWN},
        "conflicts": conflicts,
        "left_out": left_out,
        "left_out_total": calendar.left_out_total,
    }


def _day(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None
