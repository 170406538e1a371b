"""Commands and queries on sessions: one function each, (work, actor, input) → what the contract declares."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, select

from chassis.paging import page
from chassis.work import Work
from contracts.actor import Actor
from contracts.errors import Conflict, Invalid, NotFound
from contracts.events import scheduling as events
from services.scheduling.bookings.rules import count_if_late, must_be_a_slot, must_run, offered_by
from services.scheduling.copies.models import Client, Coach, Engagement, Item
from services.scheduling.sessions.calendar import flush_holding, lock_coaches, must_be_free
from services.scheduling.sessions.following import settle
from services.scheduling.sessions.invites import Method
from services.scheduling.sessions.mail import as_attendee, attendees_of, facts_of, guest_facts, ics_for, tell
from services.scheduling.sessions.models import Session
from services.scheduling.sessions.numbering import counters_of
from services.scheduling.sessions.views import view, views

Input = dict[str, Any]


class EngagementDeleted(Conflict):
    """A deleted engagement gets no sessions, and those that it has rest, until it is restored (C9)."""


def schedule(work: Work, actor: Actor, input: Input) -> Input:
    """S1.15: schedules the session and, unless told not to, sends the invite to everybody who attends, in one step.

    Raises `CoachBooked` (C15) or `EngagementDeleted`; awaits the engagement, coach or client that events will bring.
    """
    engagement, coach = lock_for_scheduling(work, actor, input["engagement_id"])
    ends_at = input["starts_at"] + dt.timedelta(minutes=input["duration_minutes"])
    must_be_free(work, actor, coach, input["starts_at"], ends_at)
    item_id = _item_id(work, engagement, input["item_id"])
    return view(work, actor, schedule_one(work, actor, engagement, coach, input, input["starts_at"], item_id))


def lock_for_scheduling(work: Work, actor: Actor, engagement_id: UUID) -> tuple[Engagement, Coach]:
    """The engagement and its coach, both locked, for new sessions; `NotFound` where the actor may not see it."""
    engagement = _lock_engagement(work, actor, engagement_id, unknown="engagement")
    lock_coaches(work, [engagement.coach_id])
    return engagement, work.session.get_one(Coach, engagement.coach_id)


def schedule_one(
    work: Work,
    actor: Actor,
    engagement: Engagement,
    coach: Coach,
    input: Input,
    starts_at: dt.datetime,
    item_id: UUID | None = None,
) -> Session:
    """One session as `input` describes it at a time that is free, told of and, if wished, mailed."""
    client = work.copy(Client, engagement.client_id, what="client")
    session = work.add(
        Session.scheduled(
            _wanted(input["attendees"], besides=[coach.email, client.email]),
            engagement_id=engagement.id,
            client_id=client.id,
            coach_id=coach.id,
            title=input["title"] or engagement.program_name[:200],
            starts_at=starts_at,
            ends_at=starts_at + dt.timedelta(minutes=input["duration_minutes"]),
            time_zone=input["time_zone"] or coach.time_zone,
            location_kind=input["location"]["kind"],
            location_detail=input["location"]["detail"] or None,
            item_id=item_id,
            planned_at=work.now,
        )
    )
    for guest in session.guests:
        work.add(guest)
    flush_holding(work, coach)
    facts = facts_of(work, session)
    work.publish(events.SessionScheduled, session, facts, actor)
    for guest in session.guests:
        work.publish(events.AttendeeAdded, guest, guest_facts(session, guest), actor)
    if input["notify"]:
        _tell_all(work, session, facts, "session_scheduled", actor)
    return session


def _tell_all(work: Work, session: Session, facts: Input, kind: str, actor: Actor, reason: str | None = None) -> None:
    """Asks for a mail to everybody who attends, which tells the `reason` of this very change.

    What a client does by itself is not staff's doing (C3); but guests are there because their coach put them there, and
    an invite once mailed would stay in their calendars.
    """
    everybody = attendees_of(work, session)
    if actor.is_staff:
        tell(work, session, facts, kind, everybody, by=actor, on_purpose=True, reason=reason)
        return
    parties = [one for one in everybody if one.role != "guest"]
    guests = [one for one in everybody if one.role == "guest"]
    coach = Actor(session.coach_id, "coach", "")
    tell(work, session, facts, kind, parties, by=actor, on_purpose=False, listed=everybody, reason=reason)
    tell(work, session, facts, kind, guests, by=coach, on_purpose=True, listed=everybody, reason=reason)


def _item_id(work: Work, engagement: Engagement, item_id: UUID | None) -> UUID | None:
    """The item of the program that a session is; raises `Invalid` for one of another kind or engagement."""
    if item_id is None:
        return None
    item = work.copy(Item, item_id, what="item")
    if item.deleted or item.kind != "session" or item.engagement_id != engagement.id:
        raise Invalid("The input is not valid.", errors={"item_id": ["No session of this engagement's program."]})
    return item_id


def update(work: Work, actor: Actor, input: Input) -> Input:
    """Changes title or place. A new place is told to everybody who attends; a new title alone is not (C13)."""
    session, _ = _for_change(work, actor, input["id"])
    session.must_be_scheduled("changed")
    title, place = input.get("title", session.title), input.get("location", session.location)
    renamed = title != session.title
    moved = (place["kind"], place["detail"] or None) != (session.location_kind, session.location_detail)
    if not moved and not renamed:
        return view(work, actor, session)
    if renamed:
        session.retitle(title)
    if moved:
        session.relocate(place["kind"], place["detail"] or None)
    facts = facts_of(work, session)
    work.publish(events.SessionUpdated, session, facts, actor)
    if moved and input["notify"]:
        _tell_all(work, session, facts, "session_rescheduled", actor)
    return view(work, actor, session)


def reschedule(work: Work, actor: Actor, input: Input) -> Input:
    """S1.20: moves the session and sends notices; a time that is the same already changes nothing.

    One that the former coach left behind goes to the present coach with its new time (C10). A client moves its own to
    a free slot. Raises `CoachBooked` (C15) or `SessionOver`, to a client what bookings/rules.py says.
    """
    session, former = _for_change(work, actor, input["id"])
    session.must_be_scheduled("rescheduled")
    was_at, was_until = session.starts_at, session.ends_at
    coach = _present_coach(work, session) if input["starts_at"] > work.now else former
    minutes = input["duration_minutes"]
    ends_at = input["starts_at"] + (session.duration if minutes is None else dt.timedelta(minutes=minutes))
    if (input["starts_at"], ends_at) == (was_at, was_until) and not session.conflict:
        return view(work, actor, session)
    if not actor.is_staff:
        _client_may_move(work, session, coach, input)
    must_be_free(work, actor, coach, input["starts_at"], ends_at, besides=session.id)
    session.move(input["starts_at"], ends_at, coach.id, input["reason"], work.now)
    flush_holding(work, coach)
    facts = {**facts_of(work, session), "previous_starts_at": was_at}
    work.publish(events.SessionRescheduled, session, facts, actor)
    settle(work, former.id, was_at, was_until, actor)
    if input["notify"]:
        _tell_all(work, session, facts, "session_rescheduled", actor, input["reason"])
    return view(work, actor, session)


def cancel(work: Work, actor: Actor, input: Input) -> Input:
    """S2.97: the session will not take place. Its time is free, and who attends is told with a METHOD:CANCEL (C13)."""
    session, coach = _for_change(work, actor, input["id"])
    session.must_be_scheduled("cancelled")
    if not actor.is_staff:
        _everybody_is_told(input)
        offered = offered_by(work, _present_coach(work, session))
        count_if_late(work, session, offered, "cancelled", uses_one_more=False)
    session.cancel(input["reason"])
    facts = facts_of(work, session)
    work.publish(events.SessionCancelled, session, facts, actor)
    settle(work, coach.id, session.starts_at, session.ends_at, actor)
    if input["notify"]:
        _tell_all(work, session, facts, "session_cancelled", actor, input["reason"])
    return view(work, actor, session)


def _client_may_move(work: Work, session: Session, coach: Coach, input: Input) -> None:
    _everybody_is_told(input)
    minutes = int(session.duration.total_seconds()) // 60
    if input["duration_minutes"] not in (None, minutes):
        raise Invalid("The input is not valid.", errors={"duration_minutes": ["Only staff change how long it lasts."]})
    must_run(work.session.get_one(Engagement, session.engagement_id))
    offered = offered_by(work, coach)
    count_if_late(work, session, offered, "moved", uses_one_more=True)
    must_be_a_slot(work, offered, input["starts_at"], minutes, besides=session.id)


def _everybody_is_told(input: Input) -> None:
    if not input["notify"]:
        raise Invalid("The input is not valid.", errors={"notify": ["Only staff leave the mails out."]})


def complete(work: Work, actor: Actor, input: Input) -> Input:
    """The session took place."""
    session, _ = _for_change(work, actor, input["id"])
    session.complete()
    work.publish(events.SessionCompleted, session, facts_of(work, session), actor)
    return view(work, actor, session)


def no_show(work: Work, actor: Actor, input: Input) -> Input:
    """The client did not show up."""
    session, _ = _for_change(work, actor, input["id"])
    session.miss()
    work.publish(events.SessionMissed, session, facts_of(work, session), actor)
    return view(work, actor, session)


def set_attendees(work: Work, actor: Actor, input: Input) -> Input:
    """Sets who attends besides client and coach (S1.10, S1.17).

    Who is new gets an invite, who is dropped a cancellation; nobody else is mailed for it. SEQUENCE rises (C13).
    """
    session, coach = _for_change(work, actor, input["id"])
    client = work.copy(Client, session.client_id, what="client")
    before = session.ics_sequence
    added, removed = session.set_guests(_wanted(input["attendees"], besides=[coach.email, client.email]))
    if session.ics_sequence == before:
        return view(work, actor, session)
    for guest in added:
        work.add(guest)
    facts = facts_of(work, session)
    work.publish(events.SessionUpdated, session, facts, actor)
    for guest in added:
        work.publish(events.AttendeeAdded, guest, guest_facts(session, guest), actor)
    for guest in removed:
        work.publish(events.AttendeeRemoved, guest, guest_facts(session, guest), actor)
    if input["notify"]:
        new, left = [as_attendee(guest) for guest in added], [as_attendee(guest) for guest in removed]
        everybody = attendees_of(work, session)
        tell(work, session, facts, "session_scheduled", new, by=actor, on_purpose=True, listed=everybody)
        tell(work, session, facts, "session_cancelled", left, by=actor, on_purpose=True)
    return view(work, actor, session)


def get(work: Work, actor: Actor, input: Input) -> Input:
    """One session (S2.95)."""
    session, _ = _visible(work, actor, input["id"])
    return view(work, actor, session)


def get_invite(work: Work, actor: Actor, input: Input) -> Input:
    """The session's iCalendar object as it is now, for everybody who attends (S1.16)."""
    session, _ = _visible(work, actor, input["id"])
    method: Method = "CANCEL" if session.state == "cancelled" else "REQUEST"
    return {"content": ics_for(work, session, attendees_of(work, session), method), "method": method}


