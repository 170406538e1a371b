"""Calls of the scheduling service: clients book free slots (RULES C15)."""

from __future__ import annotations

from marshmallow import fields

from contracts.actor import CLIENT, SIGNED_IN
from contracts.calls import command, query
from contracts.calls.scheduling import Party, Session, session_start
from contracts.schema import Instant, Schema


class Book(Schema):
    """The slot that starts then; it lasts as long as the coach's slots do."""

    engagement_id = fields.UUID(required=True)
    starts_at = session_start(required=True)


class OfEngagement(Schema):
    engagement_id = fields.UUID(required=True)


class BookingTerms(Schema):
    """Under which terms the engagement's client may book, move and cancel its sessions."""

    coach = fields.Nested(Party, required=True)
    is_open = fields.Boolean(required=True, metadata={"description": "the coach has said when it offers time"})
    left = fields.Integer(required=True, metadata={"description": "sessions that can still be booked"})
    slot_minutes = fields.Integer(required=True)
    bookable_until = Instant(required=True, metadata={"description": "no slot starts after that"})
    change_notice_minutes = fields.Integer(required=True, metadata={"description": "a change after that is late"})
    late_changes_count = fields.Boolean(
        required=True, metadata={"description": "a late change uses up a session; false: it is refused"}
    )


book = command("scheduling.book", Book, Session, roles=CLIENT)
get_booking_terms = query("scheduling.get_booking_terms", OfEngagement, BookingTerms, roles=SIGNED_IN)
