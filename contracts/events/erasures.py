"""Events by which each service says that a client is erased there (rule C24).

The subject is the client. They carry no data: that it is done is all there is to say, and comes after everything that
the service has published about that client before.
"""

from __future__ import annotations

from contracts.events import EventData


class SchedulingErased(EventData):
    """Scheduling keeps nothing any more that names the client, nor what was written about its sessions."""

    type = "scheduling.client.erased.v1"


class DocumentsErased(EventData):
    """Documents keeps no file and no answer of the client's engagements any more."""

    type = "documents.client.erased.v1"


class NotificationsErased(EventData):
    """Notifications keeps no mail to or about the client any more; its log of events no longer names it."""

    type = "notifications.client.erased.v1"


class BillingErased(EventData):
    """Billing keeps the client's invoices as the law asks, without their free text."""

    type = "billing.client.erased.v1"
