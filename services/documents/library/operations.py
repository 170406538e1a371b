"""Commands and queries on the library. It is for staff alone: the calls say so."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select

from chassis.paging import page
from chassis.work import Work
from contracts.actor import Actor
from contracts.errors import Invalid, NotFound
from contracts.events.documents import FileDeleted, FileUploaded
from services.documents.files.models import File
from services.documents.library.models import LibraryItem


def list_items(work: Work, actor: Actor, input: dict[str, Any]) -> dict[str, Any]:
    """What lies in a folder or at the top, and the way to it."""
    folder_id = input["folder_id"]
    path = _path_to(work, _folder(work, folder_id)) if folder_id else []
    listed = select(LibraryItem).where(LibraryItem.parent_id == folder_id, LibraryItem.deleted_at.is_(None))
    by = (LibraryItem.rank, LibraryItem.sort_name, LibraryItem.id)
    return {**page(work, listed, input, by=by, descending=False), "path": path}


def create_folder(work: Work, actor: Actor, input: dict[str, Any]) -> LibraryItem:
    """A new folder; `NotFound` if `parent_id` is no folder."""
    if input["parent_id"]:
        _folder(work, input["parent_id"], lock=True)
    return work.add(LibraryItem.of_folder(input["name"], input["parent_id"], actor.name))


def add_file(work: Work, actor: Actor, input: dict[str, Any]) -> LibraryItem:
    """A file whose bytes are stored already takes its place in the library."""
    if input["folder_id"]:
        _folder(work, input["folder_id"], lock=True)
    file = work.add(
        File(
            name=input["name"],
            content_type=input["content_type"],
            size=input["size"],
            checksum=input["checksum"],
            uploaded_by_id=actor.id,
        )
    )
    item = work.add(LibraryItem.of_file(file, input["folder_id"], actor.name))
    work.publish(FileUploaded, file, file.facts(), actor)
    return item


def delete(work: Work, actor: Actor, input: dict[str, Any]) -> None:
    """Takes a file or an empty folder out of the library. Where a file is shared it stays until it is removed there."""
    item = work.change(LibraryItem, input["id"], what="file or folder in the library")
    if item.deleted_at is not None:
        raise NotFound("There is no such file or folder in the library.")
    inside = select(LibraryItem.id).where(LibraryItem.parent_id == item.id, LibraryItem.deleted_at.is_(None))
    item.delete(work.now, holds_something=work.session.scalars(inside.limit(1)).first() is not None)
    if item.file_id:
        file = work.session.get_one(File, item.file_id, with_for_update=True)
        file.delete(work.now)
        work.publish(FileDeleted, file, file.facts(), actor)


def files_to_share(work: Work, ids: list[UUID]) -> list[LibraryItem]:
    """The library's files of those ids in that order, locked against deletion; `Invalid` if one is none."""
    wanted = select(LibraryItem).where(LibraryItem.id.in_(ids), LibraryItem.deleted_at.is_(None))
    found = {item.id: item for item in work.session.scalars(wanted.order_by(LibraryItem.id).with_for_update())}
    errors: dict[int, list[str]] = {}
    for place, id in enumerate(ids):
        if id not in found:
            errors[place] = ["There is no such file in the library."]
        elif not found[id].is_file:
            errors[place] = ["This is a folder. Only files can be shared."]
    if errors:
        raise Invalid("The input is not valid.", errors={"library_ids": errors})
    return [found[id] for id in dict.fromkeys(ids)]


def _folder(work: Work, id: UUID, *, lock: bool = False) -> LibraryItem:
    found = work.session.get(LibraryItem, id, with_for_update=lock, populate_existing=lock)
    if found is None or found.is_file or found.deleted_at is not None:
        raise NotFound("There is no such folder.")
    return found


def _path_to(work: Work, folder: LibraryItem) -> list[LibraryItem]:
    path = [folder]
    while path[0].parent_id:
        path.insert(0, work.session.get_one(LibraryItem, path[0].parent_id))
    return path
