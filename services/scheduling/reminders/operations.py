"""Reminds coach and client of a session, as many minutes before as the organisation says; each once (C25)."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import exists, select

from chassis.runtime import Runtime
from chassis.work import Work
from services.scheduling.copies.models import Client, Coach, Engagement, Organisation
from services.scheduling.reminders.models import ReminderDone
from services.scheduling.sessions.mail import context_of, facts_of
from services.scheduling.sessions.models import Session

_AT_ONCE = 100


def remind(runtime: Runtime) -> int:
    """Mails what is due, a session's latest reminder alone where several are; how many sessions it looked at.

    A reminder whose time had passed when the session was put to its time is left out: who has just been told of a
    session is not reminded of it. Whose mail it may be is asked by notifications: never an Internal Record's (C3).
    """
    with runtime.work() as work:
        organisation = work.session.scalars(select(Organisation)).first()
        wanted = sorted(organisation.reminder_minutes or []) if organisation else []
        return sum(_remind(work, minutes) for minutes in wanted)


def _remind(work: Work, minutes: int) -> int:
    ahead = dt.timedelta(minutes=minutes)
    done = exists().where(
        ReminderDone.session_id == Session.id,
        ReminderDone.starts_at == Session.starts_at,
        ReminderDone.minutes <= minutes,
    )
    due = select(Session).join(Engagement, Engagement.id == Session.engagement_id)
    due = due.where(Session.state == "scheduled", Session.starts_at > work.now, Session.starts_at <= work.now + ahead)
    due = due.where(Engagement.deleted.is_(False), ~done).order_by(Session.starts_at, Session.id).limit(_AT_ONCE)
    found = list(work.session.scalars(due.with_for_update(of=Session, skip_locked=True)))
    for session in found:
        work.session.add(ReminderDone(session_id=session.id, starts_at=session.starts_at, minutes=minutes))
        if (session.planned_at or session.created_at) <= session.starts_at - ahead:
            _mail(work, session, minutes)
    work.session.flush()
    return len(found)


def _mail(work: Work, session: Session, minutes: int) -> None:
    coach = work.copy(Coach, session.coach_id, what="coach")
    client = work.copy(Client, session.client_id, what="client")
    work.request(
        key=f"session/{session.id}/{session.ics_sequence}/reminder/{minutes}",
        kind="session_reminder",
        recipients=[{"person_id": one.id, "email": one.email, "name": one.name} for one in (client, coach)],
        about={"kind": "session", "id": session.id, "version": session.version},
        trigger={"origin": "automatic"},
        engagement_id=session.engagement_id,
        context=context_of(facts_of(work, session)),
    )
