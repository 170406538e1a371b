"""Commands and queries on the resources of an engagement."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select

from chassis.paging import counted_page
from chassis.work import Work
from contracts.actor import Actor
from contracts.errors import Invalid, NotFound
from contracts.events.documents import FileDeleted, FileUploaded, ResourceRemoved, ResourceShared
from services.documents.copies.models import ClientCopy, EngagementCopy, PlaceCopy, PlaceFile
from services.documents.copies.operations import engagement_of
from services.documents.files.models import File
from services.documents.files.sniffing import is_shown_inline
from services.documents.library.operations import files_to_share
from services.documents.resources.models import Resource
from services.documents.resources.sharing import check_may_share


def list_resources(work: Work, actor: Actor, input: dict[str, Any]) -> dict[str, Any]:
    """The resources of an engagement, newest first."""
    engagement = engagement_of(work, actor, input["engagement_id"])
    listed = select(Resource).where(Resource.engagement_id == engagement.id, Resource.removed_at.is_(None))
    return counted_page(work, listed, input, by=(Resource.created_at, Resource.id))


def share(work: Work, actor: Actor, input: dict[str, Any]) -> dict[str, Any]:
    """Shares files of the library with an active client, who is told; what is shared there already stays as it is."""
    engagement = engagement_of(work, actor, input["engagement_id"])
    client = _active_client(work, engagement)
    items = files_to_share(work, input["library_ids"])
    there = select(Resource).where(
        Resource.engagement_id == engagement.id,
        Resource.removed_at.is_(None),
        Resource.library_id.in_([item.id for item in items]),
    )
    shared = {resource.library_id: resource for resource in work.session.scalars(there)}
    new = []
    for item in items:
        if item.id not in shared and item.file:
            shared[item.id] = work.add(Resource.of(item.file, engagement.id, actor, item.id))
            new.append(shared[item.id])
    for resource in new:
        work.publish(ResourceShared, resource, resource.facts(), actor)
    _tell(work, actor, client, engagement.id, new)
    return {"items": [shared[item.id] for item in items]}


def add_file(work: Work, actor: Actor, input: dict[str, Any]) -> Resource:
    """A file whose bytes are stored already is added right to the engagement, by its client (S2.87) or by staff."""
    engagement = engagement_of(work, actor, input["engagement_id"])
    client = _active_client(work, engagement) if actor.is_staff else None
    file = _file_of_engagement(work, actor, input)
    resource = work.add(Resource.of(file, engagement.id, actor))
    work.publish(ResourceShared, resource, resource.facts(), actor)
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
    """Takes a file out of the engagement; one that was uploaded right there is deleted with it."""
    engagement_id = work.get(Resource, input["id"], what="resource").engagement_id
    engagement = work.session.get_one(EngagementCopy, engagement_id)
    if engagement.deleted or not actor.sees(engagement):
        raise NotFound("There is no such resource.")
    resource = work.change(Resource, input["id"], what="resource")
    resource.remove(work.now, actor)
    work.publish(ResourceRemoved, resource, resource.facts(), actor)
    if resource.library_id is None:
        file = work.session.get_one(File, resource.file_id, with_for_update=True)
        file.delete(work.now)
        work.publish(FileDeleted, file, file.facts(), actor)


def may_read(work: Work, actor: Actor, file: File) -> bool:
    """Staff read the library; everyone reads what an engagement of theirs shows them, and nothing else (C22).

    A client is shown resources, and the files of shared notes (C16) and of assignments (S2.73).
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
    shown = [resources, places]
    if actor.is_staff and file.deleted_at is None:
        shown.append(mine.where(EngagementCopy.id == file.engagement_id))
    return any(work.session.scalars(found.limit(1)).first() is not None for found in shown)


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
