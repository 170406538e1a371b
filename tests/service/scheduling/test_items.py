"""A session that is an item of the engagement's program (C12), also before it has a date (S2.99)."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.errors import Invalid, NotFound
from tests.service.scheduling.house import House
from tests.support import people


def item(house: House, kind: str = "session", *, engagement: UUID | None = None, **changes: Any) -> str:
    """An item, as engagements would tell of it; its id."""
    id_ = uuid4()
    facts = people.item_facts(engagement or house.engagement, kind, **changes)
    house.harness.feed("engagements.item.added.v1", subject=id_, data=facts)
    return str(id_)


def test_c12_a_session_says_which_item_it_is_in_its_events_and_in_the_mail(house: House) -> None:
    first = item(house)
    session = house.schedule(item_id=first)
    assert session["item_id"] == first
    house.reschedule(session, "2026-12-02T15:00:00Z")
    house.complete(session)
    kinds = ("scheduled", "rescheduled", "completed")
    events = [house.harness.events(f"scheduling.session.{kind}.v1")[0] for kind in kinds]
    assert [event.data["item_id"] for event in events] == [first] * 3
    assert [request["item_id"] for request in house.requests()] == [first] * 2
    assert house.schedule("2026-12-09T15:00:00Z")["item_id"] is None


def test_only_a_session_of_this_engagements_program_can_be_named(house: House) -> None:
    other = house.engagement_of(house.client, house.coach)
    for wrong in (item(house, "form"), item(house, engagement=other), item(house, deleted=True)):
        with pytest.raises(Invalid) as refused:
            house.schedule(item_id=wrong)
        assert set(refused.value.errors) == {"item_id"}
    with pytest.raises(NotFound) as unknown:
        house.schedule(item_id=str(uuid4()))
    assert unknown.value.awaited
    assert house.listed()["items"] == []


def test_s2_99_a_planned_session_without_a_date_counts_in_the_total_and_nowhere_else(house: House) -> None:
    house.engagement = house.engagement_of(house.client, house.coach, sessions_total=3)
    first, _ = item(house), item(house)
    before = house.listed()
    assert (before["total"], before["planned"], before["left"], before["items"]) == (3, 0, 3, [])
    house.complete(house.schedule(item_id=first))
    after = house.listed()
    assert (after["total"], after["planned"], after["completed"], after["left"]) == (3, 1, 1, 2)
    assert [session["number"] for session in after["items"]] == [1]
    assert house.listed("upcoming")["items"] == []
