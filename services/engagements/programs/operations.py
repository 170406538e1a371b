"""Programs: written, changed, copied, archived. All staff share them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select

from chassis.paging import page
from chassis.work import Work
from contracts.actor import Actor
from contracts.errors import NotFound
from contracts.events.engagements import ProgramArchived, ProgramCreated, ProgramUpdated
from services.engagements.programs.models import Program

Input = dict[str, Any]


def program_for(work: Work, program_id: UUID, *, change: bool = False) -> Program:
    """The program of that id, or `NotFound`, also for an archived one."""
    found = (work.change if change else work.get)(Program, program_id, what="program")
    if found.archived:
        raise NotFound("There is no such program.")
    return found


def create(work: Work, actor: Actor, input: Input) -> Program:
    """Writes a program."""
    program = work.add(Program(archived=False, **input))
    work.publish(ProgramCreated, program, program.facts(), actor)
    return program


def show(work: Work, actor: Actor, input: Input) -> Program:
    """One program."""
    return program_for(work, input["id"])


def list_all(work: Work, actor: Actor, input: Input) -> dict[str, Any]:
    """The programs that are offered, by name."""
    statement = select(Program).where(Program.archived.is_(False))
    return page(work, statement, input, by=(Program.name, Program.id), descending=False)


def update(work: Work, actor: Actor, input: Input) -> Program:
    """Changes a program; engagements that run already keep their copy (C11). Nothing different, no new version."""
    program = program_for(work, input["id"], change=True)
    if program.describe({name: value for name, value in input.items() if name != "id"}):
        work.publish(ProgramUpdated, program, program.facts(), actor)
    return program


def delete(work: Work, actor: Actor, input: Input) -> None:
    """Archives a program: it is offered no more."""
    program = program_for(work, input["id"], change=True)
    program.archive()
    work.publish(ProgramArchived, program, program.facts(), actor)


def copy(work: Work, actor: Actor, input: Input) -> Program:
    """A new program like that one, called a copy."""
    program = program_for(work, input["id"])
    name = f"{program.name[:143]} (copy)"
    given = {"name": name, "description": program.description, "sessions_total": program.sessions_total}
    return create(work, actor, given)
