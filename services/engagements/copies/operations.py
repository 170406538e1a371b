"""What other services' events do here: copies, progress and status, and the activity log."""

from __future__ import annotations

import datetime as dt

from chassis.work import Work
from contracts.actor import Actor
from contracts.envelope import Event
from contracts.events.engagements import EngagementStarted
from services.engagements.activity.operations import record
from services.engagements.activity.wording import (
    Line,
    attendee_line,
    credit_note_line,
    invoice_line,
    mail_line,
    payment_removed_line,
    resource_line,
    session_line,
    session_name,
)
from services.engagements.copies.models import FileCopy, FormCopy, InvoiceCopy, SessionCopy
from services.engagements.engagements.models import Engagement
from services.engagements.engagements.operations import progress_for, publish_completed
from services.engagements.engagements.progress import counts
from services.engagements.items.following import follow_session
from services.engagements.organisation.operations import organisation


def session_changed(work: Work, event: Event) -> None:
    """Follows a session: the first one starts the engagement, the last planned one completes it (C7, C8)."""
    # The lock comes first: two sessions completed at the same time must see each other to find the last one.
    engagement = work.change(Engagement, event.data["engagement_id"], what="engagement")
    earlier = work.session.get(SessionCopy, event.subject_id)
    before = {field: getattr(earlier, field) for field in ("title", "name", "location", "state")} if earlier else None
    name = session_name(event.data, engagement.program_name, earlier.name if earlier else None)
    newer = work.apply(SessionCopy, event, name=name)
    _log(work, event, session_line(event, name, before if newer else None))
    if not newer:
        return
    if engagement.start(work.now):
        work.publish(EngagementStarted, engagement, engagement.facts(), _actor(event))
    if before is None or before["state"] != event.data["state"]:
        follow_session(work, event, _actor(event))
        _complete_with_last_session(work, engagement, event)


def mirror_session(work: Work, event: Event) -> None:
    """Its copy alone, unless its engagement is not here; the name in the log stays as long as the title does."""
    earlier = work.session.get(SessionCopy, event.subject_id)
    engagement = work.session.get(Engagement, event.data["engagement_id"])
    if engagement is None:
        return
    named = earlier is not None and earlier.title == event.data["title"]
    name = session_name(event.data, engagement.program_name, earlier.name if earlier else None)
    work.apply(SessionCopy, event, name=earlier.name if earlier and named else name)


def _complete_with_last_session(work: Work, engagement: Engagement, event: Event) -> None:
    if engagement.status == "completed":
        return
    if not counts(event.data["state"], no_show_counts=organisation(work).no_show_counts):
        return
    progress = progress_for(work, [engagement])[engagement.id]
    if not progress.is_full:
        return
    engagement.complete(work.now, progress)
    publish_completed(work, engagement, _actor(event))
    name = engagement.program_name
    text = f"completed {name} with its last planned session"
    line = Line("engagement", "completed", text, name, f"/engagements/{engagement.id}")
    moment = dt.timedelta(microseconds=1)  # so that it stands above the session's own entry, whose time is the event's
    record(work, engagement.id, _actor(event), at=event.time + moment, **vars(line))


def attendee_changed(work: Work, event: Event) -> None:
    """An entry for who was added to a session or taken off it."""
    session = work.session.get(SessionCopy, event.data["session_id"])
    _log(work, event, attendee_line(event, session.name if session else None))


def invoice_changed(work: Work, event: Event) -> None:
    """Follows an invoice: an unpaid one keeps its engagement from being deleted (C9)."""
    mirror_invoice(work, event)
    _log(work, event, invoice_line(event))


def mirror_invoice(work: Work, event: Event) -> None:
    """Its copy alone."""
    is_deleted = event.type.split(".")[2] == "deleted"
    work.apply(InvoiceCopy, event, **({"state": "deleted"} if is_deleted else {}))


def payment_removed(work: Work, event: Event) -> None:
    """An entry for a payment that was taken off; one that comes in shows by its invoice's own event."""
    invoice = work.session.get(InvoiceCopy, event.data["invoice_id"])
    _log(work, event, payment_removed_line(event, invoice.number if invoice else None))


def credit_note_issued(work: Work, event: Event) -> None:
    """An entry for a credit note; what it leaves to pay is told by its invoice's own event."""
    invoice = work.session.get(InvoiceCopy, event.data["invoice_id"])
    _log(work, event, credit_note_line(event, invoice.number if invoice else None))


def file_changed(work: Work, event: Event) -> None:
    """Mirrors a stored file: what is put to an assignment must be there."""
    work.apply(FileCopy, event, deleted=event.type.split(".")[2] == "deleted")


def form_changed(work: Work, event: Event) -> None:
    """Mirrors a form: an item that sends one must find it."""
    work.apply(FormCopy, event, deleted=event.type.split(".")[2] == "deleted")


def resource_changed(work: Work, event: Event) -> None:
    """An entry for a file shared or removed."""
    _log(work, event, resource_line(event))


def folder_changed(work: Work, event: Event) -> None:
    """An entry for a folder shared or removed."""
    _log(work, event, resource_line(event))


def mail_settled(work: Work, event: Event) -> None:
    """An entry for a mail that went out, or did not, on behalf of an engagement."""
    if event.data["engagement_id"] is not None:
        _log(work, event, mail_line(event))


def _actor(event: Event) -> Actor:
    return Actor(event.actorid, event.actorrole, "")  # type: ignore[arg-type]


def _log(work: Work, event: Event, line: Line | None) -> None:
    """Writes the line at the time of the event. Entries have no key of their own: the inbox sees that there is one."""
    if line is not None:
        record(work, event.data["engagement_id"], _actor(event), at=event.time, **vars(line))
