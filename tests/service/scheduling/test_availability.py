"""When a coach offers time, who may say and know so, and what is free of it (C15, C22)."""

from __future__ import annotations

from typing import Any

import pytest

from contracts.actor import Actor
from contracts.calls import availability as calls
from contracts.errors import Forbidden, Invalid, NotFound, Stale
from tests.service.scheduling.house import HOURS, House
from tests.support import people


def put(house: House, by: Actor | None = None, if_match: int | None = None, **changes: Any) -> Any:
    given = {"id": str(house.coach.id), **HOURS, **changes}
    return house.harness.call(calls.set_availability, given, by or house.coach, if_match=if_match)


def get(house: House, by: Actor | None = None) -> Any:
    return house.harness.call(calls.get_availability, {"id": str(house.coach.id)}, by or house.coach)


def free(house: House, by: Actor | None = None) -> list[str]:
    """The slots of Tuesday, 1 December 2026."""
    given = {"id": str(house.coach.id), "from": "2026-12-01T00:00:00Z", "to": "2026-12-02T00:00:00Z"}
    answer = house.harness.call(calls.list_slots, given, by or house.coach)
    return [slot["starts_at"] for slot in answer["items"]]


def why(house: House, starts_at: str, by: Actor | None = None) -> Any:
    given = {"id": str(house.coach.id), "starts_at": starts_at}
    return house.harness.call(calls.why_not_free, given, by or house.coach)


def test_a_coach_who_has_set_nothing_has_no_hours_and_so_no_slots(house: House) -> None:
    found = get(house)
    assert (found["version"], found["weekly"], found["exceptions"]) == (0, [], [])
    assert free(house) == []


def test_what_was_set_is_answered_and_a_client_may_change_as_late_as_it_may_book(house: House) -> None:
    put(house, exceptions=[{"date": "2026-12-24"}, {"date": "2026-12-28", "from": "10:00", "to": "24:00"}])
    found = get(house, people.coach("Another Coach"))
    assert found["weekly"] == HOURS["weekly"]
    assert found["exceptions"] == [
        {"date": "2026-12-24", "from": None, "to": None},
        {"date": "2026-12-28", "from": "10:00", "to": "24:00"},
    ]
    assert (found["version"], found["change_notice_minutes"]) == (1, 60)


def test_only_the_coach_and_admins_set_it(house: House) -> None:
    with pytest.raises(Forbidden):
        put(house, people.coach("Another Coach"))
    with pytest.raises(Forbidden):
        put(house, house.client)
    assert put(house, people.ADMIN)["version"] == 1


def test_who_has_seen_an_older_version_overwrites_nothing(house: House) -> None:
    assert put(house, if_match=0)["version"] == 1
    with pytest.raises(Stale):
        put(house, if_match=0)
    assert put(house, if_match=1)["version"] == 2


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("time_zone", {"time_zone": "Mars/Olympus"}),
        ("weekly", {"weekly": [{"weekday": 7, "from": "09:00", "to": "10:00"}]}),
        ("weekly", {"weekly": [{"weekday": 0, "from": "10:00", "to": "10:00"}]}),
        ("weekly", {"weekly": [{"weekday": 0, "from": "9:00", "to": "10:00"}]}),
        ("weekly", {"weekly": [{"weekday": 0, "from": "09:00", "to": to} for to in ("10:00", "11:00")]}),
        ("exceptions", {"exceptions": [{"date": "2026-12-24", "from": "09:00"}]}),
        ("exceptions", {"exceptions": [{"date": "2026-12-24"}, {"date": "2026-12-24"}]}),
        ("slot_minutes", {"slot_minutes": 0}),
        ("horizon_days", {"horizon_days": 366}),
        ("buffer_minutes", {"buffer_minutes": -1}),
    ],
)
def test_what_makes_no_sense_is_refused_by_the_name_of_its_field(house: House, field: str, changes: Any) -> None:
    with pytest.raises(Invalid) as refused:
        put(house, **changes)
    assert list(refused.value.errors) == [field]


def test_c15_a_session_of_any_engagement_takes_its_slot_and_a_cancelled_one_gives_it_back(house: House) -> None:
    put(house)
    other = house.engagement_of(house.client_called("Otto Other"), house.coach)
    session = house.schedule("2026-12-01T09:00:00Z", engagement_id=str(other))
    assert free(house) == ["2026-12-01T08:00:00Z", "2026-12-01T10:00:00Z"]
    house.cancel(session)
    assert free(house) == ["2026-12-01T08:00:00Z", "2026-12-01T09:00:00Z", "2026-12-01T10:00:00Z"]


def test_c22_a_client_learns_that_a_time_is_taken_and_not_by_whom(house: House) -> None:
    put(house)
    other = house.engagement_of(house.client_called("Otto Other"), house.coach)
    house.schedule("2026-12-01T09:00:00Z", engagement_id=str(other), title="Otto's crisis")
    answer = why(house, "2026-12-01T09:00:00Z", house.client)
    assert answer == {"free": False, "reason": "taken", "sentence": "The coach is not free at that time."}
    assert why(house, "2026-12-01T10:00:00Z", house.client) == {"free": True, "reason": None, "sentence": None}


def test_c22_a_client_asks_only_for_the_coach_of_an_own_engagement_that_runs(house: House) -> None:
    put(house)
    assert len(free(house, house.client)) == 3
    stranger = house.client_called("Stranger")
    for ask in (lambda: free(house, stranger), lambda: why(house, "2026-12-01T09:00:00Z", stranger)):
        with pytest.raises(NotFound):
            ask()
    facts = people.engagement_facts(house.client.id, house.coach.id, status="completed")
    house.harness.feed(
        "engagements.engagement.completed.v1",
        subject=house.engagement,
        sequence=2,
        data={**facts, "reason": None, "sessions_unused": 0},
    )
    with pytest.raises(NotFound):
        free(house, house.client)


def test_c22_the_engagement_that_was_deleted_opens_nothing(house: House) -> None:
    put(house)
    house.delete()
    with pytest.raises(NotFound):
        free(house, house.client)


def test_at_most_62_days_are_answered_at_once(house: House) -> None:
    given = {"id": str(house.coach.id), "from": "2026-12-01T00:00:00Z", "to": "2027-03-01T00:00:00Z"}
    with pytest.raises(Invalid) as refused:
        house.harness.call(calls.list_slots, given, house.coach)
    assert list(refused.value.errors) == ["to"]
