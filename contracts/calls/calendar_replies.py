"""Calls of the scheduling service: what attendees answer to their invites (iTIP, RFC 5546)."""

from __future__ import annotations

from marshmallow import fields, validate

from contracts.calls import command
from contracts.calls.scheduling import ANSWERS
from contracts.schema import Schema


class CalendarReply(Schema):
    """`content` is an iCalendar object with METHOD:REPLY, as an attendee's calendar program mailed it."""

    content = fields.String(required=True, validate=validate.Length(1, 200_000))


class TakenReply(Schema):
    session_id = fields.UUID(required=True)
    email = fields.String(required=True)
    name = fields.String(required=True)
    answer = fields.String(required=True, validate=validate.OneOf(ANSWERS))


take_reply = command("scheduling.take_reply", CalendarReply, TakenReply)
