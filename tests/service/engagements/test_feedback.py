"""Feedback on goals: stakeholders, rounds, links, answers (rules S1.26–S1.29, C18, C19, C25)."""

from __future__ import annotations

from typing import Any

import pytest

from contracts.calls import engagements as engagement_calls
from contracts.calls import feedback as calls
from contracts.calls import goals as goal_calls
from contracts.errors import Conflict, Forbidden, Invalid, NotFound
from tests.service.engagements.house import House
from tests.service.engagements.test_goals import goal_of
from tests.service.engagements.test_races import at_once

TOKEN_BITS = 128


def add(house: House, goal: dict[str, Any], name: str, **given: Any) -> dict[str, Any]:
    email = given.pop("email", f"{name.lower()}@partner.example")
    house.clock.advance(seconds=1)
    return house.call(calls.add_stakeholder, {"id": goal["id"], "email": email, "name": name, **given})


def ask(house: House, goal: dict[str, Any], **given: Any) -> int:
    return house.call(calls.request_feedback, {"id": goal["id"], **given})["requested"]


def links(house: House) -> dict[str, str]:
    """The token that each address was mailed last."""
    return {
        request["recipients"][0]["email"]: request["context"]["url"].rsplit("/", 1)[1]
        for request in house.harness.requests("feedback_request")
    }


def answer(house: House, token: str, rating: int = 4, **given: Any) -> None:
    house.public(calls.answer_feedback, {"token": token, "rating": rating, **given})


def feedback(house: House, goal: dict[str, Any], **options: Any) -> dict[str, Any]:
    return house.call(calls.get_feedback, {"id": goal["id"]}, **options)


def stakeholders(house: House, goal: dict[str, Any]) -> list[dict[str, Any]]:
    return house.call(calls.list_stakeholders, {"id": goal["id"]})["items"]


def test_s1_26_s1_27_first_stakeholders_are_added_by_address_then_all_are_asked(house: House) -> None:
    goal = goal_of(house)
    with pytest.raises(Conflict, match="Add stakeholders first"):
        ask(house, goal)
    add(house, goal, "Rafael", relation="Business partner")
    add(house, goal, "", email="ana@client.example")
    assert house.harness.requests("feedback_request") == [], "adding mails nobody"
    assert ask(house, goal) == 2
    one, two = house.harness.requests("feedback_request")
    assert one["recipients"] == [{"person_id": None, "email": "rafael@partner.example", "name": "Rafael"}]
    assert two["recipients"][0]["email"] == "ana@client.example"
    assert one["trigger"] == {"origin": "staff", "person_id": str(house.coach.id)}
    assert [each["asked_at"] is not None for each in stakeholders(house, goal)] == [True, True]


def test_c19_a_request_says_as_of_when_its_stakeholder_was_one(house: House) -> None:
    goal = goal_of(house)
    for _ in range(2):
        stakeholder = add(house, goal, "Rafael")
        ask(house, goal)
        house.call(calls.remove_stakeholder, {"id": stakeholder["id"]})
    asked = [request["context"]["stakeholder_version"] for request in house.harness.requests("feedback_request")]
    removed = [event.sequence for event in house.harness.events("engagements.stakeholder.removed.v1")]
    assert asked[0] < removed[0] < asked[1] < removed[1]


def test_whom_nobody_is_new_to_ask_nobody_is_mailed(house: House) -> None:
    goal = goal_of(house)
    add(house, goal, "Rafael")
    assert [ask(house, goal), ask(house, goal)] == [1, 0]
    add(house, goal, "Ana")
    assert ask(house, goal) == 1
    assert len(house.harness.requests("feedback_request")) == 2
    texts = [entry["text"] for entry in house.activity(by=house.client)]
    assert texts.count("asked 1 person for feedback on the goal Lead with calm") == 2
    assert not any("Rafael" in text for text in texts), "who is asked is for staff"


