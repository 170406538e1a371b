"""Generated from the contracts of Coachworks by `python -m contracts.docs`; do not edit."""

from __future__ import annotations

from dataclasses import dataclass

from coachworks_events.facts import Facts


@dataclass(frozen=True, kw_only=True)
class SchedulingErased(Facts):
    """Scheduling keeps nothing any more that names the client, nor what was written about its sessions."""

    type = "scheduling.client.erased.v1"


@dataclass(frozen=True, kw_only=True)
class DocumentsErased(Facts):
    """Documents keeps no file and no answer of the client's engagements any more."""

    type = "documents.client.erased.v1"


@dataclass(frozen=True, kw_only=True)
class NotificationsErased(Facts):
    """Notifications keeps no mail to or about the client any more; its log of events no longer names it."""

    type = "notifications.client.erased.v1"


@dataclass(frozen=True, kw_only=True)
class BillingErased(Facts):
    """Billing keeps the client's invoices as the law asks, without their free text."""

    type = "billing.client.erased.v1"
