"""A service in one process, on a real database, without a broker: calls, events and timers go through the real code."""

from __future__ import annotations

import atexit
import datetime as dt
import importlib
import secrets
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from chassis import context, identity, inbox
from chassis.clock import FixedClock
from chassis.database import Database
from chassis.dispatch import answer
from chassis.migrate import migrate
from chassis.runtime import Runtime
from chassis.service import Service
from contracts.actor import PUBLIC, Actor
from contracts.calls import Call
from contracts.envelope import Event, decode
from contracts.events import schema_of
from tests.support.servers import PostgresServer

NOW = dt.datetime(2026, 11, 24, 9, 0, tzinfo=dt.UTC)
PRIVATE_KEY, PUBLIC_KEY = identity.new_keys()


class Harness:
    """See tests/service for how it reads."""

    def __init__(self, service: Service, url: str, **settings: Any) -> None:
        self.service = service
        self.clock = FixedClock(NOW)
        values = {
            "service": service.name,
            "database_url": url,
            "amqp_url": "amqp://unused",
            "assertion_public_keys": (PUBLIC_KEY,),
            "secret_keys": ("a secret of the tests",),
            "public_url": "https://coach.example",
            "http_host": "127.0.0.1",
            "http_port": 0,
            **settings,
        }
        self.database = Database(url)
        self.runtime = Runtime(service, service.settings(**values), self.database, self.clock, patience=0.0)
        if service.prepares:
            service.prepares(self.runtime)

    def call(self, call: Call, input: dict[str, Any] | None = None, actor: Actor = PUBLIC, **options: Any) -> Any:
        """The JSON answer of a call made by `actor`; options are `key` and `if_match`."""
        assertion = None if actor.role == "public" else identity.sign(PRIVATE_KEY, actor, self.clock.now())
        return answer(self.runtime, call, input=input or {}, assertion=assertion, **options)

    def feed(
        self,
        type: str,
        *,
        subject: UUID,
        data: dict[str, Any],
        sequence: int = 1,
        actor: Actor | None = None,
        event_id: UUID | None = None,
        source: str | None = None,
    ) -> None:
        """Delivers an event of the trace that goes on; whatever the handler raises is raised here."""
        trace = context.current()
        event = Event(
            id=event_id or uuid4(),
            type=type,
            source=source or f"/coachworks/{type.split('.')[0]}",
            subject=str(subject),
            time=self.clock.now(),
            sequence=sequence,
            data=schema_of(type).dump(data),
            actorid=actor.id if actor else None,
            actorrole=actor.role if actor else "system",
            requestid=trace.request_id if trace else None,
            traceparent=trace.traceparent if trace else None,
        )
        with self.runtime.work() as work:
            inbox.handle(self.runtime, work, inbox.Message(event.to_bytes(), type))

    def run(self, action: Callable[[Runtime], int]) -> int:
        """Runs a timer's action once."""
        return action(self.runtime)

    def published(self) -> list[Event]:
        """All that lies in the outbox, in order."""
        with self.runtime.read() as work:
            table = self.runtime.tables["outbox"]
            return [decode(row.body) for row in work.session.execute(select(table).order_by(table.c.id))]

    def events(self, type: str | None = None) -> list[Event]:
        """The public events published so far, or those of one type."""
        return [e for e in self.published() if e.type != "notification.requested.v1" and type in (None, e.type)]

    def requests(self, kind: str | None = None) -> list[dict[str, Any]]:
        """The requests for notifications made so far, or those of one kind."""
        found = [e.data for e in self.published() if e.type == "notification.requested.v1"]
        return [data for data in found if kind in (None, data["kind"])]


@cache
def _migrated_file(service: Service) -> Path:
    """An SQLite file at the service's newest revision, for every test to copy."""
    file = Path(tempfile.mkdtemp(prefix="coachworks-template-")) / f"{service.name}.sqlite3"
    atexit.register(shutil.rmtree, file.parent)
    _migrate(service, f"sqlite:///{file}")
    return file


@cache
def _migrated_template(service: Service, server: PostgresServer) -> str:
    """The name of a PostgreSQL database at the service's newest revision, for every test to copy."""
    name = f"template_{service.name}"
    _migrate(service, server.create_database(name))
    return name


#: PostgreSQL databases that are as good as new: to empty one takes a tenth of the time that to make one takes.
_kept: dict[str, list[str]] = defaultdict(list)


def _migrated_copy(service: Service, server: PostgresServer) -> str:
    return server.create_database(f"t_{secrets.token_hex(6)}", template=_migrated_template(service, server))


_TABLES = "SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'"


def _emptied(url: str) -> bool:
    """Whether the database is as its migrations left it, all rows and numbers that a test made being gone."""
    database = Database(url)
    try:
        with database.engine.begin() as connection:
            connection.execute(text("SET lock_timeout = '1s'"))
            connection.execute(text("SET session_replication_role = replica"))  # in whatever order
            for name in connection.scalars(text(_TABLES)).all():
                connection.execute(text(f"DELETE FROM {name}"))
            for name in connection.scalars(text("SELECT quote_ident(sequencename) FROM pg_sequences")).all():
                connection.execute(text(f"ALTER SEQUENCE {name} RESTART"))
    except DBAPIError:  # a test left a transaction open, or has changed the tables
        return False
    finally:
        database.dispose()
    return True


def _migrate(service: Service, url: str) -> None:
    database = Database(url)
    migrate(service, database)
    database.dispose()


def service_harness(module: str, **settings: Any) -> Any:
    """A fixture that gives a fresh `Harness` of the service in `module`, once on SQLite and once on PostgreSQL."""

    @pytest.fixture(params=["sqlite", "postgresql"])
    def harness(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Harness]:
        service = importlib.import_module(module).service
        if request.param == "sqlite":
            shutil.copy(_migrated_file(service), tmp_path / "service.sqlite3")
            url = f"sqlite:///{tmp_path / 'service.sqlite3'}"
        else:
            server = request.getfixturevalue("postgres_server")
            kept = _kept[service.name]
            url = kept.pop() if kept else _migrated_copy(service, server)
        made = Harness(service, url, **settings)
        yield made
        made.database.dispose()
        if request.param == "postgresql" and _emptied(url):
            kept.append(url)

    return harness
