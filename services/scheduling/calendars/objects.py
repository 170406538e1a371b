"""What calendars hold (RFC 5545): when a coach is busy by it, and whether our events are as we wrote them. Pure."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from zoneinfo import ZoneInfo

import recurring_ical_events
from icalendar import Calendar, Component, Event

from services.scheduling.availability.slots import Interval
from services.scheduling.calendars.repeating import changes_seldom, is_cheap
from services.scheduling.sessions.invites import Meeting, one_line

_MARGIN = dt.timedelta(days=2)
#: What the libraries raise for what they cannot make sense of.
_NONSENSE = (ValueError, LookupError, TypeError, AttributeError, OverflowError)


class Unreadable(Exception):
    """An object of which nobody can tell when it takes time: it makes no sense, or costs too much to go through."""

    reason = "unreadable"


class TooCostly(Unreadable):
    """It repeats too often, or its rule fits no day at all."""

    reason = "repeats"


class ClocksTooCostly(Unreadable):
    """The clocks of a zone that it brings along change too often."""

    reason = "clocks"


def parse(text: str) -> Calendar:
    """The object of that text; raises `Unreadable`."""
    try:
        found = Calendar.from_ical(text)
        is_seldom = all(changes_seldom(zone) for zone in found.walk("VTIMEZONE"))
    except _NONSENSE as error:
        raise Unreadable(type(error).__name__) from None
    if not isinstance(found, Calendar):
        raise Unreadable("no VCALENDAR")
    if not is_seldom:
        raise ClocksTooCostly("its clocks change too often")
    return found


def uid_of(calendar: Calendar) -> str | None:
    """The UID that all events of an object share (RFC 4791 §4.1)."""
    return next((str(event["UID"]) for event in calendar.walk("VEVENT") if "UID" in event), None)


def first_day_of(calendar: Calendar) -> dt.date | None:
    """The day on which an object begins, as it says itself; None of one that does not say it."""
    try:
        start = calendar.events[0].start
    except _NONSENSE:
        return None
    return start.date() if isinstance(start, dt.datetime) else start


def digest_of(meeting: Meeting) -> str:
    """Tells contents apart, whenever they were written."""
    content = [meeting.uid, meeting.sequence, *_instants(meeting), meeting.zone, meeting.title, meeting.place]
    return hashlib.sha256(json.dumps([*content, meeting.href]).encode()).hexdigest()


def _instants(meeting: Meeting) -> list[str]:
    return [meeting.starts_at.isoformat(), meeting.ends_at.isoformat()]


def difference(meeting: Meeting, calendar: Calendar, zone: ZoneInfo) -> str | None:
    """`moved` or `changed` where the object is not what we wrote of the meeting; what a server adds is no matter."""
    (event, *others) = calendar.walk("VEVENT") or [Event()]
    try:
        interval = _interval(event, zone)
    except Unreadable:
        return "changed"
    if interval != (meeting.starts_at.replace(microsecond=0), meeting.ends_at.replace(microsecond=0)):
        return "moved"
    same = str(event.get("SUMMARY", "")) == one_line(meeting.title)
    same = same and str(event.get("LOCATION", "")) == one_line(meeting.place)
    return None if same and not others and not {"RRULE", "RDATE"} & event.keys() and _takes_place(event) else "changed"


def has_people(calendar: Calendar) -> bool:
    """Whether the server may mail people about changes of it: then it came by a mailed invite."""
    return any({"ATTENDEE", "ORGANIZER"} & event.keys() for event in calendar.walk("VEVENT"))


def times_taken(
    calendar: Calendar, zone: ZoneInfo, me: frozenset[str], start: dt.datetime, end: dt.datetime
) -> list[Interval]:
    """When somebody with the addresses `me` is busy by this object within [start, end); raises `Unreadable`.

    A day, and a time without a zone, are those of `zone`. Transparent, cancelled and declined events take no time.
    """
    earliest, latest = start - _MARGIN, end + _MARGIN
    try:
        if not is_cheap(calendar.events, earliest, latest):
            raise TooCostly("it repeats too often, or never")
        occurrences = recurring_ical_events.of(calendar).between(earliest, latest)
    except _NONSENSE as error:
        raise Unreadable(type(error).__name__) from None
    taken = [_interval(each, zone) for each in occurrences if _takes_place(each) and _takes_time_of(each, me)]
    return [(max(begin, start), min(until, end)) for begin, until in taken if max(begin, start) < min(until, end)]


def _takes_place(event: Component) -> bool:
    return str(event.get("STATUS", "")).upper() != "CANCELLED"


def _takes_time_of(event: Component, me: frozenset[str]) -> bool:
    if str(event.get("TRANSP", "")).upper() == "TRANSPARENT":
        return False
    named = event.get("ATTENDEE", [])
    for attendee in named if isinstance(named, list) else [named]:
        address = str(attendee).casefold().removeprefix("mailto:")
        if address in me and attendee.params.get("PARTSTAT", "").upper() == "DECLINED":
            return False
    return True


def _interval(event: Component, zone: ZoneInfo) -> Interval:
    assert isinstance(event, Event)
    try:
        return _instant(event.start, zone), _instant(event.end, zone)
    except _NONSENSE as error:
        raise Unreadable(type(error).__name__) from None


def _instant(value: dt.date, zone: ZoneInfo) -> dt.datetime:
    moment = value if isinstance(value, dt.datetime) else dt.datetime.combine(value, dt.time())
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(dt.UTC)
