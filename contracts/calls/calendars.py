"""Calls of the scheduling service: the coach's own calendar, which sessions are written to and busy times read from."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from marshmallow import ValidationError, fields, validate

from contracts.calls import command, query
from contracts.calls.people import Nothing
from contracts.schema import Instant, Schema, line

CALENDAR_KINDS = ("caldav",)
CALENDAR_STATES = ("none", "connecting", "connected", "failing")
LEFT_OUT = ("unreadable", "repeats", "clocks")
CONFLICTS = ("moved", "changed", "deleted", "invited", "refused")


def _address(**kwargs: Any) -> fields.String:
    """An http or https address of a host, without a user or a password in it."""
    field = line(2000, **kwargs)
    field.validators.append(_is_web)
    return field


def _is_web(value: str) -> None:
    try:
        parts = urlsplit(value)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise ValidationError("Not an address like https://host/path.") from None
    if parts.scheme not in ("http", "https") or not host or not re.fullmatch(r"[\x21-\x7e]+", value):
        raise ValidationError("Not an address like https://host/path.")
    if "@" in parts.netloc:
        raise ValidationError("User name and password have fields of their own.")


class ConnectCalendar(Schema):
    """`url` is the calendar's own address, or one of the server where its user's calendars can be found."""

    kind = fields.String(required=True, validate=validate.OneOf(CALENDAR_KINDS))
    url = _address(required=True)
    username = line(200, required=True)
    password = line(1000, required=True, metadata={"description": "never answered, published or logged"})


class CalendarConflict(Schema):
    """An event of ours in the calendar that is not as we wrote it. Nothing there changes the session."""

    session_id = fields.UUID(required=True)
    title = fields.String(required=True)
    starts_at = Instant(required=True)
    what = fields.String(
        required=True,
        validate=validate.OneOf(CONFLICTS),
        metadata={
            "description": "moved, changed or deleted there; invited: the calendar has it by the mailed invite, at "
            "another time, and there it must be accepted; refused: the calendar does not take it, or let it go"
        },
    )


class LeftOut(Schema):
    """An event of the coach's own that blocks no time, for it could not be told which. Its words are not kept."""

    address = fields.String(required=True, metadata={"description": "what its server calls it: the end of its address"})
    begins_on = fields.Date(
        required=True, allow_none=True, metadata={"description": "the first day, as the event says it; null: it is not"}
    )
    reason = fields.String(
        required=True,
        validate=validate.OneOf(LEFT_OUT),
        metadata={
            "description": "unreadable: it makes no sense; repeats: it repeats too often, or its rule fits no day; "
            "clocks: the clocks of a time zone of its own change too often"
        },
    )


class Calendar(Schema):
    """A coach's calendar. Without one, version is 0, state `none`, nothing is in the lists, and all else is null."""

    id = fields.UUID(required=True, allow_none=True)
    created_at = Instant(required=True, allow_none=True)
    updated_at = Instant(required=True, allow_none=True)
    version = fields.Integer(required=True)
    kind = fields.String(required=True, allow_none=True, validate=validate.OneOf(CALENDAR_KINDS))
    url = fields.String(required=True, allow_none=True)
    username = fields.String(required=True, allow_none=True)
    name = fields.String(required=True, allow_none=True, metadata={"description": "as the calendar calls itself"})
    state = fields.String(required=True, validate=validate.OneOf(CALENDAR_STATES))
    failing_since = Instant(required=True, allow_none=True)
    last_error = fields.String(required=True, allow_none=True, metadata={"description": "why it fails, in a sentence"})
    last_sync_at = Instant(required=True, allow_none=True, metadata={"description": "when it was last in step"})
    next_sync_at = Instant(required=True, allow_none=True)
    conflicts = fields.List(fields.Nested(CalendarConflict), required=True)
    left_out = fields.List(
        fields.Nested(LeftOut), required=True, metadata={"description": "the first 50 by address, as they were last"}
    )
    left_out_total = fields.Integer(required=True, metadata={"description": "how many are left out in all"})


get_calendar = query("scheduling.get_calendar", Nothing, Calendar)
connect_calendar = command("scheduling.connect_calendar", ConnectCalendar, Calendar)
sync_calendar = command("scheduling.sync_calendar", Nothing, Calendar)
disconnect_calendar = command("scheduling.disconnect_calendar", Nothing)
