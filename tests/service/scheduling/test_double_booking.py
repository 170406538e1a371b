"""Rule C15: a coach cannot be booked twice at one time; the database itself refuses it."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import DBAPIError

from contracts.errors import CoachworksError, Conflict
from services.scheduling.copies.models import Coach
from services.scheduling.sessions.calendar import flush_holding
from services.scheduling.sessions.models import COACH_BOOKED_ONCE, CoachBooked, Session
from tests.service.scheduling.house import START, House, at, at_once
from tests.support import people
from tests.support.harness import Harness


def test_c15_an_overlap_is_refused_by_the_rule_and_names_the_other_session(house: House) -> None:
    house.schedule(title="Kick-off")
    with pytest.raises(
        Conflict, match=r"Judith Okonkwo is booked.*Kick-off.*2026-12-01 from 16:00 to 17:00"
    ) as refused:
        house.schedule("2026-12-01T15:59:00Z")
    assert refused.value.rule == "C15"


@pytest.mark.parametrize(
    ("starts_at", "minutes"),
    [
        (START, 60),
        ("2026-12-01T14:00:00Z", 61),
        ("2026-12-01T15:59:59.999999Z", 5),
        ("2026-12-01T15:20:00Z", 10),
        ("2026-11-30T16:00:00Z", 1440),
    ],
)
def test_c15_not_a_minute_may_overlap(house: House, starts_at: str, minutes: int) -> None:
    house.schedule()
    with pytest.raises(Conflict):
        house.schedule(starts_at, minutes)


def test_c15_sessions_may_touch(house: House) -> None:
    house.schedule()
    house.schedule("2026-12-01T16:00:00Z")
    house.schedule("2026-12-01T14:00:00Z")
    assert len(house.listed()["items"]) == 3


def test_c15_the_coach_is_one_across_engagements_and_others_are_free(house: House) -> None:
    house.schedule()
    other = house.engagement_of(house.client_called("Otto Other"), house.coach)
    with pytest.raises(Conflict):
        house.schedule(engagement_id=str(other))
    colleague = house.coach_called("Carl Colleague")
    elsewhere = house.engagement_of(house.client, colleague)
    assert house.schedule(engagement_id=str(elsewhere), by=colleague)["state"] == "scheduled"


def test_c15_a_cancelled_session_frees_its_time(house: House) -> None:
    house.cancel(house.schedule())
    assert house.schedule()["state"] == "scheduled"


def test_c15_completed_missed_and_past_sessions_hold_theirs(house: House) -> None:
    house.complete(house.schedule())
    house.miss(house.schedule("2026-12-02T15:00:00Z"))
    house.schedule("2020-01-01T10:00:00Z")
    for taken in (START, "2026-12-02T15:00:00Z", "2020-01-01T10:30:00Z"):
        with pytest.raises(Conflict):
            house.schedule(taken)


def test_c15_a_session_is_not_moved_onto_another_but_may_overlap_itself(house: House) -> None:
    first, second = house.schedule(), house.schedule("2026-12-01T17:00:00Z")
    with pytest.raises(Conflict):
        house.reschedule(second, "2026-12-01T15:30:00Z")
    with pytest.raises(Conflict):
        house.reschedule(first, START, duration_minutes=121)
    assert house.get(second) == second
    assert house.reschedule(second, "2026-12-01T17:15:00Z")["ics_sequence"] == 1


def _row(coach: UUID, starts_at: str, minutes: int = 60) -> Session:
    return Session.scheduled(
        [],
        engagement_id=uuid4(),
        client_id=uuid4(),
        coach_id=coach,
        title="Raw",
        starts_at=at(starts_at),
        ends_at=at(starts_at) + dt.timedelta(minutes=minutes),
        time_zone="UTC",
        location_kind="phone",
    )


def test_c15_the_database_refuses_an_insert_and_an_update_that_no_operation_checked(scheduling: Harness) -> None:
    coach = uuid4()
    with scheduling.runtime.work() as work:
        work.add(_row(coach, START))
        later = work.add(_row(coach, "2026-12-01T16:00:00Z")).id
    with pytest.raises(DBAPIError, match=COACH_BOOKED_ONCE), scheduling.runtime.work() as work:
        work.add(_row(coach, "2026-12-01T15:59:59.999999Z"))
    for change in ({"starts_at": at("2026-12-01T15:59:00Z")}, {"coach_id": coach, "starts_at": at(START)}):
        with pytest.raises(DBAPIError, match=COACH_BOOKED_ONCE), scheduling.runtime.work() as work:
            session = work.get(Session, later, what="session")
            for name, value in change.items():
                setattr(session, name, value)
    with scheduling.runtime.work() as work:
        work.add(_row(uuid4(), START))


def test_c15_what_only_the_database_finds_is_the_same_refusal(house: House) -> None:
    house.schedule()
    with pytest.raises(CoachBooked, match="Judith Okonkwo is booked") as refused, house.harness.runtime.work() as work:
        coach = work.copy(Coach, house.coach.id, what="coach")
        work.add(_row(coach.id, "2026-12-01T15:30:00Z"))
        flush_holding(work, coach)
    assert refused.value.rule == "C15"


def test_c15_of_many_who_book_one_time_at_once_one_gets_it(house: House) -> None:
    engagements = [house.engagement_of(house.client, house.coach) for _ in range(16)]
    for day in range(1, 6):
        starts = [f"2026-12-0{day}T15:{minute:02}:00Z" for minute in range(0, 32, 2)]  # all overlap in 15:30..16:00
        outcomes = at_once(
            [
                lambda engagement=engagement, start=start: house.schedule(start, engagement_id=str(engagement))
                for engagement, start in zip(engagements, starts, strict=True)
            ]
        )
        assert outcomes.count(None) == 1
        refusals = [error for error in outcomes if error is not None]
        assert all(isinstance(error, CoachworksError) and error.rule == "C15" for error in refusals)
        assert len(house.requests("session_scheduled")) == day


def test_c15_the_database_alone_lets_one_of_many_racing_writers_through(scheduling: Harness) -> None:
    coach = uuid4()

    def write() -> None:
        with scheduling.runtime.work() as work:
            work.add(_row(coach, START))

    outcomes = at_once([write] * 12)
    # A writer that waits in a circle with others is broken off by PostgreSQL: it did not get in either.
    assert all(isinstance(error, DBAPIError) for error in outcomes if error is not None)
    assert outcomes.count(None) == 1


def test_c15_of_many_who_move_onto_one_time_at_once_one_gets_it(house: House) -> None:
    sessions = [house.schedule(f"2026-12-0{day}T09:00:00Z") for day in range(1, 9)]
    outcomes = at_once([lambda s=s: house.reschedule(s, "2026-12-20T09:00:00Z") for s in sessions])
    assert outcomes.count(None) == 1
    assert len([s for s in house.listed()["items"] if s["starts_at"] == "2026-12-20T09:00:00Z"]) == 1


def test_c15_bookings_race_with_a_handover_and_no_session_is_lost(house: House) -> None:
    colleague = house.coach_called("Carl Colleague")
    house.schedule()
    elsewhere = house.engagement_of(house.client_called("Otto Other"), colleague)
    outcomes = at_once(
        [
            lambda: house.assign(colleague),
            lambda: house.schedule(engagement_id=str(elsewhere), by=colleague),
        ]
    )
    assert outcomes[0] is None
    mine = house.listed(by=colleague)["items"][0]
    assert mine["coach"]["id"] == str(colleague.id)
    # Whoever came first holds the time: the other was refused, or is shown as a conflict.
    assert mine["conflict"] == (outcomes[1] is None)


_MINUTES = st.integers(min_value=0, max_value=3 * 1440)
_STEPS = st.lists(
    st.tuples(st.sampled_from(["schedule", "move", "cancel"]), _MINUTES, st.integers(5, 1440), st.integers(0, 30)),
    max_size=25,
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=_STEPS)
def test_c15_random_schedules_never_overlap_and_refuse_only_what_would(house: House, steps: Any) -> None:
    """Each example has a coach of its own; a model in plain Python says what must be refused."""
    house.coach = house.coach_called("Judith Okonkwo")
    house.engagement = house.engagement_of(house.client, house.coach)
    held: dict[str, tuple[dt.datetime, dt.datetime]] = {}
    origin = at("2026-12-01T00:00:00Z")
    for action, minute, length, which in steps:
        begin = origin + dt.timedelta(minutes=minute)
        end = begin + dt.timedelta(minutes=length)
        chosen = sorted(held)[which % len(held)] if held else None
        if action == "cancel":
            if chosen:
                house.cancel({"id": chosen})
                del held[chosen]
            continue
        others = [span for id_, span in held.items() if action == "schedule" or id_ != chosen]
        free = not any(a < end and b > begin for a, b in others)
        try:
            if action == "schedule":
                done = house.schedule(begin.isoformat(), length)
            elif chosen:
                done = house.reschedule({"id": chosen}, begin.isoformat(), duration_minutes=length)
            else:
                continue
        except Conflict:
            assert not free
        else:
            assert free
            held[done["id"]] = (begin, end)
    listed = house.listed(by=people.ADMIN, limit=200)["items"]
    assert {s["id"]: (at(s["starts_at"]), at(s["ends_at"])) for s in listed if s["state"] == "scheduled"} == held