def list_of_engagement(work: Work, actor: Actor, input: Input) -> Input:
    """The sessions of this engagement only (S2.91), with its counters (S2.99).

    Upcoming are those scheduled that have not ended; whatever is over, cancelled included, is past.
    """
    engagement = visible_engagement(work, actor, input["engagement_id"])
    statement = select(Session).where(Session.engagement_id == engagement.id)
    upcoming = and_(Session.state == "scheduled", Session.ends_at > work.now)
    if input["when"] == "upcoming":
        statement = statement.where(upcoming)
    elif input["when"] == "past":
        statement = statement.where(~upcoming)
    counters = counters_of(work, engagement)
    return {
        **_page(work, actor, statement, input, descending=input["when"] == "past"),
        "planned": counters.planned,
        "completed": counters.completed,
        "total": counters.total,
        "left": counters.left,
    }


def list_all(work: Work, actor: Actor, input: Input) -> Input:
    """The sessions that start in [from, to) of all engagements that the actor may see (C22), by start."""
    statement = select(Session).join(Engagement, Engagement.id == Session.engagement_id).where(~Engagement.deleted)
    if not actor.is_admin:
        own = Engagement.coach_id if actor.role == "coach" else Engagement.client_id
        statement = statement.where(own == actor.id)
    if input["from_"] is not None:
        statement = statement.where(Session.starts_at >= input["from_"])
    if input["to"] is not None:
        statement = statement.where(Session.starts_at < input["to"])
    if input["coach_id"] is not None:
        statement = statement.where(Session.coach_id == input["coach_id"])
    if input["state"] is not None:
        statement = statement.where(Session.state == input["state"])
    if input["unsettled"]:
        statement = statement.where(Session.state == "scheduled", Session.ends_at <= work.now)
    return _page(work, actor, statement, input, descending=False)


