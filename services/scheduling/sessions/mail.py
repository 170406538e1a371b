"""What is told of a session: its facts for events, and requests for mails that carry the invite (S1.16, C13, C25)."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import Any
from uuid import UUID

from chassis.work import Work
from contracts.actor import Actor
from contracts.events.scheduling import SessionRescheduled
from services.scheduling.copies.models import Client, Coach
from services.scheduling.sessions.invites import Attendee, Meeting, Method, ics_of
from services.scheduling.sessions.location import place_of
from services.scheduling.sessions.models import Guest, Session
from services.scheduling.sessions.numbering import number_of

_CONTEXT = ("title", "number", "starts_at", "ends_at", "time_zone", "location", "previous_starts_at")


def facts_of(work: Work, session: Session) -> dict[str, Any]:
    """The data of every session event."""
    return {
        "engagement_id": session.engagement_id,
        "client_id": session.client_id,
        "coach_id": session.coach_id,
        "title": session.title,
        "number": number_of(work, session),
        "starts_at": session.starts_at,
        "ends_at": session.ends_at,
        "time_zone": session.time_zone,
        "location": session.location,
        "state": session.state,
        "item_id": session.item_id,
        "ics_uid": session.ics_uid,
        "ics_sequence": session.ics_sequence,
        "reason": session.reason,
        "conflict": session.conflict,
        "late_changes": session.late_changes,
    }


def context_of(facts: dict[str, Any]) -> dict[str, Any]:
    """What a mail tells of a session whose facts these are, as plain JSON."""
    dumped = SessionRescheduled().dump(facts)
    return {name: dumped[name] for name in _CONTEXT if name in dumped}


def guest_facts(session: Session, guest: Guest) -> dict[str, Any]:
    """The data of an attendee event."""
    return {
        "session_id": session.id,
        "engagement_id": session.engagement_id,
        "email": guest.email,
        "name": guest.name,
        "person_id": None,
    }


def as_attendee(guest: Guest) -> Attendee:
    return Attendee(guest.email, guest.name, "guest", None)


def coach_attendee(coach: Coach) -> Attendee:
    return Attendee(coach.email, coach.name, "coach", coach.id)


def attendees_of(work: Work, session: Session) -> list[Attendee]:
    """Coach, client and guests, under the addresses that they have now (C23); each address once."""
    coach = work.copy(Coach, session.coach_id, what="coach")
    client = work.copy(Client, session.client_id, what="client")
    everybody = [
        coach_attendee(coach),
        Attendee(client.email, client.name, "client", client.id),
        *(as_attendee(guest) for guest in session.guests),
    ]
    named = list({attendee.email.casefold(): attendee for attendee in reversed(everybody)}.values())[::-1]
    return [replace(one, answer=session.answered_by(one.email.casefold())) for one in named]


def ics_for(
    work: Work, session: Session, attendees: list[Attendee], method: Method, *, former: Attendee | None = None
) -> str:
    """The session's iCalendar object, addressed to `attendees`.

    `former` is a coach who no longer gives it: in that coach's calendar it is the former's own meeting that is over.
    """
    return ics_of(meeting_of(work, session, former=former), attendees, method)


def meeting_of(work: Work, session: Session, *, former: Attendee | None = None) -> Meeting:
    """What a calendar has to know of the session as it is now."""
    return Meeting(
        uid=session.ics_uid,
        sequence=session.ics_sequence,
        stamp=session.updated_at,
        title=session.title,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        zone=session.time_zone,
        place=place_of(session.location_kind, session.location_detail),
        href=session.location["href"],
        cancelled=session.state == "cancelled" or former is not None,
        organizer=former or coach_attendee(work.copy(Coach, session.coach_id, what="coach")),
    )


def tell(
    work: Work,
    session: Session,
    facts: dict[str, Any],
    kind: str,
    recipients: list[Attendee],
    *,
    by: Actor,
    on_purpose: bool,
    listed: list[Attendee] | None = None,
    former: Attendee | None = None,
    reason: str | None = None,
) -> None:
    """Asks for a mail of `kind` to each of `recipients`, with the invite that names `listed`, or just them.

    `facts` are those of the change's event, which must have been published, so that the version is the one told of.
    `reason` is why it is moved or cancelled by this very change: no later mail repeats it.
    `on_purpose`: a member of staff scheduled or sent it, which an Internal Record's mail needs (S1.3, C3).
    """
    if not recipients:
        return
    method: Method = "CANCEL" if kind == "session_cancelled" else "REQUEST"
    content = ics_for(work, session, listed or recipients, method, former=former)
    work.request(
        key=f"session/{session.id}/{session.ics_sequence}/{kind.removeprefix('session_')}",
        kind=kind,
        recipients=[{"person_id": a.person_id, "email": a.email, "name": a.name} for a in recipients],
        about={"kind": "session", "id": session.id, "version": session.version},
        trigger={"origin": "staff" if on_purpose else "automatic", "person_id": by.id},
        engagement_id=session.engagement_id,
        item_id=session.item_id,
        context={**context_of(facts), "reason": reason},
        attachments=[
            {
                "filename": "invite.ics",
                "content_type": "text/calendar",
                "content": base64.b64encode(content.encode()).decode(),
                "method": method,
            }
        ],
    )


def except_person(attendees: list[Attendee], person_id: UUID) -> list[Attendee]:
    """The attendees other than that person."""
    return [attendee for attendee in attendees if attendee.person_id != person_id]
