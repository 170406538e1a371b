"""Outbox, inbox and retry driven step by step from a seed, with a broker that does all that a broker may do.

The relay, the inbox and the database are the real ones; the broker doubles, reorders, refuses, loses confirms and acks,
and the process crashes at any step.
"""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import delete, select

from chassis import inbox
from chassis.clock import FixedClock
from chassis.database import Database
from chassis.outbox import NotConfirmed, Outgoing, Relay
from chassis.runtime import Runtime
from chassis.service import On, Service
from chassis.work import Work
from contracts.actor import SYSTEM
from contracts.envelope import Event
from tests.chassis.toy import counters
from tests.chassis.toy.settings import Settings
from tests.support.harness import NOW


class Crash(BaseException):
    """The process ends here."""


class FakeBroker:
    """Keeps messages until they are acked; everything else is up to the seed."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.queue: list[inbox.Message] = []
        self.calm = False

    def _maybe(self, probability: float) -> bool:
        return not self.calm and self.chance.random() < probability

    def crash(self, probability: float = 0.06) -> None:
        """The process may end here."""
        if self._maybe(probability):
            raise Crash

    def publish(self, rows: Sequence[Outgoing]) -> None:
        self.crash()
        for row in rows:
            if self._maybe(0.05):
                raise NotConfirmed("refused")
            self.queue.append(inbox.Message(row.body, row.routing_key))
            if self._maybe(0.1):
                self.queue.append(self.queue[-1])
            self.crash(0.02)
        if self._maybe(0.1):
            raise NotConfirmed("the confirm was lost")

    def close(self) -> None:
        """There is no connection."""

    def fetch(self) -> list[inbox.Message]:
        if not self.calm:
            self.chance.shuffle(self.queue)
        return self.queue[: self.chance.randint(1, 4)]

    def ack(self, messages: list[inbox.Message]) -> None:
        self.crash()
        if self._maybe(0.1):
            return  # the ack is lost with the connection: the messages come again
        for message in messages:
            self.queue.remove(message)


class Model:
    """One database for many seeds. `consume` and `relay_once` can be replaced by faulty ones, to see them found out."""

    def __init__(self, url: str) -> None:
        self.failures: Counter[str] = Counter()
        self.broker = FakeBroker(random.Random(0))
        service = Service(
            name="toy",
            base=counters.Base,
            settings=Settings,
            answers={},
            listens=[On("toy.counter.*.v1", self.seen)],
        )
        settings = Settings(
            service="toy", database_url=url, amqp_url="", assertion_public_keys=(), secret_keys=(), public_url="",
            http_host="", http_port=0,
        )  # fmt: skip
        self.clock = FixedClock(NOW)
        self.runtime = Runtime(service, settings, Database(url), self.clock)
        counters.Base.metadata.create_all(self.runtime.database.engine)
        self.consume: Callable[[Model, list[inbox.Message]], None] = Model.handle_then_ack
        self.relay_once: Callable[[Relay], int] = Relay.once
        self.absorbed = 0
        self.crashes = 0

    def seen(self, work: Work, event: Event) -> None:
        name = event.data["name"]
        self.broker.crash()
        if self.failures[name] > 0:
            self.failures[name] -= 1
            raise RuntimeError("not this time")
        work.session.add(counters.Seen(name=name, counter_id=event.subject_id))
        work.session.flush()
        self.broker.crash()

    def handle_then_ack(self, messages: list[inbox.Message]) -> None:
        inbox.handle_all(self.runtime, messages)
        self.broker.ack(messages)

    def run(self, seed: int) -> None:
        """Lives one history; raises AssertionError when anything was lost or doubled."""
        chance = random.Random(seed)
        self._clear()
        self.broker = FakeBroker(chance)
        names = [f"{seed}/{number}" for number in range(chance.randint(1, 5))]
        self.failures = Counter({name: chance.choice([0, 0, 0, 1, 3]) for name in names})
        unwritten = list(names)
        relay = self._new_relay()
        for _ in range(18):
            step = chance.choice(["relay", "consume", "consume", "retry", *(["write"] * 2 if unwritten else [])])
            try:
                if step == "write" and unwritten:
                    self._write(unwritten)
                elif step == "relay":
                    self.clock.advance(seconds=6)  # a crashed leader's lease is over
                    if relay.lead():
                        self.relay_once(relay)
                elif step == "consume" and self.broker.queue:
                    self.consume(self, self.broker.fetch())
                elif step == "retry":
                    self.clock.advance(seconds=chance.choice([0, 1, 60, 700]))
                    inbox.retry_failed(self.runtime)
            except NotConfirmed:
                continue
            except Crash:
                self.crashes += 1
                relay = self._new_relay()
        self._settle(unwritten, relay)
        self._check(names)

    def _write(self, unwritten: list[str]) -> None:
        """A client that says it again until it was done; here it knows what was committed."""
        batch = unwritten[: self.broker.chance.randint(1, 2)]
        with self.runtime.work() as work:
            for name in batch:
                counters.make(work, SYSTEM, {"name": name, "trouble": ""})
            self.broker.crash()
        del unwritten[: len(batch)]

    def _settle(self, unwritten: list[str], relay: Relay) -> None:
        """The dust settles: nothing fails any more."""
        self.broker.calm = True
        self.failures.clear()
        while unwritten:
            self._write(unwritten)
        self.clock.advance(seconds=6)
        assert relay.lead(), "the lease of a crashed relay ends"
        while self.relay_once(relay):
            pass
        while self.broker.queue:
            self.consume(self, self.broker.fetch())
        inbox.redrive(self.runtime, [row.id for row in inbox.parked(self.runtime)])
        self.clock.advance(seconds=700)
        while inbox.retry_failed(self.runtime):
            pass

    def _check(self, names: list[str]) -> None:
        with self.runtime.read() as work:
            seen = Counter(work.session.scalars(select(counters.Seen.name)))
            made = Counter(work.session.scalars(select(counters.Counter.name)))
            left = [len(list(work.session.execute(select(self._table(t))))) for t in ("outbox", "failed_event")]
        assert made == Counter(names), f"commands: {made}"
        assert seen == Counter(names), f"lost {Counter(names) - seen}, doubled {seen - Counter(names)}"
        assert left == [0, 0], f"left in outbox and failed_event: {left}"

    def _table(self, name: str) -> Any:
        return self.runtime.tables[name]

    def _new_relay(self) -> Relay:
        return Relay(self.runtime, self.broker, threading.Event())

    def _clear(self) -> None:
        with self.runtime.work() as work:
            for table in ("seen", "counter", "outbox", "inbox", "failed_event", "lease"):
                work.session.execute(delete(self._table(table)))
