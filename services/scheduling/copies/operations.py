"""Keeps the local copies up to date, and brings sessions into line with their engagement."""

from __future__ import annotations

from chassis.work import Work
from contracts.actor import Actor
from contracts.envelope import Event
from services.scheduling.calendars.operations import leave_for
from services.scheduling.copies.models import Client, Coach, Engagement, Item, Organisation
from services.scheduling.feeds.operations import end_feed_of
from services.scheduling.sessions.following import follow_engagement


def mirror_coach(work: Work, event: Event) -> bool:
    return work.apply(Coach, event)


def mirror_client(work: Work, event: Event) -> bool:
    return work.apply(Client, event)


def mirror_engagement(work: Work, event: Event) -> bool:
    return work.apply(Engagement, event)


def organisation_changed(work: Work, event: Event) -> None:
    work.apply(Organisation, event)


def coach_changed(work: Work, event: Event) -> None:
    """One who is no longer a coach leaves the own calendar, and reads no feed."""
    if mirror_coach(work, event) and not event.data["active"]:
        leave_for(work, event.subject_id)
        end_feed_of(work, event.subject_id)


def client_changed(work: Work, event: Event) -> None:
    """Who has no active portal reads no feed either."""
    if mirror_client(work, event) and event.data["portal"] != "active":
        end_feed_of(work, event.subject_id)


def item_changed(work: Work, event: Event) -> None:
    work.apply(Item, event)


def engagement_changed(work: Work, event: Event) -> None:
    """An engagement that was assigned, deleted or restored takes its future sessions along (C10)."""
    if mirror_engagement(work, event):
        by = Actor(event.actorid, event.actorrole, "")  # type: ignore[arg-type]  # a role that a newer release knows
        follow_engagement(work, event.subject_id, since=event.time, actor=by)
