"""Three nodes of RabbitMQ: the one that leads a service's queue is killed under load, and nothing is lost."""

from __future__ import annotations

import json
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from chassis import tail
from chassis.rpc_client import RpcClient
from chassis.topology import STREAM
from contracts.errors import Unavailable
from tests.chassis.toy import counters
from tests.chassis.toy.service import service
from tests.support.broker import RunningService, eventually
from tests.support.cluster import Cluster

CALLERS = 3
QUEUES = ("toy.events", "toy.dead", STREAM.name)


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with tempfile.TemporaryDirectory(prefix="coachworks-cluster-") as folder:
        made = Cluster(Path(folder))
        try:
            made.start()
            yield made
        finally:
            made.stop()


@pytest.fixture
def toy(cluster: Cluster, tmp_path: Path) -> Iterator[RunningService]:
    """The toy, whose AMQP_URL names all nodes."""
    made = RunningService(service, ["-m", "tests.chassis.toy"], cluster, tmp_path)
    made.migrate()
    made.start()
    made.await_serving()
    yield made
    made.stop()


class Load:
    """Threads that make counters without a pause, each under its key until it is answered."""

    def __init__(self, rpc: RpcClient) -> None:
        self.answered: list[str] = []
        self._rpc = rpc
        self._stopping = threading.Event()
        self._threads = [threading.Thread(target=self._run, args=(number,)) for number in range(CALLERS)]
        for thread in self._threads:
            thread.start()

    def await_more(self, number: int) -> None:
        """Returns when so many more have been answered."""
        before = len(self.answered)
        eventually(lambda: len(self.answered) >= before + number, 60, f"{number} more answers")

    def stop(self) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join()

    def _run(self, caller: int) -> None:
        for number in count():
            name = f"{caller}/{number}"
            while not self._said(name):
                pass
            self.answered.append(name)
            if self._stopping.is_set():
                return

    def _said(self, name: str) -> bool:
        try:
            self._rpc.call(counters.bump, {"name": name}, key=name)
        except Unavailable:
            return False
        return True


def test_the_leader_of_a_queue_is_killed_under_load_and_nothing_is_lost(cluster: Cluster, toy: RunningService) -> None:
    cluster.await_whole(*QUEUES)
    rpc = RpcClient(cluster.url, "tests")
    load = Load(rpc)
    try:
        load.await_more(50)
        first = cluster.leader_of("toy.events")
        first.kill()
        load.await_more(50)
        assert cluster.leader_of("toy.events") is not first
        first.start()
        cluster.await_whole(*QUEUES)
        cluster.leader_of("toy.events").kill()
        load.await_more(50)
    finally:
        load.stop()
        rpc.close()

    made = Counter(load.answered)
    eventually(lambda: len(toy.rows("seen")) >= len(made), 30, "all events")
    eventually(lambda: not toy.rows("outbox"), what="the empty outbox")
    assert Counter(row.name for row in toy.rows("counter")) == made
    assert Counter(row.name for row in toy.rows("seen")) == made
    assert toy.rows("failed_event") == []
    streamed: set[str] = set()
    for event in tail.read(cluster.url, "first", ["toy.#"], lost=lambda why: None):
        streamed.add(json.loads(event.body)["data"]["name"])
        if streamed >= made.keys():
            break
    assert streamed == made.keys()
