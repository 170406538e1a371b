"""Events of the notifications service: what became of each mail, and of webhooks that are dead."""

from __future__ import annotations

from marshmallow import fields

from contracts.events import EventData
from contracts.notification import AboutSchema
from contracts.schema import Instant


class NotificationFacts(EventData):
    kind = fields.String(
        required=True, metadata={"privacy": "pseudonymous", "description": "one of contracts.notification.KINDS"}
    )
    recipient = fields.String(required=True, metadata={"privacy": "personal", "description": "the mail address"})
    recipient_name = fields.String(
        required=True,
        metadata={"privacy": "personal", "description": "as it was typed for a client of another engagement (C22)"},
    )
    person_id = fields.UUID(
        allow_none=True, load_default=None, metadata={"description": "null for one known only by address"}
    )
    client_id = fields.UUID(
        allow_none=True, load_default=None, metadata={"description": "the client of the engagement, or the recipient"}
    )
    engagement_id = fields.UUID(allow_none=True, load_default=None)
    about = fields.Nested(AboutSchema, required=True)
    subject = fields.String(
        required=True, metadata={"privacy": "confidential", "description": "the mail's subject line"}
    )
    reason = fields.String(
        allow_none=True,
        load_default=None,
        metadata={"privacy": "confidential", "description": "one sentence; null for one that was sent"},
    )
    rule = fields.String(
        allow_none=True,
        load_default=None,
        metadata={"privacy": "pseudonymous", "description": "the rule that was the reason, if one was"},
    )


class NotificationSent(NotificationFacts):
    """The mail server took the mail."""

    type = "notifications.notification.sent.v1"


class NotificationFailed(NotificationFacts):
    """The mail server refused the mail for good, or could not be reached for as long as it is tried."""

    type = "notifications.notification.failed.v1"


class NotificationRefused(NotificationFacts):
    """The gate said no (rule C2); nothing was mailed."""

    type = "notifications.notification.refused.v1"


class WebhookEndpointDisabled(EventData):
    """Nothing could be delivered to a webhook for three days, or its server says that it is gone (HTTP 410)."""

    privacy = "none"

    type = "notifications.webhook_endpoint.disabled.v1"

    reason = fields.String(required=True, metadata={"privacy": "none", "description": "one sentence"})
    failing_since = Instant(
        required=True, allow_none=True, metadata={"description": "of the attempt that failed first"}
    )


class NotificationCancelled(NotificationFacts):
    """It was allowed when asked for, and was overtaken before its mail went out (rule C6)."""

    type = "notifications.notification.cancelled.v1"