def test_s1_29_a_stakeholder_sees_the_goals_name_and_description_and_who_asks_and_nothing_else(house: House) -> None:
    goal = goal_of(house, description="In every meeting", due_date="2026-12-18")
    add(house, goal, "Rafael")
    ask(house, goal)
    (token,) = links(house).values()
    assert len(token) * 6 >= TOKEN_BITS
    assert house.public(calls.get_feedback_page, {"token": token}) == {
        "goal": {"name": "Lead with calm", "description": "In every meeting"},
        "from": {"coach_name": "Judith Okonkwo", "organisation": house.public(
            engagement_calls.public_organisation, {})["name"]},
    }  # fmt: skip


def test_s1_28_an_answer_is_a_rating_and_words_given_once(house: House) -> None:
    goal = goal_of(house)
    add(house, goal, "Rafael", relation="Partner")
    ask(house, goal)
    (token,) = links(house).values()
    for wrong in (0, 6, "4", 3.5, None):
        with pytest.raises(Invalid):
            house.public(calls.answer_feedback, {"token": token, "rating": wrong})
    answer(house, token, 4, comment="No apology now.")
    (response,) = feedback(house, goal)["responses"]
    assert response["stakeholder"] == {"email": "rafael@partner.example", "name": "Rafael", "relation": "Partner"}
    assert (response["rating"], response["comment"], response["round"]) == (4, "No apology now.", 1)
    for call in (calls.get_feedback_page, calls.answer_feedback):
        given = {"token": token} | ({"rating": 1} if call is calls.answer_feedback else {})
        with pytest.raises(NotFound) as refused:
            house.public(call, given)
        assert refused.value.rule == "C19"
    (event,) = house.harness.events("engagements.feedback.received.v1")
    assert "rating" not in event.data
    assert "received feedback from Rafael on the goal Lead with calm" in [e["text"] for e in house.activity()]


def test_c18_the_client_sees_averages_alone_and_from_three_answers_on(house: House) -> None:
    goal = goal_of(house)
    for name in ("Rafael", "Ana", "Tobias"):
        add(house, goal, name)
    ask(house, goal)
    for rating, token in zip((5, 4, 4), links(house).values(), strict=True):
        assert feedback(house, goal, by=house.client) == {"average": None}
        answer(house, token, rating)
    assert feedback(house, goal, by=house.client) == {"average": 4.33}
    assert feedback(house, goal)["average"] == 4.33
    for call in (calls.list_stakeholders, calls.request_feedback):
        with pytest.raises(Forbidden):
            house.call(call, {"id": goal["id"]}, by=house.client)


def test_c18_a_round_keeps_the_goal_as_it_was_and_shows_the_change(house: House) -> None:
    goal = goal_of(house, description="First words")
    add(house, goal, "Rafael")
    add(house, goal, "Ana")
    ask(house, goal)
    first = links(house)
    answer(house, first["rafael@partner.example"], 2)
    house.call(goal_calls.update_goal, {"id": goal["id"], "name": "Lead", "description": "Other words"})
    page = house.public(calls.get_feedback_page, {"token": first["ana@partner.example"]})
    assert page["goal"] == {"name": "Lead with calm", "description": "First words"}
    house.clock.advance(seconds=60)
    assert ask(house, goal, new_round=True) == 2
    second = links(house)
    assert house.public(calls.get_feedback_page, {"token": second["ana@partner.example"]})["goal"]["name"] == "Lead"
    with pytest.raises(NotFound):
        answer(house, first["ana@partner.example"])
    answer(house, second["rafael@partner.example"], 4)
    answer(house, second["ana@partner.example"], 3)
    found = feedback(house, goal)
    shown = [(each["round"], each["requested"], each["answered"], each["average"], each["change"]) for each in
             found["rounds"]]  # fmt: skip
    assert shown == [(1, 2, 1, 2.0, None), (2, 2, 2, 3.5, 1.5)]
    assert found["average"] == 3.5
    assert [response["round"] for response in found["responses"]] == [2, 2, 1]


