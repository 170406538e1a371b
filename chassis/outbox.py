"""The relay: events from the outbox to the broker, in order, in batches, deleted only when confirmed (DESIGN §2.5)."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Protocol
from uuid import UUID

import amqp
from sqlalchemy import delete, func, select

from chassis import broker, logs, metrics
from chassis.database import DOWN
from chassis.lease import Lease, LeaseLost
from chassis.runtime import Runtime
from contracts.envelope import CONTENT_TYPE

log = logs.get(__name__)
BATCH = 500
LEASE_SECONDS = 5.0
POLL_SECONDS = 0.5
DOWN_SECONDS = 1.0
CONFIRM_SECONDS = 30.0


class NotConfirmed(Exception):
    """The broker did not take every message of a batch; all of them are sent again."""


class Outgoing(Protocol):
    """A row of the outbox."""

    id: int
    event_id: UUID
    exchange: str
    routing_key: str
    body: bytes


class Publisher(Protocol):
    def publish(self, rows: Sequence[Outgoing]) -> None:
        """Returns when the broker has confirmed all rows; raises `NotConfirmed` otherwise."""

    def close(self) -> None:
        """Lets go of the connection."""


class ConfirmingPublisher:
    """Publishes persistent and mandatory, a whole batch at a time, then waits for the confirms of all."""

    def __init__(self, url: str, name: str, confirm_seconds: float = CONFIRM_SECONDS) -> None:
        self._url = url
        self._name = name
        self._confirm_seconds = confirm_seconds
        self._connection: Any = None
        self._channel: Any = None
        self._open: set[int] = set()
        self._refused: list[str] = []
        self._tag = 0

    def publish(self, rows: Sequence[Outgoing]) -> None:
        try:
            if self._connection is None:
                self._connect()
            self._refused = []
            for row in rows:
                self._tag += 1
                self._open.add(self._tag)
                message = amqp.Message(
                    row.body,
                    content_type=CONTENT_TYPE,
                    content_encoding="utf-8",
                    delivery_mode=2,
                    message_id=str(row.event_id),
                )
                self._channel.basic_publish(message, exchange=row.exchange, routing_key=row.routing_key, mandatory=True)
            self._await_confirms()
        except broker.LOST as error:
            self.close()
            raise NotConfirmed(f"the connection failed: {error!r}") from error
        except NotConfirmed:
            self.close()
            raise

    def _connect(self) -> None:
        self._connection = broker.connect(self._url, self._name, heartbeat=0)
        self._channel = self._connection.channel()
        self._channel.confirm_select()
        self._open.clear()
        self._tag = 0
        self._channel.events["basic_ack"].add(self._on_ack)
        self._channel.events["basic_nack"].add(self._on_nack)
        self._channel.events["basic_return"].add(self._on_return)

    def _await_confirms(self) -> None:
        deadline = time.monotonic() + self._confirm_seconds
        while self._open and not self._refused:
            left = deadline - time.monotonic()
            if left <= 0:
                raise NotConfirmed(f"{len(self._open)} messages without a confirm after {self._confirm_seconds} s")
            broker.amqp_of(self._connection).drain_events(timeout=left)
        if self._refused:
            raise NotConfirmed("; ".join(self._refused))

    def _settled(self, tag: int, multiple: bool) -> set[int]:
        return {other for other in self._open if other <= tag} if multiple else {tag}

    def _on_ack(self, tag: int, multiple: bool) -> None:
        self._open -= self._settled(tag, multiple)

    def _on_nack(self, tag: int, multiple: bool) -> None:
        self._refused.append(f"the broker refused {len(self._settled(tag, multiple))} messages")

    def _on_return(self, error: Exception, exchange: str, routing_key: str, message: Any) -> None:
        self._refused.append(f"no queue takes {routing_key} of {exchange}")

    def close(self) -> None:
        broker.close(self._connection)
        self._connection = self._channel = None


class Relay:
    """Empties one service's outbox. Any number may run: the one with the lease works, the others stand by."""

    def __init__(self, runtime: Runtime, publisher: Publisher, wake: threading.Event) -> None:
        self._runtime = runtime
        self._publisher = publisher
        self._wake = wake
        self._lease = Lease(runtime, "relay", LEASE_SECONDS)
        self._renewed: float | None = None

    def run(self, stopping: threading.Event) -> None:
        """Relays until `stopping` is set; the batch under way is finished, the lease given back."""
        while not stopping.is_set():
            try:
                idle = not self.lead() or self.once() == 0
            except NotConfirmed as error:
                metrics.RELAY_ERRORS.labels(self._runtime.name).inc()
                log.warning("batch_not_confirmed", error=str(error))
                stopping.wait(POLL_SECONDS)
                continue
            except LeaseLost:
                self._renewed = None
                continue
            except DOWN as error:
                log.warning("database_down", error=str(error.orig).strip())
                stopping.wait(DOWN_SECONDS)
                continue
            except Exception:
                log.exception("relay_failed")
                stopping.wait(DOWN_SECONDS)
                continue
            if idle:
                self._wake.wait(POLL_SECONDS)
                self._wake.clear()
        self._publisher.close()
        with suppress(*DOWN):
            self._lease.release()

    def lead(self) -> bool:
        """Takes or keeps the lease; False while another has it."""
        if self._renewed is None or time.monotonic() - self._renewed > LEASE_SECONDS / 3:
            self._renewed = time.monotonic() if self._lease.take() else None
        return self._renewed is not None

    def once(self) -> int:
        """Relays one batch; answers how many events it held."""
        table = self._runtime.tables["outbox"]
        with self._runtime.read() as work:
            rows: Any = work.session.execute(select(table).order_by(table.c.id).limit(BATCH)).all()
        if not rows:
            return 0
        self._publisher.publish(rows)
        with self._runtime.work() as work:
            self._lease.confirm(work)
            work.session.execute(delete(table).where(table.c.id.in_([row.id for row in rows])))
        metrics.PUBLISHED.labels(self._runtime.name).inc(len(rows))
        return len(rows)


def measure(runtime: Runtime) -> tuple[int, float]:
    """How many events wait in the outbox, and the age of the oldest in seconds."""
    table = runtime.tables["outbox"]
    with runtime.read() as work:
        count, oldest = work.session.execute(
            select(func.count(), func.min(table.c.created_at)).select_from(table)
        ).one()
        age = (work.now - oldest).total_seconds() if oldest else 0.0
    return count, age


def waiting(runtime: Runtime) -> list[tuple[str, int]]:
    """How many events of each type wait in the outbox, most first."""
    table = runtime.tables["outbox"]
    counted = select(table.c.routing_key, func.count()).group_by(table.c.routing_key)
    with runtime.read() as work:
        found = [(type_, count) for type_, count in work.session.execute(counted)]
    return sorted(found, key=lambda one: (-one[1], one[0]))
