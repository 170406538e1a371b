"""Keeps the copies up to date, and finds the engagement that an actor speaks of."""

from __future__ import annotations

from uuid import UUID

from chassis.work import Work
from contracts.actor import Actor
from contracts.envelope import Event
from contracts.errors import NotFound
from services.documents.copies.models import ClientCopy, EngagementCopy


def engagement_changed(work: Work, event: Event) -> None:
    """Mirrors an engagement."""
    work.apply(EngagementCopy, event)


def client_changed(work: Work, event: Event) -> None:
    """Mirrors a client."""
    work.apply(ClientCopy, event)


def engagement_of(work: Work, actor: Actor, engagement_id: UUID) -> EngagementCopy:
    """The engagement, if the actor sees it (C22) and it is not deleted; else `NotFound`, whatever the cause."""
    engagement = work.copy(EngagementCopy, engagement_id, what="engagement")
    if engagement.deleted or not actor.sees(engagement):
        raise NotFound("There is no such engagement.", awaited=True)
    return engagement
