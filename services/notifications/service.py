"""The notifications service: what it answers, what it listens to, what it does by itself."""

from __future__ import annotations

from chassis.service import Backlog, Every, Mirror, On, Service
from contracts.calls import erasures as erasure_calls
from contracts.calls import item_notifications as item_calls
from contracts.calls import notifications as calls
from contracts.calls import suppressions as suppression_calls
from contracts.calls import webhooks as webhook_calls
from services.notifications.base import Base
from services.notifications.copies import operations as copies
from services.notifications.erasures import operations as erasures
from services.notifications.eventlog import operations as eventlog
from services.notifications.items import operations as items
from services.notifications.outbound import operations as outbound
from services.notifications.outbound import sender
from services.notifications.preferences import operations as preferences
from services.notifications.settings import Settings
from services.notifications.suppressions import operations as suppressions
from services.notifications.webhooks import delivering
from services.notifications.webhooks import operations as webhooks
from services.notifications.webhooks.models import WebhookEndpoint
from services.notifications.wordings import operations as wordings

service = Service(
    name="notifications",
    base=Base,
    settings=Settings,
    answers={
        calls.list_notifications: outbound.list_notifications,
        calls.get_notification: outbound.get_notification,
        calls.retry_notification: outbound.retry_notification,
        calls.may_notify: outbound.ask_gate,
        calls.get_my_notifications: preferences.show,
        calls.update_my_notifications: preferences.update,
        calls.list_templates: wordings.list_templates,
        calls.get_template: wordings.show,
        calls.write_template: wordings.write,
        calls.reset_template: wordings.reset,
        calls.preview_template: wordings.preview,
        item_calls.get_item_notification: items.show,
        item_calls.write_item_notification: items.write,
        item_calls.reset_item_notification: items.reset,
        item_calls.preview_item_notification: items.preview,
        item_calls.test_item_notification: items.send_test,
        calls.list_events: eventlog.list_events,
        erasure_calls.export_from_notifications: erasures.export,
        suppression_calls.list_suppressions: suppressions.list_suppressions,
        suppression_calls.get_suppression: suppressions.show,
        suppression_calls.remove_suppression: suppressions.remove,
        suppression_calls.get_unsubscribe_page: suppressions.show_link,
        suppression_calls.unsubscribe: suppressions.unsubscribe,
        webhook_calls.create_webhook_endpoint: webhooks.create,
        webhook_calls.list_webhook_endpoints: webhooks.list_all,
        webhook_calls.get_webhook_endpoint: webhooks.show,
        webhook_calls.update_webhook_endpoint: webhooks.change,
        webhook_calls.delete_webhook_endpoint: webhooks.remove,
        webhook_calls.test_webhook_endpoint: webhooks.send_test,
        webhook_calls.list_webhook_deliveries: webhooks.list_deliveries,
        webhook_calls.replay_webhook_endpoint: webhooks.replay,
    },
    listens=[
        On("#", eventlog.record),  # the first, see there
        Mirror("engagements.organisation.*.v1", copies.organisation_changed),
        On("engagements.client.erased.v1", erasures.erase),  # before the copy is, which has the address
        Mirror("engagements.client.*.v1", copies.client_changed),
        Mirror("engagements.coach.*.v1", copies.coach_changed),
        Mirror("engagements.engagement.*.v1", copies.engagement_changed),
        Mirror("scheduling.session.*.v1", copies.session_changed, unless=erasures.is_over),
        Mirror("billing.invoice.*.v1", copies.invoice_changed, unless=erasures.is_over),
        Mirror("engagements.note.*.v1", copies.note_changed, unless=erasures.is_over),
        Mirror("engagements.goal.*.v1", copies.goal_changed, unless=erasures.is_over),
        Mirror("engagements.assignment.*.v1", copies.assignment_changed, unless=erasures.is_over),
        Mirror("engagements.comment.deleted.v1", copies.comment_deleted),
        Mirror("engagements.item.*.v1", copies.item_changed, unless=erasures.is_over),
        Mirror("engagements.feedback.received.v1", copies.feedback_received),
        Mirror("engagements.stakeholder.*.v1", copies.stakeholder_changed),
        Mirror("documents.form_request.*.v1", copies.form_request_changed, unless=erasures.is_over),
        Mirror("documents.resource.shared.v1", copies.resource_shared, unless=erasures.is_over),
        Mirror("documents.resource.removed.v1", copies.resource_removed),
        Mirror("documents.folder.shared.v1", copies.folder_shared, unless=erasures.is_over),
        Mirror("documents.folder.removed.v1", copies.folder_removed),
        On("notification.requested.v1", outbound.queue, unless=erasures.is_over),
    ],
    every=[
        Every(1, sender.send_due),
        Every(60 * 60, suppressions.forget_links),
        Every(1, delivering.hand_out),
        Every(1, delivering.deliver_due),
        Every(60 * 60, delivering.forget_deliveries),
    ],
    seals={"webhook": WebhookEndpoint.sealed_secret},
    backlogs=[
        Backlog("mail", sender.backlog),
        Backlog("mail_retries", sender.retries),
        Backlog("webhooks", delivering.backlog),
    ],
)
