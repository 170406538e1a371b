"""Erases a client from sessions, guests and feeds, and shows beforehand what is held (rule C24)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import or_, select

from chassis.inbox import forget_failed
from chassis.records import records_of
from chassis.work import Work
from contracts.actor import Actor
from contracts.envelope import Event
from contracts.events.erasures import SchedulingErased
from contracts.events.scheduling import SessionUpdated
from services.scheduling.base import Base
from services.scheduling.copies.models import Client, Engagement
from services.scheduling.erasures.models import Erasure
from services.scheduling.feeds.operations import end_feed_of
from services.scheduling.sessions.mail import facts_of
from services.scheduling.sessions.models import Answer, Guest, Session


def erase(work: Work, event: Event) -> None:
    """The client's sessions keep their times and say nothing any more; elsewhere it is no guest any more.

    What was written into coaches' calendars follows, as after any other change. It must be handled before the copy of
    the client is, which has the address.
    """
    client = work.session.get(Client, event.subject_id)
    by = Actor(event.actorid, event.actorrole, "")  # type: ignore[arg-type]
    engagements = list(work.session.scalars(select(Engagement.id).where(Engagement.client_id == event.subject_id)))
    mine = select(Session).where(Session.client_id == event.subject_id)
    for session in _locked(work, mine):
        session.erase()
        work.publish(SessionUpdated, session, facts_of(work, session), by)
    if client is not None:
        key = client.email.casefold()
        for session in _locked(work, select(Session).where(Session.guests.any(Guest.email_key == key))):
            session.forget_guest(key)
            work.publish(SessionUpdated, session, facts_of(work, session), by)
    end_feed_of(work, event.subject_id)
    address = [client.email] if client else []
    forget_failed(work, Base.metadata, [*address, *(str(id_) for id_ in (event.subject_id, *engagements))])
    work.publish(SchedulingErased, work.add(Erasure(id=event.subject_id)), {}, by)


def export(work: Work, actor: Actor, input: dict[str, Any]) -> dict[str, Any]:
    """The client's sessions with who attends, those of others that it attends by its address, and its feed."""
    client = work.session.get(Client, input["id"])
    key = client.email.casefold() if client else None
    mine = select(Session.id).where(Session.client_id == input["id"])
    wanted = {
        "sessions": select(Session).where(Session.client_id == input["id"]).order_by(Session.starts_at),
        "guests": select(Guest).where(or_(Guest.session_id.in_(mine), Guest.email_key == key)),
        "answers": select(Answer).where(or_(Answer.session_id.in_(mine), Answer.email_key == key)),
    }
    found = {name: records_of(work.session.scalars(rows), without=("email_key",)) for name, rows in wanted.items()}
    return {"data": {"client": records_of([client] if client else []), **found}}


def _locked(work: Work, sessions: Any) -> list[Session]:
    found = sessions.order_by(Session.id).with_for_update().execution_options(populate_existing=True)
    return list(work.session.scalars(found))
