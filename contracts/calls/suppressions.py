"""Calls of the notifications service about addresses that get no mail, and the links that unsubscribe them."""

from __future__ import annotations

from marshmallow import fields, validate

from contracts.actor import ADMIN, ANYONE
from contracts.calls import command, query
from contracts.calls.people import Token
from contracts.schema import ById, Entity, Instant, PageInput, Schema, page_of

WHY = ("unsubscribed", "bounced")


class Suppression(Entity):
    """An address that gets no mail. One that has unsubscribed still gets what it must (`MUST_GET` of
    contracts/notification.py), one that bounced gets none at all."""

    address = fields.String(required=True, metadata={"description": "in lower case"})
    why = fields.String(required=True, validate=validate.OneOf(WHY))
    answer = fields.String(
        required=True, allow_none=True, metadata={"description": "what the mail server said; null for unsubscribed"}
    )
    since = Instant(required=True)


class UnsubscribePage(Schema):
    """What the page of a link shows."""

    address = fields.String(required=True)
    unsubscribed = fields.Boolean(required=True)


list_suppressions = query("notifications.list_suppressions", PageInput, page_of(Suppression), roles=ADMIN)
get_suppression = query("notifications.get_suppression", ById, Suppression, roles=ADMIN)
remove_suppression = command("notifications.remove_suppression", ById, roles=ADMIN)
get_unsubscribe_page = query("notifications.get_unsubscribe_page", Token, UnsubscribePage, roles=ANYONE)
unsubscribe = command("notifications.unsubscribe", Token, UnsubscribePage, roles=ANYONE)
