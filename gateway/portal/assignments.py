"""Assignments of an engagement and the files beside them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import jsonify, request
from flask.typing import ResponseReturnValue

from contracts.calls import assignments as calls
from contracts.calls import documents, notes
from contracts.errors import Conflict, Forbidden, Invalid, NotFound, Unavailable
from gateway import files
from gateway.asking import ask
from gateway.portal import show
from gateway.portal.pages import SIGNED_IN, STAFF, Pages
from gateway.portal.workspace import buttons, dialog, does, pane

pages = Pages()


@pages.get("/engagements/<uuid:id>/assignments", SIGNED_IN)
def assignments(id: UUID, chosen: UUID | None = None) -> ResponseReturnValue:
    """Open ones first; `?state=completed` shows the others."""
    state = "completed" if show.query("state").get("state") == "completed" else "open"
    listed = (calls.list_assignments, {"engagement_id": str(id), "limit": 100, "state": state, **show.query("cursor")})
    template, comments = "pages/engagement_assignments.html", notes.list_assignment_comments
    return pane(template, "Assignments", id, listed, chosen, calls.get_assignment, comments, filters=("state",))


@pages.get("/engagements/<uuid:id>/assignments/<uuid:chosen>", SIGNED_IN)
def assignment(id: UUID, chosen: UUID) -> ResponseReturnValue:
    return assignments(id, chosen)


@pages.get("/engagements/<uuid:id>/assignments/new", STAFF)
def new_assignment(id: UUID, **again: Any) -> ResponseReturnValue:
    return dialog("pages/assignment_new.html", id, "assignment_shared", **again)


@pages.post("/engagements/<uuid:id>/assignments", STAFF)
def create_assignment(id: UUID) -> ResponseReturnValue:
    given = {"engagement_id": str(id), **show.form("name", "description"), **show.filled("due_date")}
    return show.attempt(
        calls.create_assignment,
        given,
        lambda made: show.done(f"/engagements/{id}/assignments/{made['id']}", "The assignment is given."),
        lambda **again: new_assignment(id, **again),
    )


@pages.get("/assignments/<uuid:id>/edit", STAFF)
def edit_assignment_form(id: UUID, **again: Any) -> ResponseReturnValue:
    assignment = show.look(assignment=(calls.get_assignment, {"id": str(id)})).need("assignment")
    return show.page("pages/assignment_edit.html", assignment=assignment, **{"values": assignment, **again})


@pages.post("/assignments/<uuid:id>/edit", STAFF)
def edit_assignment(id: UUID) -> ResponseReturnValue:
    return show.attempt(
        calls.update_assignment,
        {"id": str(id), **show.form("name", "description"), **show.nullable("due_date")},
        lambda assignment: show.done(_address(assignment["engagement_id"], id), "Saved"),
        lambda **again: edit_assignment_form(id, **again),
    )


buttons(
    pages,
    "assignments",
    {
        "complete": calls.complete_assignment,
        "reopen": calls.reopen_assignment,
        "delete": calls.delete_assignment,
        "restore": calls.restore_assignment,
    },
    STAFF,
)
pages.post("/assignments/<uuid:id>/comments", SIGNED_IN)(
    does(notes.add_assignment_comment, "Your comment is there.", fields=("body",))
)

# Files beside it --------------------------------------------------------------------------------------------------


def _address(engagement_id: Any, id: UUID) -> str:
    return f"/engagements/{engagement_id}/assignments/{id}"


@pages.post("/engagements/<uuid:id>/assignments/<uuid:chosen>/files", STAFF, largest=files.LARGEST_FORM)
def upload_file(id: UUID, chosen: UUID) -> ResponseReturnValue:
    """Files of the machine (S2.72), each with the form's `message`; 201 as JSON for a script, else back.

    Bytes are stored first: if the assignment then refuses them (deleted meanwhile), documents sweeps them after a day.
    """
    for_script = request.accept_mimetypes.best == "application/json"
    message = show.form("message")
    uploads = [file for file in request.files.getlist("file") if file.filename]
    try:
        if not uploads:
            raise Invalid("No file was chosen.", errors={"file": ["Choose a file first."]})
        for file in uploads:
            stored = files.upload(f"/engagements/{id}/files", file.filename or "", file.stream, {})
            added = ask(calls.add_assignment_file, {"id": str(chosen), "library_file_id": stored["file_id"], **message})
    except (Invalid, Conflict, Forbidden, NotFound, Unavailable) as error:
        if for_script:
            raise
        return show.refused(error, _address(id, chosen))
    if for_script:
        return jsonify(added), 201
    return show.done(_address(id, chosen), "The file is added." if len(uploads) == 1 else "The files are added.")


@pages.get("/engagements/<uuid:id>/assignments/<uuid:chosen>/library", STAFF)
def choose_file(id: UUID, chosen: UUID, **again: Any) -> ResponseReturnValue:
    found = show.look(
        assignment=(calls.get_assignment, {"id": str(chosen)}),
        library=(documents.list_library, {**show.query("folder_id", "cursor"), "limit": 200}),
    )
    library = found.need("library")
    return show.page(
        "pages/assignment_library.html",
        assignment=found.need("assignment"),
        library=library,
        **show.pager(library, ("folder_id",)),
        **again,
    )


@pages.post("/engagements/<uuid:id>/assignments/<uuid:chosen>/library", STAFF)
def add_from_library(id: UUID, chosen: UUID) -> ResponseReturnValue:
    """Each file that was chosen, with the message beside it (S2.70, S2.71)."""
    added = 0
    for file_id in request.form.getlist("library_file_ids"):
        given = {"id": str(chosen), "library_file_id": file_id, "message": request.form.get(f"message-{file_id}", "")}
        try:
            ask(calls.add_assignment_file, given)
        except (Invalid, Conflict, NotFound, Unavailable) as error:
            return show.refused(error, _address(id, chosen))
        added += 1
    words = {0: "No file was chosen.", 1: "The file is added."}.get(added, f"{added} files are added.")
    return show.done(_address(id, chosen), words)


@pages.get("/engagements/<uuid:id>/assignments/<uuid:chosen>/link", STAFF)
def link_form(id: UUID, chosen: UUID, **again: Any) -> ResponseReturnValue:
    assignment = show.look(assignment=(calls.get_assignment, {"id": str(chosen)})).need("assignment")
    return show.page("pages/assignment_link.html", assignment=assignment, **again)


@pages.post("/engagements/<uuid:id>/assignments/<uuid:chosen>/link", STAFF)
def add_link(id: UUID, chosen: UUID) -> ResponseReturnValue:
    return show.attempt(
        calls.add_assignment_file,
        {"id": str(chosen), **show.form("url", "message"), **show.filled("title")},
        lambda _: show.done(_address(id, chosen), "The link is added."),
        lambda **again: link_form(id, chosen, **again),
    )


pages.post("/assignment-files/<uuid:id>/remove", STAFF)(does(calls.remove_assignment_file, "It is taken off."))
