"""Runs every measurement, ours and stock Nameko's in turn, and prints the rates and their ratios."""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from uuid import uuid4

from nameko.standalone.events import event_dispatcher
from nameko.standalone.rpc import ClusterRpcProxy
from sqlalchemy import func, select

from chassis.database import Database
from chassis.rpc_client import RpcClient
from contracts.errors import Unavailable
from deploy.local.packages import install
from deploy.local.processes import spawn, stop
from deploy.local.rabbitmq import RabbitNode, scripts
from tests.benchmarks import ours, stock
from tests.benchmarks.raw import RawPublisher
from tests.chassis.toy.counters import Base, Seen
from tests.support.broker import RunningService, eventually

ROUNDS = 3
WIDTH = 40
Say = Callable[[str], None]


class Ours:
    """The toy service: outbox, relay, inbox."""

    def __init__(self, node: RabbitNode, folder: Path) -> None:
        self.running = RunningService(ours.service, ["-m", "tests.benchmarks.ours"], node, folder)
        self.database = self.running.runtime.database
        Base.metadata.create_all(self.database.engine)
        self.running.start()
        self.client = RpcClient(node.url, "bench")
        eventually(self._answers, 60, "the first answer of ours")

    def events(self, names: list[str], at_once: int) -> None:
        for start in range(0, len(names), at_once):
            ours.publish(self.running.runtime, names[start : start + at_once])

    def commands(self, names: list[str]) -> None:
        for name in names:
            self.client.call(ours.insert, {"name": name})

    def commands_with_key(self, names: list[str]) -> None:
        """As the gateway makes them."""
        for name in names:
            self.client.call(ours.insert, {"name": name}, key=name)

    def queries(self, names: list[str]) -> None:
        for _ in names:
            self.client.call(ours.look, {})

    def stop(self) -> None:
        self.client.close()
        self.running.stop()

    def _answers(self) -> bool:
        with suppress(Unavailable):
            self.commands(["first"])
            return True
        return False


class Stock:
    """Nameko as it comes: commit, then dispatch; a row and a commit for each event and each command."""

    def __init__(self, node: RabbitNode, folder: Path) -> None:
        url = f"sqlite:///{folder / 'stock.sqlite3'}"
        self.database = Database(url)
        Base.metadata.create_all(self.database.engine)
        self.config = {"AMQP_URI": node.url}
        environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
        command = [sys.executable, "-W", "ignore", "-m", "tests.benchmarks.stock", node.url, url]
        self.log = folder / "stock.log"
        self.process = spawn(command, env=environment, log=self.log)
        eventually(lambda: "serving" in self.log.read_text(), 60, "the start of stock Nameko")
        self.dispatch = event_dispatcher(self.config)
        self.commands(["first"])

    def events(self, names: list[str], at_once: int) -> None:
        for start in range(0, len(names), at_once):
            for counter in stock.insert(self.database, names[start : start + at_once]):
                self.dispatch("stock", "bumped", {"name": counter.name})

    def commands(self, names: list[str]) -> None:
        with ClusterRpcProxy(self.config) as cluster:
            for name in names:
                cluster.stock.insert(name)

    def queries(self, names: list[str]) -> None:
        with ClusterRpcProxy(self.config) as cluster:
            for _ in names:
                cluster.stock.look()

    def stop(self) -> None:
        stop([self.process])
        self.database.dispose()


def handled(side: Ours | Stock) -> int:
    """How many events have been handled and committed."""
    with side.database.read() as session:
        return session.scalar(select(func.max(Seen.row))) or 0


def event_rate(side: Ours | Stock, number: int, at_once: int) -> float:
    """Events per second from the first commit here to the last commit there."""
    before = handled(side)
    began = time.monotonic()
    side.events([f"event {n}" for n in range(number)], at_once)
    while handled(side) < before + number:
        assert time.monotonic() - began < 120, f"only {handled(side) - before} of {number} events arrived"
        time.sleep(0.01)
    return number / (time.monotonic() - began)


def call_rate(call: Callable[[list[str]], None], number: int, threads: int) -> float:
    """Calls per second that were answered, from so many threads at once."""
    shares = [[f"{uuid4()}" for _ in range(number // threads)] for _ in range(threads)]
    callers = [threading.Thread(target=call, args=(share,)) for share in shares]
    began = time.monotonic()
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    return len(shares) * len(shares[0]) / (time.monotonic() - began)


def raw_rate(publisher: RawPublisher, number: int, at_once: int) -> float:
    """Messages per second."""
    began = time.monotonic()
    publisher.publish([b"x" * 500] * number, at_once)
    return number / (time.monotonic() - began)


def compare(say: Say, what: str, aim: float, first: Callable[[], float], second: Callable[[], float]) -> None:
    """Measures both in turn, several times; says the medians, their ratio and whether the aim is met."""
    rates = [(first(), second()) for _ in range(ROUNDS)]
    our_rate, stock_rate = (statistics.median(column) for column in zip(*rates, strict=True))
    ratio = our_rate / stock_rate
    verdict = "met" if ratio >= aim else "missed"
    say(f"{what:<{WIDTH}}{our_rate:>10,.0f}{stock_rate:>10,.0f}{ratio:>9.1f}×   aim {aim:.0f}× {verdict}")


def measure(node: RabbitNode, folder: Path, say: Say) -> None:
    """All measurements, each said as soon as it is known."""
    say(f"{'per second':<{WIDTH}}{'ours':>10}{'stock':>10}{'ratio':>10}")
    we, they = Ours(node, folder), Stock(node, folder)
    try:
        for number, at_once in ((1000, 1), (6000, 100)):
            compare(
                say, f"events, {at_once} per commit", 5,
                partial(event_rate, we, number, at_once), partial(event_rate, they, number // 4, at_once),
            )  # fmt: skip
        for number, threads in ((400, 1), (1600, 16)):
            calls = f"from {threads} thread{'s' if threads > 1 else ''}"
            stock_commands = partial(call_rate, they.commands, number // 2, threads)
            compare(
                say, f"queries {calls}", 2,
                partial(call_rate, we.queries, number, threads), partial(call_rate, they.queries, number // 2, threads),
            )  # fmt: skip
            compare(say, f"commands {calls}", 2, partial(call_rate, we.commands, number, threads), stock_commands)
            keyed = partial(call_rate, we.commands_with_key, number, threads)
            compare(say, f"commands with a key {calls}", 2, keyed, stock_commands)
    finally:
        we.stop()
        they.stop()
    publisher = RawPublisher(node.port)
    for number, at_once in ((2000, 1), (20000, 500)):
        say(f"{f'raw AMQP, a confirm per {at_once}':<{WIDTH}}{raw_rate(publisher, number, at_once):>10,.0f}")
    publisher.close()


def main() -> None:
    if scripts() is None:
        install(["rabbitmq-server"], "the benchmarks run on a real broker")
    with tempfile.TemporaryDirectory(prefix="coachworks-bench-") as folder:
        node = RabbitNode(Path(folder) / "rabbitmq")
        node.start()
        try:
            measure(node, Path(folder), partial(print, flush=True))
        finally:
            node.stop()


if __name__ == "__main__":
    main()
