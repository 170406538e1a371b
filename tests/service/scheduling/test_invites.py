"""The invites: iCalendar as RFC 5545 and RFC 5546 want it (S1.16, C13, C14)."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any
from urllib.parse import unquote
from uuid import UUID
from zoneinfo import ZoneInfo, available_timezones

import pytest
from dateutil.tz import tzical
from hypothesis import example, given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from services.scheduling.sessions.invites import Attendee, Meeting, Method, ics_of
from tests.service.scheduling.house import START, House, addresses, at, event_in, read_by_second_library

COACH = Attendee("judith@example.org", "Judith Okonkwo", "coach", UUID(int=1))
CLIENT = Attendee("leila@example.org", "Leila Haddad", "client", UUID(int=2))
GUEST = Attendee("guest@example.net", "", "guest", None)


def meeting(**changes: Any) -> Meeting:
    values = {
        "uid": "5d8c@coachworks",
        "sequence": 3,
        "stamp": at("2026-11-24T09:00:00.123456Z"),
        "title": "Kick-off",
        "starts_at": at("2026-12-01T15:00:00Z"),
        "ends_at": at("2026-12-01T16:00:00Z"),
        "zone": "Europe/Berlin",
        "place": "Zoom: 123 456 7890",
        "href": "https://zoom.us/j/1234567890",
        "cancelled": False,
        "organizer": COACH,
        **changes,
    }
    return Meeting(**values)


def ics(method: Method = "REQUEST", attendees: list[Attendee] | None = None, **changes: Any) -> str:
    return ics_of(meeting(**changes), [COACH, CLIENT, GUEST] if attendees is None else attendees, method)


def unfolded(text: str) -> list[str]:
    """The content lines (RFC 5545 §3.1), after checking that each line is CRLF-ended and at most 75 octets long."""
    assert text.endswith("\r\n")
    lines = text.split("\r\n")[:-1]
    assert all(len(line.encode()) <= 75 for line in lines)
    assert not any("\n" in line or "\r" in line for line in lines)
    found: list[str] = []
    for line in lines:
        if line.startswith(" "):
            found[-1] += line[1:]
        else:
            found.append(line)
    return found


def value(text: str, name: str) -> str:
    """The one content line of that name in the VEVENT, parameters and all, without the name."""
    lines = unfolded(text)
    event = lines[lines.index("BEGIN:VEVENT") :]
    (line,) = [line for line in event if line.startswith((f"{name}:", f"{name};"))]
    return line[len(name) + 1 :]


def instant(text: str, name: str) -> dt.datetime:
    """The instant of DTSTART or DTEND, by nothing but the object itself: its VTIMEZONE, as RFC 5545 §3.6.5 reads it."""
    given = value(text, name)
    if given.endswith("Z"):
        return dt.datetime.strptime(given, "%Y%m%dT%H%M%SZ").replace(tzinfo=dt.UTC)
    zone, _, wall = given.removeprefix("TZID=").partition(":")
    local = dt.datetime.strptime(wall, "%Y%m%dT%H%M%S")  # noqa: DTZ007
    changes = sorted(observances(text, zone))
    ends = [*(begin for begin, _ in changes[1:]), None]
    possible = []
    for (begin, offset), end in zip(changes, ends, strict=True):
        utc = local - offset
        if begin <= utc and (end is None or utc < end):
            possible.append(utc)
    return min(possible).replace(tzinfo=dt.UTC)  # a wall time that comes twice means the first (§3.3.5)


def observances(text: str, zone: str) -> list[tuple[dt.datetime, dt.timedelta]]:
    """Each observance of the VTIMEZONE: when it begins (naive UTC) and its offset."""
    found = []
    (timezone,) = [tz for tz in Calendar.from_ical(text).walk("VTIMEZONE") if tz["tzid"] == zone]
    for part in timezone.subcomponents:
        begin = part["dtstart"].dt
        assert begin.tzinfo is None
        found.append((begin - part["tzoffsetfrom"].td, part["tzoffsetto"].td))
    return found


def test_s1_16_the_invite_says_who_what_when_and_where() -> None:
    text = ics()
    lines = unfolded(text)
    assert lines[:4] == ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Coachworks//Scheduling//EN", "METHOD:REQUEST"]
    assert value(text, "UID") == "5d8c@coachworks"
    assert value(text, "SEQUENCE") == "3"
    assert value(text, "DTSTAMP") == "20261124T090000Z"
    assert value(text, "DTSTART") == "TZID=Europe/Berlin:20261201T160000"
    assert value(text, "DTEND") == "TZID=Europe/Berlin:20261201T170000"
    assert value(text, "SUMMARY") == "Kick-off"
    assert value(text, "LOCATION") == "Zoom: 123 456 7890"
    assert value(text, "URL") == "https://zoom.us/j/1234567890"
    assert value(text, "STATUS") == "CONFIRMED"
    assert value(text, "ORGANIZER") == 'CN="Judith Okonkwo":mailto:judith@example.org'
    assert [line for line in lines if line.startswith("ATTENDEE")] == [
        'ATTENDEE;CN="Judith Okonkwo";CUTYPE=INDIVIDUAL;PARTSTAT=ACCEPTED;ROLE=CHAIR:mailto:judith@example.org',
        'ATTENDEE;CN="Leila Haddad";CUTYPE=INDIVIDUAL;PARTSTAT=NEEDS-ACTION;ROLE=REQ-PARTICIPANT;RSVP=TRUE'
        ":mailto:leila@example.org",
        "ATTENDEE;CUTYPE=INDIVIDUAL;PARTSTAT=NEEDS-ACTION;ROLE=REQ-PARTICIPANT;RSVP=TRUE:mailto:guest@example.net",
    ]


def test_a_second_library_reads_the_same() -> None:
    read = read_by_second_library(ics(place="Room 4; Lindenstraße 12, Berlin", title="Größe, Ziele; 日本語 😀"))
    event = read.vevent
    assert read.method.value == "REQUEST"
    assert event.uid.value == "5d8c@coachworks"
    assert event.summary.value == "Größe, Ziele; 日本語 😀"
    assert event.location.value == "Room 4; Lindenstraße 12, Berlin"
    assert event.dtstart.value.astimezone(dt.UTC) == at("2026-12-01T15:00:00Z")
    assert [a.value for a in event.contents["attendee"]] == [f"mailto:{a.email}" for a in (COACH, CLIENT, GUEST)]


def test_a_place_without_a_link_has_no_url() -> None:
    assert "URL" not in event_in(ics(href=None))


def test_c13_a_cancellation_is_a_cancel_with_the_same_uid() -> None:
    text = ics("CANCEL", cancelled=True)
    assert unfolded(text)[3] == "METHOD:CANCEL"
    assert value(text, "UID") == "5d8c@coachworks"
    assert value(text, "STATUS") == "CANCELLED"
    assert "RSVP" not in text


def test_who_is_taken_off_a_meeting_gets_a_cancel_without_a_status() -> None:
    text = ics("CANCEL", [GUEST])
    assert "status" not in event_in(text)
    assert addresses(event_in(text)) == {GUEST.email}


def test_c13_uid_for_life_and_sequence_one_higher_at_each_change(house: House) -> None:
    session = house.schedule()
    steps = [
        lambda: house.update(session, title="Another"),
        lambda: house.reschedule(session, "2026-12-02T15:00:00Z"),
        lambda: house.update(session, location={"kind": "phone", "detail": "+49 30 1234567"}),
        lambda: house.attend(session, "x@example.net"),
        lambda: house.cancel(session),
    ]
    sequences = []
    for step in steps:
        answer = step()
        event = event_in(house.invite(session)["content"])
        assert event["uid"] == session["ics_uid"] == answer["ics_uid"]
        assert int(event["sequence"]) == answer["ics_sequence"]
        sequences.append(answer["ics_sequence"])
    assert sequences == [0, 1, 2, 3, 4]
    assert house.invite(session)["method"] == "CANCEL"


def test_the_invite_is_the_same_for_everybody_who_may_see_it(house: House) -> None:
    session = house.schedule(attendees=[{"email": "x@example.net", "name": "Xenia"}])
    content = house.invite(session)["content"]
    assert content == house.invite(session, by=house.client)["content"]
    event = event_in(content)
    assert addresses(event) == {a["email"] for a in session["attendees"]}
    assert instant(content, "DTSTART") == at(START)


_UNICODE = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)


@settings(max_examples=150, deadline=None)
@given(title=_UNICODE.filter(str.strip), place=_UNICODE, name=_UNICODE)
@example(title='a"b\r\nATTENDEE:mailto:evil@example.org', place="x\\n;,:\n", name="Eve\"\r\nX-EVIL:1\n^n ^^ '")
@example(title="\\", place="\\", name="\\")
@example(title="é" * 100, place="😀" * 60, name="ﷺ" * 50)
def test_any_text_survives_and_none_breaks_out_of_its_line(title: str, place: str, name: str) -> None:
    text = ics(title=title, place=place, attendees=[COACH, Attendee("x@example.org", name, "guest", None)])
    lines = unfolded(text)
    assert len([line for line in lines if line.startswith("ATTENDEE")]) == 2
    assert not any(line.upper().startswith("X-EVIL") for line in lines)
    event = event_in(text)
    assert str(event["summary"]).split() == _visible(title).split()
    assert str(event["location"]).split() == _visible(place).split()
    assert event["attendee"][1].params.get("CN", "").split() == _visible(name).replace("\\", "/").split()


def _visible(text: str) -> str:
    return "".join(" " if ord(letter) < 32 or 127 <= ord(letter) < 160 else letter for letter in text)


@pytest.mark.parametrize(
    "address", ["o'brien+tag@example.org", "a&b=c%d@example.org", "zoë@example.org", "{x}@example.org"]
)
def test_any_address_is_a_proper_uri(address: str) -> None:
    (named,) = [line for line in unfolded(ics(attendees=[Attendee(address, "", "guest", None)])) if "ATTENDEE" in line]
    uri = named[named.index("mailto:") :]
    assert uri.isascii()
    assert not set(uri) & set('"<> {}|\\^`')
    assert unquote(uri) == f"mailto:{address}"


ZONES = sorted(available_timezones() - {"localtime", "Factory"})
_BEGIN, _END = dt.datetime(2024, 1, 1, tzinfo=dt.UTC), dt.datetime(2031, 1, 1, tzinfo=dt.UTC)


def _clock_changes(zone: str) -> list[dt.datetime]:
    """The hours in 2024–2030 in which the zone's clocks change."""
    info, hour = ZoneInfo(zone), dt.timedelta(hours=1)
    found, day = [], _BEGIN
    while day < _END:
        if day.astimezone(info).utcoffset() != (day + 24 * hour).astimezone(info).utcoffset():
            found += [
                day + n * hour
                for n in range(24)
                if (day + n * hour).astimezone(info).utcoffset() != (day + (n + 1) * hour).astimezone(info).utcoffset()
            ]
        day += 24 * hour
    return found


