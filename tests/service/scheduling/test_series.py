"""Series of sessions: one wall-clock time, over changes of clocks, all of them or none (C14, C15, S1.15)."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.actor import Actor
from contracts.calls import scheduling as calls
from contracts.errors import Conflict, Forbidden, Invalid, NotFound
from services.scheduling.sessions.series import WEEKS, starts_of
from tests.service.scheduling.house import ZOOM, House

FIRST = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)
ZONES = [
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kolkata",
    "Africa/Casablanca",
    "America/Lima",
]


def ask(house: House, call: Any = calls.schedule_series, by: Actor | None = None, **changes: Any) -> Any:
    given = {
        "engagement_id": str(house.engagement), "starts_at": "2027-03-16T09:00:00Z", "duration_minutes": 60,
        "every": "week", "count": 4, **changes,
    }  # fmt: skip
    if call is calls.schedule_series:
        given = {"location": ZOOM, **given}
    return house.harness.call(call, given, by or house.coach)


def on_the_wall(sessions: list[Any], zone: str = "Europe/Berlin") -> list[str]:
    starts = [dt.datetime.fromisoformat(session["starts_at"]).astimezone(ZoneInfo(zone)) for session in sessions]
    return [f"{start:%Y-%m-%d %H:%M}" for start in starts]


def test_c14_a_weekly_series_keeps_its_wall_clock_time_over_the_change_of_clocks(house: House) -> None:
    made = ask(house)["items"]
    assert on_the_wall(made) == ["2027-03-16 10:00", "2027-03-23 10:00", "2027-03-30 10:00", "2027-04-06 10:00"]
    assert [session["starts_at"][11:16] for session in made] == ["09:00", "09:00", "08:00", "08:00"]
    assert [session["number"] for session in made] == [1, 2, 3, 4]
    assert on_the_wall(ask(house, every="fortnight", count=2, starts_at="2027-05-04T08:00:00Z")["items"]) == [
        "2027-05-04 10:00", "2027-05-18 10:00",
    ]  # fmt: skip


def test_s1_15_each_of_them_is_told_of_and_mailed_unless_nobody_is_to_be(house: House) -> None:
    ask(house)
    assert len(house.harness.events("scheduling.session.scheduled.v1")) == 4
    assert len({request["about"]["id"] for request in house.requests("session_scheduled")}) == 4
    ask(house, starts_at="2027-06-01T09:00:00Z", notify=False)
    assert len(house.requests("session_scheduled")) == 4


def test_c15_where_one_time_is_taken_none_is_scheduled_and_the_days_are_named_beforehand_too(house: House) -> None:
    house.schedule("2027-03-30T08:30:00Z")
    shown = ask(house, calls.preview_series)["items"]
    assert [one["is_taken"] for one in shown] == [False, False, True, False]
    with pytest.raises(Conflict, match="2027-03-30") as refused:
        ask(house)
    assert refused.value.rule == "C15"
    assert len(house.listed()["items"]) == 1
    assert on_the_wall(shown)[0] == "2027-03-16 10:00"


@pytest.mark.parametrize("wrong", [{"count": 1}, {"count": 53}, {"every": "day"}, {"item_id": "x"}, {"count": "4"}])
def test_what_is_no_series_is_refused_with_its_field(house: House, wrong: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as refused:
        ask(house, **wrong)
    assert set(refused.value.errors) == set(wrong)


def test_c22_nobody_plans_in_anothers_engagement(house: House) -> None:
    stranger = house.coach_called("Samuel Adler")
    for call in (calls.schedule_series, calls.preview_series):
        with pytest.raises(NotFound):
            ask(house, call, stranger)
        with pytest.raises(Forbidden):
            ask(house, call, house.client)


@given(
    st.sampled_from(ZONES),
    st.integers(0, 7 * 365 * 24 * 4).map(lambda quarters: FIRST + dt.timedelta(minutes=15 * quarters)),
    st.sampled_from(sorted(WEEKS)),
    st.integers(2, 52),
)
def test_c14_in_any_zone_the_days_are_a_week_or_two_apart_and_the_time_stays_unless_clocks_skip_it(
    zone: str, first: dt.datetime, every: str, count: int
) -> None:
    starts = starts_of(first, zone, every, count)
    walls = [start.astimezone(ZoneInfo(zone)).replace(tzinfo=None) for start in starts]
    assert len(starts) == count
    assert starts == sorted(starts)
    for number, wall in enumerate(walls):
        meant = walls[0].replace(fold=0) + dt.timedelta(weeks=WEEKS[every] * number)
        exists = meant.replace(tzinfo=ZoneInfo(zone)).astimezone(dt.UTC).astimezone(ZoneInfo(zone))
        assert wall.replace(fold=0) == exists.replace(tzinfo=None, fold=0)
        assert dt.timedelta(0) <= wall.replace(fold=0) - meant <= dt.timedelta(hours=1), "later by what is skipped"
