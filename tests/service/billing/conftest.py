"""Billing on both databases, with an organisation, a client, her coach and an engagement that it has heard of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.actor import Actor
from contracts.calls import billing as calls
from tests.support import people
from tests.support.harness import Harness, service_harness
from tests.support.stripe import StripeServer, stripe_server

billing = service_harness("services.billing.service")

LINES = [
    {"description": "Second instalment, sessions 5 to 8", "quantity": "4", "unit_price": "240.00", "tax_rate": "19"},
    {"description": "Workshop preparation, hours", "quantity": "1.5", "unit_price": "120.00", "tax_rate": "19"},
    {"description": "Workbook “The value ladder”", "quantity": "2", "unit_price": "18.50", "tax_rate": "7"},
]


@dataclass
class Desk:
    """The coach's desk: short ways to do what most tests do. Its draft comes to 1396.19 EUR."""

    billing: Harness
    organisation: UUID = field(default_factory=uuid4)
    engagement: UUID = field(default_factory=uuid4)
    coach: Actor = field(default_factory=people.coach)
    client: Actor = field(default_factory=people.client)

    def set_up(self, **changes: Any) -> None:
        """The organisation's settings arrive."""
        self.sequence = getattr(self, "sequence", 0) + 1
        facts = people.organisation_facts(**changes)
        self.billing.feed(
            "engagements.organisation.updated.v1", subject=self.organisation, sequence=self.sequence, data=facts
        )

    def hear_of(self, engagement: UUID, client: Actor, coach: Actor, sequence: int = 1, **changes: Any) -> None:
        """An engagement and its client arrive."""
        assert client.id
        self.billing.feed("engagements.client.added.v1", subject=client.id, data=people.client_facts(client))
        self.billing.feed(
            "engagements.engagement.updated.v1",
            subject=engagement,
            sequence=sequence,
            data=people.engagement_facts(client.id, coach.id, **changes),
        )

    def draft(self, **changes: Any) -> Any:
        given = {"engagement_id": str(self.engagement), "currency": "EUR", "lines": LINES, **changes}
        return self.billing.call(calls.create_invoice, given, actor=self.coach)

    def send(self, invoice: Any, **options: Any) -> Any:
        return self.billing.call(calls.send_invoice, {"id": invoice["id"]}, actor=self.coach, **options)

    def sent(self, **changes: Any) -> Any:
        return self.send(self.draft(**changes))

    def get(self, invoice: Any, actor: Actor | None = None) -> Any:
        return self.billing.call(calls.get_invoice, {"id": invoice["id"]}, actor=actor or self.coach)

    def pay(self, invoice: Any, amount: str, **more: Any) -> Any:
        given = {"id": invoice["id"], "amount": amount, "method": "bank_transfer", **more}
        return self.billing.call(calls.record_payment, given, actor=self.coach)

    def held(self, title: str = "Session", engagement: UUID | None = None, **facts: Any) -> str:
        """A session took place; its id."""
        session, data = uuid4(), people.session_facts(engagement or self.engagement, title=title, **facts)
        self.billing.feed("scheduling.session.completed.v1", subject=session, sequence=2, data=data)
        return str(session)

    def do(self, call: Any, object: Any, **more: Any) -> Any:
        return self.billing.call(call, {"id": object["id"], **more}, actor=self.coach)


@pytest.fixture
def stripe() -> Iterator[StripeServer]:
    with stripe_server() as server:
        yield server


@pytest.fixture
def desk(billing: Harness) -> Desk:
    """Everything that billing needs to know to send an invoice."""
    desk = Desk(billing)
    desk.set_up()
    desk.hear_of(desk.engagement, desk.client, desk.coach)
    return desk