def _check(zone: str, starts_at: dt.datetime, minutes: int) -> None:
    ends_at = starts_at + dt.timedelta(minutes=minutes)
    text = ics(zone=zone, starts_at=starts_at, ends_at=ends_at)
    assert instant(text, "DTSTART") == starts_at
    assert instant(text, "DTEND") == ends_at


@settings(max_examples=250, deadline=None)
@given(
    zone=st.sampled_from(ZONES),
    minute=st.integers(0, int((_END - _BEGIN).total_seconds()) // 60),
    minutes=st.integers(5, 1440),
)
def test_c14_the_instant_is_the_same_in_any_zone(zone: str, minute: int, minutes: int) -> None:
    _check(zone, _BEGIN + dt.timedelta(minutes=minute), minutes)


CHANGING = [
    "Africa/Casablanca", "America/New_York", "America/Santiago", "America/St_Johns", "Antarctica/Troll", "Asia/Almaty",
    "Asia/Gaza", "Atlantic/Azores", "Australia/Lord_Howe", "Europe/Berlin", "Europe/Dublin", "Pacific/Chatham",
]  # fmt: skip


@pytest.mark.parametrize("zone", CHANGING)
def test_c14_the_instant_is_the_same_around_every_change_of_clocks(zone: str) -> None:
    changes = [change for change in _clock_changes(zone) if change.year in (2024, 2026, 2030)]
    assert changes
    for change in changes:
        for minute in (-120, -61, -60, -30, -1, 0, 1, 30, 59, 60, 61, 90, 120, 180):
            _check(zone, change + dt.timedelta(minutes=minute), 45)


@pytest.mark.parametrize("zone", CHANGING)
def test_the_vtimezone_agrees_with_the_iana_data(zone: str) -> None:
    """Read by a second library, every quarter of an hour near a change and noon of every other day of the year."""
    for year in range(2024, 2031):
        starts_at = dt.datetime(year, 6, 1, 12, tzinfo=dt.UTC)
        text = ics(zone=zone, starts_at=starts_at, ends_at=starts_at + dt.timedelta(hours=1))
        begin = text.index("BEGIN:VTIMEZONE")
        end = text.index("END:VTIMEZONE") + len("END:VTIMEZONE\r\n")
        ours: Any = tzical(io.StringIO(text[begin:end].replace("\r\n", "\n"))).get(zone)
        info = ZoneInfo(zone)
        moments = [dt.datetime(year, 1, 1, 12, tzinfo=dt.UTC) + dt.timedelta(days=day) for day in range(365)]
        for change in _clock_changes(zone):
            if change.year == year:
                moments += [change + dt.timedelta(minutes=quarter) for quarter in range(-120, 121, 15)]
        for moment in moments:
            local = moment.astimezone(info).replace(tzinfo=None)
            assert (
                local.replace(tzinfo=ours, fold=moment.astimezone(info).fold).utcoffset()
                == moment.astimezone(info).utcoffset()
            ), (zone, moment)


def test_a_utc_session_needs_no_vtimezone() -> None:
    text = ics(zone="UTC")
    assert "VTIMEZONE" not in text
    assert value(text, "DTSTART") == "20261201T150000Z"


def test_an_hour_that_comes_twice_is_told_apart() -> None:
    first, second = at("2026-10-25T00:30:00Z"), at("2026-10-25T01:30:00Z")  # 02:30 in Berlin, both
    for starts_at in (first, second):
        _check("Europe/Berlin", starts_at, 30)
    assert value(ics(starts_at=first, ends_at=first + dt.timedelta(minutes=20)), "DTSTART").startswith("TZID=")
    assert value(ics(starts_at=second, ends_at=second + dt.timedelta(minutes=20)), "DTSTART").endswith("Z")
