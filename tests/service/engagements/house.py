"""An organisation with an admin, a coach and a client with an engagement, and what one does with them in a test."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from chassis.identity import verify
from contracts.actor import Actor
from contracts.calls import engagements as calls
from tests.support.harness import PUBLIC_KEY, Harness

ADMIN_EMAIL = "ada@northlight.example"
ADMIN_PASSWORD = "the admin's own passphrase"
PASSWORD = "seven wet otters swim"


class House:
    def __init__(self, harness: Harness) -> None:
        self.harness = harness
        self.clock = harness.clock
        person = self.sign_in(ADMIN_EMAIL, ADMIN_PASSWORD)["person"]
        self.admin = Actor(UUID(person["id"]), "admin", person["name"])
        self.coach = self.coach_called("Judith Okonkwo")
        self.client = self.client_called("Leila Haddad", by=self.coach)
        self.engagement = self.enrol(self.client)["id"]

    def call(self, call: Any, given: dict[str, Any] | None = None, *, by: Actor | None = None, **options: Any) -> Any:
        """A call by the coach, unless said otherwise."""
        return self.harness.call(call, given, actor=by or self.coach, **options)

    def public(self, call: Any, given: dict[str, Any]) -> Any:
        return self.harness.call(call, given)

    def sign_in(self, email: str, password: str) -> dict[str, Any]:
        return self.public(calls.sign_in, {"email": email, "password": password})

    def coach_called(self, name: str, role: str = "coach") -> Actor:
        given = {"name": name, "email": address(name), "role": role}
        made = self.call(calls.add_coach, given, by=self.admin)
        return Actor(UUID(made["id"]), role, name)  # type: ignore[arg-type]

    def client_called(self, name: str, *, by: Actor | None = None, **given: Any) -> Actor:
        made = self.call(calls.add_client, {"name": name, "email": address(name), **given}, by=by)
        return Actor(UUID(made["id"]), "client", name)

    def enrol(self, client: Actor, *, by: Actor | None = None, **given: Any) -> dict[str, Any]:
        wanted = {"client_id": str(client.id), "program_name": "Business Coaching", "sessions_total": 16, **given}
        return self.call(calls.create_engagement, wanted, by=by)

    def get(self, engagement: str | None = None, *, by: Actor | None = None) -> dict[str, Any]:
        return self.call(calls.get_engagement, {"id": engagement or self.engagement}, by=by)

    def portal_of(self, client: Actor | None = None) -> str:
        return self.call(calls.get_client, {"id": str((client or self.client).id)}, by=self.admin)["portal"]

    def token_of_last(self, kind: str) -> str:
        """The token of the link in the last mail of that kind."""
        return self.harness.requests(kind)[-1]["context"]["url"].rsplit("/", 1)[1]

    def invite(self, engagement: str | None = None, *, by: Actor | None = None) -> str:
        """Invites the client of the engagement; the token."""
        self.call(calls.invite_client, {"id": engagement or self.engagement}, by=by)
        return self.token_of_last("invitation")

    def activate(self, engagement: str | None = None) -> dict[str, Any]:
        """Invites the client, who sets a password; the answer to that."""
        return self.public(calls.accept_invitation, {"token": self.invite(engagement), "password": PASSWORD})

    def session(
        self,
        what: str = "scheduled",
        *,
        session: UUID | None = None,
        sequence: int = 1,
        engagement: str | None = None,
        by: Actor | None = None,
        number: int | None = 1,
        event_id: UUID | None = None,
        **changes: Any,
    ) -> UUID:
        """Tells of a session, as scheduling would, a second after what was before; its id."""
        self.clock.advance(seconds=1)
        id_ = session or uuid4()
        states = {"completed": "completed", "missed": "no_show", "cancelled": "cancelled"}
        starts_at = dt.datetime(2026, 11, 24, 9, tzinfo=dt.UTC)
        data = {
            "engagement_id": UUID(engagement or self.engagement),
            "client_id": self.client.id,
            "coach_id": self.coach.id,
            "title": "Business Coaching",
            "number": number,
            "starts_at": starts_at,
            "ends_at": starts_at + dt.timedelta(hours=1),
            "time_zone": "Europe/Berlin",
            "location": {"kind": "phone", "detail": None, "href": None},
            "state": states.get(what, "scheduled"),
            "ics_uid": f"{id_}@coachworks",
            "ics_sequence": 0,
            **changes,
        }
        self.harness.feed(
            f"scheduling.session.{what}.v1",
            subject=id_,
            sequence=sequence,
            data=data,
            actor=by or self.coach,
            event_id=event_id,
        )
        return id_

    def hold_session(self, *, engagement: str | None = None, number: int = 1) -> UUID:
        """A session that was scheduled and completed."""
        id_ = self.session(engagement=engagement, number=number)
        return self.session("completed", session=id_, sequence=2, engagement=engagement, number=number)

    def invoice(self, what: str, state: str, *, invoice: UUID | None = None, sequence: int = 1, **changes: Any) -> UUID:
        """Tells of an invoice, as billing would; its id."""
        id_ = invoice or uuid4()
        data = {
            "engagement_id": UUID(self.engagement),
            "client_id": self.client.id,
            "number": None if state == "draft" else "2026-0114",
            "state": state,
            "currency": "EUR",
            "total": "952.00",
            "paid": "0.00",
            "balance": "952.00",
            **changes,
        }
        type_ = f"billing.invoice.{what}.v1"
        self.harness.feed(type_, subject=id_, sequence=sequence, data=decimals(data), actor=self.coach)
        return id_

    def activity(self, *, by: Actor | None = None, **given: Any) -> list[dict[str, Any]]:
        return self.call(calls.list_activity, {"id": self.engagement, **given}, by=by)["items"]

    def authenticate(self, token: str) -> Actor:
        """Whom a token lets in, as every service would verify it."""
        answer = self.public(calls.authenticate, {"token": token})
        return verify([PUBLIC_KEY], answer["assertion"], self.clock.now())


def address(name: str) -> str:
    return f"{name.lower().replace(' ', '.')}@example.org"


def decimals(data: dict[str, Any]) -> dict[str, Any]:
    return {
        key: Decimal(value) if key in ("total", "credited", "paid", "balance", "amount") else value
        for key, value in data.items()
    }
