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
from gateway.asking import ask, identity
from gateway.portal import show
from gateway.portal.engagements import look_at, to_the_client
from gateway.portal.pages import SIGNED_IN, STAFF, Pages

pages = Pages()


@pages.get("/library", STAFF)
def library() -> ResponseReturnValue:
    """A folder, or its top; with `q` whatever has that in its name."""
    filters = show.query("folder_id", "q")
    listed = show.look(library=(calls.list_library, {**filters, **show.query("cursor")})).part("library")
    return show.page("pages/library.html", library=listed, filters=filters, **show.pager(listed, ("folder_id", "q")))


def _folder(id: Any) -> str:
    """The address of a folder, or of the library's top."""
    return f"/library?folder_id={id}" if id else "/library"


@pages.post("/library/files", STAFF, largest=files.LARGEST_FORM)
def upload_to_library() -> ResponseReturnValue:
    fields = show.filled("folder_id")
    return upload("/library/files", _folder(fields.get("folder_id")), fields)


@pages.get("/library/folders/new", STAFF)
def new_folder(**again: Any) -> ResponseReturnValue:
    return show.page("pages/folder_new.html", **{"values": show.query("parent_id"), **again})


@pages.post("/library/folders", STAFF)
def create_folder() -> ResponseReturnValue:
    return show.attempt(
        calls.create_folder,
        {**show.form("name"), **show.filled("parent_id")},
        lambda made: show.done(_folder(made["parent_id"]), "The folder is there."),
        new_folder,
    )


@pages.get("/library/<uuid:id>/rename", STAFF)
def rename_form(id: UUID, **again: Any) -> ResponseReturnValue:
    """`name` in the address is what it is called now."""
    return show.page("pages/library_rename.html", id=id, **{"values": show.query("name"), **again})


@pages.post("/library/<uuid:id>/rename", STAFF)
def rename(id: UUID) -> ResponseReturnValue:
    return show.attempt(
        calls.update_library,
        {"id": str(id), **show.form("name")},
        lambda item: show.done(_folder(item["parent_id"]), "Renamed"),
        lambda **again: rename_form(id, **again),
    )


@pages.get("/library/<uuid:id>/move", STAFF)
def move_form(id: UUID, **again: Any) -> ResponseReturnValue:
    """The folders in `folder_id`, one of which it is to lie in, or in that one itself."""
    given = show.query("folder_id")
    asked = {**given, **show.query("cursor"), "limit": 200}
    found = show.look(library=(calls.list_library, asked)).need("library")
    folders = [item for item in found["items"] if item["kind"] == "folder" and item["id"] != str(id)]
    return show.page(
        "pages/library_move.html",
        id=id,
        folders=folders,
        path=found["path"],
        here=given.get("folder_id"),
        **show.pager(found, ("folder_id",)),
        **again,
    )


@pages.post("/library/<uuid:id>/move", STAFF)
def move(id: UUID) -> ResponseReturnValue:
    return show.attempt(
        calls.update_library,
        {"id": str(id), **show.nullable("parent_id")},
        lambda item: show.done(_folder(item["parent_id"]), f"{item['name']} is moved."),
        lambda **again: move_form(id, **again),
    )


@pages.post("/library/<uuid:id>/delete", STAFF)
def delete(id: UUID) -> ResponseReturnValue:
    undo, back = f"/library/{id}/restore", _folder(show.filled("folder_id").get("folder_id"))
    return show.act(calls.delete_library, {"id": str(id)}, back, "Deleted", undo_url=undo)


@pages.post("/library/<uuid:id>/restore", STAFF)
def restore(id: UUID) -> ResponseReturnValue:
    return show.attempt(
        calls.restore_library,
        {"id": str(id)},
        lambda item: show.done(_folder(item["parent_id"]), "It is back."),
        lambda **again: show.done("/library", again["problem"]["title"] if again["problem"] else "It is gone."),
    )


