"""What waits in a service, and where: for `/metrics`, and for the page that shows it to admins."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from amqp.exceptions import NotFound
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

import chassis
from chassis import broker, metrics, outbox, topology
from chassis.migrate import current_of
from chassis.runtime import Runtime


@dataclass(frozen=True)
class Waiting:
    """How much waits, and the age of the oldest in seconds."""

    name: str
    waiting: int
    oldest_seconds: float


@dataclass(frozen=True)
class QueueState:
    """A queue of the broker: what waits in it, and how many processes read it."""

    name: str
    messages: int
    consumers: int


@dataclass(frozen=True)
class State:
    """How a service is. None for what cannot be told just now, because the database or the broker is away."""

    checks: dict[str, str]
    revision: str | None
    outbox: Waiting | None
    retried: int | None
    parked: int | None
    backlogs: list[Waiting] | None
    queues: list[QueueState] | None


def state_of(runtime: Runtime, checks: dict[str, str]) -> State:
    """What waits where, as far as the `checks` say that there is anybody to ask."""
    revision, waiting, retried, parked, backlogs = None, None, None, None, None
    if checks["database"] == "ok":
        with suppress(SQLAlchemyError):  # it went away meanwhile, or is not migrated yet
            revision = current_of(runtime.database)
            waiting = Waiting("outbox", *outbox.measure(runtime))
            retried, parked = _failed_events(runtime)
            backlogs = _backlogs(runtime)
    queues = None
    if checks["broker"] == "ok":
        with suppress(*broker.LOST):
            queues = _queues(runtime)
    return State(checks, revision, waiting, retried, parked, backlogs, queues)


def _failed_events(runtime: Runtime) -> tuple[int, int]:
    """How many events that failed are tried again, and how many are parked."""
    table = runtime.tables["failed_event"]
    with runtime.read() as work:
        found: Any = work.session.execute(select(table.c.parked, func.count()).group_by(table.c.parked)).all()
    counted = {bool(parked): count for parked, count in found}
    return counted.get(False, 0), counted.get(True, 0)


def _backlogs(runtime: Runtime) -> list[Waiting]:
    found = []
    with runtime.read() as work:
        for backlog in runtime.service.backlogs:
            waiting, since = backlog.measure(work)
            found.append(Waiting(backlog.name, waiting, (work.now - since).total_seconds() if since else 0.0))
    return found


def _queues(runtime: Runtime) -> list[QueueState]:
    """The service's own queues, as the broker counts them; one that is not there yet is left out."""
    service = runtime.service
    connection = broker.connect(runtime.settings.amqp_url, f"{runtime.name} measures", heartbeat=0)
    try:
        found = []
        for queue in (topology.calls_queue(service), topology.events_queue(service), topology.dead_queue(service)):
            channel = connection.channel()  # a queue that is missing ends its channel
            with suppress(NotFound):
                told = channel.queue_declare(queue.name, passive=True)
                found.append(QueueState(queue.name, told.message_count, told.consumer_count))
        return found
    finally:
        broker.close(connection)


def show(runtime: Runtime, state: State) -> None:
    """Brings the gauges up to date. What cannot be told is taken away: an old number would be a lie."""
    name, pool = runtime.name, runtime.database.pool
    metrics.RELEASE.labels(name, chassis.__version__).set(1)
    metrics.CONNECTIONS.labels(name).set(pool.in_use)
    metrics.CONNECTIONS_LIMIT.labels(name).set(pool.limit)
    for check, said in state.checks.items():
        metrics.CHECK.labels(name, check).set(said == "ok")
    for gauge, value in (
        (metrics.OUTBOX, state.outbox.waiting if state.outbox else None),
        (metrics.OUTBOX_AGE, state.outbox.oldest_seconds if state.outbox else None),
        (metrics.RETRIED, state.retried),
        (metrics.PARKED, state.parked),
    ):
        gauge.clear()
        if value is not None:
            gauge.labels(name).set(value)
    for gauge in (metrics.BACKLOG, metrics.BACKLOG_AGE, metrics.QUEUE, metrics.CONSUMERS):
        gauge.clear()
    for backlog in state.backlogs or []:
        metrics.BACKLOG.labels(name, backlog.name).set(backlog.waiting)
        metrics.BACKLOG_AGE.labels(name, backlog.name).set(backlog.oldest_seconds)
    for queue in state.queues or []:
        metrics.QUEUE.labels(name, queue.name).set(queue.messages)
        metrics.CONSUMERS.labels(name, queue.name).set(queue.consumers)
