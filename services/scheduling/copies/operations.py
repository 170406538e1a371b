"""Keeps the local copies up to date, and brings sessions into line with their engagement."""

from __future__ import annotations

from chassis.work import Work
from contracts.actor import Actor
from contracts.envelope import Event
from services.scheduling.calendars.operations import leave_for
from services.scheduling.copies.models import Client, Coach, Engagement, Item, Organisation
from services.scheduling.sessions.following import follow_engagement


def organisation_changed(work: Work, event: Event) -> None:
    work.apply(Organisation, event)


def coach_changed(work: Work, event: Event) -> None:
    """One who is no longer a coach leaves the own calendar."""
    if work.apply(Coach, event) and not event.data["active"]:
        leave_for(work, event.subject_id)


def client_changed(work: Work, event: Event) -> None:
    work.apply(Client, event)


def item_changed(work: Work, event: Event) -> None:
    work.apply(Item, event)


def engagement_changed(work: Work, event: Event) -> None:
    """An engagement that was assigned, deleted or restored takes its future sessions along (C10)."""
    if work.apply(Engagement, event):
        by = Actor(event.actorid, event.actorrole, "")  # type: ignore[arg-type]  # a role that a newer release knows
        follow_engagement(work, event.subject_id, since=event.time, actor=by)
