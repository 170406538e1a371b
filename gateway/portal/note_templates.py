"""What notes can begin with: templates, which all staff share, beside the library (rule S2.28)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask.typing import ResponseReturnValue

from contracts.calls import Call
from contracts.calls import notes as calls
from gateway.asking import Json
from gateway.portal import show
from gateway.portal.notes import save
from gateway.portal.pages import STAFF, Pages
from gateway.portal.workspace import does

pages = Pages()


@pages.get("/note-templates", STAFF)
def note_templates(chosen: UUID | None = None) -> ResponseReturnValue:
    asked: dict[str, tuple[Call, Json]] = {
        "listed": (calls.list_note_templates, {"limit": 100, **show.query("cursor")})
    }
    if chosen:
        asked["chosen"] = (calls.get_note_template, {"id": str(chosen)})
    found = show.look(**asked)
    listed = found.need("listed")
    return show.page(
        "pages/note_templates.html",
        listed=listed,
        chosen=found.need("chosen") if chosen else None,
        **show.pager(listed),
    )


@pages.get("/note-templates/<uuid:chosen>", STAFF)
def note_template(chosen: UUID) -> ResponseReturnValue:
    return note_templates(chosen)


@pages.get("/note-templates/new", STAFF)
def new_template(**again: Any) -> ResponseReturnValue:
    return show.page("pages/note_template_new.html", **again)


@pages.post("/note-templates", STAFF)
def create_template() -> ResponseReturnValue:
    return show.attempt(
        calls.create_note_template,
        {"body": "", **show.form("title")},
        lambda made: show.done(f"/note-templates/{made['id']}"),
        new_template,
    )


@pages.post("/note-templates/<uuid:id>", STAFF)
def write_template(id: UUID) -> ResponseReturnValue:
    return save(calls.update_note_template, calls.get_note_template, id, "updated_at")


pages.post("/note-templates/<uuid:id>/delete", STAFF)(
    does(calls.delete_note_template, "Deleted", undo="/note-templates/{id}/restore")
)
pages.post("/note-templates/<uuid:id>/restore", STAFF)(does(calls.restore_note_template, "It is back."))