def test_c25_a_new_round_that_is_wished_twice_begins_once(house: House) -> None:
    goal = goal_of(house)
    add(house, goal, "Rafael")
    assert ask(house, goal, round=0) == 1, "the page showed no round yet"
    assert ask(house, goal, new_round=True, round=1) == 1
    with pytest.raises(Conflict, match="Round 2 has begun already") as refused:
        ask(house, goal, new_round=True, round=1)
    assert (type(refused.value).__name__, refused.value.rule) == ("RoundStarted", "C18")
    assert len(house.harness.requests("feedback_request")) == 2, "nobody is mailed by what was refused"
    assert house.public(calls.get_feedback_page, {"token": links(house)["rafael@partner.example"]}), "its link works"
    assert ask(house, goal, new_round=True, round=2) == 1
    assert ask(house, goal, new_round=True) == 1, "who names no round begins one"
    for wrong in (-1, "two", 1.5):
        with pytest.raises(Invalid):
            ask(house, goal, new_round=True, round=wrong)


def test_c25_of_two_who_wish_a_new_round_at_once_one_begins_it(house: House) -> None:
    goal = goal_of(house)
    add(house, goal, "Rafael")
    ask(house, goal)
    outcomes = at_once(*[lambda: ask(house, goal, new_round=True, round=1)] * 4)
    assert outcomes == {"done": 1, "conflict": 3}
    assert len(house.harness.requests("feedback_request")) == 2
    assert len(feedback(house, goal)["rounds"]) == 2


def test_c19_a_link_ends_after_60_days_with_its_stakeholder_and_with_its_goal(house: House) -> None:
    goal = goal_of(house)
    stakeholder = add(house, goal, "Rafael")
    ask(house, goal)
    (token,) = links(house).values()
    house.call(goal_calls.delete_goal, {"id": goal["id"]})
    with pytest.raises(NotFound):
        house.public(calls.get_feedback_page, {"token": token})
    house.call(goal_calls.restore_goal, {"id": goal["id"]})
    house.clock.advance(days=59)
    house.public(calls.get_feedback_page, {"token": token})
    house.clock.advance(days=2)
    with pytest.raises(NotFound):
        answer(house, token)
    house.call(calls.remove_stakeholder, {"id": stakeholder["id"]})
    add(house, goal, "Rafael")
    assert ask(house, goal) == 1, "who was removed and added again can be asked again"
    answer(house, links(house)["rafael@partner.example"])


def test_who_was_removed_is_asked_no_more_and_an_answer_stays(house: House) -> None:
    goal = goal_of(house)
    rafael, ana = add(house, goal, "Rafael"), add(house, goal, "Ana")
    ask(house, goal)
    tokens = links(house)
    answer(house, tokens["ana@partner.example"], 5)
    for stakeholder in (rafael, ana):
        house.call(calls.remove_stakeholder, {"id": stakeholder["id"]})
    with pytest.raises(NotFound):
        answer(house, tokens["rafael@partner.example"])
    assert stakeholders(house, goal) == []
    assert [response["rating"] for response in feedback(house, goal)["responses"]] == [5]
    with pytest.raises(NotFound):
        house.call(calls.remove_stakeholder, {"id": ana["id"]})


def test_an_address_is_a_stakeholder_of_a_goal_once(house: House) -> None:
    goal = goal_of(house)
    add(house, goal, "Rafael")
    with pytest.raises(Conflict):
        add(house, goal, "Raf", email="RAFAEL@partner.example")
    with pytest.raises(Invalid):
        add(house, goal, "Raf", email="no address")
    add(house, goal_of(house, "Another goal"), "Rafael")


def test_c22_nothing_of_it_is_for_another_coach_or_another_client(house: House) -> None:
    goal = goal_of(house)
    stakeholder = add(house, goal, "Rafael")
    ask(house, goal)
    other, stranger = house.coach_called("Other Coach"), house.client_called("Other Client")
    given = {"id": goal["id"]}
    tries: list[tuple[Any, dict[str, Any]]] = [
        (calls.list_stakeholders, given),
        (calls.add_stakeholder, given | {"email": "x@y.example"}),
        (calls.request_feedback, given),
        (calls.get_feedback, given),
        (calls.remove_stakeholder, {"id": stakeholder["id"]}),
    ]
    for call, what in tries:
        with pytest.raises(NotFound):
            house.call(call, what, by=other)
    with pytest.raises(NotFound):
        feedback(house, goal, by=stranger)
