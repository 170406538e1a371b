"""What is free of a coach's hours: over changes of the clocks, around what is taken, and never outside of the rules."""

from __future__ import annotations

import datetime as dt
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


hours = st.tuples(st.integers(0, 1439), st.integers(1, 1440)).filter(lambda pair: pair[0] < pair[1])
moments = st.integers(0, 330_000).map(lambda minute: at("2026-03-20T00:00:00Z") + dt.timedelta(minutes=minute))


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
    now=moments,
    busy=st.lists(st.tuples(moments, st.integers(1, 600)), max_size=6),
)
def test_every_slot_keeps_every_rule_and_is_free_when_asked_about(
    zone: str, window: Any, slot: int, minutes: int, buffer: int, notice: int, now: dt.datetime, busy: Any
) -> None:
    found = rules(
        zone=ZoneInfo(zone),
        weekly=dict.fromkeys(range(7), (window,)),
        buffer=dt.timedelta(minutes=buffer),
        notice=dt.timedelta(minutes=notice),
        slot_minutes=slot,
    )
    taken = [(begin, begin + dt.timedelta(minutes=length)) for begin, length in busy]
    free = slots(found, taken, now, now, now + dt.timedelta(days=5), minutes)
    assert len({begin for begin, _ in free}) == len(free)
    for begin, end in free:
        local = begin.astimezone(found.zone)
        assert end - begin == dt.timedelta(minutes=minutes)
        assert begin >= now + found.notice
        assert (local.hour * 60 + local.minute - window[0]) % slot == 0
        assert all(end + found.buffer <= b or begin >= e + found.buffer for b, e in taken)
        assert why_not(found, taken, now, begin, minutes) is None
