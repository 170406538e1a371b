"""Keeps the local copies up to date."""

from __future__ import annotations

from typing import Any

from chassis.work import Work
from contracts.envelope import Event
from contracts.events import schema_of
from services.notifications.copies.models import CoachingSession, Engagement, Invoice, Organisation, Person, Place
from services.notifications.items.models import Item


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
    work.apply(CoachingSession, event, context=_told(event, "title", "starts_at", "ends_at", "location", "time_zone"))


def invoice_changed(work: Work, event: Event) -> None:
    """Mirrors an invoice."""
    work.apply(Invoice, event, context=_told(event, "number", "total", "balance", "currency", "due_date"))


def _told(event: Event, *names: str) -> dict[str, Any]:
    """What a mail tells of it, as its request would."""
    told = schema_of(event.type).dump(event.data)
    return {name: told[name] for name in names}


def item_changed(work: Work, event: Event) -> None:
    """Mirrors an item of a program, and whether it is there."""
    recipients = [{**one, "person_id": str(one["person_id"] or "")} for one in event.data["recipients"]]
    work.apply(Item, event, recipients=recipients)
    work.apply(Place, event, gone=event.data["deleted"])


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


def feedback_received(work: Work, event: Event) -> None:
    """Mirrors that a stakeholder has answered."""
    work.apply(Place, event, gone=True)


def stakeholder_changed(work: Work, event: Event) -> None:
    """Mirrors whether somebody is a stakeholder of a goal."""
    work.apply(Place, event, gone=event.type.split(".")[2] == "removed")


def form_request_changed(work: Work, event: Event) -> None:
    """Mirrors whether a form is still to be answered, and by whom."""
    work.apply(Place, event, gone=event.data["state"] != "sent", gone_for=[str(id_) for id_ in event.data["settled"]])


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
