"""Calls of the notifications service about webhooks: public events by HTTP to the endpoints of other systems.

Signed as Standard Webhooks: `webhook-id` (the event's id, the same at each attempt), `webhook-timestamp` and
`webhook-signature`. The body is the CloudEvent as structured JSON.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from marshmallow import ValidationError, fields, validate

from contracts.actor import ADMIN
from contracts.calls import command, query
from contracts.schema import ById, Entity, Instant, PageInput, Schema, page_of

ENDPOINT_STATES = ("active", "paused", "disabled")
DELIVERY_STATES = ("pending", "delivered", "failed")


def _address(value: str) -> None:
    try:
        parts = urlsplit(value)
        _ = parts.port
    except ValueError:
        raise ValidationError("Not an address.") from None
    if parts.scheme not in ("http", "https") or not parts.hostname or any(sign.isspace() for sign in value):
        raise ValidationError("Must be an address like https://example.org/hook.")
    if parts.username is not None or parts.password is not None:
        raise ValidationError("Must not hold a user name or a password.")


_URL = validate.And(validate.Length(1, 2000), _address)
_TYPES = validate.Length(1, 50)
_PATTERNS = {"description": "topic patterns as in AMQP: `*` is one word, `#` any number of them"}


class NewWebhookEndpoint(Schema):
    """It gets what happens from now on. An address in a private network is refused unless that is allowed."""

    url = fields.String(required=True, validate=_URL)
    types = fields.List(fields.String(validate=validate.Length(1, 200)), required=True, validate=_TYPES,
                        metadata=_PATTERNS)  # fmt: skip


class WebhookEndpointChanges(ById):
    """`active` false pauses it, true goes on with what has waited meanwhile."""

    url = fields.String(validate=_URL)
    types = fields.List(fields.String(validate=validate.Length(1, 200)), validate=_TYPES, metadata=_PATTERNS)
    active = fields.Boolean()


class WebhookEndpoint(Entity):
    """One that has failed for as long as deliveries are tried is `disabled`, and `reason` says why."""

    url = fields.String(required=True)
    types = fields.List(fields.String(), required=True, metadata=_PATTERNS)
    state = fields.String(required=True, validate=validate.OneOf(ENDPOINT_STATES))
    reason = fields.String(required=True, allow_none=True)
    failing_since = Instant(required=True, allow_none=True)
    position = fields.Integer(
        required=True, metadata={"description": "of the event log, up to which it was handed out"}
    )


class WebhookEndpointWithSecret(WebhookEndpoint):
    """`secret` is shown this once; deliveries are signed with it."""

    secret = fields.String(required=True)


class WebhookDelivery(Schema):
    """One event to one endpoint; `position` is null for a test. `answer` says what came of the latest attempt."""

    id = fields.UUID(required=True)
    event_id = fields.UUID(required=True)
    type = fields.String(required=True)
    position = fields.Integer(required=True, allow_none=True)
    state = fields.String(required=True, validate=validate.OneOf(DELIVERY_STATES))
    attempts = fields.Integer(required=True)
    status = fields.Integer(required=True, allow_none=True, metadata={"description": "of HTTP, at the latest attempt"})
    answer = fields.String(required=True, allow_none=True)
    created_at = Instant(required=True)
    next_attempt_at = Instant(required=True, allow_none=True)
    delivered_at = Instant(required=True, allow_none=True)


class ListDeliveries(PageInput):
    """Those of one endpoint, the newest first."""

    id = fields.UUID(required=True)
    state = fields.String(validate=validate.OneOf(DELIVERY_STATES))


class Replay(ById):
    """Everything after that position of the event log is delivered again, in place of what waits."""

    after = fields.Integer(required=True, validate=validate.Range(min=0, max=2**62))


create_webhook_endpoint = command(
    "notifications.create_webhook_endpoint", NewWebhookEndpoint, WebhookEndpointWithSecret, roles=ADMIN
)
list_webhook_endpoints = query("notifications.list_webhook_endpoints", PageInput, page_of(WebhookEndpoint), roles=ADMIN)
get_webhook_endpoint = query("notifications.get_webhook_endpoint", ById, WebhookEndpoint, roles=ADMIN)
update_webhook_endpoint = command(
    "notifications.update_webhook_endpoint", WebhookEndpointChanges, WebhookEndpoint, roles=ADMIN
)
delete_webhook_endpoint = command("notifications.delete_webhook_endpoint", ById, roles=ADMIN)
test_webhook_endpoint = command("notifications.test_webhook_endpoint", ById, WebhookDelivery, roles=ADMIN)
list_webhook_deliveries = query(
    "notifications.list_webhook_deliveries", ListDeliveries, page_of(WebhookDelivery), roles=ADMIN
)
replay_webhook_endpoint = command("notifications.replay_webhook_endpoint", Replay, WebhookEndpoint, roles=ADMIN)
