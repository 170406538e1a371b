"""Keeps the copies up to date, and finds the engagement that an actor speaks of."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from chassis.work import Work
from contracts.actor import Actor
from contracts.envelope import Event
from contracts.errors import NotFound
from services.documents.copies.models import ClientCopy, EngagementCopy, ItemCopy, PlaceCopy, PlaceFile


def engagement_changed(work: Work, event: Event) -> None:
    """Mirrors an engagement."""
    work.apply(EngagementCopy, event)


def client_changed(work: Work, event: Event) -> None:
    """Mirrors a client."""
    work.apply(ClientCopy, event)


def note_changed(work: Work, event: Event) -> None:
    """Mirrors which files a note shows; the client reads them while it is shared (C16)."""
    _place_changed(work, event, client_sees=event.data["shared"] and not event.data["deleted"])


def assignment_changed(work: Work, event: Event) -> None:
    """Mirrors which files belong to an assignment (S2.73)."""
    _place_changed(work, event, client_sees=not event.data["deleted"])


def item_changed(work: Work, event: Event) -> None:
    """Mirrors an item of the program and which files it gives; the client reads them once it was sent to it."""
    work.apply(ItemCopy, event)
    _place_changed(work, event, client_sees=event.data["client_sees"] and not event.data["deleted"])


def _place_changed(work: Work, event: Event, *, client_sees: bool) -> None:
    deleted_at = event.time if event.data["deleted"] else None
    if work.apply(PlaceCopy, event, client_sees=client_sees, deleted_at=deleted_at):
        shown = select(PlaceFile).where(PlaceFile.place_id == event.subject_id)
        before = {one.file_id: one for one in work.session.scalars(shown)}
        wanted = set(event.data["file_ids"])
        for id_ in before.keys() - wanted:
            work.session.delete(before[id_])
        work.session.add_all(PlaceFile(place_id=event.subject_id, file_id=id_) for id_ in wanted - before.keys())


def engagement_of(work: Work, actor: Actor, engagement_id: UUID) -> EngagementCopy:
    """The engagement, if the actor sees it (C22) and it is not deleted; else `NotFound`, whatever the cause."""
    engagement = work.copy(EngagementCopy, engagement_id, what="engagement")
    if engagement.deleted or not actor.sees(engagement):
        raise NotFound("There is no such engagement.", awaited=True)
    return engagement
