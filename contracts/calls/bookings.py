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


class AskTerms(Schema):
    """With `session_id` also what may be done with that session of the engagement."""

    engagement_id = fields.UUID(required=True)
    session_id = fields.UUID(load_default=None, allow_none=True)


class Changes(Schema):
    """What its client may do with a session now; `is_late`: it is within the coach's notice, and uses up a session."""

    is_late = fields.Boolean(required=True)
    may_move = fields.Boolean(required=True)
    may_cancel = fields.Boolean(required=True)


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
    changes = fields.Nested(Changes, required=True, allow_none=True)


book = command("scheduling.book", Book, Session, roles=CLIENT)
get_booking_terms = query("scheduling.get_booking_terms", AskTerms, BookingTerms, roles=SIGNED_IN)
