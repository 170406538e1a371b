"""What the contract's `Session` shows."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from chassis.work import Work
from contracts.actor import Actor
from services.scheduling.copies.models import Client, Coach, Engagement
from services.scheduling.sessions.mail import attendees_of
from services.scheduling.sessions.models import Session
from services.scheduling.sessions.numbering import numbers_of

Input = dict[str, Any]


def view(work: Work, actor: Actor, session: Session) -> Input:
    """What the contract's `Session` shows."""
    return views(work, actor, [session])[0]


def views(work: Work, actor: Actor, sessions: list[Session]) -> list[Input]:
    """What the contract's `Session` shows; engagements, people and numbers of a whole page are read in one go each."""
    numbers = numbers_of(work, (session.engagement_id for session in sessions))
    ids = {session.engagement_id for session in sessions}
    engagements = {one.id: one for one in work.session.scalars(select(Engagement).where(Engagement.id.in_(ids)))}
    ids = {session.coach_id for session in sessions}
    coaches = {coach.id: coach for coach in work.session.scalars(select(Coach).where(Coach.id.in_(ids)))}
    ids = {session.client_id for session in sessions}
    clients = {client.id: client for client in work.session.scalars(select(Client).where(Client.id.in_(ids)))}
    return [
        {
            "id": session.id,
            "created_at": session.created_at,
            "updated_at": session.updated_at,
            "version": session.version,
            "engagement_id": session.engagement_id,
            "program_name": engagements[session.engagement_id].program_name,
            "sessions_total": engagements[session.engagement_id].sessions_total,
            "client": clients[session.client_id],
            "coach": coaches[session.coach_id],
            "title": session.title,
            "number": numbers.get(session.id),
            "starts_at": session.starts_at,
            "ends_at": session.ends_at,
            "duration_minutes": int(session.duration.total_seconds()) // 60,
            "time_zone": session.time_zone,
            "item_id": session.item_id,
            "location": session.location,
            "attendees": attendees_of(work, session),
            "state": session.state,
            "reason": session.reason,
            "conflict": session.conflict and actor.is_staff,
            "late_changes": session.late_changes,
            "ics_uid": session.ics_uid,
            "ics_sequence": session.ics_sequence,
        }
        for session in sessions
    ]