def visible_engagement(work: Work, actor: Actor, id_: UUID) -> Engagement:
    """The engagement's copy; `NotFound` where it is deleted or the actor may not see it (C22)."""
    engagement = work.copy(Engagement, id_, what="engagement")
    _must_see(actor, engagement, "engagement")
    return engagement


def _must_see(actor: Actor, engagement: Engagement, what: str) -> None:
    if engagement.deleted or not actor.sees(engagement):
        raise NotFound(f"There is no such {what}.")


def _visible(work: Work, actor: Actor, id_: UUID) -> tuple[Session, Engagement]:
    session = work.get(Session, id_, what="session")
    engagement = work.copy(Engagement, session.engagement_id, what="session")
    _must_see(actor, engagement, "session")
    return session, engagement


def _lock_engagement(work: Work, actor: Actor, id_: UUID, *, unknown: str) -> Engagement:
    """The engagement's copy, locked: it can neither be handed over nor deleted until this transaction ends."""
    engagement = work.session.get(Engagement, id_, with_for_update=True, populate_existing=True)
    if engagement is None:
        raise NotFound(f"There is no such {unknown}.", awaited=True)
    if not actor.sees(engagement):
        raise NotFound(f"There is no such {unknown}.")
    if engagement.deleted and not actor.is_staff:
        raise NotFound(f"There is no such {unknown}.")
    if engagement.deleted:
        raise EngagementDeleted("This engagement was deleted. Restore it first.", rule="C9")
    return engagement


