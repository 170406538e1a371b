"""A form sent twice does its thing once, by a double click or again after no answer came (C25)."""

from __future__ import annotations

import re

import pytest

from contracts import errors
from tests.gateway.examples import answer_of, every_call

ID = "0f6c2b8e-5a1d-4a57-9a34-6d7c9f0b1e21"
GOAL = {"name": "Lead with calm", "description": ""}
ADDRESS = f"/engagements/{ID}/goals"


@pytest.fixture
def services(broker):
    for call in every_call():
        broker.answers[call.path] = answer_of(call)
    return broker


@pytest.fixture
def coach(services, browser):
    return browser("coach")


def marks(response):
    return re.findall(r'name="once" value="([\w-]+)"', response.get_data(as_text=True))


def keys(services, path="engagements.create_goal"):
    return [sent.key for sent in services.sent_to(path)]


def test_the_same_form_sent_twice_asks_under_one_key(coach, services):
    for _ in range(2):
        assert coach.post(ADDRESS, {**GOAL, "once": "a-mark"}).status_code == 303
    one, again = keys(services)
    assert one == again
    assert re.fullmatch("[0-9a-f]{64}", one), "which tells nothing of what was typed"


def test_other_content_and_another_page_are_another_wish(coach, services):
    for changes in ({"once": "a-mark"}, {"once": "a-mark", "name": "Lead"}, {"once": "another"}, {}, {}):
        coach.post(ADDRESS, {**GOAL, **changes})
    assert len(set(keys(services))) == 5, "without a mark each is a wish of its own"


def test_a_button_in_a_list_asks_for_each_of_its_things_under_a_key_of_its_own(coach, services):
    for _ in range(2):
        coach.post(f"/goals/{ID}/complete", {"once": "a-mark"})
        coach.post(f"/goals/{ID}/reopen", {"once": "a-mark"})
    assert len(set(keys(services, "engagements.complete_goal"))) == 1
    assert set(keys(services, "engagements.complete_goal")) != set(keys(services, "engagements.reopen_goal"))


@pytest.mark.parametrize("page", [f"{ADDRESS}/new", f"/engagements/{ID}/program", "/clients/new"])
def test_every_form_of_a_page_has_a_mark_of_its_own(coach, page):
    found = marks(coach.get(page))
    assert found
    assert len(set(found)) == len(found)
    assert all(len(mark) * 6 >= 128 for mark in found)
    assert not set(found) & set(marks(coach.get(page))), "and a new one each time"


def test_a_form_that_no_answer_came_to_is_sent_again_under_the_same_key(coach, services):
    services.answers["engagements.create_goal"] = errors.Unavailable("The engagements service does not answer.")
    failed = coach.post(ADDRESS, {**GOAL, "once": "a-mark"})
    assert failed.status_code == 503
    assert set(marks(failed)) == {"a-mark"}
    services.answers["engagements.create_goal"] = answer_of(next(c for c in every_call() if c.name == "create_goal"))
    coach.post(ADDRESS, {**GOAL, "once": "a-mark"})
    assert len(set(keys(services))) == 1


def test_signing_in_again_is_another_sign_in(services, browser):
    someone = browser("")
    for _ in range(2):
        someone.post("/sign-in", {"email": "a@example.org", "password": "seven wet otters", "once": "a-mark"})
        someone.http.delete_cookie("coachworks_session")
    assert len(set(keys(services, "engagements.sign_in"))) == 2
