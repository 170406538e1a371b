"""Calls of the engagements service about the items of programs and of engagements (S1.11, S1.12, C11, C12)."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError as Wrong
from marshmallow import fields, validate, validates_schema

from contracts.actor import SIGNED_IN
from contracts.calls import command, query
from contracts.schema import ById, Email, Entity, Instant, PageInput, Schema, line, page_of, text

KINDS = ("session", "form", "task", "file", "link", "feedback", "invoice")
STATES = ("pending", "scheduled", "sent", "completed", "cancelled")
MODES = ("manual", "after_previous", "at")
#: The kind of mail by which an item of each kind goes out.
MAIL_KINDS = {
    "session": "session_scheduled",
    "form": "form_request",
    "task": "item_task",
    "file": "item_file",
    "link": "item_link",
    "feedback": "feedback_request",
    "invoice": "invoice",
}
MOST_ITEMS = 200
MOST_RECIPIENTS = 100


class Delivery(Schema):
    """How an item goes out: by hand, once the item before it is completed, or at a time."""

    mode = fields.String(required=True, validate=validate.OneOf(MODES))
    send_at = Instant()

    @validates_schema
    def _time(self, data: dict[str, Any], **_: Any) -> None:
        if data["mode"] == "at" and "send_at" not in data:
            raise Wrong("Needed for a delivery at a time.", "send_at")
        if data["mode"] != "at" and "send_at" in data:
            raise Wrong("Only for a delivery at a time.", "send_at")


def _manual() -> dict[str, Any]:
    return {"mode": "manual"}


def _url() -> fields.URL:
    return fields.URL(schemes={"http", "https"}, validate=validate.Length(max=2000), allow_none=True)


def _file_ids() -> fields.List:
    return fields.List(fields.UUID(), validate=validate.Length(max=50))


def _minutes() -> fields.Integer:
    return fields.Integer(strict=True, validate=validate.Range(5, 1440), allow_none=True)


class ItemContent(Schema):
    """What an item is: `form_id` belongs to a form, `file_ids` to files, `url` to a link, `duration_minutes` to a
    session. What is missing can be given later, before it is sent."""

    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    title = line(200, required=True)
    form_id = fields.UUID(allow_none=True)
    file_ids = _file_ids()
    url = _url()
    duration_minutes = _minutes()
    delivery = fields.Nested(Delivery, load_default=_manual)


class TemplateItem(Schema):
    """An item of a program, which engagements start with a copy of (C11)."""

    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    title = fields.String(required=True)
    form_id = fields.UUID(required=True, allow_none=True)
    file_ids = fields.List(fields.UUID(), required=True)
    url = fields.String(required=True, allow_none=True)
    duration_minutes = fields.Integer(required=True, allow_none=True)
    delivery = fields.Nested(Delivery, required=True)


class NewItem(ItemContent):
    """Comes after the items that are there. `goal_id` belongs to feedback, `invoice_id` to an invoice."""

    engagement_id = fields.UUID(required=True)
    goal_id = fields.UUID(allow_none=True)
    invoice_id = fields.UUID(allow_none=True)


class ItemChanges(ById):
    """Changes what is given, as long as the item has not gone out; its kind stays."""

    title = line(200)
    form_id = fields.UUID(allow_none=True)
    file_ids = _file_ids()
    url = _url()
    duration_minutes = _minutes()
    goal_id = fields.UUID(allow_none=True)
    invoice_id = fields.UUID(allow_none=True)
    delivery = fields.Nested(Delivery)


class ItemRecipient(Schema):
    """Anyone with an address (S1.11)."""

    email = Email(required=True)
    name = text(200, shortest=0, load_default="")


class ItemRecipients(ById):
    recipients = fields.List(fields.Nested(ItemRecipient), required=True, validate=validate.Length(max=MOST_RECIPIENTS))


class ItemFile(Schema):
    id = fields.UUID(required=True)
    name = fields.String(required=True)


class Item(TemplateItem, Entity):
    """An item of an engagement. A client sees sessions, and of the others those that were sent to it; of these neither
    recipients nor delivery."""

    engagement_id = fields.UUID(required=True)
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    position = fields.Integer(required=True, metadata={"description": "ascending, with gaps"})
    recipients = fields.List(fields.Nested(ItemRecipient), required=True)
    files = fields.List(fields.Nested(ItemFile), required=True)
    goal_id = fields.UUID(required=True, allow_none=True)
    invoice_id = fields.UUID(required=True, allow_none=True)
    session_id = fields.UUID(required=True, allow_none=True, metadata={"description": "the session that it became"})
    sent_at = Instant(required=True, allow_none=True)
    completed_at = Instant(required=True, allow_none=True)
    missing = fields.String(
        required=True, allow_none=True, metadata={"description": "why it cannot go out as it is; null: it can"}
    )


class ListItems(PageInput):
    """In their order."""

    engagement_id = fields.UUID(required=True)


class ItemPage(page_of(Item)):  # type: ignore[misc]
    """`total` and `completed` count those of all pages."""

    total = fields.Integer(required=True)
    completed = fields.Integer(required=True)


class ItemOrder(ById):
    """Items of the engagement `id`, each once: they take the places that they have now, in this order."""

    ids = fields.List(fields.UUID(), required=True)


class OrderedItems(Schema):
    ids = fields.List(fields.UUID(), required=True)


class ItemSchedule(ById):
    """One of both: a time to come, or after the item before it is completed (S1.22)."""

    send_at = Instant()
    after_previous = fields.Boolean(validate=validate.Equal(True))

    @validates_schema
    def _one(self, data: dict[str, Any], **_: Any) -> None:
        if ("send_at" in data) == ("after_previous" in data):
            raise Wrong("Give either send_at or after_previous.", "send_at")


list_items = query("engagements.list_items", ListItems, ItemPage, roles=SIGNED_IN)
get_item = query("engagements.get_item", ById, Item, roles=SIGNED_IN)
create_item = command("engagements.create_item", NewItem, Item)
update_item = command("engagements.update_item", ItemChanges, Item)
remove_item = command("engagements.remove_item", ById)
order_items = command("engagements.order_items", ItemOrder, OrderedItems)
write_item_recipients = command("engagements.write_item_recipients", ItemRecipients, Item)
send_item = command("engagements.send_item", ById, Item)
schedule_item = command("engagements.schedule_item", ItemSchedule, Item)
unschedule_item = command("engagements.unschedule_item", ById, Item)
complete_item = command("engagements.complete_item", ById, Item, roles=SIGNED_IN)
