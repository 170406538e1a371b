"""Rules C7 and C8: progress and status follow the sessions, in whatever order events come."""

from __future__ import annotations

import random
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.calls import engagements as calls
from services.engagements.engagements.progress import Progress, progress_of
from tests.service.engagements.house import House

STATES = st.lists(st.sampled_from(["scheduled", "completed", "cancelled", "no_show"]), max_size=40)


@given(STATES, st.integers(0, 40), st.booleans())
def test_c7_percent_is_rounded_down_and_never_above_a_hundred(states: list[str], total: int, counts: bool) -> None:
    progress = progress_of(states, total, no_show_counts=counts)
    assert progress.completed == states.count("completed") + (states.count("no_show") if counts else 0)
    assert 0 <= progress.percent <= 100
    if total == 0:
        assert progress.percent == 0
    elif progress.completed <= total:
        assert progress.percent * total <= 100 * progress.completed < (progress.percent + 1) * total
    assert progress.is_full == (total > 0 and progress.completed >= total)
    assert progress.unused == max(total - progress.completed, 0)


@given(STATES, st.integers(0, 40))
def test_c7_one_more_completed_session_never_takes_progress_back(states: list[str], total: int) -> None:
    before = progress_of(states, total, no_show_counts=False)
    after = progress_of([*states, "completed"], total, no_show_counts=False)
    assert after.percent >= before.percent


@pytest.mark.parametrize(("completed", "total", "percent"), [(0, 0, 0), (2, 16, 12), (2, 3, 66), (16, 16, 100)])
def test_c7_examples(completed: int, total: int, percent: int) -> None:
    assert Progress(completed, total).percent == percent


def test_c7_only_completed_sessions_count_unless_the_organisation_counts_no_shows(house: House) -> None:
    house.hold_session()
    missed = house.session(number=2)
    house.session("missed", session=missed, sequence=2, number=2)
    house.session("cancelled", session=house.session(number=3), sequence=2, number=None)
    assert house.get()["progress"] == {"completed": 1, "total": 16, "percent": 6}
    house.call(calls.update_organisation, {"no_show_counts": True}, by=house.admin)
    assert house.get()["progress"] == {"completed": 2, "total": 16, "percent": 12}


def test_c8_the_first_session_starts_the_engagement(house: House) -> None:
    assert house.get()["status"] == "not_started"
    house.session()
    house.session(number=2)
    assert house.get()["status"] == "in_progress"
    (event,) = house.harness.events("engagements.engagement.started.v1")
    assert (event.data["status"], event.actorid) == ("in_progress", house.coach.id)


def test_c8_a_cancelled_first_session_does_not_take_the_start_back(house: House) -> None:
    house.session("cancelled", session=house.session(), sequence=2, number=None)
    assert house.get()["status"] == "in_progress"


def test_c8_the_last_planned_session_completes_the_engagement(house: House) -> None:
    engagement = house.enrol(house.client, sessions_total=2)["id"]
    house.hold_session(engagement=engagement)
    assert house.get(engagement)["status"] == "in_progress"
    house.hold_session(engagement=engagement, number=2)
    shown = house.get(engagement)
    assert (shown["status"], shown["sessions_unused"], shown["ended_reason"]) == ("completed", 0, None)
    assert shown["completed_at"] == "2026-11-24T09:00:04Z"
    (event,) = house.harness.events("engagements.engagement.completed.v1")
    assert event.data["sessions_unused"] == 0
    texts = [entry["text"] for entry in house.activity(id=engagement)]
    assert texts[0] == "completed Business Coaching with its last planned session"
    assert texts[1] == "completed Session 2, Tue 24 Nov 10:00 CET"


def test_c8_no_planned_sessions_never_complete_by_themselves(house: House) -> None:
    engagement = house.enrol(house.client, sessions_total=0)["id"]
    house.hold_session(engagement=engagement)
    assert house.get(engagement)["status"] == "in_progress"


def test_c8_a_reopened_engagement_is_not_completed_by_a_session_that_was_over_before(house: House) -> None:
    engagement = house.enrol(house.client, sessions_total=1)["id"]
    held = house.hold_session(engagement=engagement)
    house.call(calls.reopen_engagement, {"id": engagement})
    house.session("updated", session=held, sequence=3, engagement=engagement, state="completed", title="The start")
    assert house.get(engagement)["status"] == "in_progress"
    house.hold_session(engagement=engagement, number=2)
    assert house.get(engagement)["status"] == "completed"


def test_progress_is_the_same_in_whatever_order_and_how_often_events_come(house: House) -> None:
    for seed in range(8):
        chance = random.Random(seed)
        engagement = house.enrol(house.client, sessions_total=3)["id"]
        deliveries = []
        for number, end in enumerate(["completed", "missed", "completed", "cancelled"], start=1):
            session = uuid4()
            for sequence, what in enumerate(["scheduled", "updated", end], start=1):
                event = {"session": session, "sequence": sequence, "number": number, "event_id": uuid4()}
                deliveries += [(what, event)] * chance.choice([1, 1, 2])
        chance.shuffle(deliveries)
        for what, event in deliveries:
            house.session(what, engagement=engagement, **event)
        shown = house.get(engagement)
        assert shown["progress"] == {"completed": 2, "total": 3, "percent": 66}, seed
        assert shown["status"] == "in_progress", seed
        texts = [entry["text"] for entry in house.activity(id=engagement) if entry["kind"] == "session"]
        assert sum(text.startswith("scheduled") for text in texts) == 4, seed
