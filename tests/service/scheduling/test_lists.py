"""Lists of sessions, their numbers and counters (S2.91, S2.92, S2.99)."""

from __future__ import annotations

from typing import Any

import pytest

from contracts.actor import Actor
from contracts.calls import scheduling as calls
from contracts.errors import Invalid
from tests.service.scheduling.house import House
from tests.support import people


def _ids(page: Any) -> list[str]:
    return [item["id"] for item in page["items"]]


def test_s2_91_upcoming_and_past_sessions_of_this_engagement_only(house: House) -> None:
    elsewhere = house.engagement_of(house.client, house.coach)
    house.schedule("2026-12-24T10:00:00Z", engagement_id=str(elsewhere))
    long_ago, yesterday = house.schedule("2026-10-01T10:00:00Z"), house.schedule("2026-11-23T10:00:00Z")
    later, soon = house.schedule("2026-12-20T10:00:00Z"), house.schedule("2026-12-10T10:00:00Z")
    assert _ids(house.listed("upcoming")) == [soon["id"], later["id"]]
    assert _ids(house.listed("past")) == [yesterday["id"], long_ago["id"]]
    assert _ids(house.listed()) == [long_ago["id"], yesterday["id"], soon["id"], later["id"]]


def test_a_session_is_upcoming_until_it_ends_or_has_an_outcome(house: House) -> None:
    running = house.schedule("2026-11-24T08:30:00Z")  # the clock stands at 09:00
    done = house.complete(house.schedule("2026-12-01T10:00:00Z"))
    called_off = house.cancel(house.schedule("2026-12-02T10:00:00Z"))
    assert _ids(house.listed("upcoming")) == [running["id"]]
    assert set(_ids(house.listed("past"))) == {done["id"], called_off["id"]}
    house.harness.clock.advance(minutes=30)
    assert house.listed("upcoming")["items"] == []


def test_s2_99_the_list_counts_planned_completed_and_total(house: House) -> None:
    for day in range(1, 5):
        house.schedule(f"2026-12-0{day}T10:00:00Z")
    first, second, third, _ = house.listed()["items"]
    house.complete(first)
    house.miss(second)
    house.cancel(third)
    page = house.listed("upcoming")
    assert (page["planned"], page["completed"], page["total"]) == (3, 1, 16)


def test_c7_a_missed_session_counts_if_the_organisation_says_so(house: House) -> None:
    house.miss(house.schedule())
    assert house.listed()["completed"] == 0
    facts = people.organisation_facts(no_show_counts=True)
    house.harness.feed("engagements.organisation.updated.v1", subject=house.engagement, data=facts)
    assert house.listed()["completed"] == 1


def test_sessions_are_numbered_by_start_without_the_cancelled(house: House) -> None:
    third, first = house.schedule("2026-12-09T10:00:00Z"), house.schedule("2026-12-01T10:00:00Z")
    second = house.schedule("2026-12-05T10:00:00Z")
    assert [s["number"] for s in house.listed()["items"]] == [1, 2, 3]
    house.cancel(first)
    assert [house.get(s)["number"] for s in (first, second, third)] == [None, 1, 2]


def test_lists_go_page_by_page(house: House) -> None:
    made = [house.schedule(f"2026-12-{day:02}T10:00:00Z")["id"] for day in range(1, 8)]
    for when, expected in (("upcoming", made), (None, made)):
        seen: list[str] = []
        cursor = None
        while True:
            page = house.listed(when, limit=3, **({"cursor": cursor} if cursor else {}))
            seen += _ids(page)
            cursor = page["next"]
            if cursor is None:
                break
        assert seen == expected
    with pytest.raises(Invalid):
        house.listed(cursor="nonsense")


def test_from_is_inclusive_and_to_exclusive(house: House) -> None:
    first, second = house.schedule("2026-12-01T10:00:00Z"), house.schedule("2026-12-02T10:00:00Z")

    def between(**bounds: str) -> list[str]:
        return _ids(house.harness.call(calls.list_sessions, bounds, house.coach))

    assert between(**{"from": "2026-12-01T10:00:00Z", "to": "2026-12-02T10:00:00Z"}) == [first["id"]]
    assert between(**{"from": "2026-12-01T10:00:01Z"}) == [second["id"]]
    assert between(to="2026-12-01T11:00:00+01:00") == []
    assert between() == [first["id"], second["id"]]


def test_a_list_keeps_to_one_state(house: House) -> None:
    done = house.complete(house.schedule("2026-11-20T10:00:00Z"))
    unsaid = house.schedule("2026-11-21T10:00:00Z")

    def of_state(state: str) -> list[str]:
        return _ids(house.harness.call(calls.list_sessions, {"state": state}, house.coach))

    assert (of_state("scheduled"), of_state("completed"), of_state("cancelled")) == ([unsaid["id"]], [done["id"]], [])
    with pytest.raises(Invalid):
        of_state("forgotten")


def test_what_is_over_and_not_said_how_it_went_can_be_asked_for_however_long_ago(house: House) -> None:
    long_ago = house.schedule("2024-11-21T10:00:00Z")
    house.complete(house.schedule("2026-11-20T10:00:00Z"))
    house.cancel(house.schedule("2026-11-21T10:00:00Z"))
    house.schedule("2026-11-24T08:30:00Z")  # it goes on now
    house.schedule()
    asked = {"unsettled": True}
    assert _ids(house.harness.call(calls.list_sessions, asked, house.coach)) == [long_ago["id"]]
    house.harness.clock.advance(minutes=30)
    assert len(_ids(house.harness.call(calls.list_sessions, asked, house.coach))) == 2


def test_a_session_names_its_program_and_how_many_sessions_that_has_as_the_engagement_says_now(house: House) -> None:
    session = house.schedule()
    assert (session["program_name"], session["sessions_total"]) == ("Business Coaching", 16)
    facts = people.engagement_facts(house.client.id, house.coach.id, program_name="First 90 Days", sessions_total=6)
    house.harness.feed("engagements.engagement.updated.v1", subject=house.engagement, sequence=2, data=facts)
    [listed] = house.listed()["items"]
    assert (listed["program_name"], listed["sessions_total"]) == ("First 90 Days", 6)


def test_c22_everybody_lists_what_is_theirs(house: House) -> None:
    colleague = house.coach_called("Carl Colleague")
    other_client = house.client_called("Otto Other")
    elsewhere = house.engagement_of(other_client, colleague)
    mine = house.schedule()
    theirs = house.schedule(engagement_id=str(elsewhere), by=colleague)

    def seen_by(actor: Actor, **more: str) -> set[str]:
        return set(_ids(house.harness.call(calls.list_sessions, more, actor)))

    assert seen_by(house.coach) == seen_by(house.client) == {mine["id"]}
    assert seen_by(colleague) == seen_by(other_client) == {theirs["id"]}
    assert seen_by(people.ADMIN) == {mine["id"], theirs["id"]}
    assert seen_by(people.ADMIN, coach_id=str(colleague.id)) == {theirs["id"]}
    assert seen_by(house.coach, coach_id=str(colleague.id)) == set()
