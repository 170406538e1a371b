"""Mail and its log, and the log of public events, as API.md says."""

from __future__ import annotations

from contracts.calls import item_notifications as items
from contracts.calls import notifications as calls
from contracts.calls import suppressions, webhooks
from gateway.api.expose import Routes

routes = Routes("Notifications")
routes.get("/notifications", calls.list_notifications)
routes.get("/notifications/<uuid:id>", calls.get_notification)
routes.post("/notifications/<uuid:id>/retry", calls.retry_notification, status=202)
routes.post("/engagements/<uuid:engagement_id>/may-notify", calls.may_notify)
routes.get("/me/notifications", calls.get_my_notifications)
routes.patch("/me/notifications", calls.update_my_notifications)
routes.get("/notification-templates", calls.list_templates)
routes.get("/notification-templates/<kind>", calls.get_template)
routes.put("/notification-templates/<kind>", calls.write_template)
routes.delete("/notification-templates/<kind>", calls.reset_template)
routes.post("/notification-templates/<kind>/preview", calls.preview_template)
routes.get("/items/<uuid:id>/notification", items.get_item_notification)
routes.put("/items/<uuid:id>/notification", items.write_item_notification)
routes.delete("/items/<uuid:id>/notification", items.reset_item_notification)
routes.post("/items/<uuid:id>/notification/preview", items.preview_item_notification)
routes.post("/items/<uuid:id>/notification/test", items.test_item_notification, status=202)
routes.get("/suppressions", suppressions.list_suppressions)
routes.get("/suppressions/<uuid:id>", suppressions.get_suppression)
routes.delete("/suppressions/<uuid:id>", suppressions.remove_suppression)
routes.get("/public/unsubscribe/<token>", suppressions.get_unsubscribe_page)
routes.post("/public/unsubscribe/<token>", suppressions.unsubscribe)
routes.get("/events", calls.list_events)
routes.post("/webhook-endpoints", webhooks.create_webhook_endpoint, status=201)
routes.get("/webhook-endpoints", webhooks.list_webhook_endpoints)
routes.get("/webhook-endpoints/<uuid:id>", webhooks.get_webhook_endpoint)
routes.patch("/webhook-endpoints/<uuid:id>", webhooks.update_webhook_endpoint)
routes.delete("/webhook-endpoints/<uuid:id>", webhooks.delete_webhook_endpoint)
routes.post("/webhook-endpoints/<uuid:id>/test", webhooks.test_webhook_endpoint, status=202)
routes.get("/webhook-endpoints/<uuid:id>/deliveries", webhooks.list_webhook_deliveries)
routes.post("/webhook-endpoints/<uuid:id>/replay", webhooks.replay_webhook_endpoint, status=202)
