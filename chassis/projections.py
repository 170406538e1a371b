"""Copies of what others own are compared with their owners' facts, and made as these say (DESIGN §2.8).

An owner tells its facts as the events that each of its objects would publish now, a line of JSON each; a last line says
how many there were. Nothing is published, no handler acts again: only what an `On` calls its `mirrors` runs.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select

from chassis.database import Copy
from chassis.inbox import typed
from chassis.runtime import Runtime
from chassis.service import On
from chassis.work import Copied, Work
from contracts.envelope import Event, UndecodableEvent, decode
from contracts.errors import Invalid
from contracts.events import schema_of

BATCH = 200


class NoFacts(Invalid):
    """What was given are no facts, or not all that their owner told."""


@dataclass(frozen=True)
class Finding:
    """A copy that is not as its owner says: `differs`, `missing`, `unknown`, or `ahead`, at a later version."""

    table: str
    id: UUID
    what: str


@dataclass
class Compared:
    """What became of the facts. `left` are copies that only a later rebuild may touch, see `rebuild`; `unknown` are
    those of which no owner told, if all did: it deleted the object, or lost it when it was restored."""

    told: set[UUID] = field(default_factory=set)
    owners: set[str] = field(default_factory=set)
    found: list[Finding] = field(default_factory=list)
    left: list[Finding] = field(default_factory=list)
    unknown: list[Finding] = field(default_factory=list)


def facts(runtime: Runtime) -> Iterator[str]:
    """The facts of one moment, each a line, for others to compare their copies with."""
    count = 0
    with runtime.read() as work:
        for event, entity, data in runtime.service.facts(work):
            told = Event(
                id=uuid4(),
                type=event.type,
                source=f"/coachworks/{runtime.name}",
                subject=str(entity.id),
                time=entity.updated_at,
                sequence=entity.version,
                data=schema_of(event.type).dump(data),
            )
            yield told.to_bytes().decode()
            count += 1
    yield json.dumps({"owner": runtime.name, "facts": count})


def owners_of(runtime: Runtime) -> set[str]:
    """The services of whose objects this one keeps copies."""
    return {on.pattern.partition(".")[0] for on in runtime.service.listens if on.mirrors}


def check(runtime: Runtime, lines: Iterable[str]) -> Compared:
    """Which copies are not as their owners say; changes nothing. Raises `NoFacts`."""
    return _compare(runtime, lines, restored=True, keep=False)


def rebuild(runtime: Runtime, lines: Iterable[str], *, restored: bool = False) -> Compared:
    """Makes the copies as their owners say, also while events come. Raises `NoFacts`.

    Two kinds of copies are left as they are, for an event may be under way: one that is ahead of the facts, and one
    that is behind them or missing where the event makes this service act. After databases were `restored`, as long as
    no process runs and no event is under way, these are made as the owners say too.
    """
    return _compare(runtime, lines, restored=restored, keep=True)


def _compare(runtime: Runtime, lines: Iterable[str], *, restored: bool, keep: bool) -> Compared:
    compared = Compared()
    read = _read(lines, compared)
    while batch := list(islice(read, BATCH)):
        with suppress(_Undone), runtime.database.write() as session:
            settings, now = runtime.settings, runtime.clock.now()
            work = _Comparing(session, runtime.service.metadata, settings, now, compared, restored=restored)
            for event in batch:
                for on in runtime.service.handlers_of(event.type):
                    if on.mirrors and not (on.unless and on.unless(work, event)):
                        work.mirror(on, event)
            if not keep:
                raise _Undone
    if compared.owners >= owners_of(runtime):
        compared.unknown = _unknown(runtime, compared.told)
    return compared


def _unknown(runtime: Runtime, told: set[UUID]) -> list[Finding]:
    models: list[Any] = [mapper.class_ for mapper in runtime.service.base.registry.mappers]
    with runtime.read() as work:
        return [
            Finding(model.__tablename__, id_, "unknown")
            for model in models
            if issubclass(model, Copy)
            for id_ in work.session.scalars(select(model.id).order_by(model.id))
            if id_ not in told
        ]


class _Undone(Exception):
    """Ends a transaction of which nothing is to stay."""


class _Comparing(Work):
    """Brings copies to what their owners say now, whether that is newer or not."""

    def __init__(self, *given: Any, restored: bool) -> None:
        *others, self._compared = given
        super().__init__(*others)
        self._restored = restored
        self._acts = False

    def mirror(self, on: On, event: Event) -> None:
        """Runs the mirroring part of the handler."""
        assert on.mirrors
        self._acts = on.mirrors is not on.handler
        known = len(self._compared.found) + len(self._compared.left)
        on.mirrors(self, event)
        parts = [*self.session.new, *self.session.deleted]
        if parts and known == len(self._compared.found) + len(self._compared.left):
            self._compared.found.append(Finding(parts[0].__tablename__, event.subject_id, "differs"))
        self.session.flush()

    def apply(self, model: type[Copied], event: Event, **extra: Any) -> bool:
        row = self.session.get(model, event.subject_id, with_for_update=True)
        values = self._copied(model, event, extra)
        if row is None:
            what, may = "missing", self._restored or not self._acts
        elif row.sequence > event.sequence:
            what, may = "ahead", self._restored
        elif all(getattr(row, name) == value for name, value in values.items()):
            return True
        else:
            what, may = "differs", self._restored or not self._acts or row.sequence == event.sequence
        finding = Finding(model.__tablename__, event.subject_id, what)  # type: ignore[attr-defined]
        (self._compared.found if may else self._compared.left).append(finding)
        if may:
            self._write_copy(model, row, event, values)
        return may


def _read(lines: Iterable[str], compared: Compared) -> Iterator[Event]:
    """The facts in those lines, which must be all of each owner."""
    counts: dict[str, int] = {}
    for line in filter(None, map(str.strip, lines)):
        owner, fact = _understood(line)
        if fact is None:
            end = json.loads(line)
            if end["facts"] != counts.pop(owner, 0):
                raise NoFacts(f"Not all facts of {owner} came.")
            compared.owners.add(owner)
            continue
        counts[owner] = counts.get(owner, 0) + 1
        compared.told.add(fact.subject_id)
        yield fact
    if counts:
        raise NoFacts(f"Not all facts of {', '.join(sorted(counts))} came.")


def _understood(line: str) -> tuple[str, Event | None]:
    """The owner and its fact, or None for what ends its facts."""
    try:
        document = json.loads(line)
        if isinstance(document, dict) and document.keys() == {"owner", "facts"}:
            return document["owner"], None
        fact = typed(decode(line.encode()))
    except (ValueError, UndecodableEvent):
        raise NoFacts("This is no line of what `coachworks facts` says.") from None
    return fact.source.rpartition("/")[2], fact
