"""The iCalendar object of a session (RFC 5545) as an invitation or a cancellation (RFC 5546). Pure: no I/O."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal
from unicodedata import category
from urllib.parse import quote
from uuid import UUID
from zoneinfo import ZoneInfo

from icalendar import Calendar, Component, Event, Timezone, TimezoneDaylight, TimezoneStandard, vCalAddress, vDuration

Method = Literal["REQUEST", "CANCEL"]


@dataclass(frozen=True)
class Attendee:
    """Somebody who takes part; `person_id` is None for a guest, `answer` for whoever has not answered the invite."""

    email: str
    name: str
    role: Literal["coach", "client", "guest"]
    person_id: UUID | None
    answer: str | None = None


@dataclass(frozen=True)
class Meeting:
    """What a calendar has to know. Instants are aware UTC; `zone` is the IANA zone that they were meant in (C14)."""

    uid: str
    sequence: int
    stamp: dt.datetime
    title: str
    starts_at: dt.datetime
    ends_at: dt.datetime
    zone: str
    place: str
    href: str | None
    cancelled: bool
    organizer: Attendee


def ics_of(meeting: Meeting, attendees: list[Attendee], method: Method) -> str:
    """The object as text with CRLF line ends, addressed to `attendees`.

    A CANCEL of a meeting that takes place without them takes just these off it: it bears no STATUS (RFC 5546 §3.2.5).
    """
    event = _event_of(meeting)
    if meeting.cancelled or method == "REQUEST":
        event.add("status", "CANCELLED" if meeting.cancelled else "CONFIRMED")
    event.add("organizer", _address(meeting.organizer), encode=False)
    for attendee in attendees:
        event.add("attendee", _invited(attendee, method), encode=False)
    return _text_of([(meeting, event)], method=method)


def stored_ics_of(meeting: Meeting) -> str:
    """The object as a calendar keeps it: no METHOD (RFC 4791 §4.1), and nobody whom its server could invite again."""
    return _text_of([(meeting, _confirmed(meeting))])


def feed_of(name: str, meetings: list[Meeting]) -> str:
    """Meetings as a calendar to subscribe to: no METHOD, nobody to be invited; asked for again each hour (RFC 7986)."""
    events = [(meeting, _confirmed(meeting)) for meeting in meetings]
    every_hour = vDuration(dt.timedelta(hours=1))
    every_hour.params["VALUE"] = "DURATION"
    return _text_of(events, name=name, x_wr_calname=name, refresh_interval=every_hour)


def _confirmed(meeting: Meeting) -> Event:
    event = _event_of(meeting)
    event.add("status", "CONFIRMED")
    return event


def _event_of(meeting: Meeting) -> Event:
    event = Event()
    event.add("uid", meeting.uid)
    event.add("sequence", meeting.sequence)
    event.add("dtstamp", meeting.stamp.replace(microsecond=0))
    zone = _zone_for(meeting)
    event.add("dtstart", meeting.starts_at.replace(microsecond=0).astimezone(zone))
    event.add("dtend", meeting.ends_at.replace(microsecond=0).astimezone(zone))
    event.add("summary", one_line(meeting.title))
    event.add("location", one_line(meeting.place))
    if meeting.href:
        event.add("url", meeting.href)
    return event


def _text_of(meetings: list[tuple[Meeting, Event]], **facts: Any) -> str:
    """The events with every zone that they name."""
    calendar = Calendar()
    calendar.add("prodid", "-//Coachworks//Scheduling//EN")
    calendar.add("version", "2.0")
    for fact, value in facts.items():
        calendar.add(fact.replace("_", "-"), value)
    years: dict[str, set[int]] = {}
    for meeting, _ in meetings:
        if isinstance(_zone_for(meeting), ZoneInfo):
            years.setdefault(meeting.zone, set()).add(meeting.starts_at.year)
    for zone, found in sorted(years.items()):
        calendar.add_component(_timezone(zone, min(found), max(found)))
    for _, event in meetings:
        calendar.add_component(event)
    return calendar.to_ical().decode()


def _zone_for(meeting: Meeting) -> dt.tzinfo:
    """The meeting's zone, or UTC where the zone's wall clock could not say which of two instants is meant.

    A local time that a clock shows twice means the first of the two (RFC 5545 §3.3.5), so the second needs UTC.
    """
    zone = ZoneInfo(meeting.zone)
    if meeting.zone in _UTC_NAMES or any(
        instant.astimezone(zone).fold for instant in (meeting.starts_at, meeting.ends_at)
    ):
        return dt.UTC
    return zone


_UTC_NAMES = frozenset({"UTC", "Etc/UTC", "Etc/UCT", "Etc/Universal", "Etc/Zulu", "UCT", "Universal", "Zulu"})


def _address(person: Attendee) -> vCalAddress:
    address = vCalAddress("mailto:" + quote(person.email, safe="@!$'*+-._~"))
    if name := one_line(person.name):
        # Parsers take a backslash before the next parameter for an escape, which RFC 5545 §3.2 does not know there.
        address.params["CN"] = name.replace("\\", "/")
    return address


def _invited(attendee: Attendee, method: Method) -> vCalAddress:
    address = _address(attendee)
    address.params["CUTYPE"] = "INDIVIDUAL"
    if attendee.role == "coach":
        address.params |= {"ROLE": "CHAIR", "PARTSTAT": "ACCEPTED"}
    else:
        answer = attendee.answer.upper() if attendee.answer else "NEEDS-ACTION"
        address.params |= {"ROLE": "REQ-PARTICIPANT", "PARTSTAT": answer}
        if method == "REQUEST" and not attendee.answer:
            address.params["RSVP"] = "TRUE"
    return address


def one_line(text: str) -> str:
    """The text without line breaks and control characters, which no value of one line can hold."""
    return " ".join("".join(" " if category(letter) in ("Cc", "Zl", "Zp") else letter for letter in text).split())


def _timezone(name: str, first: int, last: int) -> Timezone:
    """The VTIMEZONE of `name`: every change of its clocks from the year before `first` to the year after `last`.

    The library's own `Timezone.from_tzinfo` writes the onset of summer time in the new offset instead of the old one.
    """
    timezone = Timezone()
    timezone.add("tzid", name)
    for observance in _observances(name, first, last):
        timezone.add_component(observance)
    return timezone


@lru_cache(maxsize=512)
def _observances(name: str, first: int, last: int) -> tuple[Component, ...]:
    zone = ZoneInfo(name)
    begin, end = dt.datetime(first - 1, 1, 1, tzinfo=dt.UTC), dt.datetime(last + 2, 1, 1, tzinfo=dt.UTC)
    found = [_observance(zone, begin, _offset(zone, begin))]
    found += [_observance(zone, change, before) for change, before in _changes(zone, begin, end)]
    return tuple(found)


def _observance(zone: ZoneInfo, onset: dt.datetime, before: dt.timedelta) -> Component:
    """The clocks of `zone` from the instant `onset` on; `before` is the offset that ends then."""
    local = onset.astimezone(zone)
    observance: Component = TimezoneDaylight() if local.dst() else TimezoneStandard()
    observance.add("dtstart", (onset + before).replace(tzinfo=None))
    observance.add("tzoffsetfrom", before)
    observance.add("tzoffsetto", _offset(zone, onset))
    observance.add("tzname", local.tzname() or "")
    return observance


def _changes(zone: ZoneInfo, begin: dt.datetime, end: dt.datetime) -> Iterator[tuple[dt.datetime, dt.timedelta]]:
    """Each instant at which the offset changes, to the second, with the offset before it."""
    day = dt.timedelta(days=1)
    at, offset = begin, _offset(zone, begin)
    while at < end:
        if _offset(zone, at + day) != offset:
            low, high = at, at + day
            while high - low > dt.timedelta(seconds=1):
                middle = low + (high - low) // 2
                middle = middle.replace(microsecond=0)
                low, high = (middle, high) if _offset(zone, middle) == offset else (low, middle)
            yield high, offset
            offset = _offset(zone, high)
        at += day


def _offset(zone: ZoneInfo, instant: dt.datetime) -> dt.timedelta:
    return instant.astimezone(zone).utcoffset() or dt.timedelta()
