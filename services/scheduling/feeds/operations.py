"""Commands and queries on calendar feeds: (work, actor, input) → what the contract declares."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import and_, or_, select

from chassis.tokens import new_token, token_digest
from chassis.work import Work
from contracts.actor import Actor
from contracts.errors import dead_link
from services.scheduling.copies.models import Client, Coach, Engagement
from services.scheduling.feeds.models import CalendarFeed
from services.scheduling.sessions.invites import Meeting, feed_of
from services.scheduling.sessions.mail import meeting_of
from services.scheduling.sessions.models import Session

Input = dict[str, Any]

#: So far back a feed goes.
_PAST = dt.timedelta(days=90)


def make_feed(work: Work, actor: Actor, input: Input) -> Input:
    """A new secret address for one's own sessions; the one before, if any, works no more."""
    assert actor.id is not None
    token = new_token()
    feed = work.session.get(CalendarFeed, actor.id, with_for_update=True)
    if feed is None:
        feed = CalendarFeed(person_id=actor.id)
        work.session.add(feed)
    feed.token_digest, feed.since = token_digest(token), work.now
    work.session.flush()
    return {"url": f"{work.settings.public_url.rstrip('/')}/calendar-feeds/{token}.ics"}


def get_feed(work: Work, actor: Actor, input: Input) -> Input:
    """Whether one has a feed, never its address."""
    feed = work.session.get(CalendarFeed, actor.id)
    return {"since": feed.since if feed else None}


def revoke_feed(work: Work, actor: Actor, input: Input) -> None:
    """One's own address works no more; done already is done."""
    assert actor.id is not None
    end_feed_of(work, actor.id)


def end_feed_of(work: Work, person_id: UUID) -> None:
    """The feed of somebody who may sign in no more ends, too."""
    feed = work.session.get(CalendarFeed, person_id, with_for_update=True)
    if feed is not None:
        work.session.delete(feed)


def read_feed(work: Work, actor: Actor, input: Input) -> Input:
    """The sessions that its person gives or has, from a quarter of a year ago on, cancelled ones apart (C10, C22).

    Raises the one refusal of every dead link (C19).
    """
    digest = token_digest(input["token"])
    feed = work.session.scalars(select(CalendarFeed).where(CalendarFeed.token_digest == digest)).first()
    if feed is None:
        raise dead_link()
    given = and_(Session.coach_id == feed.person_id, Engagement.coach_id == feed.person_id)
    own = or_(Engagement.client_id == feed.person_id, given)
    wanted = (
        select(Session)
        .join(Engagement, Engagement.id == Session.engagement_id)
        .where(own, ~Engagement.deleted, Session.state != "cancelled", Session.ends_at > work.now - _PAST)
        .order_by(Session.starts_at, Session.id)
    )
    meetings = [_meeting(work, session, feed.person_id) for session in work.session.scalars(wanted)]
    person = work.session.get(Coach, feed.person_id) or work.copy(Client, feed.person_id, what="person")
    return {"content": feed_of(f"Sessions of {person.name}", meetings)}


def _meeting(work: Work, session: Session, reader: UUID) -> Meeting:
    """The session; a coach, who has many clients, reads first whose it is."""
    meeting = meeting_of(work, session)
    if session.coach_id != reader:
        return meeting
    return replace(meeting, title=f"{work.copy(Client, session.client_id, what='client').name}, {session.title}")
