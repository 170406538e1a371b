"""Calls of the scheduling service: when a coach offers time, and what is free of it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from contracts.actor import SIGNED_IN
from contracts.calls import command, query
from contracts.calls.scheduling import LocationInput, session_minutes, session_start
from contracts.schema import ById, Instant, Schema, Zone

REASONS = ("outside_hours", "day_off", "not_a_start", "taken", "within_notice", "beyond_horizon")
LONGEST = dt.timedelta(days=62)
_TIME = r"([01][0-9]|2[0-3]):[0-5][0-9]"


def _time(pattern: str, **kwargs: Any) -> fields.String:
    return fields.String(validate=validate.Regexp(rf"\A({pattern})\Z", error="Not a time like 09:00."), **kwargs)


def _number(least: int, most: int, **kwargs: Any) -> fields.Integer:
    return fields.Integer(strict=True, validate=validate.Range(least, most), **kwargs)


class WeeklyHours(Schema):
    """Hours of one day of every week, in the coach's zone; `to` may be 24:00."""

    weekday = _number(0, 6, required=True, metadata={"description": "0 is Monday"})
    from_ = _time(_TIME, data_key="from", attribute="from", required=True)
    to = _time(f"{_TIME}|24:00", required=True)

    @validates_schema
    def _in_order(self, data: dict[str, Any], **kwargs: Any) -> None:
        if data["from"] >= data["to"]:
            raise ValidationError("Must be later than “from”.", "to")


class ExceptionalDay(Schema):
    """A day off, or with both times a day of other hours than its week's."""

    date = fields.Date(required=True)
    from_ = _time(_TIME, data_key="from", attribute="from", load_default=None, allow_none=True)
    to = _time(f"{_TIME}|24:00", load_default=None, allow_none=True)

    @validates_schema
    def _in_order(self, data: dict[str, Any], **kwargs: Any) -> None:
        if (data["from"] is None) != (data["to"] is None):
            raise ValidationError("Both times, or neither for a day off.", "from" if data["from"] is None else "to")
        if data["from"] is not None and data["from"] >= data["to"]:
            raise ValidationError("Must be later than “from”.", "to")


class _Rules(Schema):
    time_zone = Zone(required=True)
    weekly = fields.List(fields.Nested(WeeklyHours), required=True, validate=validate.Length(max=70))
    exceptions = fields.List(fields.Nested(ExceptionalDay), load_default=list, validate=validate.Length(max=366))
    buffer_minutes = _number(0, 240, required=True)
    minimum_notice_minutes = _number(0, 43200, required=True)
    horizon_days = _number(1, 365, required=True)
    slot_minutes = _number(5, 480, required=True)


class SetAvailability(ById, _Rules):
    """`id` is the coach's. Without `change_notice_minutes` a client may change as late as it may book.

    `location` is the place of the sessions that clients book.
    """

    change_notice_minutes = _number(0, 43200, load_default=None, allow_none=True)
    location = fields.Nested(LocationInput, load_default=lambda: {"kind": "other", "detail": None})

    @validates_schema
    def _apart(self, data: dict[str, Any], **kwargs: Any) -> None:
        for name, day in (("weekly", "weekday"), ("exceptions", "date")):
            if clash := _overlap(data[name], day):
                raise ValidationError({name: {clash: {"from": ["Overlaps with other hours of that day."]}}})


def _overlap(rows: list[dict[str, Any]], day: str) -> int | None:
    """The position of the first row that overlaps with one before it; a day off overlaps with all of its day."""
    for position, row in enumerate(rows):
        for other in rows[:position]:
            if row[day] == other[day] and (
                row["from"] is None
                or other["from"] is None
                or (row["from"] < other["to"] and other["from"] < row["to"])
            ):
                return position
    return None


class Availability(_Rules):
    """`id` is the coach's. A coach who has set nothing has version 0, no hours, and so no slots."""

    id = fields.UUID(required=True)
    created_at = Instant(required=True, allow_none=True)
    updated_at = Instant(required=True, allow_none=True)
    version = fields.Integer(required=True)
    change_notice_minutes = fields.Integer(
        required=True, metadata={"description": "how late a client may still move or cancel"}
    )
    location = fields.Nested(LocationInput, required=True)


class ListSlots(ById):
    """Slots of the coach `id` that start in [from, to), at most 62 days, and last `duration_minutes`, else a slot.

    With `session_id` the time that this session takes counts as free, as when it is moved.
    """

    from_ = session_start(data_key="from", attribute="from", required=True)
    to = session_start(required=True)
    duration_minutes = session_minutes(load_default=None, allow_none=True)
    session_id = fields.UUID(load_default=None, allow_none=True)

    @validates_schema
    def _in_order(self, data: dict[str, Any], **kwargs: Any) -> None:
        if not dt.timedelta(0) < data["to"] - data["from"] <= LONGEST:
            raise ValidationError("Must lie after “from”, at most 62 days.", "to")


class Slot(Schema):
    starts_at = Instant(required=True)
    ends_at = Instant(required=True)


class Slots(Schema):
    items = fields.List(fields.Nested(Slot), required=True)
    time_zone = fields.String(required=True, metadata={"description": "the coach's, by which they were computed"})


class AskWhy(ById):
    starts_at = session_start(required=True)
    duration_minutes = session_minutes(load_default=None, allow_none=True)


class Why(Schema):
    """Whether a time is free, and if not why, never whose it is (C22)."""

    free = fields.Boolean(required=True)
    reason = fields.String(required=True, allow_none=True, validate=validate.OneOf(REASONS))
    sentence = fields.String(required=True, allow_none=True)


get_availability = query("scheduling.get_availability", ById, Availability)
set_availability = command("scheduling.set_availability", SetAvailability, Availability)
list_slots = query("scheduling.list_slots", ListSlots, Slots, roles=SIGNED_IN)
why_not_free = query("scheduling.why_not_free", AskWhy, Why, roles=SIGNED_IN)
