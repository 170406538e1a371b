"""The broker's users of docker-compose.yml: each may do what its service does, and nothing in another's name."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import kombu
import pika
import pika.exceptions
import pytest
from pika.adapters.blocking_connection import BlockingChannel

from chassis import topology
from deploy.local.configuration import SERVICES
from tests.support.servers import RabbitNode

DEFINITIONS = Path(__file__).resolve().parents[3] / "deploy/rabbitmq/definitions.json"
VHOST = "rights"


@pytest.fixture(scope="module")
def address(rabbit_node: RabbitNode, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], str]]:
    """Where a user of definitions.json connects, all queues being declared by the services' own users."""
    moved = json.loads(DEFINITIONS.read_text().replace('"vhost": "/"', f'"vhost": "{VHOST}"'))
    moved["vhosts"] = [{"name": VHOST}]
    file = tmp_path_factory.mktemp("rights") / "definitions.json"
    file.write_text(json.dumps(moved))
    rabbit_node.ctl("import_definitions", str(file))

    def url(user: str) -> str:
        return f"amqp://{user}:{user}@127.0.0.1:{rabbit_node.port}/{VHOST}"

    for service in SERVICES:
        with kombu.Connection(url(service)) as connection:
            topology.declare(connection.channel(), import_module(f"services.{service}.service").service)
    yield url
    rabbit_node.ctl("delete_vhost", VHOST)


@pytest.fixture
def channel(address: Callable[[str], str]) -> Iterator[Callable[[str], BlockingChannel]]:
    """A channel in confirm mode of the user that is asked for."""
    connections: list[pika.BlockingConnection] = []

    def opened(user: str) -> BlockingChannel:
        connections.append(pika.BlockingConnection(pika.URLParameters(address(user))))
        made = connections[-1].channel()
        made.confirm_delivery()
        return made

    yield opened
    for connection in connections:
        if connection.is_open:
            connection.close()


def refused(do: Callable[..., Any], *arguments: Any, **options: Any) -> bool:
    """Whether the broker refuses it for want of rights."""
    try:
        do(*arguments, **options)
    except pika.exceptions.ChannelClosedByBroker as error:
        return bool(error.reply_code == 403)
    return False


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_publishes_its_own_events_and_asks_for_notifications(
    channel: Callable[[str], BlockingChannel], service: str
) -> None:
    own = channel(service)
    own.basic_publish("coachworks.events", f"{service}.thing.done.v1", b"{}")
    own.basic_publish("coachworks.private", "notification.requested.v1", b"{}", mandatory=True)
    own.basic_publish("coachworks.nudge", service, b"")
    nudges = own.queue_declare("", exclusive=True, auto_delete=True).method.queue
    own.queue_bind(nudges, "coachworks.nudge", service)


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_can_do_nothing_in_anothers_name(channel: Callable[[str], BlockingChannel], service: str) -> None:
    other = SERVICES[SERVICES.index(service) - 1]
    assert refused(channel(service).basic_publish, "coachworks.events", f"{other}.thing.done.v1", b"{}")
    assert refused(channel(service).basic_publish, "nameko-rpc", f"{other}.anything", b"{}")
    assert refused(channel(service).basic_get, f"{other}.events")
    assert refused(channel(service).basic_get, f"rpc-{other}")
    assert refused(channel(service).queue_delete, f"{other}.events")


@pytest.mark.parametrize("service", [name for name in SERVICES if name != "notifications"])
def test_only_notifications_hears_what_is_private(channel: Callable[[str], BlockingChannel], service: str) -> None:
    ears = channel(service)
    queue = ears.queue_declare("", exclusive=True).method.queue
    assert refused(ears.queue_bind, queue, "coachworks.private", "#")


def test_the_gateway_calls_and_is_answered_and_hears_no_event(channel: Callable[[str], BlockingChannel]) -> None:
    gateway = channel("gateway")
    gateway.queue_declare("rpc.reply-gateway-1", exclusive=True, auto_delete=True)
    gateway.queue_bind("rpc.reply-gateway-1", "nameko-rpc", "rpc.reply-gateway-1")
    gateway.basic_publish("nameko-rpc", "billing.get_invoice", b"{}", mandatory=True)
    billing = channel("billing")
    assert billing.basic_get("rpc-billing", auto_ack=True)[2] == b"{}"
    billing.basic_publish("nameko-rpc", "rpc.reply-gateway-1", b"[]", mandatory=True)
    assert gateway.basic_get("rpc.reply-gateway-1", auto_ack=True)[2] == b"[]"
    assert refused(gateway.basic_publish, "coachworks.events", "billing.invoice.sent.v1", b"{}")
    assert refused(channel("gateway").basic_get, "billing.events")
