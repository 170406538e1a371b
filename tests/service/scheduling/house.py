"""A coach, a client and their engagement, and what one does with sessions in a test."""

from __future__ import annotations

import base64
import datetime as dt
import threading
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import vobject
from icalendar import Calendar, Event

from contracts.actor import Actor
from contracts.calls import scheduling as calls
from contracts.calls.availability import set_availability
from contracts.calls.bookings import book
from tests.support import people
from tests.support.harness import Harness

START = "2026-12-01T15:00:00Z"
ZOOM = {"kind": "zoom", "detail": "https://us02web.zoom.us/j/123?pwd=abc"}
HOURS: dict[str, Any] = {
    "time_zone": "Europe/Berlin",
    "weekly": [{"weekday": 1, "from": "09:00", "to": "12:00"}],
    "buffer_minutes": 0,
    "minimum_notice_minutes": 60,
    "horizon_days": 60,
    "slot_minutes": 60,
}


class House:
    def __init__(self, harness: Harness) -> None:
        self.harness = harness
        self.coach = self.coach_called("Judith Okonkwo")
        self.client = self.client_called("Leila Haddad")
        self.engagement = self.engagement_of(self.client, self.coach)

    def coach_called(self, name: str, **changes: Any) -> Actor:
        actor = people.coach(name)
        self.harness.feed("engagements.coach.added.v1", subject=actor.id, data=people.coach_facts(actor, **changes))
        return actor

    def client_called(self, name: str, **changes: Any) -> Actor:
        actor = people.client(name)
        self.harness.feed("engagements.client.added.v1", subject=actor.id, data=people.client_facts(actor, **changes))
        return actor

    def engagement_of(self, client: Actor, coach: Actor, **changes: Any) -> UUID:
        id_ = uuid4()
        self.harness.feed(
            "engagements.engagement.created.v1",
            subject=id_,
            data=people.engagement_facts(client.id, coach.id, **changes),
        )
        return id_

    def assign(self, to: Actor, *, engagement: UUID | None = None, sequence: int = 2, by: Actor = people.ADMIN) -> None:
        facts = people.engagement_facts(self.client.id, to.id)
        self.harness.feed(
            "engagements.engagement.assigned.v1",
            subject=engagement or self.engagement,
            sequence=sequence,
            data={**facts, "previous_coach_id": self.coach.id, "include_private_notes": False},
            actor=by,
        )

    def delete(self, *, sequence: int = 2) -> None:
        facts = people.engagement_facts(self.client.id, self.coach.id, deleted=True)
        self.harness.feed("engagements.engagement.deleted.v1", subject=self.engagement, sequence=sequence, data=facts)

    def restore(self, *, sequence: int = 3) -> None:
        facts = people.engagement_facts(self.client.id, self.coach.id)
        self.harness.feed("engagements.engagement.restored.v1", subject=self.engagement, sequence=sequence, data=facts)

    def schedule(self, starts_at: str = START, minutes: int = 60, *, by: Actor | None = None, **more: Any) -> Any:
        given = {
            "engagement_id": str(self.engagement),
            "starts_at": starts_at,
            "duration_minutes": minutes,
            "location": ZOOM,
            **more,
        }
        return self.harness.call(calls.schedule_session, given, by or self.coach)

    def get(self, session: Any, *, by: Actor | None = None) -> Any:
        return self.harness.call(calls.get_session, {"id": session["id"]}, by or self.coach)

    def reschedule(self, session: Any, starts_at: str, *, by: Actor | None = None, **more: Any) -> Any:
        given = {"id": session["id"], "starts_at": starts_at, **more}
        return self.harness.call(calls.reschedule_session, given, by or self.coach)

    def update(self, session: Any, *, by: Actor | None = None, **changes: Any) -> Any:
        return self.harness.call(calls.update_session, {"id": session["id"], **changes}, by or self.coach)

    def cancel(self, session: Any, *, by: Actor | None = None, **more: Any) -> Any:
        return self.harness.call(calls.cancel_session, {"id": session["id"], **more}, by or self.coach)

    def complete(self, session: Any) -> Any:
        return self.harness.call(calls.complete_session, {"id": session["id"]}, self.coach)

    def miss(self, session: Any) -> Any:
        return self.harness.call(calls.no_show_session, {"id": session["id"]}, self.coach)

    def attend(self, session: Any, *emails: str, by: Actor | None = None, **more: Any) -> Any:
        given = {"id": session["id"], "attendees": [{"email": email} for email in emails], **more}
        return self.harness.call(calls.set_attendees, given, by or self.coach)

    def invite(self, session: Any, *, by: Actor | None = None) -> Any:
        return self.harness.call(calls.get_invite, {"id": session["id"]}, by or self.coach)

    def listed(self, when: str | None = None, *, by: Actor | None = None, **more: Any) -> Any:
        given = {"engagement_id": str(self.engagement), **({"when": when} if when else {}), **more}
        return self.harness.call(calls.list_engagement_sessions, given, by or self.coach)

    def offer(self, **changes: Any) -> Any:
        """The coach offers time: Tuesdays 9 to 12 in Berlin, which are 08:00, 09:00 and 10:00 UTC of 1 December."""
        return self.harness.call(set_availability, {"id": str(self.coach.id), **HOURS, **changes}, self.coach)

    def book(self, starts_at: str, *, by: Actor | None = None, **more: Any) -> Any:
        given = {"engagement_id": str(self.engagement), "starts_at": starts_at, **more}
        return self.harness.call(book, given, by or self.client)

    def policy(self, **changes: Any) -> None:
        """What the organisation says."""
        facts = people.organisation_facts(**changes)
        self.harness.feed("engagements.organisation.updated.v1", subject=uuid4(), data=facts)

    def requests(self, kind: str | None = None) -> list[dict[str, Any]]:
        return self.harness.requests(kind)

    def mailed(self, kind: str) -> list[str]:
        """Whom mails of that kind were asked for, in order."""
        return [recipient["email"] for request in self.requests(kind) for recipient in request["recipients"]]


def ics_text(request: dict[str, Any]) -> str:
    """The invite that a request for a mail carries."""
    (attachment,) = request["attachments"]
    return base64.b64decode(attachment["content"]).decode()


def event_in(text: str) -> Event:
    """The one VEVENT of an iCalendar text."""
    (event,) = Calendar.from_ical(text).walk("VEVENT")
    return event


def addresses(event: Event) -> set[str]:
    """Whom the VEVENT names as attendees."""
    named = event.get("attendee", [])
    return {str(one).removeprefix("mailto:") for one in (named if isinstance(named, list) else [named])}


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


def at_once(actions: list[Callable[[], Any]]) -> list[Exception | None]:
    """Runs the actions in threads that start together; what each raised, if it did."""
    barrier = threading.Barrier(len(actions))
    outcomes: list[Exception | None] = [None] * len(actions)

    def run(position: int) -> None:
        barrier.wait()
        try:
            actions[position]()
        except Exception as error:
            outcomes[position] = error

    threads = [threading.Thread(target=run, args=(position,)) for position in range(len(actions))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert not any(thread.is_alive() for thread in threads)
    return outcomes


def read_by_second_library(text: str, **options: Any) -> Any:
    """The calendar as vobject reads it, with the zones that it brings.

    vobject keeps the first zone that it reads under a name, and a calendar's covers the years of its own sessions.
    """
    vars(vobject.icalendar)["__tzidMap"].clear()
    vobject.icalendar.registerTzid("UTC", vobject.icalendar.utc)
    return vobject.readOne(text, **options)
