"""Reminders of forms: switched on by staff, few, with days between, to whoever has not answered (C3, C19, C25)."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from contracts.calls import forms as calls
from contracts.errors import Conflict, Forbidden, Invalid, NotFound
from services.documents.forms.operations import expire
from services.documents.forms.reminders import remind
from tests.service.documents.house import House
from tests.service.documents.test_forms import ANA, RAFAEL, answer, asked, page, seen, tokens, written
from tests.support import people

TWICE = {"count": 2, "every_days": 3}


def reminded(house: House) -> list[dict[str, Any]]:
    """The requests for reminders so far."""
    return [request for request in house.harness.requests("form_request") if request["context"].get("reminder")]


def run(house: House, **later: float) -> int:
    """How many reminders are asked for when the worker runs then."""
    house.harness.clock.advance(**later)
    before = len(reminded(house))
    house.harness.run(remind)
    return len(reminded(house)) - before


def test_without_staff_nobody_is_reminded(house: House) -> None:
    request = asked(house, written(house))
    assert request["reminders"] is None
    assert run(house, days=30) == 0


def test_c3_reminders_go_out_as_often_as_staff_said_with_the_days_between(house: House) -> None:
    request = asked(house, written(house), ANA, RAFAEL, reminders=TWICE)
    assert request["reminders"] == {
        **TWICE, "sent": 0, "next_at": "2026-11-27T09:00:00Z", "stopped_at": None
    }  # fmt: skip
    assert run(house, days=2, hours=23) == 0
    assert run(house, hours=1) == 2
    assert run(house) == 0
    assert run(house, days=3) == 2
    assert run(house, days=30) == 0
    assert seen(house, request)["reminders"] == {**TWICE, "sent": 2, "next_at": None, "stopped_at": None}
    one = reminded(house)[0]
    assert one["trigger"] == {"origin": "staff", "person_id": str(house.coach.id)}
    assert one["recipients"] == [{"person_id": None, **ANA}]


def test_c25_each_reminder_has_a_cause_of_its_own(house: House) -> None:
    asked(house, written(house), ANA, RAFAEL, reminders=TWICE)
    run(house, days=3)
    run(house, days=3)
    keys = [request["key"] for request in house.harness.requests("form_request")]
    assert len(keys) == len(set(keys)) == 6
    assert [key.rsplit("/", 1)[1] for key in keys[2:]] == ["1", "1", "2", "2"]


def test_whoever_has_answered_is_not_reminded_and_an_answered_request_needs_no_more(house: House) -> None:
    request = asked(house, written(house), ANA, RAFAEL, reminders=TWICE)
    first, second = tokens(house)
    answer(house, first, "A change")
    assert run(house, days=3) == 1
    assert reminded(house)[0]["recipients"][0]["email"] == RAFAEL["email"]
    answer(house, second, "Curiosity")
    assert seen(house, request)["reminders"]["next_at"] is None
    assert run(house, days=3) == 0


def test_c19_the_link_of_a_reminder_works_as_the_first_one_does_until_the_form_is_answered(house: House) -> None:
    request = asked(house, written(house), reminders=TWICE)
    run(house, days=3)
    first, second = tokens(house)
    assert first != second
    assert page(house, first) == page(house, second)
    answer(house, second, "A change")
    assert seen(house, request)["state"] == "answered"
    for token in (first, second):
        with pytest.raises(NotFound):
            page(house, token)


def test_c19_no_reminder_goes_out_when_its_link_would_work_no_more(house: House) -> None:
    request = asked(house, written(house), reminders={"count": 5, "every_days": 25})
    assert [run(house, days=25) for _ in range(4)] == [1, 1, 0, 0]
    assert seen(house, request)["reminders"]["next_at"] is None
    late = asked(house, written(house), reminders={"count": 1, "every_days": 30})
    house.harness.clock.advance(days=60)
    house.harness.run(expire)
    assert run(house) == 0
    assert seen(house, late)["reminders"]["next_at"] is None


def test_a_clock_that_jumps_sends_one_at_a_time_with_the_days_between(house: House) -> None:
    request = asked(house, written(house), reminders={"count": 5, "every_days": 3})
    assert run(house, days=20) == 1
    assert run(house) == 0
    assert seen(house, request)["reminders"]["next_at"] == "2026-12-17T09:00:00Z"
    assert run(house, days=-20) == 0
    assert run(house, days=22, hours=23) == 0
    assert run(house, hours=1) == 1


def test_several_workers_remind_once(house: House) -> None:
    for _ in range(5):
        asked(house, written(house), ANA, RAFAEL, reminders=TWICE)
    house.harness.clock.advance(days=3)
    workers = [threading.Thread(target=house.harness.run, args=(remind,)) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    house.harness.run(remind)
    assert len(reminded(house)) == 10
    assert len({request["key"] for request in reminded(house)}) == 10


def test_staff_of_the_engagement_switch_them_off(house: House) -> None:
    request = asked(house, written(house), reminders=TWICE)
    for actor, error in ((people.coach("Other Coach"), NotFound), (house.client, Forbidden)):
        with pytest.raises(error):
            house.harness.call(calls.stop_form_reminders, {"id": request["id"]}, actor=actor)
    stopped = house.harness.call(calls.stop_form_reminders, {"id": request["id"]}, actor=house.coach)
    assert stopped["reminders"] == {**TWICE, "sent": 0, "next_at": None, "stopped_at": "2026-11-24T09:00:00Z"}
    assert stopped["version"] == request["version"] + 1
    assert run(house, days=3) == 0
    with pytest.raises(Conflict, match="no reminders to come"):
        house.harness.call(calls.stop_form_reminders, {"id": request["id"]}, actor=house.coach)
    without = asked(house, written(house))
    with pytest.raises(Conflict, match="no reminders to come"):
        house.harness.call(calls.stop_form_reminders, {"id": without["id"]}, actor=house.coach)


def test_c9_of_a_deleted_engagement_nobody_is_reminded(house: House) -> None:
    asked(house, written(house), reminders=TWICE)
    house.engagement_changed(house.client, house.coach, "deleted", deleted=True)
    assert run(house, days=3) == 0


@pytest.mark.parametrize("wrong", [{"count": 0}, {"count": 6}, {"every_days": 0}, {"every_days": 31}, {"count": "2"}])
def test_reminders_are_few_and_days_apart(house: House, wrong: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        asked(house, written(house), reminders={**TWICE, **wrong})