@pages.get("/files/<uuid:id>/content", SIGNED_IN)
def content(id: UUID) -> ResponseReturnValue:
    """Rule S2.85: a click on the name downloads, also where documents would let the browser show it."""
    response = files.download(f"/files/{id}/content")
    how, _, name = response.headers.get("Content-Disposition", "").partition(";")
    if how == "inline":
        response.headers["Content-Disposition"] = f"attachment;{name}"
    return response


@pages.get("/files/<uuid:id>/view", SIGNED_IN)
def view(id: UUID) -> ResponseReturnValue:
    """The bytes as documents gives them, in place where that is safe (C20); our own pages may frame them."""
    response = files.download(f"/files/{id}/content")
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response


@pages.get("/files/<uuid:id>/preview", SIGNED_IN)
def preview(id: UUID) -> ResponseReturnValue:
    return show.page("pages/file_preview.html", file=ask(calls.get_file, {"id": str(id)}))


# Resources of an engagement ---------------------------------------------------------------------------------------


@pages.get("/engagements/<uuid:id>/resources", SIGNED_IN)
def resources(id: UUID) -> ResponseReturnValue:
    filters = show.query("folder_id")
    given = {"engagement_id": str(id), **filters, **show.query("cursor")}
    found, values = look_at(id, "Resources", resources=(calls.list_resources, given))
    listed = found.part("resources")
    who = identity()
    may_share = (who is not None and who.role == "client") or values["engagement"]["client"]["portal"] == "active"
    return show.page(
        "pages/engagement_resources.html",
        resources=listed,
        may_share=may_share,
        in_folder="folder_id" in filters,
        **show.pager(listed, ("folder_id",)),
        **values,
    )


@pages.get("/engagements/<uuid:id>/folders/<uuid:folder_id>/zip", SIGNED_IN)
def folder_zip(id: UUID, folder_id: UUID) -> ResponseReturnValue:
    return files.download(f"/engagements/{id}/folders/{folder_id}/zip")


@pages.post("/engagements/<uuid:id>/resources", SIGNED_IN, largest=files.LARGEST_FORM)
def upload_to_engagement(id: UUID) -> ResponseReturnValue:
    return upload(f"/engagements/{id}/resources", f"/engagements/{id}/resources")


@pages.get("/engagements/<uuid:id>/resources/library", STAFF)
def choose_from_library(id: UUID) -> ResponseReturnValue:
    return _choose_from_library(id)


def _choose_from_library(id: UUID, **again: Any) -> ResponseReturnValue:
    found = show.look(
        engagement=(engagements.get_engagement, {"id": str(id)}),
        library=(calls.list_library, {**show.query("folder_id", "cursor"), "limit": 200}),
        verdicts=(
            notifications.may_notify,
            {"engagement_id": str(id), "kind": "resource_shared", "origin": "automatic"},
        ),
    )
    engagement, library = found.need("engagement"), found.need("library")
    verdicts = to_the_client(engagement, found.need("verdicts"))
    return show.page(
        "pages/resources_library.html",
        engagement=engagement,
        library=library,
        verdicts=verdicts,
        **show.pager(library, ("folder_id",)),
        **again,
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
    return f"{items[0]['name']} is shared." if len(items) == 1 else f"{len(items)} are shared."


def upload(path: str, address: str, fields: dict[str, str] | None = None) -> ResponseReturnValue:
    """Sends the form's files on, one after the other, each with `fields`; 201 as JSON for a script, else back to
    `address`."""
    for_script = request.accept_mimetypes.best == "application/json"
    chosen = [file for file in request.files.getlist("file") if file.filename]
    try:
        if not chosen:
            raise Invalid("No file was chosen.", errors={"file": ["Choose a file first."]})
        made = [files.upload(path, file.filename or "", file.stream, fields or {}) for file in chosen]
    except (Invalid, Conflict, Forbidden, Unavailable) as error:
        if for_script:
            raise
        return show.refused(error, address)
    if for_script:
        return jsonify(made[0]), 201
    return show.done(address, "The file is added." if len(made) == 1 else f"{len(made)} files are added.")
