"""Generated from the contracts of Coachworks by `python -m contracts.docs`; do not edit."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from coachworks_events.facts import Facts
from coachworks_events.types.notification import AboutSchema


@dataclass(frozen=True, kw_only=True)
class NotificationFacts(Facts):
    kind: str
    recipient: str
    recipient_name: str
    person_id: UUID | None = None
    client_id: UUID | None = None
    engagement_id: UUID | None = None
    about: AboutSchema
    subject: str
    reason: str | None = None
    rule: str | None = None


@dataclass(frozen=True, kw_only=True)
class NotificationCancelled(NotificationFacts):
    """It was allowed when asked for, and was overtaken before its mail went out (rule C6)."""

    type = "notifications.notification.cancelled.v1"


@dataclass(frozen=True, kw_only=True)
class NotificationFailed(NotificationFacts):
    """The mail server refused the mail for good, or could not be reached for as long as it is tried."""

    type = "notifications.notification.failed.v1"


@dataclass(frozen=True, kw_only=True)
class NotificationRefused(NotificationFacts):
    """The gate said no (rule C2); nothing was mailed."""

    type = "notifications.notification.refused.v1"


@dataclass(frozen=True, kw_only=True)
class NotificationSent(NotificationFacts):
    """The mail server took the mail."""

    type = "notifications.notification.sent.v1"


@dataclass(frozen=True, kw_only=True)
class WebhookEndpointDisabled(Facts):
    """Nothing could be delivered to a webhook for three days, or its server says that it is gone (HTTP 410)."""

    type = "notifications.webhook_endpoint.disabled.v1"

    reason: str
    failing_since: dt.datetime | None
