"""Events of the engagements service about the items of an engagement's program (S1.11, S1.12, C12)."""

from __future__ import annotations

from marshmallow import EXCLUDE, fields

from contracts.events import EventData
from contracts.schema import Instant, Schema


class RecipientFacts(Schema):
    class Meta:
        unknown = EXCLUDE

    email = fields.String(required=True, metadata={"privacy": "personal"})
    name = fields.String(
        required=True, metadata={"privacy": "personal", "description": "empty where only the address is known"}
    )
    person_id = fields.UUID(required=True, allow_none=True, metadata={"description": "of the client, else null"})


class ItemFacts(EventData):
    engagement_id = fields.UUID(required=True)
    kind = fields.String(
        required=True,
        metadata={"privacy": "pseudonymous", "description": "session, form, task, file, link, feedback or invoice"},
    )
    title = fields.String(required=True, metadata={"privacy": "confidential"})
    position = fields.Integer(required=True, metadata={"description": "ascending within the engagement, with gaps"})
    state = fields.String(
        required=True,
        metadata={"privacy": "pseudonymous", "description": "pending, scheduled, sent, completed or cancelled"},
    )
    delivery = fields.String(
        required=True, metadata={"privacy": "pseudonymous", "description": "manual, after_previous or at"}
    )
    send_at = Instant(required=True, allow_none=True, metadata={"description": "of a delivery at a time"})
    recipients = fields.List(fields.Nested(RecipientFacts), required=True)
    client_sees = fields.Boolean(required=True, metadata={"description": "the client finds it in the portal"})
    form_id = fields.UUID(required=True, allow_none=True)
    file_ids = fields.List(fields.UUID(), required=True)
    url = fields.String(required=True, allow_none=True, metadata={"privacy": "confidential"})
    goal_id = fields.UUID(required=True, allow_none=True)
    invoice_id = fields.UUID(required=True, allow_none=True)
    session_id = fields.UUID(required=True, allow_none=True)
    deleted = fields.Boolean(required=True)


class ItemAdded(ItemFacts):
    """An item was added to an engagement's program, also by the copy at enrolment (rule C11); nobody was mailed."""

    type = "engagements.item.added.v1"


class ItemUpdated(ItemFacts):
    """An item's title, content, recipients or place was changed, or its session was scheduled or called off."""

    type = "engagements.item.updated.v1"


class ItemRemoved(ItemFacts):
    """An item was taken out of an engagement's program."""

    type = "engagements.item.removed.v1"


class ItemScheduled(ItemFacts):
    """An item was set to go out by itself (rules S1.12, S1.22), or its session was put into the calendar."""

    type = "engagements.item.scheduled.v1"


class ItemUnscheduled(ItemFacts):
    """An item does not go out by itself any more: by hand, or because something that it needs is missing."""

    type = "engagements.item.unscheduled.v1"


class ItemSent(ItemFacts):
    """An item went out (rules S1.12, C12): by hand, at its time, or after the one before it."""

    type = "engagements.item.sent.v1"

    sender_id = fields.UUID(required=True, metadata={"description": "who sent it, or set it to go out by itself"})
    sender_name = fields.String(required=True, metadata={"privacy": "personal"})


class ItemCompleted(ItemFacts):
    """An item is completed (rule C12)."""

    type = "engagements.item.completed.v1"
