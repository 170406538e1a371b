"""Sessions follow their engagement when it is assigned, deleted or restored (C10), and each other's time."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from sqlalchemy import or_, select

from chassis.work import Work
from contracts.actor import Actor
from contracts.events.scheduling import SessionUpdated
from services.scheduling.copies.models import Coach, Engagement
from services.scheduling.sessions.calendar import holder, lock_coaches
from services.scheduling.sessions.mail import attendees_of, coach_attendee, except_person, facts_of, tell
from services.scheduling.sessions.models import Session


def follow_engagement(work: Work, engagement_id: UUID, *, since: dt.datetime, actor: Actor) -> None:
    """Brings sessions that begin after `since` into line with their engagement, whose row must be locked.

    They go to its present coach, into whose calendar they are mailed, and out of the former's (C10). Where that coach
    is booked already nothing is lost: the session is shown as a conflict until it is moved, or the time becomes free.
    While the engagement is deleted its sessions hold no time; nobody is mailed for that.
    """
    engagement = work.session.get_one(Engagement, engagement_id)
    astray = or_(
        Session.coach_id != engagement.coach_id,
        Session.holds_time if engagement.deleted else ~Session.holds_time,
    )
    future = (
        select(Session)
        .where(
            Session.engagement_id == engagement_id,
            Session.state == "scheduled",
            Session.starts_at > since,
            astray,
        )
        .order_by(Session.starts_at, Session.id)
    )
    coaches = {session.coach_id for session in work.session.scalars(future)}
    if not coaches:
        return
    lock_coaches(work, coaches | {engagement.coach_id})
    locked = work.session.scalars(future.with_for_update().execution_options(populate_existing=True)).all()
    for session in locked:
        _bring_into_line(work, session, engagement, actor)
    for session in locked:
        for coach_id in coaches:
            settle(work, coach_id, session.starts_at, session.ends_at, actor)


def _bring_into_line(work: Work, session: Session, engagement: Engagement, actor: Actor) -> None:
    if engagement.deleted:
        session.release_time()
        work.session.flush()
        return
    former, was_conflict = session.coach_id, session.conflict
    other = holder(work, engagement.coach_id, session.starts_at, session.ends_at, besides=session.id)
    session.hold_time(free=other is None)
    if former != engagement.coach_id:
        session.hand_over(engagement.coach_id)
        _tell_of_new_coach(work, session, former, actor)
    elif session.conflict != was_conflict:
        work.publish(SessionUpdated, session, facts_of(work, session), actor)
    work.session.flush()


def _tell_of_new_coach(work: Work, session: Session, former: UUID, actor: Actor) -> None:
    facts = facts_of(work, session)
    work.publish(SessionUpdated, session, facts, actor)
    everybody = attendees_of(work, session)
    new_coach = [attendee for attendee in everybody if attendee.person_id == session.coach_id]
    others = except_person(everybody, session.coach_id)
    left = [coach_attendee(work.copy(Coach, former, what="coach"))]
    tell(work, session, facts, "session_scheduled", new_coach, by=actor, on_purpose=False, listed=everybody)
    tell(work, session, facts, "session_rescheduled", others, by=actor, on_purpose=False, listed=everybody)
    tell(work, session, facts, "session_cancelled", left, by=actor, on_purpose=False, former=left[0])


def settle(work: Work, coach_id: UUID, starts_at: dt.datetime, ends_at: dt.datetime, actor: Actor) -> None:
    """Gives time of a coach that has become free to the sessions in conflict that want some of it, the earliest first.

    The coach's time must be locked.
    """
    work.session.flush()
    waiting = (
        select(Session)
        .where(
            Session.coach_id == coach_id,
            Session.conflict,
            Session.starts_at < ends_at,
            Session.ends_at > starts_at,
        )
        .order_by(Session.starts_at, Session.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    for session in work.session.scalars(waiting).all():
        if holder(work, coach_id, session.starts_at, session.ends_at, besides=session.id) is None:
            session.hold_time(free=True)
            work.publish(SessionUpdated, session, facts_of(work, session), actor)
