"""What a process of a service holds while it runs: settings, database, clock."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from chassis.clock import Clock, SystemClock
from chassis.database import Database
from chassis.service import Service
from chassis.settings import ServiceSettings
from chassis.work import Work


@dataclass
class Runtime:
    """`patience` is how many seconds a call waits for what events have yet to bring (DESIGN §2.8).

    `aside(function, *arguments)` runs what may block for a while, so that it holds up nobody but its caller.
    """

    service: Service
    settings: ServiceSettings
    database: Database
    clock: Clock = field(default_factory=SystemClock)
    patience: float = 2.0
    on_publish: Callable[[], None] = lambda: None
    aside: Callable[..., Any] = lambda function, *arguments: function(*arguments)

    @property
    def name(self) -> str:
        return self.service.name

    @property
    def tables(self) -> Any:
        """The service's tables by name, the chassis' own among them."""
        return self.service.metadata.tables

    @contextmanager
    def work(self, *, if_match: int | None = None) -> Iterator[Work]:
        """One transaction: committed at the end, rolled back on any error; then the relay is told if it has to."""
        with self.database.write() as session:
            work = Work(session, self.service.metadata, self.settings, self.clock.now(), if_match)
            yield work
            published = work.write_outbox()
        if published:
            self.on_publish()

    @contextmanager
    def read(self) -> Iterator[Work]:
        """One read-only transaction."""
        with self.database.read() as session:
            yield Work(session, self.service.metadata, self.settings, self.clock.now())


def open_runtime(service: Service) -> Runtime:
    """The runtime of a real process, its settings from the environment."""
    settings = service.settings.read(service.name)
    return Runtime(service, settings, Database(settings.database_url))
