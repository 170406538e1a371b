"""Requests for notifications: how a service asks for a mail, on the private exchange (DESIGN §2.9)."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from marshmallow import fields, validate

from contracts.events import PRIVATE, EventData
from contracts.schema import Email, Instant, Schema

#: Every kind of mail there is; the first six reach an Internal Record (S1.4–S1.9).
KINDS = (
    "session_scheduled",
    "session_rescheduled",
    "form_request",
    "feedback_request",
    "invoice",
    "invitation",
    "session_cancelled",
    "session_reminder",
    "note_shared",
    "goal_created",
    "assignment_shared",
    "resource_shared",
    "comment_added",
    "item_task",
    "item_file",
    "item_link",
    "coach_changed",
    "payment_received",
    "password_reset",
    "staff_invitation",
)
#: What a person must get: it is about money, opens an account, or takes an appointment out of a calendar that an
#: earlier mail has put there. Whoever is known only by address can unsubscribe from all else.
MUST_GET = ("invoice", "invitation", "staff_invitation", "password_reset", "session_cancelled")
Origin = Literal["staff", "automatic"]
#: How long the link in a form or in a request for feedback works (C19).
ANSWER_LIFETIME = dt.timedelta(days=60)


class RecipientSchema(Schema):
    """Whom to mail; `person_id` where the address is that of a coach or client."""

    person_id = fields.UUID(load_default=None, allow_none=True)
    email = Email(required=True)
    name = fields.String(load_default="")


class TriggerSchema(Schema):
    """Why now: a member of staff sent or scheduled it on purpose, or the system does it by itself (C3)."""

    origin = fields.String(required=True, validate=validate.OneOf(["staff", "automatic"]))
    person_id = fields.UUID(load_default=None, allow_none=True)


class AboutSchema(Schema):
    """What the mail is about; asked again before it is sent (C6)."""

    kind = fields.String(
        required=True,
        validate=validate.OneOf(
            ["session", "invoice", "client", "coach", "resource", "engagement", "note", "goal", "assignment", "item"]
        ),
        metadata={"privacy": "pseudonymous"},
    )
    id = fields.UUID(required=True)
    version = fields.Integer(load_default=None, allow_none=True)


class AttachmentSchema(Schema):
    """A file that travels with the mail; for `text/calendar` also the `method` of its iCalendar object."""

    filename = fields.String(required=True)
    content_type = fields.String(required=True)
    content = fields.String(required=True, metadata={"description": "base64"})
    method = fields.String(load_default=None, allow_none=True)


class RequestNotification(EventData):
    """Asks for one mail per recipient. `key` is the cause: the same cause, kind and recipient is mailed once (C25)."""

    type = "notification.requested.v1"
    exchange = PRIVATE

    key = fields.String(required=True, validate=validate.Length(1, 200))
    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    recipients = fields.List(fields.Nested(RecipientSchema), required=True, validate=validate.Length(min=1))
    engagement_id = fields.UUID(load_default=None, allow_none=True)
    item_id = fields.UUID(
        load_default=None, allow_none=True, metadata={"description": "of the program, which may have its own wording"}
    )
    about = fields.Nested(AboutSchema, required=True)
    trigger = fields.Nested(TriggerSchema, required=True)
    context = fields.Dict(load_default=dict, metadata={"description": "values for the wording; instants as RFC 3339"})
    attachments = fields.List(fields.Nested(AttachmentSchema), load_default=list)
    send_at = Instant(load_default=None, allow_none=True)
