"""An organisation, a coach, clients in all portal states, and what other services ask to have mailed to them."""

from __future__ import annotations

import base64
import dataclasses
from typing import Any
from uuid import UUID, uuid4

from contracts.actor import Actor
from contracts.calls import notifications as calls
from contracts.events import schema_of
from services.notifications.outbound.sender import send_due
from tests.support import people
from tests.support.harness import Harness

START, END = "2026-12-01T15:30:00Z", "2026-12-01T16:30:00Z"
ZOOM = {"kind": "zoom", "detail": "https://zoom.example/j/42", "href": "https://zoom.example/j/42"}
GUEST = {"person_id": None, "email": "tomas.herrera@example.net", "name": "Tomás Herrera"}


class House:
    def __init__(self, harness: Harness) -> None:
        self.harness = harness
        self.organisation_id = uuid4()
        self._versions: dict[UUID, int] = {}
        self.organisation_is()
        self.coach = people.coach("Judith Okonkwo")
        self.coach_is(self.coach)
        self.client = self.client_called("Leila Haddad", "active")
        self.engagement = self.engagement_of(self.client)

    def feed(self, type: str, subject: UUID, data: dict[str, Any]) -> int:
        """Delivers an event of that object with its next version; answers the version."""
        version = self._versions[subject] = self._versions.get(subject, 0) + 1
        self.harness.feed(type, subject=subject, sequence=version, data=data)
        return version

    def organisation_is(self, **changes: Any) -> None:
        self.feed("engagements.organisation.updated.v1", self.organisation_id, people.organisation_facts(**changes))

    def coach_is(self, coach: Actor, **changes: Any) -> None:
        self.feed("engagements.coach.updated.v1", coach.id, people.coach_facts(coach, **changes))

    def client_called(self, name: str, portal: str, **changes: Any) -> Actor:
        client = people.client(name)
        self.client_is(client, portal=portal, **changes)
        return client

    def client_is(self, client: Actor, **changes: Any) -> None:
        self.feed("engagements.client.updated.v1", client.id, people.client_facts(client, **changes))

    def engagement_of(self, client: Actor, coach: Actor | None = None) -> UUID:
        id_ = uuid4()
        facts = people.engagement_facts(client.id, (coach or self.coach).id)
        self.feed("engagements.engagement.created.v1", id_, facts)
        return id_

    def session_is(self, id_: UUID, *, state: str = "scheduled", ics_sequence: int = 0, **changes: Any) -> int:
        """Tells of a session as it is now; answers its version."""
        kind = "cancelled" if state == "cancelled" else "updated"
        data = {
            "engagement_id": self.engagement, "client_id": self.client.id, "coach_id": self.coach.id,
            "title": "Session 5", "number": 5, "starts_at": START, "ends_at": END, "time_zone": "Europe/Berlin",
            "location": ZOOM, "state": state, "ics_uid": f"{id_}@coach.example", "ics_sequence": ics_sequence,
            **changes,
        }  # fmt: skip
        return self.feed_json(f"scheduling.session.{kind}.v1", id_, data)

    def invoice_is(self, id_: UUID, state: str) -> int:
        data = {
            "engagement_id": self.engagement, "client_id": self.client.id, "number": "2026-0133", "currency": "EUR",
            "total": "1190.00", "paid": "0.00", "balance": "1190.00", "state": state, "issued_on": "2026-11-23",
            "due_date": "2026-12-07",
        }  # fmt: skip
        return self.feed_json("billing.invoice.updated.v1", id_, data)

    def feed_json(self, type: str, subject: UUID, data: dict[str, Any]) -> int:
        """Like `feed`, for data that is JSON already."""
        return self.feed(type, subject, schema_of(type).load(data))

    def request(self, kind: str, *recipients: Any, **changes: Any) -> UUID:
        """Asks for mail as another service would; answers the request's id. Recipients are actors, or dicts."""
        about_id = changes.pop("about_id", None) or uuid4()
        event_id = changes.pop("event_id", None) or uuid4()
        about_kind = "session" if kind.startswith("session_") else "invoice" if kind == "invoice" else "engagement"
        data = {
            "key": f"{kind}/{uuid4()}",
            "kind": kind,
            "recipients": [_recipient(each) for each in recipients],
            "engagement_id": self.engagement,
            "about": {"kind": about_kind, "id": about_id, "version": changes.pop("about_version", 1)},
            "trigger": {"origin": changes.pop("origin", "staff"), "person_id": self.coach.id},
            "context": context_of(kind) | changes.pop("context", {}),
            "attachments": [],
            "send_at": None,
            **changes,
        }
        self.harness.feed("notification.requested.v1", subject=about_id, data=data, event_id=event_id)
        return event_id

    def session_mail(self, kind: str, session: UUID, *recipients: Any, ics_sequence: int = 0, **changes: Any) -> UUID:
        """Asks for a mail about a session, its invite attached."""
        method = "CANCEL" if kind == "session_cancelled" else "REQUEST"
        return self.request(
            kind,
            *recipients,
            about_id=session,
            key=f"session/{session}/{ics_sequence}/{kind}",
            attachments=[invite(session, method, ics_sequence)],
            **changes,
        )

    def log(self, actor: Actor = people.ADMIN, **filters: Any) -> list[dict[str, Any]]:
        """The mail log as `actor` sees it, oldest first."""
        items = self.harness.call(calls.list_notifications, filters, actor=actor)["items"]
        return list(reversed(items))

    def only(self, **filters: Any) -> dict[str, Any]:
        """The one notification that there is."""
        (item,) = self.log(**filters)
        return item

    def detail(self, id_: str, actor: Actor = people.ADMIN) -> dict[str, Any]:
        answer: dict[str, Any] = self.harness.call(calls.get_notification, {"id": id_}, actor=actor)
        return answer

    def sends_to(self, smtp_url: str) -> None:
        self.harness.runtime.settings = dataclasses.replace(self.harness.runtime.settings, smtp_url=smtp_url)  # type: ignore[call-arg]

    def send(self) -> int:
        """Runs the sender once."""
        return self.harness.run(send_due)

    def send_all(self) -> None:
        """Runs the sender until nothing is due now."""
        while self.send():
            pass


