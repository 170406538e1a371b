"""Coachworks' side: the toy service of the chassis' tests, its serve and worker processes running for real."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sqlalchemy import select

from chassis.runtime import Runtime
from chassis.work import Work
from contracts.actor import ANYONE, SYSTEM, Actor
from contracts.calls import command, query
from contracts.schema import Schema
from tests.chassis.toy import counters
from tests.chassis.toy import service as toy

look = query("toy.look", Schema, counters.CounterSchema, roles=ANYONE, seconds=30)
insert = command("toy.insert", counters.Name, counters.CounterSchema, roles=ANYONE, seconds=30)


def insert_one(work: Work, actor: Actor, input: dict[str, Any]) -> counters.Counter:
    """One row, one commit, no event."""
    return work.add(counters.Counter(name=input["name"]))


def look_at_one(work: Work, actor: Actor, input: dict[str, Any]) -> counters.Counter:
    """One row, whichever comes first."""
    return work.session.scalars(select(counters.Counter).limit(1)).one()


service = replace(toy.service, answers={**toy.service.answers, insert: insert_one, look: look_at_one})


def publish(runtime: Runtime, names: list[str]) -> None:
    """One transaction with a row and an event for each name."""
    with runtime.work() as work:
        for name in names:
            counters.make(work, SYSTEM, {"name": name, "trouble": ""})


def _until_told(stop: Callable[[], None]) -> None:
    told = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: told.set())
    told.wait()
    stop()


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        import eventlet

        eventlet.monkey_patch()
    from chassis import logs
    from chassis.runtime import open_runtime
    from chassis.serve import serve
    from chassis.worker import work

    logs.configure(f"toy {sys.argv[1]}", "WARNING")
    run = {"serve": serve, "worker": work}[sys.argv[1]]
    run(open_runtime(service), _until_told)
