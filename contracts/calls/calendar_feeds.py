"""Calls of the scheduling service: a secret calendar feed per person, to which calendar programs subscribe."""

from __future__ import annotations

from marshmallow import fields

from contracts.actor import ANYONE, SIGNED_IN
from contracts.calls import command, query
from contracts.calls.people import Nothing, Token
from contracts.schema import Instant, Schema


class CalendarFeedAddress(Schema):
    """Whoever knows it reads the sessions: it is told once."""

    url = fields.Url(required=True, require_tld=False)


class CalendarFeed(Schema):
    since = Instant(required=True, allow_none=True, metadata={"description": "when it was made; null: there is none"})


class CalendarFeedContent(Schema):
    content = fields.String(required=True, metadata={"description": "iCalendar (RFC 5545), CRLF line ends"})


make_calendar_feed = command("scheduling.make_calendar_feed", Nothing, CalendarFeedAddress, roles=SIGNED_IN)
get_calendar_feed = query("scheduling.get_calendar_feed", Nothing, CalendarFeed, roles=SIGNED_IN)
revoke_calendar_feed = command("scheduling.revoke_calendar_feed", Nothing, roles=SIGNED_IN)
read_calendar_feed = query("scheduling.read_calendar_feed", Token, CalendarFeedContent, roles=ANYONE)
