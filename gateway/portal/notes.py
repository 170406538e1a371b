"""Notes of an engagement: found, begun, written, shared, put in order."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import jsonify, request
from flask.typing import ResponseReturnValue

from contracts.calls import Call, notifications
from contracts.calls import engagements as calls
from contracts.calls import notes as note_calls
from contracts.errors import Stale
from gateway import files
from gateway.asking import Json, ask
from gateway.portal import filters, show
from gateway.portal.clients import record
from gateway.portal.engagements import to_the_client
from gateway.portal.library import upload
from gateway.portal.pages import SIGNED_IN, STAFF, Pages
from gateway.portal.workspace import does, pane
from gateway.typed import typed

pages = Pages()

_FILTERS = ("q", "edited_from", "edited_to")


@pages.get("/engagements/<uuid:id>/notes", SIGNED_IN)
def notes(id: UUID, chosen: UUID | None = None) -> ResponseReturnValue:
    listed = (note_calls.list_notes, {"engagement_id": str(id), "limit": 100, **show.query(*_FILTERS, "cursor")})
    template, comments = "pages/engagement_notes.html", note_calls.list_note_comments
    return pane(template, "Notes", id, listed, chosen, note_calls.get_note, comments, filters=_FILTERS)


@pages.get("/engagements/<uuid:id>/notes/<uuid:chosen>", SIGNED_IN)
def note(id: UUID, chosen: UUID) -> ResponseReturnValue:
    return notes(id, chosen)


@pages.get("/clients/<uuid:id>/notes", STAFF)
def client_notes(id: UUID) -> ResponseReturnValue:
    """All notes of all engagements with a client (S2.22); sharing is on the engagement's page alone (S2.41)."""
    given = {"id": str(id), **show.query(*_FILTERS, "cursor")}
    found, values = record(id, "Notes", notes=(note_calls.list_client_notes, given))
    notes = found.part("notes")
    return show.page(
        "pages/client_notes.html", notes=notes, filters=show.query(*_FILTERS), **show.pager(notes, _FILTERS), **values
    )


@pages.get("/engagements/<uuid:id>/notes/new", STAFF)
def new_note(id: UUID, **again: Any) -> ResponseReturnValue:
    found = show.look(
        engagement=(calls.get_engagement, {"id": str(id)}),
        templates=(note_calls.list_note_templates, {"limit": 200}),
    )
    templates = [(template["id"], template["title"]) for template in found.need("templates")["items"]]
    return show.page("pages/note_new.html", engagement=found.need("engagement"), templates=templates, **again)


@pages.post("/engagements/<uuid:id>/notes", STAFF)
def create_note(id: UUID) -> ResponseReturnValue:
    return show.attempt(
        note_calls.create_note,
        {"engagement_id": str(id), **show.form("title"), **show.filled("template_id")},
        lambda made: show.done(f"/engagements/{id}/notes/{made['id']}"),
        lambda **again: new_note(id, **again),
    )


@pages.post("/notes/<uuid:id>", STAFF)
def write_note(id: UUID) -> ResponseReturnValue:
    return save(note_calls.update_note, note_calls.get_note, id, "edited_at")


def save(update: Call, get: Call, id: UUID, at: str) -> ResponseReturnValue:
    """The editor saves: `title`, `body` and the `version` that they rest on.

    JSON `{version, title, body, edited_at, edited}`, `at` being the field that says when; with 412 that of the text as
    somebody else has left it, and nothing is changed.
    """
    given = {"id": str(id), **show.form("title", "body")}
    try:
        saved, status = ask(update, given, if_match=request.form.get("version", 0, type=int)), 200
    except Stale:
        saved, status = ask(get, {"id": str(id)}), 412
    found = typed(get, saved)
    facts = {name: found[name] for name in ("version", "title", "body")}
    return jsonify(edited_at=found[at].isoformat(), edited=filters.when(found[at]), **facts), status


@pages.post("/engagements/<uuid:id>/images", STAFF, largest=files.LARGEST_FORM)
def add_image(id: UUID) -> ResponseReturnValue:
    """The editor uploads a picture: `file`. JSON `{file_id, url}`."""
    return upload(f"/engagements/{id}/images", f"/engagements/{id}/notes")


@pages.post("/engagements/<uuid:id>/notes/order", STAFF)
def order_notes(id: UUID) -> ResponseReturnValue:
    return show.put_in_order(note_calls.order_notes, id)


@pages.get("/engagements/<uuid:id>/notes/<uuid:chosen>/share", STAFF)
def share_form(id: UUID, chosen: UUID) -> ResponseReturnValue:
    return _share_form(id, chosen)


def _share_form(id: UUID, chosen: UUID, **again: Any) -> ResponseReturnValue:
    found = show.look(
        engagement=(calls.get_engagement, {"id": str(id)}),
        note=(note_calls.get_note, {"id": str(chosen)}),
        verdicts=(notifications.may_notify, {"engagement_id": str(id), "kind": "note_shared", "origin": "automatic"}),
    )
    engagement = found.need("engagement")
    told = to_the_client(engagement, found.need("verdicts"))
    return show.page("pages/note_share.html", engagement=engagement, note=found.need("note"), verdicts=told, **again)


@pages.post("/engagements/<uuid:id>/notes/<uuid:chosen>/share", STAFF)
def share_note(id: UUID, chosen: UUID) -> ResponseReturnValue:
    def shared(note: Json) -> ResponseReturnValue:
        undo = f"/notes/{chosen}/unshare"
        return show.done(f"/engagements/{id}/notes/{chosen}", "The client sees the note now.", undo_url=undo)

    return show.attempt(
        note_calls.share_note, {"id": str(chosen)}, shared, lambda **again: _share_form(id, chosen, **again)
    )


pages.post("/notes/<uuid:id>/comments", SIGNED_IN)(
    does(note_calls.add_note_comment, "Your comment is there.", fields=("body",))
)
pages.post("/comments/<uuid:id>/delete", SIGNED_IN)(does(note_calls.delete_comment, "The comment is deleted."))
pages.post("/notes/<uuid:id>/unshare", STAFF)(does(note_calls.unshare_note, "Only you see the note now."))
pages.post("/notes/<uuid:id>/delete", STAFF)(does(note_calls.delete_note, "Deleted", undo="/notes/{id}/restore"))
pages.post("/notes/<uuid:id>/restore", STAFF)(does(note_calls.restore_note, "It is back."))
