"""Items that go out by themselves, and what completes them (S1.12, S1.22, C12)."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import Any
from uuid import UUID

import pytest

from contracts.calls import engagements as engagement_calls
from contracts.calls import feedback as feedback_calls
from contracts.calls import items as calls
from contracts.errors import Conflict
from services.engagements.items.delivery import send_due
from tests.service.engagements.house import House
from tests.service.engagements.programs import (
    LEILA,
    RAFAEL,
    answered,
    asked_by_hand,
    do,
    form,
    form_gone,
    item_of,
    items,
    mails,
    sent,
    states,
    write,
)
from tests.service.engagements.test_feedback import answer, links
from tests.service.engagements.test_goals import goal_of
from tests.service.engagements.test_races import at_once


def test_s1_12_at_its_time_an_item_goes_out_once(house: House) -> None:
    item = item_of(house, "Three wins", to=[LEILA])
    at = house.clock.now() + dt.timedelta(days=2)
    assert do(house, calls.schedule_item, item, send_at=at.isoformat())["state"] == "scheduled"
    house.clock.advance(days=1)
    assert send_due(house.harness.runtime) == 0
    house.clock.advance(days=300)  # the clock jumps
    assert [send_due(house.harness.runtime) for _ in range(3)] == [1, 0, 0]
    assert states(house) == {"Three wins": "sent"}
    assert mails(house) == ["Three wins"]
    (request,) = house.harness.requests("item_task")
    assert request["trigger"] == {"origin": "staff", "person_id": str(house.coach.id)}, "on purpose (S1.3, C3)"


def test_s1_12_what_is_taken_off_the_schedule_stays(house: House) -> None:
    item = item_of(house, "Three wins", to=[LEILA])
    do(house, calls.schedule_item, item, send_at=(house.clock.now() + dt.timedelta(hours=1)).isoformat())
    unscheduled = do(house, calls.unschedule_item, item)
    assert (unscheduled["state"], unscheduled["delivery"]) == ("pending", {"mode": "manual"})
    with pytest.raises(Conflict):
        do(house, calls.unschedule_item, item)
    house.clock.advance(hours=2)
    assert send_due(house.harness.runtime) == 0
    with pytest.raises(Conflict, match="passed"):
        do(house, calls.schedule_item, item, send_at=house.clock.now().isoformat())


def test_two_replicas_send_what_is_due_once(house: House) -> None:
    for number in range(6):
        item = item_of(house, f"Task {number}", to=[LEILA])
        do(house, calls.schedule_item, item, send_at=(house.clock.now() + dt.timedelta(hours=1)).isoformat())
    house.clock.advance(hours=1)
    assert at_once(*[lambda: send_due(house.harness.runtime)] * 4) == {"done": 4}
    assert sorted(mails(house)) == [f"Task {number}" for number in range(6)]


def test_s1_22_c12_an_item_follows_the_one_before_it_once(house: House) -> None:
    first = item_of(house, "Three wins")
    reflection = item_of(house, "Reflection", "form", form_id=form(house), delivery={"mode": "after_previous"})
    assert write(house, reflection, [LEILA])["state"] == "scheduled"
    talk = item_of(house, "A talk", "link", url="https://example.org/talk", to=[LEILA])
    do(house, calls.schedule_item, talk, after_previous=True)
    assert sent(house) == []
    do(house, calls.complete_item, first)
    assert states(house) == {"Three wins": "completed", "Reflection": "sent", "A talk": "scheduled"}
    answered(house, reflection)
    answered(house, reflection)
    assert states(house) == {"Three wins": "completed", "Reflection": "completed", "A talk": "sent"}
    assert sent(house) == ["Reflection", "A talk"]
    assert mails(house) == ["A talk"]


def test_c12_what_is_set_to_follow_something_completed_goes_out_at_once(house: House) -> None:
    first = item_of(house, "Three wins")
    between = item_of(house, "Between")
    last = item_of(house, "Last", to=[LEILA])
    do(house, calls.schedule_item, last, after_previous=True)
    do(house, calls.complete_item, first)
    assert mails(house) == []
    do(house, calls.remove_item, between)
    assert mails(house) == ["Last"], "the one before it is completed now"


def test_c12_two_items_completed_at_once_send_what_follows_once_each(house: House) -> None:
    firsts = [item_of(house, f"First {number}") for number in range(4)]
    for first in firsts:
        after = item_of(house, f"After {first['title']}", to=[LEILA])
        do(house, calls.schedule_item, after, after_previous=True)
        house.call(calls.order_items, {"id": house.engagement, "ids": _after(items(house), first, after)})
    complete = [partial(do, house, calls.complete_item, first) for first in firsts]
    assert at_once(*complete, *complete) == {"done": 4, "conflict": 4}
    assert sorted(mails(house)) == [f"After First {number}" for number in range(4)]


def _after(there: list[Any], before: Any, item: Any) -> list[str]:
    others = [one["id"] for one in there if one["id"] != item["id"]]
    others.insert(others.index(before["id"]) + 1, item["id"])
    return others


def test_c12_a_sessions_item_is_scheduled_and_completed_with_it(house: House) -> None:
    item = item_of(house, "First session", "session", duration_minutes=60)
    after = item_of(house, "Three wins", to=[LEILA])
    do(house, calls.schedule_item, after, after_previous=True)
    session = house.session(item_id=UUID(item["id"]))
    assert do(house, calls.get_item, item)["session_id"] == str(session)
    assert states(house) == {"First session": "scheduled", "Three wins": "scheduled"}
    house.session("cancelled", session=session, sequence=2, item_id=UUID(item["id"]))
    assert (do(house, calls.get_item, item)["state"], mails(house)) == ("pending", [])
    again = house.session(item_id=UUID(item["id"]))
    house.session(
        "rescheduled", session=again, sequence=2, item_id=UUID(item["id"]), previous_starts_at=house.clock.now()
    )
    house.session("completed", session=again, sequence=3, item_id=UUID(item["id"]))
    assert states(house) == {"First session": "completed", "Three wins": "sent"}


def test_c12_after_the_last_session_what_follows_it_goes_out_though_the_engagement_is_completed(house: House) -> None:
    house.call(engagement_calls.update_engagement, {"id": house.engagement, "sessions_total": 1})
    item = item_of(house, "Last session", "session")
    survey = item_of(house, "Looking back", "form", form_id=form(house), to=[LEILA])
    do(house, calls.schedule_item, survey, after_previous=True)
    session = house.session(item_id=UUID(item["id"]))
    house.session("completed", session=session, sequence=2, item_id=UUID(item["id"]))
    assert house.get()["status"] == "completed"
    assert sent(house) == ["Looking back"]


def test_c12_an_invoices_item_is_completed_when_it_is_paid(house: House) -> None:
    invoice = house.invoice("created", "draft")
    item = item_of(house, "First instalment", "invoice", invoice_id=str(invoice), to=[LEILA])
    do(house, calls.send_item, item)
    house.invoice("sent", "sent", invoice=invoice, sequence=2)
    assert states(house) == {"First instalment": "sent"}
    house.invoice("paid", "paid", invoice=invoice, sequence=3)
    assert states(house) == {"First instalment": "completed"}


@pytest.mark.parametrize("delivery", ["manual", "after_previous"])
def test_c12_an_invoice_that_is_sent_from_its_own_page_sends_its_item(house: House, delivery: str) -> None:
    invoice = house.invoice("created", "draft")
    item_of(house, "Three wins")
    wanted = {"invoice_id": str(invoice), "delivery": {"mode": delivery}, "to": [LEILA]}
    item = item_of(house, "First instalment", "invoice", **wanted)
    assert item["state"] == ("scheduled" if delivery == "after_previous" else "pending")
    house.invoice("sent", "sent", invoice=invoice, sequence=2)
    found = do(house, calls.get_item, item)
    assert (found["state"], found["sent_at"] is not None) == ("sent", True)
    assert [one["title"] for one in items(house, by=house.client)] == ["First instalment"]
    assert house.get()["status"] == "in_progress", "what is sent starts the engagement (C8)"
    assert sent(house) == [], "billing is not asked to send it again"
    house.invoice("paid", "paid", invoice=invoice, sequence=3)
    assert do(house, calls.get_item, item)["state"] == "completed"


def test_c22_a_form_that_is_sent_by_hand_makes_its_recipients_those_of_its_item(house: House) -> None:
    item = item_of(house, "Reflection", "form", form_id=form(house), to=[RAFAEL])
    asked_by_hand(house, item, LEILA, {"email": "ana@client.example", "name": "Ana"})
    found = do(house, calls.get_item, item)
    assert found["state"] == "sent"
    assert [one["email"] for one in found["recipients"]] == [LEILA["email"], "ana@client.example"]
    assert [one["title"] for one in items(house, by=house.client)] == ["Reflection"]
    other = item_of(house, "For Rafael", "form", form_id=form(house), to=[LEILA])
    asked_by_hand(house, other, RAFAEL)
    assert [one["title"] for one in items(house, by=house.client)] == ["Reflection"], "it was not asked there"


def test_c12_feedback_is_completed_when_all_stakeholders_have_answered(house: House) -> None:
    goal = goal_of(house)
    item = item_of(house, "Feedback on the goal", "feedback", to=[RAFAEL, {"email": "ana@client.example"}])
    assert do(house, calls.send_item, item)["goal_id"] == goal["id"], "the only active goal"
    tokens = links(house)
    assert set(tokens) == {RAFAEL["email"], "ana@client.example"}
    assert house.harness.requests("feedback_request")[0]["item_id"] == item["id"]
    answer(house, tokens[RAFAEL["email"]])
    assert states(house) == {"Feedback on the goal": "sent"}
    answer(house, tokens["ana@client.example"])
    assert states(house) == {"Feedback on the goal": "completed"}


def test_c12_feedback_is_completed_too_when_the_last_one_who_could_answer_is_taken_off(house: House) -> None:
    goal = goal_of(house)
    item = item_of(house, "Feedback", "feedback", goal_id=goal["id"], to=[RAFAEL, {"email": "ana@client.example"}])
    do(house, calls.send_item, item)
    answer(house, links(house)[RAFAEL["email"]])
    there = house.call(feedback_calls.list_stakeholders, {"id": goal["id"]})["items"]
    (ana,) = [one for one in there if one["email"] == "ana@client.example"]
    house.call(feedback_calls.remove_stakeholder, {"id": ana["id"]})
    assert states(house) == {"Feedback": "completed"}


def test_what_cannot_go_out_by_itself_is_cancelled_and_the_log_says_why(house: House) -> None:
    form_id = form(house)
    first = item_of(house, "Three wins")
    reflection = item_of(house, "Reflection", "form", form_id=form_id, to=[LEILA])
    do(house, calls.schedule_item, reflection, after_previous=True)
    form_gone(house, form_id)
    assert do(house, calls.complete_item, first)["state"] == "completed", "which it is whatever follows"
    assert states(house) == {"Three wins": "completed", "Reflection": "cancelled"}
    entry = next(entry for entry in house.activity() if entry["verb"] == "withheld")
    assert entry["detail"] == "The form is not there any more: choose another one."
    do(house, calls.update_item, reflection, form_id=form(house))
    assert do(house, calls.send_item, reflection)["state"] == "sent"


def test_c9_nothing_goes_out_by_itself_for_a_deleted_engagement(house: House) -> None:
    item = item_of(house, "Three wins", to=[LEILA])
    do(house, calls.schedule_item, item, send_at=(house.clock.now() + dt.timedelta(hours=1)).isoformat())
    house.call(engagement_calls.delete_engagement, {"id": house.engagement})
    house.clock.advance(hours=2)
    assert send_due(house.harness.runtime) == 1
    assert mails(house) == []
    house.call(engagement_calls.restore_engagement, {"id": house.engagement})
    assert states(house) == {"Three wins": "cancelled"}


def test_a_time_that_has_passed_when_recipients_are_added_sends_nothing(house: House) -> None:
    at = {"mode": "at", "send_at": (house.clock.now() + dt.timedelta(hours=1)).isoformat()}
    item = item_of(house, "Three wins", delivery=at)
    house.clock.advance(hours=2)
    assert write(house, item, [LEILA])["state"] == "pending"
    assert send_due(house.harness.runtime) == 0


def test_c10_what_goes_out_by_itself_after_another_coach_took_over_goes_in_that_coachs_name(house: House) -> None:
    item = item_of(house, "Three wins", to=[LEILA])
    do(house, calls.schedule_item, item, send_at=(house.clock.now() + dt.timedelta(hours=1)).isoformat())
    samuel = house.coach_called("Samuel Adler")
    house.call(engagement_calls.assign_engagement, {"id": house.engagement, "coach_id": str(samuel.id)}, by=house.admin)
    house.clock.advance(hours=2)
    send_due(house.harness.runtime)
    (event,) = house.harness.events("engagements.item.sent.v1")
    assert event.data["sender_name"] == "Samuel Adler"
    assert house.harness.requests("item_task")[0]["trigger"] == {"origin": "staff", "person_id": str(samuel.id)}


def test_c12_a_session_is_never_sent_by_what_comes_before_it_nor_by_a_time(house: House) -> None:
    first = item_of(house, "First session", "session")
    second = item_of(house, "Second session", "session", delivery={"mode": "after_previous"})
    assert second["delivery"] == {"mode": "manual"}, "the calendar icon sends it (S1.15)"
    sessions = [house.session(item_id=UUID(item["id"])) for item in (first, second)]
    house.session("completed", session=sessions[0], sequence=2, item_id=UUID(first["id"]))
    house.clock.advance(days=900)
    assert send_due(house.harness.runtime) == 0
    assert states(house) == {"First session": "completed", "Second session": "scheduled"}


def test_c23_a_recipient_whose_address_is_the_clients_by_now_gets_it_once(house: House) -> None:
    goal_of(house)
    item = item_of(house, "Feedback", "feedback", to=[LEILA, {"email": "leila@new.example"}])
    house.call(engagement_calls.update_client, {"id": str(house.client.id), "email": "Leila@new.example"})
    assert [one["email"] for one in do(house, calls.get_item, item)["recipients"]] == ["Leila@new.example"]
    do(house, calls.send_item, item)
    assert len(house.harness.requests("feedback_request")) == 1


def test_an_invoice_that_was_deleted_is_not_sent(house: House) -> None:
    invoice = house.invoice("created", "draft")
    item = item_of(house, "First instalment", "invoice", invoice_id=str(invoice), to=[LEILA])
    house.invoice("deleted", "draft", invoice=invoice, sequence=2)
    with pytest.raises(Conflict, match="no draft any more"):
        do(house, calls.send_item, item)
    assert states(house) == {"First instalment": "pending"}


def test_c8_the_first_item_that_is_sent_starts_the_engagement(house: House) -> None:
    assert house.get()["status"] == "not_started"
    do(house, calls.send_item, item_of(house, "Three wins", to=[LEILA]))
    do(house, calls.send_item, item_of(house, "Four wins", to=[LEILA]))
    assert house.get()["status"] == "in_progress"
    assert len(house.harness.events("engagements.engagement.started.v1")) == 1


def test_an_edit_leaves_what_is_due_on_the_schedule(house: House) -> None:
    item = item_of(house, "Three wins", to=[LEILA])
    do(house, calls.schedule_item, item, send_at=(house.clock.now() + dt.timedelta(hours=1)).isoformat())
    house.clock.advance(hours=2)
    assert do(house, calls.update_item, item, title="Four wins")["state"] == "scheduled"
    assert send_due(house.harness.runtime) == 1
    assert mails(house) == ["Four wins"]


def test_c18_feedback_goes_on_with_the_round_that_takes_its_place(house: House) -> None:
    goal = goal_of(house)
    item = item_of(house, "Feedback", "feedback", to=[RAFAEL])
    do(house, calls.send_item, item)
    house.clock.advance(seconds=1)
    house.call(feedback_calls.request_feedback, {"id": goal["id"], "new_round": True})
    answer(house, links(house)[RAFAEL["email"]])
    assert states(house) == {"Feedback": "completed"}
