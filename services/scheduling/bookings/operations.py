"""Bookings by clients: (work, actor, input) → what the contract declares."""

from __future__ import annotations

import datetime as dt
from typing import Any

from chassis.work import Work
from contracts.actor import Actor
from contracts.errors import NotFound
from services.scheduling.availability.free import availability_of
from services.scheduling.bookings.rules import (
    changes_of,
    late_changes_count,
    must_be_a_slot,
    must_be_left,
    offered_by,
)
from services.scheduling.copies.models import Coach
from services.scheduling.sessions.models import Session
from services.scheduling.sessions.numbering import counters_of
from services.scheduling.sessions.operations import lock_for_scheduling, schedule_one, visible_engagement
from services.scheduling.sessions.views import view

Input = dict[str, Any]


def book(work: Work, actor: Actor, input: Input) -> Input:
    """A client books a free slot: the session is scheduled, and coach and client get the invite.

    Raises `NotOpen`, `NoneLeft`, and `NotFree`, also when somebody else was quicker (C15).
    """
    engagement, coach = lock_for_scheduling(work, actor, input["engagement_id"])
    offered = offered_by(work, coach)
    must_be_left(work, engagement)
    must_be_a_slot(work, offered, input["starts_at"], offered.slot_minutes)
    session = {
        "duration_minutes": offered.slot_minutes,
        "time_zone": offered.time_zone,
        "title": None,
        "location": offered.location,
        "attendees": [],
        "notify": True,
    }
    return view(work, actor, schedule_one(work, actor, engagement, coach, session, input["starts_at"]))


def get_terms(work: Work, actor: Actor, input: Input) -> Input:
    """Under which terms the engagement's client may book, and what it may do with the session that is named."""
    engagement = visible_engagement(work, actor, input["engagement_id"])
    coach = work.copy(Coach, engagement.coach_id, what="coach")
    found = availability_of(work, coach)
    left = 0 if engagement.status == "completed" else counters_of(work, engagement).left
    changes = None
    if input["session_id"] is not None:
        session = work.get(Session, input["session_id"], what="session")
        if session.engagement_id != engagement.id:
            raise NotFound("There is no such session.")
        changes = changes_of(work, engagement, session, found)
    return {
        "coach": coach,
        "is_open": found.is_open,
        "left": left,
        "slot_minutes": found.slot_minutes,
        "bookable_until": work.now + dt.timedelta(days=found.horizon_days),
        "change_notice_minutes": found.change_notice_minutes,
        "late_changes_count": late_changes_count(work),
        "changes": changes,
    }
