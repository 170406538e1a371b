"""Nameko's side: the same tables, the same database settings, and nothing but what Nameko 2.14 brings."""

from __future__ import annotations

import sys
from typing import Any
from uuid import uuid4

import eventlet

if __name__ == "__main__":
    eventlet.monkey_patch()

from nameko.events import event_handler
from nameko.extensions import DependencyProvider
from nameko.rpc import rpc
from nameko.runners import ServiceRunner
from sqlalchemy import select

from chassis.clock import SystemClock
from chassis.database import Database
from tests.chassis.toy.counters import Counter, Seen

WORKERS = 20


def insert(database: Database, names: list[str]) -> list[Counter]:
    """One transaction with a row for each name."""
    now = SystemClock().now()
    made = [Counter(id=uuid4(), name=name, created_at=now, updated_at=now, version=1) for name in names]
    with database.write() as session:
        session.add_all(made)
    return made


class Storage(DependencyProvider):
    """The database, with the settings that ours has."""

    def setup(self) -> None:
        self.database = Database(self.container.config["DATABASE_URL"])

    def get_dependency(self, worker_ctx: Any) -> Database:
        return self.database


class Stock:
    """Writes a row and commits, for each event and each call."""

    name = "stock"
    database = Storage()

    @event_handler("stock", "bumped")
    def seen(self, payload: dict[str, Any]) -> None:
        with self.database.write() as session:
            session.add(Seen(name=payload["name"], counter_id=uuid4()))

    @rpc
    def look(self) -> dict[str, Any]:
        with self.database.read() as session:
            counter = session.scalars(select(Counter).limit(1)).one()
        return {"id": str(counter.id), "name": counter.name, "version": counter.version}

    @rpc
    def insert(self, name: str) -> dict[str, Any]:
        (counter,) = insert(self.database, [name])
        return {"id": str(counter.id), "name": counter.name, "version": counter.version}


if __name__ == "__main__":
    runner = ServiceRunner({"AMQP_URI": sys.argv[1], "DATABASE_URL": sys.argv[2], "max_workers": WORKERS})
    runner.add_service(Stock)
    runner.start()
    print("serving", flush=True)
    runner.wait()
