"""What a service is, as data: what it answers, what it listens to, what it does by itself.

`chassis.serve` makes the Nameko class of it, `chassis.worker` the threads; nothing here opens anything.
"""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase

from chassis.settings import ServiceSettings
from contracts.actor import Actor
from contracts.calls import Call
from contracts.envelope import Event
from contracts.events import PRIVATE, PUBLIC, EventData, registry
from contracts.topics import topic_matches

Operation = Callable[[Any, Actor, dict[str, Any]], Any]
Handler = Callable[[Any, Event], None]
Check = Callable[[Any, dict[str, Any]], None]
#: The event that would tell it, the object, and the data.
Fact = tuple[type[EventData], Any, dict[str, Any]]


def beforehand(check: Check) -> Callable[[Operation], Operation]:
    """Has `check(settings, input)` ask the world outside before the operation's transaction begins; it may refuse.

    It may take its time there: it is done where it holds up nobody else.
    """

    def mark(operation: Operation) -> Operation:
        operation.__dict__["checks"] = (check, *checks_of(operation))
        return operation

    return mark


def checks_of(operation: Operation) -> tuple[Check, ...]:
    """What is to be checked before that operation."""
    found: tuple[Check, ...] = getattr(operation, "checks", ())
    return found


@dataclass(frozen=True)
class On:
    """Listens: `handler(work, event)` for every event whose type matches the topic `pattern`.

    What comes while `unless(work, event)` says so is passed over. `mirrors` is the part of the handler that does
    nothing but bring copies up to date: a rebuild of these runs it again, see `chassis.projections`.
    """

    pattern: str
    handler: Handler
    unless: Callable[[Any, Event], bool] | None = None
    mirrors: Callable[[Any, Event], Any] | None = None

    @property
    def exchange(self) -> str:
        """Where the events come from: requests for notifications have an exchange of their own."""
        return PRIVATE if self.pattern.startswith("notification.") else PUBLIC

    @property
    def name(self) -> str:
        """The handler's name in the inbox: renaming a handler makes it see again what is in flight."""
        return f"{self.handler.__module__.rsplit('.', 2)[-2]}.{self.handler.__name__}"


@dataclass(frozen=True)
class Mirror(On):
    """Listens with a handler that does nothing but bring copies up to date."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "mirrors", self.handler)


@dataclass(frozen=True)
class Outside:
    """What a query answers when its answer lies with somebody else: `fetch()` asks there once the transaction is over.

    What it needs was read beforehand: `fetch` touches no row. It raises `CoachworksError`.
    """

    fetch: Callable[[], Any]


@dataclass(frozen=True)
class Every:
    """Does by itself: `action(runtime)` every `seconds`, at once again while it says that it did something."""

    seconds: float
    action: Callable[[Any], int]

    @property
    def name(self) -> str:
        return f"{self.action.__module__.rsplit('.', 2)[-2]}.{self.action.__name__}"


@dataclass(frozen=True)
class Backlog:
    """Own work that waits: `measure(work)` says how much, and since when the oldest is due (None where nothing is)."""

    name: str
    measure: Callable[[Any], tuple[int, dt.datetime | None]]


@dataclass(frozen=True, eq=False)
class Service:
    """One service. `prepares` runs after the migrations and must be harmless when run again; `serves` makes a WSGI
    application that the serve process mounts beside its health pages; `seals` are the columns that hold what is sealed,
    by the purpose of the `Seal`; `facts(work)` are those of all its objects of which others keep copies;
    `bytes_in(settings)` is the folder of the bytes that lie beside the database, `lacks(runtime)` what the database
    refers to and is not there."""

    name: str
    base: type[DeclarativeBase]
    settings: type[ServiceSettings]
    answers: dict[Call, Operation]
    listens: Iterable[On] = ()
    every: Iterable[Every] = ()
    backlogs: Iterable[Backlog] = ()
    prepares: Callable[[Any], None] | None = None
    serves: Callable[[Any], Callable[..., Iterable[bytes]]] | None = None
    seals: Mapping[str, Any] = field(default_factory=dict)
    facts: Callable[[Any], Iterable[Fact]] = lambda work: ()
    bytes_in: Callable[[Any], Path | None] = lambda settings: None
    lacks: Callable[[Any], str] | None = None

    @property
    def metadata(self) -> MetaData:
        return self.base.metadata

    @property
    def folder(self) -> Path:
        """Where the service's code lies, its migrations among it."""
        return Path(str(sys.modules[self.settings.__module__].__file__)).parent

    def handlers_of(self, event_type: str) -> list[On]:
        """What listens to that type here. One that this release does not know goes only to whoever takes everything."""
        if event_type not in registry():
            return [on for on in self.listens if on.pattern == "#"]
        exchange = registry()[event_type].exchange
        return [on for on in self.listens if on.exchange == exchange and topic_matches(on.pattern, event_type)]
