"""Reminders of sessions: some minutes before, each once, never for a time that is no more (C3, C6, C25)."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.scheduling.reminders.operations import remind
from tests.service.engagements.test_races import at_once
from tests.service.scheduling.house import House
from tests.support import people

ORGANISATION = uuid4()
START = dt.datetime(2026, 12, 1, 15, tzinfo=dt.UTC)


@pytest.fixture
def house(house: House) -> House:
    """An organisation that reminds a day and an hour before."""
    organisation_is(house)
    return house


def organisation_is(house: House, *minutes: int, sequence: int = 1) -> None:
    facts = people.organisation_facts(reminder_minutes=list(minutes or (1440, 60)))
    house.harness.feed("engagements.organisation.updated.v1", subject=ORGANISATION, sequence=sequence, data=facts)


def go_to(house: House, moment: dt.datetime) -> None:
    house.harness.clock.advance(seconds=(moment - house.harness.clock.now()).total_seconds())


def reminded(house: House) -> list[Any]:
    """The minutes of each reminder that was asked for, in order."""
    house.harness.run(remind)
    return [int(request["key"].rsplit("/", 1)[1]) for request in house.requests("session_reminder")]


def test_c25_coach_and_client_are_reminded_a_day_and_an_hour_before_each_once(house: House) -> None:
    house.schedule()
    go_to(house, START - dt.timedelta(hours=24, seconds=1))
    assert reminded(house) == []
    go_to(house, START - dt.timedelta(hours=24))
    assert reminded(house) == reminded(house) == [1440]
    go_to(house, START - dt.timedelta(minutes=60))
    assert reminded(house) == reminded(house) == [1440, 60]
    request = house.requests("session_reminder")[0]
    assert [one["email"] for one in request["recipients"]] == ["leila.haddad@example.org", "judith.okonkwo@example.org"]
    assert request["trigger"]["origin"] == "automatic", "so that no Internal Record gets it (C3)"
    assert request["context"]["starts_at"] == "2026-12-01T15:00:00Z"


def test_who_has_just_been_told_of_a_session_is_not_reminded_of_what_had_passed_by_then(house: House) -> None:
    go_to(house, START - dt.timedelta(hours=2))
    house.schedule()
    assert reminded(house) == []
    go_to(house, START - dt.timedelta(minutes=30))
    assert reminded(house) == [60]


def test_a_worker_that_slept_sends_the_latest_one_alone_and_none_after_the_start(house: House) -> None:
    house.schedule()
    house.schedule("2026-12-02T15:00:00Z")
    go_to(house, START - dt.timedelta(minutes=5))
    assert reminded(house) == [60]
    go_to(house, START + dt.timedelta(days=2))
    assert reminded(house) == [60]


def test_c6_a_session_that_was_moved_is_reminded_of_anew_and_a_cancelled_one_no_more(house: House) -> None:
    moved, cancelled = house.schedule(), house.schedule("2026-12-01T17:00:00Z")
    go_to(house, START - dt.timedelta(hours=20))
    assert reminded(house) == [1440, 1440]
    house.cancel(cancelled)
    house.reschedule(moved, "2026-12-08T15:00:00Z")
    go_to(house, START + dt.timedelta(days=6))
    assert reminded(house) == [1440, 1440, 1440]
    house.delete()
    go_to(house, START + dt.timedelta(days=6, hours=23, minutes=30))
    assert reminded(house) == [1440, 1440, 1440]


def test_the_organisation_says_how_many_minutes_before(house: House) -> None:
    organisation_is(house, 15, sequence=2)
    house.schedule()
    go_to(house, START - dt.timedelta(minutes=20))
    assert reminded(house) == []
    go_to(house, START - dt.timedelta(minutes=15))
    assert reminded(house) == [15]


def test_replicas_remind_once(house: House) -> None:
    for hour in (15, 16, 17, 18):
        house.schedule(f"2026-12-01T{hour}:00:00Z", 30)
    go_to(house, START - dt.timedelta(hours=6))
    assert at_once(*[lambda: house.harness.run(remind)] * 4) == {"done": 4}
    assert len(house.requests("session_reminder")) == 4


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(["wait", "move"]), st.integers(1, 60)), max_size=20))
def test_whatever_is_moved_whenever_each_start_is_reminded_of_once_per_reminder_and_before_it(
    house: House, steps: list[tuple[str, int]]
) -> None:
    begin = house.harness.clock.now()
    session = house.schedule((begin + dt.timedelta(hours=30)).isoformat())
    before = len(house.requests("session_reminder"))
    seen: list[tuple[str, str]] = []
    for what, hours in steps:
        if what == "wait":
            house.harness.clock.advance(hours=hours)
        else:
            house.reschedule(session, (house.harness.clock.now() + dt.timedelta(hours=hours)).isoformat())
        house.harness.run(remind)
        for request in house.requests("session_reminder")[before + len(seen) :]:
            assert dt.datetime.fromisoformat(request["context"]["starts_at"]) > house.harness.clock.now()
            assert request["context"]["starts_at"] == house.get(session)["starts_at"]
            seen.append((request["context"]["starts_at"], request["key"]))
    assert len(seen) == len(set(seen))
    house.cancel(session)
