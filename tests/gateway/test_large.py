"""An engagement with more than a page holds: each page is answered in one round and leads on by cursor, and back."""

from __future__ import annotations

import html
import re
from uuid import uuid4

import pytest

from contracts.calls import assignments, documents, engagements, goals, notes
from tests.gateway.examples import answer_of, every_call

ID = "0f6c2b8e-5a1d-4a57-9a34-6d7c9f0b1e21"
PAGE = f"/engagements/{ID}"
LISTS = {
    PAGE: engagements.list_activity,
    f"{PAGE}/notes": notes.list_notes,
    f"{PAGE}/goals": goals.list_goals,
    f"{PAGE}/assignments": assignments.list_assignments,
    f"{PAGE}/resources": documents.list_resources,
    f"{PAGE}/resources?folder_id={ID}": documents.list_resources,
    f"{PAGE}/resources/library": documents.list_library,
    f"/clients/{ID}/notes?q=calm": notes.list_client_notes,
    "/library": documents.list_library,
}
ON = re.compile(r'href="([^"]*)"[^>]*>(?:More|Older|Show earlier entries)<')
BACK = re.compile(r'href="([^"]*)"[^>]*>(?:<[^>]*>)*(?:First|Newest)<')


@pytest.fixture
def coach(broker, browser):
    """Every list has a hundred more, and then more to come."""
    for call in every_call():
        broker.answers[call.path] = answer_of(call)
    for call in set(LISTS.values()):
        (line,) = broker.answers[call.path]["items"]
        broker.answers[call.path] |= {"items": [{**line, "id": str(uuid4())} for _ in range(100)], "next": "on+"}
    broker.answers[engagements.get_engagement.path]["client"]["portal"] = "active"
    return browser("coach")


@pytest.mark.parametrize("address", LISTS)
def test_a_long_list_is_one_round_and_leads_on_and_back_with_its_filters(broker, coach, address):
    page = coach.get(address).get_data(as_text=True)
    assert broker.rounds == 1
    assert not BACK.search(page)
    (following,) = ON.findall(page)
    second = coach.get(html.unescape(following)).get_data(as_text=True)
    assert broker.rounds == 2
    assert broker.sent_to(LISTS[address].path)[-1].input["cursor"] == "on+"
    (first,) = BACK.findall(second)
    assert html.unescape(first) == address


@pytest.mark.parametrize("kind", ["notes", "goals", "assignments"])
def test_what_is_chosen_on_a_later_page_of_a_list_stays_beside_that_page(broker, coach, kind):
    page = coach.get(f"{PAGE}/{kind}?cursor=on%2B").get_data(as_text=True)
    chosen = re.findall(rf'class="choice" href="(/engagements/[^/]+/{kind}/[^"]*)"', page)
    assert len(chosen) == 100
    coach.get(html.unescape(chosen[-1]))
    assert broker.sent_to(LISTS[f"{PAGE}/{kind}"].path)[-1].input["cursor"] == "on+"
