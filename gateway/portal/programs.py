"""Programs: what engagements start as a copy of."""

from __future__ import annotations

from itertools import zip_longest
from typing import Any
from uuid import UUID

from flask import request
from flask.typing import ResponseReturnValue

from contracts.calls import Call, documents, forms
from contracts.calls import engagements as calls
from gateway.asking import Json
from gateway.portal import show
from gateway.portal.pages import STAFF, Pages

pages = Pages()


@pages.get("/programs", STAFF)
def programs() -> ResponseReturnValue:
    listed = show.look(programs=(calls.list_programs, show.query("cursor"))).part("programs")
    return show.page("pages/programs.html", programs=listed, **show.pager(listed))


_FIELDS = ("title", "kind", "mode", "form_id", "file_ids", "url", "duration_minutes")


def _rows() -> list[Json]:
    """The items as they were typed; a row without a title is none."""
    columns = [request.form.getlist(name) for name in _FIELDS]
    rows = [dict(zip(_FIELDS, row, strict=True)) for row in zip_longest(*columns, fillvalue="")]
    return [_item(row) for row in rows if row["title"].strip()]


def _item(row: dict[str, str]) -> Json:
    kind = row["kind"]
    mode, _, send_at = row["mode"].partition(" ")
    item: Json = {"title": row["title"].strip(), "kind": kind, "delivery": {"mode": mode}}
    if send_at:
        item["delivery"]["send_at"] = send_at
    if kind == "form":
        item["form_id"] = row["form_id"] or None
    elif kind == "file":
        item["file_ids"] = row["file_ids"].split()
    elif kind == "link":
        item["url"] = row["url"].strip() or None
    elif kind == "session":
        minutes = show.whole({"duration_minutes": row["duration_minutes"]})["duration_minutes"]
        item["duration_minutes"] = minutes or None
    return item


def _typed() -> Json:
    return {**show.form("name", "description"), **show.whole(show.form("sessions_total")), "items": _rows()}


def _saved(program: Any) -> ResponseReturnValue:
    return show.done("/programs", f"{program['name']} is saved.")


@pages.get("/programs/new", STAFF)
def new_program() -> ResponseReturnValue:
    return _editor(None)


@pages.post("/programs/new", STAFF)
def create_program() -> ResponseReturnValue:
    return show.attempt(calls.create_program, _typed(), _saved, lambda **again: _editor(None, **again))


@pages.get("/programs/<uuid:id>", STAFF)
def edit_form(id: UUID) -> ResponseReturnValue:
    return _editor(id)


@pages.post("/programs/<uuid:id>", STAFF)
def edit(id: UUID) -> ResponseReturnValue:
    given = {"id": str(id), **_typed()}
    return show.attempt(calls.update_program, given, _saved, lambda **again: _editor(id, **again))


def _editor(id: UUID | None, **again: Any) -> ResponseReturnValue:
    asked: dict[str, tuple[Call, Json]] = {
        "forms": (forms.list_forms, {"limit": 200}),
        "files": (documents.list_library, {"limit": 200}),
    }
    if id:
        asked["program"] = (calls.get_program, {"id": str(id)})
    found = show.look(**asked)
    program = found.need("program") if id else None
    if "problem" in again:
        again["values"] = {**again["values"], "items": _rows()}
    return show.page(
        "pages/program_edit.html",
        program=program,
        forms=[(form["id"], form["title"]) for form in found.items("forms")],
        files=[(file["file_id"], file["name"]) for file in found.items("files") if file["kind"] == "file"],
        **{"values": program or {"items": []}, **again},
    )


@pages.post("/programs/<uuid:id>/copy", STAFF)
def copy(id: UUID) -> ResponseReturnValue:
    return show.act(calls.copy_program, {"id": str(id)}, "/programs", "Copied")


@pages.post("/programs/<uuid:id>/delete", STAFF)
def delete(id: UUID) -> ResponseReturnValue:
    return show.act(calls.delete_program, {"id": str(id)}, "/programs", "The program is deleted.")
