"""What is free of a coach's hours: over changes of the clocks, around what is taken, and never outside of the rules."""

from __future__ import annotations

import datetime as dt
import time
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from services.scheduling.availability.slots import Rules, slots, why_not

BERLIN = ZoneInfo("Europe/Berlin")
NOW = dt.datetime(2026, 3, 1, 9, 0, tzinfo=dt.UTC)
ALWAYS = dict.fromkeys(range(7), ((0, 1440),))


def rules(**changes: Any) -> Rules:
    given: dict[str, Any] = {
        "zone": BERLIN,
        "weekly": {0: ((540, 1020),)},
        "exceptions": {},
        "buffer": dt.timedelta(0),
        "notice": dt.timedelta(0),
        "horizon": dt.timedelta(days=365),
        "slot_minutes": 60,
    }
    return Rules(**{**given, **changes})


def on(day: str, found: Rules, busy: Any = (), minutes: int = 60) -> list[str]:
    """The free slots of that day by the coach's clock, like 09:00-10:00."""
    begin = dt.datetime.fromisoformat(day).replace(tzinfo=found.zone)
    free = slots(found, busy, NOW, begin, begin + dt.timedelta(days=1), minutes)
    return ["-".join(f"{instant.astimezone(found.zone):%H:%M}" for instant in slot) for slot in free]


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


def test_slots_follow_the_wall_clock_of_the_coach_over_a_change_of_clocks() -> None:
    found = rules()
    before, after = "2026-03-23", "2026-03-30"
    assert on(before, found) == on(after, found)
    assert on(before, found)[0] == "09:00-10:00"
    assert on(before, found)[-1] == "16:00-17:00"


def test_the_hour_that_the_clock_skips_starts_no_slot_and_ends_none() -> None:
    found = rules(weekly={6: ((60, 270),)}, slot_minutes=30)
    assert on("2026-03-29", found, minutes=30) == [
        "01:00-01:30",
        "01:30-03:00",
        "03:00-03:30",
        "03:30-04:00",
        "04:00-04:30",
    ]
    assert on("2026-03-29", rules(weekly={6: ((60, 150),)}, slot_minutes=30), minutes=30) == ["01:00-01:30"]


def test_the_hour_that_the_clock_shows_twice_is_offered_once() -> None:
    free = on("2026-10-25", rules(weekly={6: ((60, 240),)}))
    assert free == ["01:00-02:00", "02:00-02:00", "03:00-04:00"]


def test_a_day_off_has_no_slots_and_another_has_its_own_hours() -> None:
    found = rules(exceptions={dt.date(2026, 3, 2): (), dt.date(2026, 3, 3): ((600, 660),)})
    assert on("2026-03-02", found) == []
    assert on("2026-03-03", found) == ["10:00-11:00"]
    assert why_not(found, [], NOW, at("2026-03-02T10:00:00Z"), 60) == "day_off"


def test_a_buffer_keeps_time_before_and_after_what_is_taken() -> None:
    busy = [(at("2026-03-02T11:00:00Z"), at("2026-03-02T12:00:00Z"))]
    free = on("2026-03-02", rules(buffer=dt.timedelta(minutes=15)), busy)
    assert free == ["09:00-10:00", "10:00-11:00", "14:00-15:00", "15:00-16:00", "16:00-17:00"]


def test_each_reason_has_its_name() -> None:
    found = rules(notice=dt.timedelta(hours=24), horizon=dt.timedelta(days=30))
    busy = [(at("2026-03-09T08:00:00Z"), at("2026-03-09T09:00:00Z"))]
    why = {
        text: why_not(found, busy, NOW, at(text), 60)
        for text in (
            "2026-03-02T08:00:00Z",
            "2026-04-06T08:00:00Z",
            "2026-03-10T08:00:00Z",
            "2026-03-09T08:30:00Z",
            "2026-03-09T08:00:00Z",
            "2026-03-09T09:00:00Z",
        )
    }
    assert list(why.values()) == ["within_notice", "beyond_horizon", "outside_hours", "not_a_start", "taken", None]


