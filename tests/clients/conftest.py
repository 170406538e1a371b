"""A queue as `coachworks consumer add` makes it, and a hand that publishes events into it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import kombu
import pytest

from chassis import topology
from chassis.consumers import PREFIX, Consumers
from contracts.events import example_of
from deploy.local.rabbitmq import RabbitNode
from services.billing.service import service as billing
from tests.support.broker import Hand

PAID = "billing.invoice.paid.v1"


class Source:
    """A broker with an empty stream and one consumer, who may replay."""

    def __init__(self, node: RabbitNode) -> None:
        self.node = node
        self.queue = f"{PREFIX}tests"
        with kombu.Connection(node.url) as connection:
            connection.channel().queue_delete(topology.STREAM.name)
            topology.declare(connection.channel(), billing)
        self.consumers = Consumers(node.url, str(node.rabbitmqctl))
        self.url = self.consumers.add("tests", ["#"], replay=True)

    def publish(self, *events: dict[str, Any] | bytes) -> None:
        """Hands them to the broker and returns when it has them."""
        hand = Hand(self.node.url)
        hand.channel.confirm_delivery()
        for event in events:
            body = event if isinstance(event, bytes) else json.dumps(event).encode()
            key = PAID if isinstance(event, bytes) else event["type"]
            hand.put("coachworks.events", key, body, content_type="application/cloudevents+json")
        hand.close()

    def depth(self, queue: str = "") -> int:
        hand = Hand(self.node.url)
        found = hand.depth(queue or self.queue)
        hand.close()
        return found

    def empty(self) -> None:
        hand = Hand(self.node.url)
        for queue in (self.queue, f"{self.queue}.dead"):
            hand.channel.queue_purge(queue)
        hand.close()


def event(sequence: int = 1, type_: str = PAID, subject: UUID | None = None, **data: Any) -> dict[str, Any]:
    """An event as the house publishes it, with the facts of its golden example."""
    return {
        "specversion": "1.0",
        "id": str(uuid4()),
        "type": type_,
        "source": f"/coachworks/{type_.partition('.')[0]}",
        "subject": str(subject or uuid4()),
        "time": "2026-03-02T15:00:00Z",
        "datacontenttype": "application/json",
        "sequence": sequence,
        "data": example_of(type_) | data,
    }


def events(count: int) -> list[dict[str, Any]]:
    return [event(sequence) for sequence in range(1, count + 1)]


@pytest.fixture(scope="module")
def shared_source(rabbit_node: RabbitNode) -> Iterator[Source]:
    made = Source(rabbit_node)
    yield made
    made.consumers.remove("tests")


@pytest.fixture
def source(shared_source: Source) -> Source:
    """With nothing waiting."""
    shared_source.empty()
    return shared_source
