"""Calls of the notifications service about an item's mail: the bell of the program (S1.13, S1.14)."""

from __future__ import annotations

from marshmallow import fields, validate

from contracts.calls import command, query
from contracts.calls.notifications import AttachmentName
from contracts.notification import KINDS
from contracts.schema import ById, Email, Schema, line, text


class ItemText(ById):
    """What the mail of the item `id` says; see `TemplateText` for placeholders."""

    subject = line(200, required=True)
    body = text(10_000, required=True)


class ItemNotification(Schema):
    """`is_default`: it has no wording of its own and goes by the organisation's of its `kind`."""

    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    subject = fields.String(required=True)
    body = fields.String(required=True)
    is_default = fields.Boolean(required=True)
    placeholders = fields.List(fields.String(), required=True)


class ItemDraft(ById):
    """A wording that is not saved, what is left out is as it is now; as `recipient` will get it, or the first one."""

    subject = line(200)
    body = text(10_000)
    recipient = Email()


class PreviewRecipient(Schema):
    email = fields.String(required=True)
    name = fields.String(required=True)


class ItemPreview(Schema):
    """Exactly what one of the recipients will get; links that are secret are shown as `…`. Sends nothing."""

    subject = fields.String(required=True)
    html = fields.String(required=True)
    text = fields.String(required=True)
    recipients = fields.List(fields.Nested(PreviewRecipient), required=True)
    shown_to = fields.String(required=True, metadata={"description": "whose mail it is"})
    attachments = fields.List(fields.Nested(AttachmentName), required=True)


get_item_notification = query("notifications.get_item_notification", ById, ItemNotification)
write_item_notification = command("notifications.write_item_notification", ItemText, ItemNotification)
reset_item_notification = command("notifications.reset_item_notification", ById)
preview_item_notification = query("notifications.preview_item_notification", ItemDraft, ItemPreview)
test_item_notification = command("notifications.test_item_notification", ById)
