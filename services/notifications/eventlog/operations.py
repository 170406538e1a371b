"""Writes the log of public events and pages through it."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from chassis.work import Work
from contracts.actor import Actor
from contracts.envelope import Event
from contracts.errors import Invalid
from contracts.topics import topic_matches
from services.notifications.erasures.operations import is_over
from services.notifications.eventlog.models import EventType, LoggedEvent, Position
from services.notifications.eventlog.scrubbing import scrubbed

_PATTERN = re.compile(r"([\w-]+|\*|#)(\.([\w-]+|\*|#))*", re.ASCII)


def record(work: Work, event: Event) -> None:
    """Appends the event just as it came, or what may be left of it where its client is erased (C24).

    Positions are handed out in the order of commits, whoever writes. It must be the first handler of every event: the
    counter is then the first lock that any transaction takes, and no two can wait for each other.
    """
    position = _next_position(work)
    _remember_type(work, event.type)
    work.session.add(
        LoggedEvent(
            position=position,
            event_id=event.id,
            type=event.type,
            logged_at=work.now,
            envelope=scrubbed(event.document) if is_over(work, event) else event.document,
        )
    )


def list_events(work: Work, actor: Actor, input: dict[str, Any]) -> dict[str, Any]:
    """Those after a position whose type matches; `next` skips over what did not match. A wrong pattern is `Invalid`."""
    patterns = [pattern.strip() for pattern in input["types"].split(",")]
    check_patterns(patterns)
    last = work.session.scalar(select(Position.last)) or 0
    wanted = select(LoggedEvent).where(LoggedEvent.position > input["after"], LoggedEvent.position <= last)
    if "#" not in patterns:
        wanted = wanted.where(LoggedEvent.type.in_(types_matching(work, patterns)))
    found = list(work.session.scalars(wanted.order_by(LoggedEvent.position).limit(input["limit"])))
    is_all = len(found) < input["limit"]
    return {
        "items": [logged.envelope for logged in found],
        "next": max(last, input["after"]) if is_all else found[-1].position,
    }


def types_matching(work: Work, patterns: list[str]) -> list[str]:
    """The types that have occurred and match one of the patterns."""
    known = work.session.scalars(select(EventType.type))
    return [type_ for type_ in known if any(topic_matches(pattern, type_) for pattern in patterns)]


def check_patterns(patterns: list[str]) -> None:
    """Raises `Invalid` for what is no topic pattern."""
    wrong = [pattern for pattern in patterns if not _PATTERN.fullmatch(pattern)]
    if wrong:
        message = f"{wrong[0]!r} is no topic pattern like billing.invoice.* or billing.#."
        raise Invalid("The input is not valid.", errors={"types": [message]})


def _next_position(work: Work) -> int:
    insert = _insert(work)(Position).values(id=1, last=1)
    raised = insert.on_conflict_do_update(index_elements=[Position.id], set_={"last": Position.last + 1})
    position: int = work.session.execute(raised.returning(Position.last)).scalar_one()
    return position


def _remember_type(work: Work, type_: str) -> None:
    if work.session.get(EventType, type_) is None:
        work.session.execute(_insert(work)(EventType).values(type=type_).on_conflict_do_nothing())


def _insert(work: Work) -> Any:
    return sqlite.insert if work.session.get_bind().dialect.name == "sqlite" else postgresql.insert