def test_a_calendar_full_of_busy_times_costs_little_more_than_an_empty_one() -> None:
    found, until = rules(weekly=ALWAYS, slot_minutes=5), NOW + dt.timedelta(days=62)
    hours = [NOW + dt.timedelta(minutes=30 * each) for each in range(62 * 48)]
    busy = [(begin, begin + dt.timedelta(minutes=20)) for begin in hours]
    begin = time.thread_time()
    free = slots(found, busy, NOW, NOW, until, 5)
    assert time.thread_time() - begin < 5
    assert len(free) == 62 * 48 * 2


hours = st.tuples(st.integers(0, 1439), st.integers(1, 1440)).filter(lambda pair: pair[0] < pair[1])
moments = st.integers(0, 7 * 365 * 1440).map(lambda minute: at("2024-01-01T00:00:00Z") + dt.timedelta(minutes=minute))


@settings(max_examples=150, deadline=None)
@given(
    zone=st.sampled_from(
        ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Africa/Cairo"]
    ),
    window=hours,
    slot=st.integers(5, 240),
    minutes=st.integers(5, 300),
    buffer=st.integers(0, 120),
    notice=st.integers(0, 3000),
    horizon=st.integers(1, 5),
    now=moments,
    busy=st.lists(st.tuples(st.integers(-1000, 8000), st.integers(0, 600)), max_size=6),
    starts=st.lists(st.tuples(st.integers(0, 5), st.integers(0, 288)), min_size=20, max_size=60),
    others=st.lists(st.integers(0, 7199), max_size=5),
)
def test_every_slot_keeps_every_rule_and_all_that_is_free_when_asked_about_is_one(
    zone: str,
    window: Any,
    slot: int,
    minutes: int,
    buffer: int,
    notice: int,
    horizon: int,
    now: dt.datetime,
    busy: Any,
    starts: Any,
    others: Any,
) -> None:
    found = rules(
        zone=ZoneInfo(zone),
        weekly=dict.fromkeys(range(7), (window,)),
        buffer=dt.timedelta(minutes=buffer),
        notice=dt.timedelta(minutes=notice),
        horizon=dt.timedelta(days=horizon),
        slot_minutes=slot,
    )
    end = now + dt.timedelta(days=5)
    begins = [(now + dt.timedelta(minutes=minute), length) for minute, length in busy]
    taken = [(begin, begin + dt.timedelta(minutes=length)) for begin, length in begins]
    free = slots(found, taken, now, now, end, minutes)
    assert len({begin for begin, _ in free}) == len(free)
    for begin, until in free:
        local = begin.astimezone(found.zone)
        assert until - begin == dt.timedelta(minutes=minutes)
        assert now + found.notice <= begin <= now + found.horizon
        assert (local.hour * 60 + local.minute - window[0]) % slot == 0
        assert all(until + found.buffer <= b or begin >= e + found.buffer for b, e in taken)
        assert why_not(found, taken, now, begin, minutes) is None
    first = dt.datetime.combine(now.astimezone(found.zone).date(), dt.time(), found.zone)
    aligned = [first + dt.timedelta(days=day, minutes=window[0] + nth * slot) for day, nth in starts]
    asked = [*aligned, *(now + dt.timedelta(minutes=minute) for minute in others)]
    offered = {begin for begin, _ in free}
    for moment in (each.astimezone(dt.UTC) for each in asked):
        if now <= moment < end:
            assert (why_not(found, taken, now, moment, minutes) is None) == (moment in offered)


def test_each_free_time_of_an_open_day_is_a_slot() -> None:
    found = rules(weekly=ALWAYS, slot_minutes=15)
    moments = [NOW + dt.timedelta(minutes=minute) for minute in range(1440)]
    free = [moment for moment in moments if why_not(found, [], NOW, moment, 15) is None]
    assert [begin for begin, _ in slots(found, [], NOW, NOW, NOW + dt.timedelta(days=1), 15)] == free
    assert len(free) == 96
