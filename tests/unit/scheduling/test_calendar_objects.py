"""What an object of a calendar takes of a coach's time: by its zone and over changes of clocks, and no more."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.scheduling.availability.slots import Interval
from services.scheduling.calendars.objects import Unreadable, merged, parse, times_taken

BERLIN = ZoneInfo("Europe/Berlin")
ME = frozenset({"judith@example.org"})
START, END = dt.datetime(2026, 3, 1, tzinfo=dt.UTC), dt.datetime(2027, 4, 5, tzinfo=dt.UTC)


def taken(*lines: str, start: dt.datetime = START, end: dt.datetime = END) -> list[str]:
    """The times in UTC, like 2026-03-28T23:00/2026-03-29T22:00."""
    event = ["BEGIN:VEVENT", "UID:1", "DTSTAMP:20260101T000000Z", *lines, "END:VEVENT"]
    text = "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Test//EN", *event, "END:VCALENDAR", ""])
    found = times_taken(parse(text), BERLIN, ME, start, end)
    return [f"{begin:%Y-%m-%dT%H:%M}/{until:%Y-%m-%dT%H:%M}" for begin, until in found]


def test_a_day_is_as_long_as_the_coachs_clocks_make_it() -> None:
    days = taken("DTSTART;VALUE=DATE:20260328", "RRULE:FREQ=DAILY;COUNT=3")
    assert days == [
        "2026-03-27T23:00/2026-03-28T23:00",
        "2026-03-28T23:00/2026-03-29T22:00",
        "2026-03-29T22:00/2026-03-30T22:00",
    ]


def test_a_series_keeps_its_wall_clock_time_whether_it_names_a_zone_or_floats() -> None:
    rule = ["DURATION:PT1H", "RRULE:FREQ=WEEKLY;COUNT=2"]
    weeks = ["2026-03-25T08:00/2026-03-25T09:00", "2026-04-01T07:00/2026-04-01T08:00"]
    assert taken("DTSTART;TZID=Europe/Berlin:20260325T090000", *rule) == weeks
    assert taken("DTSTART:20260325T090000", *rule) == weeks


def test_only_what_lies_within_the_window_is_taken() -> None:
    start, end = dt.datetime(2026, 3, 3, 12, tzinfo=dt.UTC), dt.datetime(2026, 3, 5, 12, tzinfo=dt.UTC)
    lines = ["DTSTART:20260301T110000Z", "DURATION:PT2H", "RRULE:FREQ=DAILY"]
    assert taken(*lines, start=start, end=end) == [
        "2026-03-03T12:00/2026-03-03T13:00",
        "2026-03-04T11:00/2026-03-04T13:00",
        "2026-03-05T11:00/2026-03-05T12:00",
    ]


def test_what_lasts_no_time_takes_none() -> None:
    assert taken("DTSTART:20260303T110000Z") == []


@pytest.mark.parametrize(
    "lines",
    [
        ["DTSTART:20260303T110000Z", "RRULE:FREQ=SECONDLY"],
        ["DTSTART:20260303T110000Z", "RRULE:FREQ=MINUTELY;COUNT=1000000"],
        ["DTSTART:20260303T110000Z", "RRULE:FREQ=DAILY;BYHOUR=1,2;BYMINUTE=1,2,3;BYSECOND=1,2,3"],
        ["SUMMARY:No start"],
    ],
)
def test_what_cannot_be_understood_or_would_never_end_is_refused(lines: list[str]) -> None:
    with pytest.raises(Unreadable):
        assert taken(*lines) == "refused"


@given(st.text(max_size=200))
def test_whatever_a_server_gives_it_is_read_or_refused(text: str) -> None:
    lines = f"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\n{text}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    try:
        times_taken(parse(lines), BERLIN, ME, START, END)
    except Unreadable:
        return


def hours(begin: int, length: int) -> Interval:
    start = START + dt.timedelta(hours=begin)
    return start, start + dt.timedelta(hours=length)


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(1, 9)).map(lambda pair: hours(*pair)), max_size=20))
def test_merged_times_are_the_same_times_in_order_and_apart(intervals: list[Interval]) -> None:
    found = merged(intervals)
    for hour in range(80):
        moment = START + dt.timedelta(hours=hour)
        assert any(b <= moment < e for b, e in intervals) == any(b <= moment < e for b, e in found)
    assert all(before[1] < after[0] for before, after in pairwise(found))