def _present_coach(work: Work, session: Session) -> Coach:
    engagement = work.session.get_one(Engagement, session.engagement_id)
    return work.session.get_one(Coach, engagement.coach_id)


def _for_change(work: Work, actor: Actor, id_: UUID) -> tuple[Session, Coach]:
    """The session, locked and fresh, and its coach, whose time is locked too (see calendar.py for the order)."""
    session = work.get(Session, id_, what="session")
    engagement = _lock_engagement(work, actor, session.engagement_id, unknown="session")
    work.session.refresh(session, ["coach_id"])
    lock_coaches(work, [session.coach_id, engagement.coach_id])
    coach = work.session.get_one(Coach, session.coach_id)
    return work.change(Session, id_, what="session"), coach


def lock_session(work: Work, actor: Actor, id_: UUID) -> Session:
    """The session, locked, for a change that concerns neither its time nor its coach's."""
    return _for_change(work, actor, id_)[0]


def _wanted(given: list[Input], *, besides: list[str]) -> list[tuple[str, str]]:
    """Pairs of address and name; client and coach attend anyway. The same address twice is `Invalid`."""
    seen: set[str] = set()
    taken = {email.casefold() for email in besides}
    wanted = []
    for position, attendee in enumerate(given):
        key = attendee["email"].casefold()
        if key in seen:
            twice = {position: {"email": ["This address is in the list already."]}}
            raise Invalid("An attendee is named twice.", errors={"attendees": twice})
        seen.add(key)
        if key not in taken:
            wanted.append((attendee["email"], attendee["name"]))
    return wanted


def _page(work: Work, actor: Actor, statement: Select[Any], input: Input, *, descending: bool) -> Input:
    found = page(work, statement, input, by=(Session.starts_at, Session.id), descending=descending)
    return {"items": views(work, actor, found["items"]), "next": found["next"]}
