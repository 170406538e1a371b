"""Commands and queries on the library. It is for staff alone: the calls say so."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select

from chassis.paging import page
from chassis.work import Work
from contracts.actor import Actor
from contracts.errors import Invalid, NotFound
from contracts.events.documents import FileDeleted, FileRenamed, FileUploaded
from services.documents.files.models import File
from services.documents.library.models import LibraryItem

_WHAT = "file or folder in the library"


def list_items(work: Work, actor: Actor, input: dict[str, Any]) -> dict[str, Any]:
    """What lies in a folder or at the top, and the way to it; or what has `q` in its name, wherever it lies."""
    folder_id = input["folder_id"]
    path = _path_to(work, _folder(work, folder_id)) if folder_id else []
    listed = select(LibraryItem).where(LibraryItem.deleted_at.is_(None))
    if input["q"]:
        listed = listed.where(LibraryItem.sort_name.contains(input["q"].strip().casefold(), autoescape=True))
    else:
        listed = listed.where(LibraryItem.parent_id == folder_id)
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


def update(work: Work, actor: Actor, input: dict[str, Any]) -> LibraryItem:
    """Renames or moves; what is shared from it is shared under the new name, wherever it lies (C20)."""
    if "parent_id" in input:
        _lock_folders(work)
    item = work.change(LibraryItem, input["id"], what=_WHAT)
    if item.deleted_at is not None:
        raise NotFound(f"There is no such {_WHAT}.")
    if "name" in input:
        item.rename(input["name"])
        if item.file_id:
            file = work.session.get_one(File, item.file_id, with_for_update=True)
            work.publish(FileRenamed, file, file.facts(), actor)
    if "parent_id" in input:
        item.move(_path_to(work, _folder(work, input["parent_id"])) if input["parent_id"] else [])
    work.changed(item)
    return item


def delete(work: Work, actor: Actor, input: dict[str, Any]) -> None:
    """Takes a file, or a folder with all that is in it, out of the library.

    A shared folder disappears with it; a file that is shared by itself stays until it is removed there.
    """
    _lock_folders(work)
    item = work.change(LibraryItem, input["id"], what=_WHAT)
    if item.deleted_at is not None:
        raise NotFound(f"There is no such {_WHAT}.")
    for one in below(work, item.id, LibraryItem.deleted_at.is_(None)):
        one.delete(work.now)
        if one.file_id:
            file = work.session.get_one(File, one.file_id, with_for_update=True)
            file.delete(work.now)
            work.publish(FileDeleted, file, file.facts(), actor)


def restore(work: Work, actor: Actor, input: dict[str, Any]) -> LibraryItem:
    """Undoes a deletion within 30 days, with all that went with it; at the top if its folder is gone meanwhile."""
    _lock_folders(work)
    item = work.change(LibraryItem, input["id"], what=_WHAT)
    for one in below(work, item.id, LibraryItem.deleted_at == item.deleted_at):
        one.restore(work.now)
        if one.file_id:
            file = work.session.get_one(File, one.file_id, with_for_update=True)
            file.restore()
            work.publish(FileUploaded, file, file.facts(), actor)
    item.restore_place(work.session.get_one(LibraryItem, item.parent_id) if item.parent_id else None)
    return item


def items_to_share(work: Work, ids: list[UUID]) -> list[LibraryItem]:
    """The library's files and folders of those ids in that order, locked against deletion; `Invalid` if one is none."""
    wanted = select(LibraryItem).where(LibraryItem.id.in_(ids), LibraryItem.deleted_at.is_(None))
    in_order = wanted.order_by(LibraryItem.rank, LibraryItem.id)  # as _lock_folders and delete lock them
    found = {item.id: item for item in work.session.scalars(in_order.with_for_update())}
    missing = {place: ["There is no such file or folder."] for place, id in enumerate(ids) if id not in found}
    if missing:
        raise Invalid("The input is not valid.", errors={"library_ids": missing})
    return [found[id] for id in dict.fromkeys(ids)]


def path_to(work: Work, id: UUID) -> list[LibraryItem]:
    """The way from the top to an item and the item itself; nothing if there is none that is not deleted."""
    item = work.session.get(LibraryItem, id)
    return _path_to(work, item) if item and item.deleted_at is None else []


def below(work: Work, id: UUID, which: ColumnElement[bool]) -> list[LibraryItem]:
    """The item and all that lies below it through items that are `which`, folders first."""
    tree = select(LibraryItem.id).where(LibraryItem.id == id).cte("tree", recursive=True)
    tree = tree.union(select(LibraryItem.id).join(tree, LibraryItem.parent_id == tree.c.id).where(which))
    found = select(LibraryItem).where(LibraryItem.id.in_(select(tree.c.id)))
    return list(work.session.scalars(found.order_by(LibraryItem.rank, LibraryItem.id)))


def _lock_folders(work: Work) -> None:
    """Whoever changes the tree waits for who does so already: two moves that meet would else make a circle."""
    folders = select(LibraryItem.id).where(LibraryItem.rank == 0).order_by(LibraryItem.id)
    work.session.execute(folders.with_for_update())


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
