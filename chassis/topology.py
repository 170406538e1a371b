"""Exchanges and queues, declared here and nowhere else (DESIGN §2.5–2.11).

Every process declares its service's own part at start: RabbitMQ refuses it (406) when what stands there differs.
`coachworks migrate` declares it too, so that no event is published before those who listen have their queues.
"""

from __future__ import annotations

from typing import Any

from kombu import Exchange, Queue, binding

from chassis.service import Service
from contracts.events import PRIVATE, PUBLIC

EVENTS = Exchange(PUBLIC, type="topic", durable=True)
REQUESTS = Exchange(PRIVATE, type="topic", durable=True)
DEAD = Exchange("coachworks.dead", type="topic", durable=True)
NUDGE = Exchange("coachworks.nudge", type="direct", durable=True)
CALLS = Exchange("nameko-rpc", type="topic", durable=True)

#: Every public event, for replay; consumers read it from any position.
STREAM = Queue(
    "coachworks.stream",
    exchange=EVENTS,
    routing_key="#",
    durable=True,
    queue_arguments={"x-queue-type": "stream", "x-max-age": "30D"},
)
DELIVERY_LIMIT = 1000


def events_queue(service: Service) -> Queue:
    """The quorum queue of all that the service listens to; requests for notifications come by the private exchange."""
    bindings = [
        binding(REQUESTS if on.exchange == PRIVATE else EVENTS, routing_key=on.pattern) for on in service.listens
    ]
    return Queue(
        f"{service.name}.events",
        bindings=bindings,
        durable=True,
        queue_arguments={
            "x-queue-type": "quorum",
            "x-delivery-limit": DELIVERY_LIMIT,
            "x-overflow": "reject-publish",
            "x-dead-letter-exchange": DEAD.name,
            "x-dead-letter-routing-key": service.name,
            "x-dead-letter-strategy": "at-least-once",
        },
    )


def dead_queue(service: Service) -> Queue:
    """Where a message ends that was delivered DELIVERY_LIMIT times and never acked."""
    return Queue(
        f"{service.name}.dead",
        exchange=DEAD,
        routing_key=service.name,
        durable=True,
        queue_arguments={"x-queue-type": "quorum"},
    )


def calls_queue(service: Service) -> Queue:
    """Calls to the service, bound as Nameko binds them."""
    return Queue(f"rpc-{service.name}", exchange=CALLS, routing_key=f"{service.name}.*", durable=True)


def declare(channel: Any, service: Service) -> None:
    """Declares all that the service's processes need; what stands there with other arguments is an error."""
    for exchange in (EVENTS, REQUESTS, DEAD, NUDGE, CALLS):
        exchange(channel).declare()
    for queue in (STREAM, dead_queue(service), events_queue(service), calls_queue(service)):
        queue(channel).declare()
