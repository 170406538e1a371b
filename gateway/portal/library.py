"""The library, an engagement's resources, and the bytes of both."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import jsonify, request
from flask.typing import ResponseReturnValue

from contracts.calls import documents as calls
from contracts.calls import engagements, notifications
from contracts.errors import Conflict, Forbidden, Invalid, Unavailable
from gateway import files
from gateway.asking import identity
from gateway.portal import show
from gateway.portal.engagements import look_at
from gateway.portal.pages import SIGNED_IN, STAFF, Pages

pages = Pages()


@pages.get("/library", STAFF)
def library() -> ResponseReturnValue:
    listed = show.look(library=(calls.list_library, show.query("cursor"))).part("library")
    return show.page("pages/library.html", library=listed, **show.pager(listed))


@pages.post("/library/files", STAFF, largest=files.LARGEST_FORM)
def upload_to_library() -> ResponseReturnValue:
    return upload("/library/files", "/library")


@pages.post("/library/<uuid:id>/delete", STAFF)
def delete(id: UUID) -> ResponseReturnValue:
    undo = f"/library/{id}/restore"
    return show.act(calls.delete_library, {"id": str(id)}, "/library", "The file is deleted.", undo_url=undo)


@pages.post("/library/<uuid:id>/restore", STAFF)
def restore(id: UUID) -> ResponseReturnValue:
    return show.act(calls.restore_library, {"id": str(id)}, "/library", "The file is back.")


@pages.get("/files/<uuid:id>/content", SIGNED_IN)
def content(id: UUID) -> ResponseReturnValue:
    """Rule S2.85: a click on the name downloads, also where documents would let the browser show it."""
    response = files.download(f"/files/{id}/content")
    how, _, name = response.headers.get("Content-Disposition", "").partition(";")
    if how == "inline":
        response.headers["Content-Disposition"] = f"attachment;{name}"
    return response


# Resources of an engagement ---------------------------------------------------------------------------------------


@pages.get("/engagements/<uuid:id>/resources", SIGNED_IN)
def resources(id: UUID) -> ResponseReturnValue:
    given = {"engagement_id": str(id), **show.query("cursor", "folder_id")}
    found, values = look_at(id, "Resources", resources=(calls.list_resources, given))
    listed = found.part("resources")
    who = identity()
    may_share = (who is not None and who.role == "client") or values["engagement"]["client"]["portal"] == "active"
    return show.page(
        "pages/engagement_resources.html",
        resources=listed,
        may_share=may_share,
        **show.pager(listed, ("folder_id",)),
        **values,
    )


@pages.post("/engagements/<uuid:id>/resources", SIGNED_IN, largest=files.LARGEST_FORM)
def upload_to_engagement(id: UUID) -> ResponseReturnValue:
    return upload(f"/engagements/{id}/resources", f"/engagements/{id}/resources")


@pages.get("/engagements/<uuid:id>/resources/library", STAFF)
def choose_from_library(id: UUID) -> ResponseReturnValue:
    return _choose_from_library(id)


def _choose_from_library(id: UUID, **again: Any) -> ResponseReturnValue:
    found = show.look(
        engagement=(engagements.get_engagement, {"id": str(id)}),
        library=(calls.list_library, {"limit": 200}),
        verdicts=(
            notifications.may_notify,
            {"engagement_id": str(id), "kind": "resource_shared", "origin": "automatic"},
        ),
    )
    engagement = found.need("engagement")
    verdicts = [
        verdict
        for verdict in found.need("verdicts")["verdicts"]
        if verdict["recipient"]["person_id"] == engagement["client"]["id"]
    ]
    return show.page(
        "pages/resources_library.html", engagement=engagement, library=found.need("library"), verdicts=verdicts, **again
    )


@pages.post("/engagements/<uuid:id>/resources/library", STAFF)
def share(id: UUID) -> ResponseReturnValue:
    return show.attempt(
        calls.share_resources,
        {"engagement_id": str(id), "library_ids": request.form.getlist("library_ids")},
        lambda shared: show.done(f"/engagements/{id}/resources", _shared(shared["items"])),
        lambda **again: _choose_from_library(id, **again),
    )


@pages.post("/resources/<uuid:id>/remove", SIGNED_IN)
def remove(id: UUID) -> ResponseReturnValue:
    undo = f"/resources/{id}/restore"
    return show.act(calls.remove_resource, {"id": str(id)}, show.came_from() or "/", "It is taken out.", undo_url=undo)


@pages.post("/resources/<uuid:id>/restore", SIGNED_IN)
def put_back(id: UUID) -> ResponseReturnValue:
    return show.act(calls.restore_resource, {"id": str(id)}, show.came_from() or "/", "It is back.")


def _shared(items: list[Any]) -> str:
    return f"{items[0]['name']} is shared." if len(items) == 1 else f"{len(items)} files are shared."


def upload(path: str, address: str) -> ResponseReturnValue:
    """Sends the form's files on, one after the other; 201 as JSON for a script, else back to `address`."""
    for_script = request.accept_mimetypes.best == "application/json"
    chosen = [file for file in request.files.getlist("file") if file.filename]
    try:
        if not chosen:
            raise Invalid("No file was chosen.", errors={"file": ["Choose a file first."]})
        made = [files.upload(path, file.filename or "", file.stream, {}) for file in chosen]
    except (Invalid, Conflict, Forbidden, Unavailable) as error:
        if for_script:
            raise
        return show.refused(error, address)
    if for_script:
        return jsonify(made[0]), 201
    return show.done(address, "The file is added." if len(made) == 1 else f"{len(made)} files are added.")
