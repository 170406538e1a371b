"""Commands and queries on the resources of an engagement."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select

from chassis.paging import counted_page
from chassis.work import Work
from contracts.actor import Actor
from contracts.errors import Conflict, Invalid, NotFound
from contracts.events.documents import (
    FileDeleted,
    FileUploaded,
    FolderRemoved,
    FolderShared,
    ResourceRemoved,
    ResourceShared,
)
from services.documents.copies.models import ClientCopy, EngagementCopy, PlaceCopy, PlaceFile
from services.documents.copies.operations import engagement_of
from services.documents.files.models import File
from services.documents.files.sniffing import is_shown_inline
from services.documents.library.operations import items_to_share, path_to
from services.documents.resources import folders
from services.documents.resources.models import Resource
from services.documents.resources.sharing import check_may_share


def list_resources(work: Work, actor: Actor, input: dict[str, Any]) -> dict[str, Any]:
    """The resources of an engagement, newest first; or what lies in a folder that is shared there, by name (S2.89)."""
    engagement = engagement_of(work, actor, input["engagement_id"])
    if input["folder_id"]:
        return folders.list_folder(work, engagement.id, input)
    listed = select(Resource).where(Resource.engagement_id == engagement.id, folders.IS_SHARED)
    found = counted_page(work, listed, input, by=(Resource.created_at, Resource.id))
    return {**found, "path": [], "resource_id": None}


def share(work: Work, actor: Actor, input: dict[str, Any]) -> dict[str, Any]:
    """Shares files and folders of the library with an active client, who is told.

    What is shared there already stays as it is.
    """
    engagement = engagement_of(work, actor, input["engagement_id"])
    client = _active_client(work, engagement)
    items = items_to_share(work, input["library_ids"])
    there = select(Resource).where(
        Resource.engagement_id == engagement.id,
        Resource.removed_at.is_(None),
        Resource.library_id.in_([item.id for item in items]),
    )
    shared = {resource.library_id: resource for resource in work.session.scalars(there)}
    new = []
    for item in items:
        if item.id not in shared:
            shared[item.id] = work.add(Resource.of(item, engagement.id, actor))
            new.append(shared[item.id])
    for resource in new:
        _publish_shared(work, actor, resource)
    _tell(work, actor, client, engagement.id, new)
    return {"items": [shared[item.id] for item in items]}


def add_file(work: Work, actor: Actor, input: dict[str, Any]) -> Resource:
    """A file whose bytes are stored already is added right to the engagement, by its client (S2.87) or by staff."""
    engagement = engagement_of(work, actor, input["engagement_id"])
    client = _active_client(work, engagement) if actor.is_staff else None
    file = _file_of_engagement(work, actor, input)
    resource = work.add(Resource.of(file, engagement.id, actor))
    _publish_shared(work, actor, resource)
    if client:
        _tell(work, actor, client, engagement.id, [resource])
    return resource


def add_image(work: Work, actor: Actor, input: dict[str, Any]) -> dict[str, Any]:
    """A picture whose bytes are stored already becomes one of the engagement, for its notes (C16)."""
    if not (input["content_type"].startswith("image/") and is_shown_inline(input["content_type"])):
        raise Invalid("The input is not valid.", errors={"file": ["Only a picture can be shown in a note (rule C20)."]})
    file = _file_of_engagement(work, actor, input)
    return {"file_id": file.id, "url": f"/files/{file.id}/content"}


def add_attachment(work: Work, actor: Actor, input: dict[str, Any]) -> dict[str, Any]:
    """A file whose bytes are stored already becomes one of the engagement, for an assignment (S2.72)."""
    file = _file_of_engagement(work, actor, input)
    return {"file_id": file.id, "name": file.name, "message": input["message"]}


def _file_of_engagement(work: Work, actor: Actor, input: dict[str, Any]) -> File:
    engagement = engagement_of(work, actor, input["engagement_id"])
    stored = {name: input[name] for name in ("name", "content_type", "size", "checksum")}
    file = work.add(File(engagement_id=engagement.id, uploaded_by_id=actor.id, **stored))
    work.publish(FileUploaded, file, file.facts(), actor)
    return file


def remove(work: Work, actor: Actor, input: dict[str, Any]) -> None:
    """Takes a file or folder out of the engagement; a file that was uploaded right there is deleted with it."""
    engagement_of_resource(work, actor, input["id"])
    resource = work.change(Resource, input["id"], what="resource")
    resource.remove(work.now, actor)
    if resource.file:
        work.publish(ResourceRemoved, resource, resource.facts(), actor)
    else:
        work.publish(FolderRemoved, resource, resource.facts(), actor)
    if resource.library_id is None:
        file = work.session.get_one(File, resource.file_id, with_for_update=True)
        file.delete(work.now)
        work.publish(FileDeleted, file, file.facts(), actor)


def restore(work: Work, actor: Actor, input: dict[str, Any]) -> Resource:
    """Undoes a removal within 30 days; nobody is mailed again. `Conflict` if it was shared anew meanwhile."""
    engagement = engagement_of_resource(work, actor, input["id"])
    if actor.is_staff:
        _active_client(work, engagement)
    resource = work.change(Resource, input["id"], what="resource")
    resource.restore(work.now, actor)
    same = select(Resource.id).where(
        Resource.engagement_id == engagement.id,
        Resource.library_id == resource.library_id,
        Resource.id != resource.id,
        Resource.removed_at.is_(None),
    )
    if resource.library_id and work.session.scalars(same.limit(1)).first():
        raise Conflict("It is shared again already.")
    _publish_shared(work, actor, resource)
    if resource.library_id is None:
        file = work.session.get_one(File, resource.file_id, with_for_update=True)
        file.restore()
        work.publish(FileUploaded, file, file.facts(), actor)
    return resource


def engagement_of_resource(work: Work, actor: Actor, id: UUID) -> EngagementCopy:
    """The engagement that a resource is in; `NotFound` for whoever does not see it."""
    engagement_id = work.get(Resource, id, what="resource").engagement_id
    engagement = work.session.get_one(EngagementCopy, engagement_id)
    if engagement.deleted or not actor.sees(engagement):
        raise NotFound("There is no such resource.")
    return engagement


def get_file(work: Work, actor: Actor, input: dict[str, Any]) -> File:
    """A file that the actor may read; else `NotFound`, whatever the cause."""
    file = work.session.get(File, input["id"])
    if file is None or not _may_read(work, actor, file):
        raise NotFound("There is no such file.", awaited=True)
    return file


def _may_read(work: Work, actor: Actor, file: File) -> bool:
    """Staff read the library; everyone reads what an engagement of theirs shows them, and nothing else (C22).

    A client is shown resources, what lies in shared folders at the time (C20), and the files of shared notes (C16)
    and of assignments (S2.73).
    """
    if actor.is_staff and file.in_library:
        return True
    mine = select(EngagementCopy.id).where(EngagementCopy.deleted.is_(False))
    if actor.role == "coach":
        mine = mine.where(EngagementCopy.coach_id == actor.id)
    elif actor.role == "client":
        mine = mine.where(EngagementCopy.client_id == actor.id)
    resources = mine.join(Resource, Resource.engagement_id == EngagementCopy.id)
    resources = resources.where(Resource.file_id == file.id, Resource.removed_at.is_(None))
    places = mine.join(PlaceCopy, PlaceCopy.engagement_id == EngagementCopy.id)
    places = places.join(PlaceFile, PlaceFile.place_id == PlaceCopy.id).where(PlaceFile.file_id == file.id)
    if file.engagement_id is not None:  # naming a file of another engagement opens nothing
        places = places.where(EngagementCopy.id == file.engagement_id)
    if not actor.is_staff:
        places = places.where(PlaceCopy.client_sees)
    above = [item.id for item in path_to(work, file.id)]
    in_folders = mine.join(Resource, Resource.engagement_id == EngagementCopy.id)
    in_folders = in_folders.where(Resource.library_id.in_(above), Resource.removed_at.is_(None))
    shown = [resources, places, in_folders]
    if actor.is_staff and file.deleted_at is None:
        shown.append(mine.where(EngagementCopy.id == file.engagement_id))
    return any(work.session.scalars(found.limit(1)).first() is not None for found in shown)


def _publish_shared(work: Work, actor: Actor, resource: Resource) -> None:
    if resource.file:
        work.publish(ResourceShared, resource, resource.facts(), actor)
    else:
        work.publish(FolderShared, resource, resource.facts(), actor)


def _active_client(work: Work, engagement: EngagementCopy) -> ClientCopy:
    client = work.copy(ClientCopy, engagement.client_id, what="client")
    check_may_share(client.name, client.portal)
    return client


def _tell(work: Work, actor: Actor, client: ClientCopy, engagement_id: UUID, new: list[Resource]) -> None:
    if not new:
        return
    about = {"kind": "engagement", "id": engagement_id}
    if len(new) == 1:
        about = {"kind": "resource", "id": new[0].id, "version": new[0].version}
    work.request(
        key=f"resource/{new[0].id}/shared",
        kind="resource_shared",
        recipients=[{"person_id": client.id, "email": client.email, "name": client.name}],
        about=about,
        trigger={"origin": "automatic", "person_id": actor.id},
        engagement_id=engagement_id,
        context={"names": [resource.name for resource in new]},
    )
