"""Generated from the contracts of Coachworks by `python -m contracts.docs`; do not edit."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from coachworks_events.facts import Facts


@dataclass(frozen=True, kw_only=True)
class RecipientFacts(Facts):
    email: str
    name: str
    person_id: UUID | None


@dataclass(frozen=True, kw_only=True)
class ItemFacts(Facts):
    engagement_id: UUID
    kind: str
    title: str
    position: int
    state: str
    delivery: str
    send_at: dt.datetime | None
    recipients: tuple[RecipientFacts, ...]
    client_sees: bool
    form_id: UUID | None
    file_ids: tuple[UUID, ...]
    url: str | None
    goal_id: UUID | None
    invoice_id: UUID | None
    session_id: UUID | None
    deleted: bool


@dataclass(frozen=True, kw_only=True)
class ItemAdded(ItemFacts):
    """An item was added to an engagement's program, also by the copy at enrolment (rule C11); nobody was mailed."""

    type = "engagements.item.added.v1"


@dataclass(frozen=True, kw_only=True)
class ItemCompleted(ItemFacts):
    """An item is completed (rule C12)."""

    type = "engagements.item.completed.v1"


@dataclass(frozen=True, kw_only=True)
class ItemRemoved(ItemFacts):
    """An item was taken out of an engagement's program."""

    type = "engagements.item.removed.v1"


@dataclass(frozen=True, kw_only=True)
class ItemScheduled(ItemFacts):
    """An item was set to go out by itself (rules S1.12, S1.22), or its session was put into the calendar."""

    type = "engagements.item.scheduled.v1"


@dataclass(frozen=True, kw_only=True)
class ItemSent(ItemFacts):
    """An item went out (rules S1.12, C12): by hand, at its time, or after the one before it."""

    type = "engagements.item.sent.v1"

    sender_id: UUID
    sender_name: str


@dataclass(frozen=True, kw_only=True)
class ItemUnscheduled(ItemFacts):
    """An item does not go out by itself any more: by hand, or because something that it needs is missing."""

    type = "engagements.item.unscheduled.v1"


@dataclass(frozen=True, kw_only=True)
class ItemUpdated(ItemFacts):
    """An item's title, content, recipients or place was changed, or its session was scheduled or called off."""

    type = "engagements.item.updated.v1"
