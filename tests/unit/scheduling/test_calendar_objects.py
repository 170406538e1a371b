"""What an object of a calendar takes of a coach's time: by its zone and over changes of clocks, and no more."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.scheduling.availability.slots import Interval, merged
from services.scheduling.calendars.objects import Unreadable, parse, times_taken

BERLIN = ZoneInfo("Europe/Berlin")
ME = frozenset({"judith@example.org"})
START, END = dt.datetime(2026, 3, 1, tzinfo=dt.UTC), dt.datetime(2027, 4, 5, tzinfo=dt.UTC)


def taken(*lines: str, start: dt.datetime = START, end: dt.datetime = END, zone: tuple[str, ...] = ()) -> list[str]:
    """The times in UTC, like 2026-03-28T23:00/2026-03-29T22:00."""
    event = ["BEGIN:VEVENT", "UID:1", "DTSTAMP:20260101T000000Z", *lines, "END:VEVENT"]
    text = "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Test//EN", *zone, *event, "END:VCALENDAR", ""])
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
        ["DTSTART:20260303T110000Z", "RRULE:FREQ=HOURLY"],
        ["DTSTART:20260303T110000Z", "RRULE:FREQ=DAILY;BYHOUR=1,2;BYMINUTE=1,2,3;BYSECOND=1,2,3"],
        ["DTSTART:20260303T110000Z", "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"],
        ["DTSTART:20260303T110000Z", "RRULE:FREQ=WEEKLY;BYMONTH=2;BYMONTHDAY=30"],
        ["DTSTART:20260303T110000Z", "RRULE:FREQ=DAILY;BYSETPOS=2"],
        ["DTSTART:20260303T110000Z", "RRULE:FREQ=DAILY;INTERVAL=0"],
        ["DTSTART:20260303T110000Z", "RRULE:FREQ=DAILY;INTERVAL=-1"],
        ["DTSTART:19000101T110000Z", "RRULE:FREQ=DAILY;BYHOUR=1,2,3,4,5,6,7,8,9,10"],
        ["DTSTART:00010101T110000Z", "RRULE:FREQ=DAILY"],
        ["DTSTART:20260303T110000Z", *[f"RRULE:FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30,{day}" for day in (30, 31)]],
        ["DTSTART:20260303T110000Z", *["RDATE:" + ",".join(["20260401T110000Z"] * 1000)] * 10],
        ["SUMMARY:No start"],
    ],
)
def test_what_cannot_be_understood_or_would_never_end_is_refused(lines: list[str]) -> None:
    with pytest.raises(Unreadable):
        assert taken(*lines) == "refused"


@pytest.mark.parametrize(
    ("rule", "times"),
    [
        ("DAILY;BYMONTH=4", 30),
        ("DAILY;INTERVAL=2;BYDAY=MO,TU,WE,TH,FR", 130),
        ("WEEKLY;BYDAY=MO,FR;WKST=SU", 104),
        ("WEEKLY;BYMONTH=4", 4),
        ("MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", 12),
        ("MONTHLY;BYMONTHDAY=31", 7),
        ("YEARLY;BYMONTH=2;BYMONTHDAY=-1", 1),
        ("YEARLY;BYMONTH=4;BYDAY=2SU", 1),
    ],
)
@pytest.mark.parametrize("since", ["19700401", "19040401"])
def test_what_programs_write_is_read_however_long_ago_it_began(rule: str, times: int, since: str) -> None:
    start, end = dt.datetime(2026, 4, 1, tzinfo=dt.UTC), dt.datetime(2027, 4, 1, tzinfo=dt.UTC)
    found = taken(f"DTSTART:{since}T110000Z", "DURATION:PT1H", f"RRULE:FREQ={rule}", start=start, end=end)
    assert len(found) - times in (0, 1), "by the day of the week that it began on"


def test_a_birthday_of_no_year_is_read() -> None:
    assert taken("DTSTART;VALUE=DATE:16040503", "RRULE:FREQ=YEARLY")[0] == "2026-05-02T22:00/2026-05-03T22:00"


@pytest.mark.parametrize(
    "rule",
    [
        *("HOURLY", "DAILY;BYMONTH=2;BYMONTHDAY=30", "YEARLY;INTERVAL=0", "YEARLY;BYHOUR=1,2,3,4;BYMINUTE=1,2,3"),
        "YEARLY;BYMONTH=1,2,3,4,5,6,7;BYMONTHDAY=1,2,3",
    ],
)
def test_a_zone_whose_clocks_change_all_the_time_is_refused(rule: str) -> None:
    with pytest.raises(Unreadable):
        assert taken("DTSTART;TZID=Own:20260303T110000", "DURATION:PT1H", zone=zone(rule)) == "refused"


def test_a_zone_of_the_calendars_own_is_read() -> None:
    lines = ["DTSTART;TZID=Own:20260303T110000", "DURATION:PT1H"]
    rule = "YEARLY;BYMONTH=10;BYMONTHDAY=8,9,10,11,12,13,14;BYDAY=SU"
    assert taken(*lines, zone=zone(rule)) == ["2026-03-03T06:00/2026-03-03T07:00"]


def zone(rule: str) -> tuple[str, ...]:
    """A zone that is always five hours ahead, by parts that change by this rule."""
    part = ["DTSTART:19700101T000000", "TZOFFSETFROM:+0500", "TZOFFSETTO:+0500", f"RRULE:FREQ={rule}"]
    parts = ["BEGIN:STANDARD", *part, "END:STANDARD", "BEGIN:DAYLIGHT", *part, "END:DAYLIGHT"]
    return "BEGIN:VTIMEZONE", "TZID:Own", *parts, "END:VTIMEZONE"


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
