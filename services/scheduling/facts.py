"""The facts of all objects of which other services keep copies."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select

from chassis.service import Fact
from chassis.work import Work
from contracts.events.scheduling import SessionCancelled, SessionCompleted, SessionMissed, SessionUpdated
from services.scheduling.sessions.mail import facts_of
from services.scheduling.sessions.models import Session

_TOLD = {
    "scheduled": SessionUpdated,
    "completed": SessionCompleted,
    "cancelled": SessionCancelled,
    "no_show": SessionMissed,
}


def facts(work: Work) -> Iterator[Fact]:
    for session in work.session.scalars(select(Session).order_by(Session.id)):
        yield _TOLD[session.state], session, facts_of(work, session)
