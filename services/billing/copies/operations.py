"""Keeps the local copies up to date, and looks them up."""

from __future__ import annotations

import datetime as dt
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select

from chassis.work import Work
from contracts.actor import Actor
from contracts.envelope import Event
from contracts.errors import Conflict, NotFound
from services.billing.copies.models import Client, Engagement, Organisation, Session


class OrganisationUnknown(Conflict):
    """The organisation has not been set up yet, as far as this service knows."""


def organisation_changed(work: Work, event: Event) -> None:
    """Mirrors the organisation."""
    work.apply(Organisation, event)


def client_changed(work: Work, event: Event) -> None:
    """Mirrors a client."""
    work.apply(Client, event)


def engagement_changed(work: Work, event: Event) -> None:
    """Mirrors an engagement."""
    work.apply(Engagement, event)


def session_completed(work: Work, event: Event) -> None:
    """Mirrors a session that took place."""
    work.apply(Session, event)


def mirror_session(work: Work, event: Event) -> None:
    """The same, its number being the one that it had when it took place."""
    earlier = work.session.get(Session, event.subject_id)
    work.apply(Session, event, **({"number": earlier.number} if earlier else {}))


def find_organisation(work: Work) -> Organisation | None:
    """The one organisation, None before it has been heard of."""
    return work.session.scalars(select(Organisation).limit(1)).one_or_none()


def organisation(work: Work) -> Organisation:
    """The one organisation; raises `OrganisationUnknown`, awaited."""
    found = find_organisation(work)
    if found is None:
        raise OrganisationUnknown("The organisation has not been set up yet.", awaited=True)
    return found


def today(work: Work) -> dt.date:
    """The day that it is now in the organisation's zone; raises `OrganisationUnknown`, awaited."""
    return work.now.astimezone(ZoneInfo(organisation(work).time_zone)).date()


def seen_engagement(work: Work, actor: Actor, id: UUID) -> Engagement:
    """The engagement, with its client known, if the actor sees it (C22) and it is not deleted; else `NotFound`."""
    found = work.copy(Engagement, id, what="engagement")
    if found.deleted or not actor.sees(found):
        raise NotFound("There is no such engagement.", awaited=True)
    work.copy(Client, found.client_id, what="client")
    return found
