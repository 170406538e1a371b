"""Counters: a command, a query, an event and those who listen to it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from uuid import UUID

from marshmallow import fields
from sqlalchemy import String, func, select
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from chassis import logs
from chassis.database import Entity, service_metadata
from chassis.runtime import Runtime
from chassis.work import Work
from contracts.actor import ANYONE, SIGNED_IN, Actor
from contracts.calls import command, query
from contracts.envelope import Event
from contracts.errors import Conflict, NotFound
from contracts.events import EventData
from contracts.schema import Schema

log = logs.get(__name__)


class Base(DeclarativeBase):
    """Tables of the toy."""

    metadata = service_metadata()


class Counter(Entity, Base):
    __tablename__ = "counter"
    name: Mapped[str] = mapped_column(String(100))


class Seen(Base):
    """One row per handled event, with no unique key that could hide a second one."""

    __tablename__ = "seen"
    row: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    name: Mapped[str] = mapped_column(String(100))
    counter_id: Mapped[UUID]


class Bumped(EventData):
    """A counter was made."""

    type = "toy.counter.bumped.v1"
    name = fields.String(required=True)
    trouble = fields.String(load_default="")


class Name(Schema):
    name = fields.String(required=True)
    trouble = fields.String(load_default="")


class CounterSchema(Schema):
    id = fields.UUID()
    name = fields.String()
    version = fields.Integer()


class Anything(Schema):
    thing = fields.Raw()


class Count(Schema):
    counters = fields.Integer()
    seen = fields.Integer()


bump = command("toy.bump", Name, CounterSchema, roles=ANYONE, seconds=4)
restricted = command("toy.restricted", Name, CounterSchema, roles=SIGNED_IN)
count = query("toy.count", Schema, Count, roles=ANYONE)
slow = query("toy.slow", Name, Count, roles=ANYONE, seconds=3)
refuse = command("toy.refuse", Name, None, roles=ANYONE)
unspeakable = query("toy.unspeakable", Schema, Anything, roles=ANYONE)
defective = command("toy.defective", Name, None, roles=ANYONE)
unanswered = query("nobody.home", Schema, Count, roles=ANYONE, seconds=2)


def make(work: Work, actor: Actor, input: dict[str, Any]) -> Counter:
    counter = work.add(Counter(name=input["name"]))
    work.publish(Bumped, counter, {"name": counter.name, "trouble": input["trouble"]}, actor)
    return counter


def counted(work: Work, actor: Actor, input: dict[str, Any]) -> dict[str, int]:
    numbers = [work.session.scalar(select(func.count()).select_from(model)) or 0 for model in (Counter, Seen)]
    return {"counters": numbers[0], "seen": numbers[1]}


def take_long(work: Work, actor: Actor, input: dict[str, Any]) -> dict[str, int]:
    time.sleep(float(input["name"]))
    return {"counters": 0, "seen": 0}


def never(work: Work, actor: Actor, input: dict[str, Any]) -> None:
    work.add(Counter(name=input["name"]))
    raise Conflict("Never on a Sunday.", rule="T1") if input["name"] == "sunday" else NotFound("Nothing.", awaited=True)


def answer_nonsense(work: Work, actor: Actor, input: dict[str, Any]) -> dict[str, Any]:
    return {"thing": object()}


def break_down(work: Work, actor: Actor, input: dict[str, Any]) -> None:
    raise ZeroDivisionError("a defect")


def seen(work: Work, event: Event) -> None:
    """Fails always for trouble "always", and once per counter for a path, which it makes to remember."""
    trouble = event.data["trouble"]
    if trouble == "always":
        raise RuntimeError("this one never works")
    if trouble and not Path(trouble).exists():
        Path(trouble).touch()
        raise RuntimeError("this one works next time")
    work.session.add(Seen(name=event.data["name"], counter_id=event.subject_id))


def look_round(runtime: Runtime) -> int:
    """Does nothing but say so."""
    log.info("looked_round")
    return 0


def pages(runtime: Runtime) -> Callable[..., Iterable[bytes]]:
    """A page that takes a second and a half."""

    def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", [("Content-Type", "text/plain")])
        for _ in range(3):
            time.sleep(0.5)
            yield b"slow "

    return application