def _recipient(given: Any) -> dict[str, Any]:
    if isinstance(given, Actor):
        address = f"{given.name.lower().replace(' ', '.')}@example.org"
        return {"person_id": given.id, "email": address, "name": given.name}
    return {"person_id": None, "name": "", **given}


def context_of(kind: str) -> dict[str, Any]:
    """What a request of that kind brings for its wording."""
    if kind.startswith("session_"):
        moved = {"previous_starts_at": "2026-11-30T09:00:00Z"} if kind == "session_rescheduled" else {}
        facts = {"title": "Session 5", "number": 5, "starts_at": START, "ends_at": END, "time_zone": "Europe/Berlin"}
        return {**facts, "location": ZOOM, **moved}
    token = {"url": f"https://coach.example/invitations/{TOKEN}", "expires_at": "2026-12-08T09:00:00Z"}
    invoice = {"number": "2026-0133", "total": "1190.00", "balance": "1190.00", "currency": "EUR"}
    contexts: dict[str, dict[str, Any]] = {
        "invoice": {**invoice, "due_date": "2026-12-07"},
        "invitation": {**token, "message": "I look forward to working with you."},
        "staff_invitation": token,
        "password_reset": token,
        "coach_changed": {"previous_coach_name": "Judith Okonkwo", "new_coach_name": "Samuel Adler"},
        "form_request": {**token, "name": "Before we begin"},
        "item_task": {"name": "Three wins"},
        "item_file": {"name": "Values worksheet"},
        "item_link": {"name": "A talk", "url": "https://example.org/talk"},
        "resource_shared": {"names": ["Interview guide.pdf"]},
        "feedback_request": {
            **token,
            "name": "Raise the price",
            "description": "By 20%",
        },
        "note_shared": {},
        "goal_created": {"name": "Lead with calm"},
        "assignment_shared": {"name": "Values worksheet"},
        "comment_added": {"place": "note"},
        "payment_received": {"amount": "1190.00", "currency": "EUR", "number": "2026-0133"},
    }
    return contexts[kind]


TOKEN = "kG3v8-secret-token-0123456789"


def invite(session: UUID, method: str, sequence: int) -> dict[str, Any]:
    """An invite as an attachment of a request."""
    lines = [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Coachworks//EN", f"METHOD:{method}", "BEGIN:VEVENT",
        f"UID:{session}@coach.example", f"SEQUENCE:{sequence}", "DTSTAMP:20261124T090000Z", "DTSTART:20261201T153000Z",
        "DTEND:20261201T163000Z", "SUMMARY:Session 5", "END:VEVENT", "END:VCALENDAR", "",
    ]  # fmt: skip
    content = base64.b64encode("\r\n".join(lines).encode()).decode()
    return {"filename": "invite.ics", "content_type": "text/calendar", "content": content, "method": method}


def pdf(content: bytes = b"%PDF-1.4 an invoice") -> dict[str, Any]:
    """A PDF as an attachment of a request."""
    encoded = base64.b64encode(content).decode()
    return {"filename": "2026-0133.pdf", "content_type": "application/pdf", "content": encoded, "method": None}
