"""Hurts a process of the system from within: Python imports this first where PYTHONPATH names its folder.

The file that ORDERS names says what to do, in one word. Each order kills the process once, at a point that a `kill -9`
from outside would seldom hit; the file beside it that ends in `.died` keeps that it did. What listens dies of a newly
scheduled session, and a sabotaged process goes on as faulty as it is after that.

Honest: `die_before_ack` (the events are committed), `die_before_delete` (the batch is confirmed).
Sabotaged: `no_inbox`, `ack_before_commit`, `delete_before_confirm`.
"""

from __future__ import annotations

import importlib.abc
import importlib.util
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

SCHEDULED = "scheduling.session.scheduled.v1"
ORDERS = Path(os.environ["ORDERS"])


def die() -> None:
    """Ends the process here, as a power cut would; only the first time."""
    died = ORDERS.with_suffix(".died")
    if not died.exists():
        died.touch()
        os.kill(os.getpid(), signal.SIGKILL)


def concerned(messages: list[Any]) -> bool:
    return any(message.delivery_info["routing_key"] == SCHEDULED for message in messages)


def die_before_ack(serve: Any) -> None:
    take = serve.Events.take

    def taking(self: Any, messages: list[Any]) -> None:
        if concerned(messages):
            self.ack = lambda message, *, multiple: (die(), type(self).ack(self, message, multiple=multiple))
        take(self, messages)

    serve.Events.take = taking


def die_before_delete(outbox: Any) -> None:
    publish = outbox.ConfirmingPublisher.publish

    def publishing(self: Any, rows: Any) -> None:
        publish(self, rows)
        die()

    outbox.ConfirmingPublisher.publish = publishing


def no_inbox(inbox: Any) -> None:
    inbox._first_time = lambda *_: True


def ack_before_commit(serve: Any) -> None:
    take = serve.Events.take

    def taking(self: Any, messages: list[Any]) -> None:
        self.ack(messages[-1], multiple=True)
        if concerned(messages):
            time.sleep(0.2)  # until the broker has it
            die()
        acking, self.ack = self.ack, lambda *_, **__: None
        take(self, messages)
        self.ack = acking

    serve.Events.take = taking


def delete_before_confirm(outbox: Any) -> None:
    def once(self: Any) -> int:
        table = self._runtime.tables["outbox"]
        with self._runtime.work() as work:
            rows = work.session.execute(table.select().order_by(table.c.id)).all()
            work.session.execute(table.delete().where(table.c.id.in_([row.id for row in rows])))
        if any(row.routing_key == SCHEDULED for row in rows):
            die()
        if rows:
            self._publisher.publish(rows)
        return len(rows)

    outbox.Relay.once = once


WORK: dict[str, list[tuple[str, Callable[[Any], None]]]] = {
    "die_before_ack": [("chassis.serve", die_before_ack)],
    "die_before_delete": [("chassis.outbox", die_before_delete)],
    "no_inbox": [("chassis.inbox", no_inbox), ("chassis.serve", die_before_ack)],
    "ack_before_commit": [("chassis.serve", ack_before_commit)],
    "delete_before_confirm": [("chassis.outbox", delete_before_confirm)],
}


class AfterImport(importlib.abc.MetaPathFinder):
    """Changes a module right after its import; importing it from here would come before eventlet's patches."""

    def __init__(self, name: str, change: Callable[[Any], None]) -> None:
        self.name = name
        self.change = change

    def find_spec(self, name: str, path: Any, target: ModuleType | None = None) -> Any:
        if name != self.name:
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        loader: Any = spec.loader if spec else None
        execute = loader.exec_module

        def executing(module: ModuleType) -> None:
            execute(module)
            self.change(module)

        loader.exec_module = executing
        return spec


if ORDERS.exists():
    for name, change in WORK[ORDERS.read_text()]:
        sys.meta_path.insert(0, AfterImport(name, change))
