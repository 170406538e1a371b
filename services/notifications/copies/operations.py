"""Keeps the local copies up to date."""

from __future__ import annotations

from chassis.work import Work
from contracts.envelope import Event
from services.notifications.copies.models import CoachingSession, Engagement, Invoice, Organisation, Person, Place


def organisation_changed(work: Work, event: Event) -> None:
    """Mirrors the organisation."""
    work.apply(Organisation, event)


def client_changed(work: Work, event: Event) -> None:
    """Mirrors a client."""
    data = event.data
    work.apply(Person, event, role="client", standing=data["portal"], email_key=data["email"].lower())


def coach_changed(work: Work, event: Event) -> None:
    """Mirrors a coach or an admin."""
    data = event.data
    work.apply(Person, event, standing="staff" if data["active"] else "deactivated", email_key=data["email"].lower())


def engagement_changed(work: Work, event: Event) -> None:
    """Mirrors an engagement."""
    work.apply(Engagement, event)


def session_changed(work: Work, event: Event) -> None:
    """Mirrors a session."""
    work.apply(CoachingSession, event)


def invoice_changed(work: Work, event: Event) -> None:
    """Mirrors an invoice."""
    work.apply(Invoice, event)


def note_changed(work: Work, event: Event) -> None:
    """Mirrors whether the client sees a note."""
    work.apply(Place, event, gone=event.data["deleted"] or not event.data["shared"])


def goal_changed(work: Work, event: Event) -> None:
    """Mirrors whether a goal is there."""
    work.apply(Place, event, gone=event.data["deleted"])


def assignment_changed(work: Work, event: Event) -> None:
    """Mirrors whether an assignment is there."""
    work.apply(Place, event, gone=event.data["deleted"])


def comment_deleted(work: Work, event: Event) -> None:
    """Mirrors that a comment is gone."""
    work.apply(Place, event, gone=True)


def resource_shared(work: Work, event: Event) -> None:
    """Mirrors that a resource is there."""
    work.apply(Place, event, gone=False)


def resource_removed(work: Work, event: Event) -> None:
    """Mirrors that a resource was taken out."""
    work.apply(Place, event, gone=True)


def folder_shared(work: Work, event: Event) -> None:
    """Mirrors that a shared folder is there."""
    work.apply(Place, event, gone=False)


def folder_removed(work: Work, event: Event) -> None:
    """Mirrors that a shared folder was taken out."""
    work.apply(Place, event, gone=True)
