"""The toy service, running for real."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from chassis.rpc_client import RpcClient
from deploy.local.rabbitmq import RabbitNode
from tests.chassis.toy.service import service
from tests.support.broker import Hand, RunningService, client_of


def delete_queues(node: RabbitNode) -> None:
    """Takes the toy's queues away, so that the next test starts clean."""
    hand = Hand(node.url)
    for queue in ("toy.events", "toy.dead", "rpc-toy", "coachworks.stream"):
        hand.channel.queue_delete(queue)
    hand.close()


@pytest.fixture
def toy(rabbit_node: RabbitNode, tmp_path: Path) -> Iterator[RunningService]:
    """The toy, migrated and not yet started, on SQLite."""
    delete_queues(rabbit_node)
    made = RunningService(service, ["-m", "tests.chassis.toy"], rabbit_node, tmp_path)
    made.migrate()
    yield made
    made.stop()


@pytest.fixture(scope="module")
def running_toy(rabbit_node: RabbitNode, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    """One toy for all tests of a module, serving and working."""
    delete_queues(rabbit_node)
    made = RunningService(service, ["-m", "tests.chassis.toy"], rabbit_node, tmp_path_factory.mktemp("toy"))
    made.migrate()
    made.start()
    made.await_serving()
    yield made
    made.stop()


@pytest.fixture
def rpc(rabbit_node: RabbitNode) -> Iterator[RpcClient]:
    client = client_of(rabbit_node)
    yield client
    client.close()


@pytest.fixture
def hand(rabbit_node: RabbitNode) -> Iterator[Hand]:
    made = Hand(rabbit_node.url)
    yield made
    made.close()
