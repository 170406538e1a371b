"""Programs: what engagements start as a copy of."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask.typing import ResponseReturnValue

from contracts.calls import engagements as calls
from gateway.asking import Json
from gateway.portal import show
from gateway.portal.pages import STAFF, Pages

pages = Pages()


@pages.get("/programs", STAFF)
def programs() -> ResponseReturnValue:
    listed = show.look(programs=(calls.list_programs, show.query("cursor"))).part("programs")
    return show.page("pages/programs.html", programs=listed, **show.pager(listed))


def _typed() -> Json:
    return {**show.form("name", "description"), **show.whole(show.form("sessions_total"))}


def _saved(_: Any) -> ResponseReturnValue:
    return show.done("/programs", "Saved")


@pages.get("/programs/new", STAFF)
def new_program() -> ResponseReturnValue:
    return _new_program()


def _new_program(**again: Any) -> ResponseReturnValue:
    return show.page("pages/program_form.html", program=None, **again)


@pages.post("/programs/new", STAFF)
def create_program() -> ResponseReturnValue:
    return show.attempt(calls.create_program, _typed(), _saved, _new_program)


@pages.get("/programs/<uuid:id>", STAFF)
def edit_form(id: UUID) -> ResponseReturnValue:
    return _edit_form(id)


def _edit_form(id: UUID, **again: Any) -> ResponseReturnValue:
    program = show.look(program=(calls.get_program, {"id": str(id)})).need("program")
    return show.page("pages/program_form.html", program=program, **{"values": program, **again})


@pages.post("/programs/<uuid:id>", STAFF)
def edit(id: UUID) -> ResponseReturnValue:
    given = {"id": str(id), **_typed()}
    return show.attempt(calls.update_program, given, _saved, lambda **again: _edit_form(id, **again))


@pages.post("/programs/<uuid:id>/copy", STAFF)
def copy(id: UUID) -> ResponseReturnValue:
    return show.act(calls.copy_program, {"id": str(id)}, "/programs", "Copied")


@pages.post("/programs/<uuid:id>/delete", STAFF)
def delete(id: UUID) -> ResponseReturnValue:
    return show.act(calls.delete_program, {"id": str(id)}, "/programs", "The program is deleted.")
