"""Programs: written, changed, copied, archived. All staff share them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select

from chassis.paging import page
from chassis.work import Work
from contracts.actor import Actor
from contracts.errors import Invalid, NotFound
from contracts.events.engagements import ProgramArchived, ProgramCreated, ProgramUpdated
from services.engagements.items.named import unknown_names
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
    described = {name: value for name, value in input.items() if name != "items"}
    program = work.add(Program(archived=False, **described))
    _list_items(work, program, input["items"])
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
    differs = program.describe({name: value for name, value in input.items() if name not in ("id", "items")})
    if "items" in input:
        differs = _list_items(work, program, input["items"]) or differs
    if differs:
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
    items = [item.content() | {"kind": item.kind, "delivery": item.delivery} for item in program.items]
    made = Program(name=name, description=program.description, sessions_total=program.sessions_total, archived=False)
    made.list_items(items)
    work.add(made)
    work.publish(ProgramCreated, made, made.facts(), actor)
    return made


def _list_items(work: Work, program: Program, given: list[dict[str, Any]]) -> bool:
    """These are its items; whether they are others than before. `Invalid` for a form or file that is not there, unless
    it stood in the program before."""
    known = {id_ for item in program.items for id_ in item.named}
    differs = program.list_items(given)
    found = ((place, unknown_names(work, item, known=known)) for place, item in enumerate(program.items))
    errors = {place: wrong for place, wrong in found if wrong}
    if errors:
        raise Invalid("The input is not valid.", errors={"items": errors}, awaited=True)  # events may yet bring it
    return differs
