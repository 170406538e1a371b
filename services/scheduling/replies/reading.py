"""What an attendee's calendar program sends back to an invite (iTIP REPLY, RFC 5546 §3.2.3). Pure."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from icalendar import Calendar

from contracts.errors import Invalid

ANSWERS = {"ACCEPTED": "accepted", "DECLINED": "declined", "TENTATIVE": "tentative"}


@dataclass(frozen=True)
class Reply:
    """`stamp` says when it was written, `sequence` to which state of the invite it is the answer."""

    uid: str
    sequence: int
    stamp: dt.datetime
    email: str
    answer: str


def read_reply(text: str) -> Reply:
    """The one answer that `text` holds; raises `Invalid` for whatever is no reply of one attendee to one invite."""
    try:
        calendar = Calendar.from_ical(text)
    except (ValueError, KeyError, IndexError):
        raise _invalid("No iCalendar object.") from None
    if calendar.name != "VCALENDAR" or str(calendar.get("METHOD", "")).upper() != "REPLY":
        raise _invalid("It must be a VCALENDAR with METHOD:REPLY.")
    events = calendar.walk("VEVENT")
    if len(events) != 1 or "RECURRENCE-ID" in events[0]:
        raise _invalid("A reply must hold one VEVENT, and none of a series.")
    event = events[0]
    attendee = _one(event.get("ATTENDEE"))
    answer = ANSWERS.get(str(getattr(attendee, "params", {}).get("PARTSTAT", "")).upper())
    scheme, _, address = str(attendee or "").partition(":")
    if scheme.lower() != "mailto" or not address or answer is None:
        raise _invalid("One ATTENDEE must have accepted, declined or tentatively accepted.")
    return Reply(str(event.get("UID", "")), _sequence(event), _stamp(event), unquote(address), answer)


def _one(found: Any) -> Any:
    if isinstance(found, list):
        raise _invalid("A reply must name one ATTENDEE.")
    return found


def _sequence(event: Any) -> int:
    try:
        return int(event.get("SEQUENCE", 0))
    except (TypeError, ValueError):
        raise _invalid("SEQUENCE must be a number.") from None


def _stamp(event: Any) -> dt.datetime:
    stamp = getattr(event.get("DTSTAMP"), "dt", None)
    if not isinstance(stamp, dt.datetime) or stamp.tzinfo is None:
        raise _invalid("DTSTAMP must be a time in UTC.")
    return stamp.astimezone(dt.UTC)


def _invalid(sentence: str) -> Invalid:
    return Invalid("The reply cannot be read.", errors={"content": [sentence]})
