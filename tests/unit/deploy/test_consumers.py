"""`coachworks consumer`: another system gets a user, a queue and the right to read it, and no other right."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import kombu
import pika
import pika.exceptions
import pytest
from pika.adapters.blocking_connection import BlockingChannel

from chassis import topology
from chassis.consumers import Consumers
from services.billing.service import service as billing
from tests.support.broker import Hand, eventually
from tests.support.servers import RabbitNode

ROOT = Path(__file__).resolve().parents[3]
VHOST = "consumers"


class Operator:
    """Runs the command line as an operator would, on a virtual host with the topology of a service."""

    def __init__(self, node: RabbitNode) -> None:
        self.url = f"{node.url}{VHOST}"
        self._environment = {
            **os.environ,
            "AMQP_URL": self.url,
            "RABBITMQCTL": str(node.rabbitmqctl),
            "PYTHONPATH": str(ROOT),
        }

    def says(self, *arguments: str, fails: bool = False) -> str:
        command = [sys.executable, "-m", "chassis.cli", "consumer", *arguments]
        done = subprocess.run(command, env=self._environment, capture_output=True, text=True, check=False)
        assert bool(done.returncode) == fails, done.stdout + done.stderr
        return done.stderr if fails else done.stdout

    def add(self, name: str, *arguments: str) -> str:
        """The address of the new consumer."""
        found = re.search(r"amqp://\S+", self.says("add", name, *arguments))
        assert found
        return found[0]


@pytest.fixture(scope="module")
def operator(rabbit_node: RabbitNode) -> Iterator[Operator]:
    rabbit_node.ctl("add_vhost", VHOST)
    rabbit_node.ctl("set_permissions", "--vhost", VHOST, "guest", ".*", ".*", ".*")
    made = Operator(rabbit_node)
    with kombu.Connection(made.url) as connection:
        topology.declare(connection.channel(), billing)
    yield made
    rabbit_node.ctl("delete_vhost", VHOST)


@pytest.fixture
def hand(operator: Operator) -> Iterator[Hand]:
    made = Hand(operator.url)
    yield made
    made.close()


@pytest.fixture(scope="module")
def crm(operator: Operator) -> Iterator[str]:
    """The address of a consumer of all that billing tells."""
    yield operator.add("crm", "--types", "billing.#")
    operator.says("remove", "crm")


@pytest.fixture
def channel(crm: str) -> Iterator[Callable[[], BlockingChannel]]:
    connections: list[pika.BlockingConnection] = []

    def opened() -> BlockingChannel:
        connections.append(pika.BlockingConnection(pika.URLParameters(crm)))
        return connections[-1].channel()

    yield opened
    for connection in connections:
        connection.close()


def test_a_consumer_gets_the_events_of_its_types_and_no_others(
    channel: Callable[[], BlockingChannel], hand: Hand
) -> None:
    hand.channel.confirm_delivery()
    hand.put("coachworks.events", "scheduling.session.scheduled.v1", b"not for it")
    hand.put("coachworks.events", "billing.invoice.sent.v1", b"for it")
    own = channel()
    assert own.basic_get("consumer.crm", auto_ack=True)[2] == b"for it"
    assert own.basic_get("consumer.crm", auto_ack=True)[2] is None


def test_a_consumer_of_a_cluster_is_told_the_address_of_each_node(operator: Operator, rabbit_node: RabbitNode) -> None:
    consumers = Consumers(
        f"{operator.url};amqp://guest:guest@second.example:5671/{VHOST}", str(rabbit_node.rabbitmqctl)
    )
    here, second = consumers.add("warehouse", ["#"], replay=False).split(";")
    consumers.remove("warehouse")
    assert (urlsplit(here).port, urlsplit(second).hostname) == (rabbit_node.port, "second.example")
    assert urlsplit(here).password == urlsplit(second).password


def test_a_consumer_has_no_other_right(channel: Callable[[], BlockingChannel]) -> None:
    def refused(name: str, *arguments: str, **options: object) -> bool:
        own = channel()
        own.confirm_delivery()
        try:
            getattr(own, name)(*arguments, **options)
        except pika.exceptions.ChannelClosedByBroker as error:
            return bool(error.reply_code == 403)
        return False

    assert refused("basic_publish", "coachworks.events", "billing.invoice.sent.v1", body=b"")
    assert refused("basic_publish", "coachworks.private", "notification.requested.v1", body=b"")
    assert refused("basic_publish", "", "consumer.crm", body=b"")
    assert refused("queue_bind", "consumer.crm", "coachworks.private", "#")
    assert refused("queue_bind", "consumer.crm", "coachworks.events", "#")
    assert refused("queue_unbind", "consumer.crm", "coachworks.events", "billing.#")
    assert refused("queue_declare", "another")
    assert refused("queue_delete", "consumer.crm")
    for queue in ("billing.events", "rpc-billing", "billing.dead", "coachworks.stream"):
        assert refused("basic_get", queue), queue


def test_with_replay_it_may_read_the_stream_from_its_beginning(operator: Operator, hand: Hand) -> None:
    hand.channel.confirm_delivery()
    hand.put("coachworks.events", "scheduling.session.held.v1", b"long ago")
    with pika.BlockingConnection(pika.URLParameters(operator.add("lake", "--types", "#", "--replay"))) as connection:
        own = connection.channel()
        own.basic_qos(prefetch_count=10)
        bodies = (body for _, _, body in own.consume("coachworks.stream", arguments={"x-stream-offset": "first"}))
        assert b"long ago" in bodies
    operator.says("remove", "lake")


def test_the_list_shows_what_waits_and_who_reads(operator: Operator, hand: Hand) -> None:
    operator.add("dwh", "--types", "billing.invoice.*.v1", "--types", "scheduling.session.*.v1")
    hand.put("coachworks.events", "scheduling.session.scheduled.v1", b"{}")

    def line() -> str:
        return next(line for line in operator.says("list").splitlines() if line.startswith("dwh"))

    types = "billing.invoice.*.v1, scheduling.session.*.v1"
    eventually(lambda: line() == f"dwh\t{types}\t1 waiting\t0 reading", 20, "the message")
    operator.says("remove", "dwh")
    assert "dwh" not in operator.says("list")


def test_what_is_removed_is_cut_off_and_cannot_come_back(operator: Operator) -> None:
    url = operator.add("gone", "--types", "#")
    connection = pika.BlockingConnection(pika.URLParameters(url))
    operator.says("remove", "gone")
    with pytest.raises(pika.exceptions.AMQPError):
        connection.process_data_events(time_limit=10)
        connection.channel()
    with pytest.raises(pika.exceptions.ProbableAuthenticationError):
        pika.BlockingConnection(pika.URLParameters(url))


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("add", "crm", "--types", "#"), "There is a consumer crm already."),
        (("add", "x", "--types", "biling.#"), "No event matches biling.#"),
        (("add", "x", "--types", "notification.requested.v1"), "No event matches notification.requested.v1"),
        (("add", "Big Name", "--types", "#"), "A name has at most 40 small letters, digits and hyphens."),
        (("remove", "nobody"), "There is no consumer nobody."),
    ],
)
def test_what_cannot_be_done_is_said(operator: Operator, crm: str, arguments: tuple[str, ...], sentence: str) -> None:
    assert sentence in operator.says(*arguments, fails=True)


def test_a_missing_tool_is_said(operator: Operator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(operator._environment, "RABBITMQCTL", "/nowhere/rabbitmqctl")
    assert "RABBITMQCTL (/nowhere/rabbitmqctl) does not work" in operator.says("list", fails=True)
