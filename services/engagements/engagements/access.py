"""Who may see which engagement (rule C22)."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ColumnElement, false, true

from chassis.work import Work
from contracts.actor import Actor
from contracts.errors import NotFound
from services.engagements.engagements.models import Engagement


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """An admin sees all, a coach the own ones, a client the own ones."""
    if actor.role == "coach":
        return Engagement.coach_id == actor.id
    if actor.role == "client":
        return Engagement.client_id == actor.id
    return true() if actor.is_admin else false()


def engagement_for(
    work: Work, actor: Actor, engagement_id: UUID, *, change: bool = False, deleted: bool = False
) -> Engagement:
    """The engagement of that id, locked if it is to be changed; `NotFound` also where the actor may not see it.

    A deleted one is not there either, unless `deleted` asks for it.
    """
    found = work.get(Engagement, engagement_id, what="engagement")
    if not actor.sees(found) or (found.deleted_at is not None and not deleted):
        raise NotFound("There is no such engagement.")
    if not change:
        return found
    locked = work.change(Engagement, engagement_id, what="engagement")
    if not actor.sees(locked) or (locked.deleted_at is not None and not deleted):
        raise NotFound("There is no such engagement.")  # another took it away while this one waited for the lock
    return locked


def lock_program(work: Work, engagement_id: UUID) -> Engagement:
    """The engagement, locked and fresh: nobody else changes what is in it until the transaction ends.

    Whoever locks something of an engagement locks the engagement first, so that no two wait for each other.
    """
    return work.session.get_one(Engagement, engagement_id, with_for_update=True, populate_existing=True)
