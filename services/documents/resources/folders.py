"""Shared folders: a live view of the library's own, from the shared folder downwards (rules C20, S2.89)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select

from chassis.paging import page
from chassis.work import Work
from contracts.actor import Actor
from contracts.errors import NotFound
from services.documents.copies.operations import engagement_of
from services.documents.library.models import LibraryItem
from services.documents.library.operations import below, path_to
from services.documents.resources.models import Resource

#: Removed resources are gone, and folders that are deleted from the library; files that are shared by themselves stay.
IS_SHARED = Resource.removed_at.is_(None) & or_(
    Resource.file_id.is_not(None), Resource.item.has(LibraryItem.deleted_at.is_(None))
)


@dataclass(frozen=True)
class Inside:
    """A file or folder in a shared folder, shown like a resource."""

    engagement_id: UUID
    item: LibraryItem
    by_client: bool = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self.item, "id" if name == "library_id" else name)


def list_folder(work: Work, engagement_id: UUID, input: dict[str, Any]) -> dict[str, Any]:
    """What lies in a folder that is shared, or below one that is; else `NotFound`."""
    path, resource = _shared_path(work, engagement_id, input["folder_id"])
    inside = select(LibraryItem).where(LibraryItem.parent_id == path[-1].id, LibraryItem.deleted_at.is_(None))
    total = work.session.scalar(select(func.count()).select_from(inside.with_only_columns(LibraryItem.id).subquery()))
    by = (LibraryItem.rank, LibraryItem.sort_name, LibraryItem.id)
    found = page(work, inside, input, by=by, descending=False)
    return {
        "items": [Inside(engagement_id, item) for item in found["items"]],
        "next": found["next"],
        "total": total,
        "path": path,
        "resource_id": resource.id,
    }


def content(work: Work, actor: Actor, input: dict[str, Any]) -> dict[str, Any]:
    """A folder that is shared, or below one that is, with all that is in it, for a ZIP (S2.90); else `NotFound`."""
    engagement = engagement_of(work, actor, input["engagement_id"])
    path, _ = _shared_path(work, engagement.id, input["folder_id"])
    found = below(work, path[-1].id, LibraryItem.deleted_at.is_(None))
    return {"name": path[-1].name, "items": [item for item in found if item.id != path[-1].id]}


def _shared_path(work: Work, engagement_id: UUID, folder_id: UUID) -> tuple[list[LibraryItem], Resource]:
    """The way from the folder that is shared to this one, and what shares it; `NotFound` if nothing does."""
    path = path_to(work, folder_id)
    shares = select(Resource).where(
        Resource.engagement_id == engagement_id, IS_SHARED, Resource.library_id.in_([item.id for item in path])
    )
    shared = {resource.library_id: resource for resource in work.session.scalars(shares)}
    first = next((place for place, item in enumerate(path) if item.id in shared), None)
    if first is None or path[-1].is_file:
        raise NotFound("There is no such folder.")
    return path[first:], shared[path[first].id]
