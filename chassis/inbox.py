"""The inbox: an event is handled once per handler, in one transaction with what the handler changes (DESIGN §2.6)."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from collections.abc import Collection, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID, uuid4

from marshmallow import ValidationError
from sqlalchemy import MetaData, delete, insert, or_, select, update

from chassis import context, logs, metrics
from chassis.database import DOWN, insert_new
from chassis.runtime import Runtime
from chassis.work import Work
from contracts.envelope import CONTENT_TYPE, Event, UndecodableEvent, decode
from contracts.errors import NotFound
from contracts.events import registry, schema_of

log = logs.get(__name__)

#: Pauses before the second and later attempts at a failed event; after the last one it is parked.
PAUSES = tuple(dt.timedelta(seconds=seconds) for seconds in (1, 5, 30, 120, 600))
CLAIM = dt.timedelta(seconds=60)


class NobodyListens(Exception):
    """The event is of a newer release, which has bound the queue already: retries go on until that one takes over."""


@dataclass(frozen=True)
class Message:
    """A message as it came: raw bytes, and headers only to be kept for whoever repairs it."""

    body: bytes
    routing_key: str
    content_type: str = CONTENT_TYPE
    headers: str = "{}"


def handle_all(runtime: Runtime, messages: Sequence[Message]) -> None:
    """Handles the messages of one fetch in one transaction; if that fails, each in its own, and keeps those that fail.

    When it returns, every message may be acked. When the database is down it raises, and none may be.
    """
    if len(messages) > 1:
        try:
            with runtime.work() as work:
                for message in messages:
                    handle(runtime, work, message)
            return
        except Exception as error:
            if _is_outage(error):
                raise
            # One of them failed: which one shows when each is tried alone.
            log.info("batch_split", size=len(messages), error=repr(error))
    for message in messages:
        _handle_alone(runtime, message)


def _handle_alone(runtime: Runtime, message: Message) -> None:
    try:
        with runtime.work() as work:
            handle(runtime, work, message)
    except Exception as error:
        if _is_outage(error):
            raise
        _keep_failed(runtime, message, error)


def _is_outage(error: Exception) -> bool:
    """A lost connection, a locked or a full database; not a statement that cannot work or that met a deadlock."""
    if not isinstance(error, DOWN):
        return False
    code = getattr(error.orig, "pgcode", None)
    if code is not None:  # PostgreSQL answered: connection, resources, operator intervention, system (its Appendix A)
        return str(code).startswith(("08", "53", "57P", "58"))
    return getattr(error.orig, "sqlite_errorcode", None) != sqlite3.SQLITE_ERROR


def handle(runtime: Runtime, work: Work, message: Message) -> None:
    """Handles one message within `work`, once per handler; raises what the handler raises, or what is wrong with it."""
    event = decode(message.body)
    handlers = runtime.service.handlers_of(event.type)
    if not handlers:
        raise NobodyListens(f"nothing here listens to {event.type}")
    told = typed(event)
    with context.step(event.requestid, event.traceparent):
        for on in handlers:
            if _first_time(runtime, work, on.name, event.id):
                with metrics.EVENT_SECONDS.labels(runtime.name, on.name).time():
                    if on.unless is None or not on.unless(work, told):
                        on.handler(work, told)
                    work.session.flush()
                metrics.HANDLED.labels(runtime.name, on.name).inc()
                log.debug("event_handled", type=event.type, event_id=str(event.id), handler=on.name)
            else:
                metrics.DUPLICATES.labels(runtime.name, on.name).inc()
    metrics.EVENT_DELAY.labels(runtime.name).observe(max(0.0, (work.now - event.time).total_seconds()))


def _step_of(body: bytes) -> AbstractContextManager[context.Trace]:
    """A step within the trace that the event tells of, if it can be read."""
    try:
        event = decode(body)
    except UndecodableEvent:
        return context.step()
    return context.step(event.requestid, event.traceparent)


def typed(event: Event) -> Event:
    """The event, its data as its declaration says; raises `UndecodableEvent`."""
    if event.type not in registry():
        return event  # from a newer release: its data stays plain JSON
    try:
        return replace(event, data=schema_of(event.type).load(event.data))
    except ValidationError as error:
        raise UndecodableEvent(f"{event.type}: {error.normalized_messages()}") from None


def _first_time(runtime: Runtime, work: Work, handler: str, event_id: UUID) -> bool:
    inbox = runtime.tables["inbox"]
    return insert_new(work.session, inbox, handler=handler, event_id=event_id, handled_at=work.now)


def _keep_failed(runtime: Runtime, message: Message, error: Exception) -> None:
    """Writes a failed message down, so that it can be acked; what can never be read is parked at once."""
    unreadable = isinstance(error, UndecodableEvent)
    event = None if unreadable else decode(message.body)
    with runtime.work() as work:
        work.session.execute(
            insert(runtime.tables["failed_event"]).values(
                event_id=event.id if event else None,
                routing_key=_storable(message.routing_key, 255),
                content_type=_storable(message.content_type, 255),
                headers=message.headers,
                body=message.body,
                error=_storable(f"{type(error).__name__}: {error}"),
                attempts=1,
                next_attempt_at=None if unreadable else work.now + PAUSES[0],
                parked=unreadable,
                created_at=work.now,
            )
        )
    metrics.FAILED.labels(runtime.name).inc()
    with _step_of(message.body):
        log.error("event_failed", routing_key=message.routing_key, parked=unreadable, error=repr(error))


def retry_failed(runtime: Runtime) -> int:
    """Tries failed events that are due, each alone; after the last pause one is parked. Answers how many it tried."""
    table = runtime.tables["failed_event"]
    claim = uuid4()
    with runtime.read() as work:  # polled often: mostly there is nothing, and nothing to be written for it
        if work.session.execute(select(table.c.id).where(table.c.parked.is_(False)).limit(1)).first() is None:
            return 0
    with runtime.work() as work:
        free = or_(table.c.claimed_until.is_(None), table.c.claimed_until < work.now)
        due = (
            select(table.c.id)
            .where(table.c.parked.is_(False), table.c.next_attempt_at <= work.now, free)
            .order_by(table.c.id)
            .limit(20)
            .with_for_update(skip_locked=True)
        )
        ids = list(work.session.scalars(due))
        work.session.execute(
            update(table).where(table.c.id.in_(ids)).values(claim=claim, claimed_until=work.now + CLAIM)
        )
    for id_ in ids:
        _retry(runtime, id_, claim)
    return len(ids)


def _retry(runtime: Runtime, id_: int, claim: UUID) -> None:
    table = runtime.tables["failed_event"]
    mine = (table.c.id == id_) & (table.c.claim == claim)
    try:
        with runtime.work() as work:
            row: Any = work.session.execute(select(table).where(mine).with_for_update()).one_or_none()
            if row is None:
                return  # taken over by another, or re-driven, in the meantime
            message = Message(row.body, row.routing_key, row.content_type, row.headers)
            handle(runtime, work, message)
            work.session.execute(table.delete().where(mine))
    except Exception as error:
        if _is_outage(error):
            raise  # no attempt of the event's own; tried again when the claim is over
        with runtime.work() as work:
            row = work.session.execute(select(table).where(mine).with_for_update()).one_or_none()
            if row is None:
                return
            parked = isinstance(error, UndecodableEvent) or row.attempts >= len(PAUSES)
            work.session.execute(
                update(table)
                .where(mine)
                .values(
                    attempts=row.attempts + 1,
                    error=_storable(f"{type(error).__name__}: {error}"),
                    next_attempt_at=None if parked else work.now + PAUSES[row.attempts],
                    parked=parked,
                    claim=None,
                    claimed_until=None,
                )
            )
        with _step_of(row.body):
            log.error("event_failed_again", id=id_, attempts=row.attempts + 1, parked=parked, error=repr(error))


def forget_failed(work: Work, metadata: MetaData, mentioning: Collection[str]) -> None:
    """Deletes the failed events whose bytes mention one of those words, in whatever case."""
    table, words = metadata.tables["failed_event"], [word.lower() for word in mentioning]
    for row in work.session.execute(select(table.c.id, table.c.body)).all():
        text = row.body.decode("utf-8", "replace").lower()
        if any(word in text for word in words):
            work.session.execute(table.delete().where(table.c.id == row.id))


def parked(runtime: Runtime) -> list[Any]:
    """The parked events, oldest first."""
    table = runtime.tables["failed_event"]
    with runtime.read() as work:
        return list(work.session.execute(select(table).where(table.c.parked.is_(True)).order_by(table.c.id)))


def redrive(runtime: Runtime, ids: Sequence[int]) -> int:
    """Sets parked events going again, with all their attempts; answers how many."""
    table = runtime.tables["failed_event"]
    with runtime.work() as work:
        done: Any = work.session.execute(
            update(table)
            .where(table.c.id.in_(ids), table.c.parked.is_(True))
            .values(parked=False, attempts=0, next_attempt_at=work.now, claim=None, claimed_until=None)
        )
        return int(done.rowcount)


def parked_one(runtime: Runtime, id: int) -> Any:
    """One parked event; `NotFound` if there is none of that id."""
    found = [row for row in parked(runtime) if row.id == id]
    if not found:
        raise NotFound(f"No event {id} is parked.")
    return found[0]


def drop(runtime: Runtime, ids: Sequence[int]) -> None:
    """Deletes parked events; `NotFound`, and nothing is deleted, if one of them is not parked any more."""
    table = runtime.tables["failed_event"]
    with runtime.work() as work:
        done: Any = work.session.execute(delete(table).where(table.c.id.in_(ids), table.c.parked.is_(True)))
        if done.rowcount != len(set(ids)):
            raise NotFound("One of them is not parked any more; nothing was dropped.")


def _storable(text: str, longest: int = 4000) -> str:
    """The text as every database takes it: half characters and NUL, which come from outside, are spelled out."""
    return text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\x00")[:longest]


def headers_as_text(headers: Any) -> str:
    """Whatever headers a message has, as text that can be stored."""
    return json.dumps(headers, default=repr)[:4000]
