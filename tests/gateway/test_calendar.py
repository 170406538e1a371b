"""What the calendar in the browser is given: times of the reader's clock, busy times, and nobody else's."""

from __future__ import annotations

from typing import Any

import pytest

from contracts.calls import calendars
from tests.gateway.examples import answer_of, every_call

SESSION: dict[str, Any] = {
    "id": "5d8c2f8e-1f57-4f0c-9a0b-7f1d2a3b4c5d",
    "client": {"id": "3b1c2c38-6a52-4f6f-8d0e-6a3f0f4c9b21", "name": "Leila Haddad"},
    "coach": {"id": "c2a7d1f4-0f2b-4a77-9a5c-3f3b7a0e5d31", "name": "Judith Okonkwo"},
    "program_name": "Business Coaching",
    "starts_at": "2030-03-02T15:00:00Z",
    "ends_at": "2030-03-02T16:00:00Z",
    "location": {"kind": "zoom", "detail": None, "href": None},
    "state": "scheduled",
    "conflict": False,
}
BUSY = {"starts_at": "2030-03-02T08:00:00Z", "ends_at": "2030-03-02T09:30:00Z"}
WEEK = "/calendar/events?from=2030-02-25&to=2030-03-04"


def answer(broker: Any, *sessions: Any, busy: Any = ()) -> None:
    broker.answers["scheduling.list_sessions"] = {"items": list(sessions), "next": None}
    broker.answers["scheduling.list_busy_times"] = {"items": list(busy)}


def test_c14_times_are_those_of_the_readers_clock(browser, broker):
    answer(broker, SESSION, busy=[BUSY])
    session, busy = browser("coach").get(WEEK).get_json()
    assert (session["start"], session["end"]) == ("2030-03-02T16:00:00", "2030-03-02T17:00:00")
    assert (busy["title"], busy["start"]) == ("Busy", "2030-03-02T09:00:00")
    assert broker.sent_to("scheduling.list_sessions")[-1].input["from"].startswith("2030-02-24T23:00")


def test_c22_a_coach_asks_for_own_sessions_and_busy_times_alone(browser, broker):
    answer(broker)
    other = "11111111-1111-4111-8111-111111111111"
    browser("coach").get(f"{WEEK}&coach_id={other}")
    asked = [sent.input for sent in broker.sent_to("scheduling.list_sessions")]
    assert {one["coach_id"] for one in asked} == {broker.sent_to("scheduling.list_busy_times")[0].input["id"]}
    assert other not in str(asked)


def test_an_admin_sees_all_coaches_by_name_with_own_busy_times_or_those_of_the_one_chosen(browser, broker):
    answer(broker, SESSION, busy=[BUSY])
    admin = browser("admin")
    everybody, own = admin.get(WEEK).get_json()
    assert (everybody["extendedProps"]["coach"], own["title"]) == ("Judith Okonkwo", "Busy")
    assert broker.sent_to("scheduling.list_busy_times")[0].input["id"] in str(broker.people)
    one, busy = admin.get(f"{WEEK}&coach_id={SESSION['coach']['id']}").get_json()
    assert (one["extendedProps"]["coach"], busy["title"]) == ("", "Busy")


def test_cancelled_sessions_are_left_out_and_only_scheduled_ones_can_be_dragged(browser, broker):
    states = ("scheduled", "completed", "cancelled", "no_show")
    answer(broker, *({**SESSION, "id": state, "state": state} for state in states))
    shown = {one["id"]: one["editable"] for one in browser("coach").get(WEEK).get_json()}
    assert shown == {"scheduled": True, "completed": False, "no_show": False}


def test_pages_of_a_list_are_followed_to_the_end(browser, broker):
    pages = iter([{"items": [], "next": None}, {"items": [SESSION], "next": "on"}, {"items": [SESSION], "next": None}])
    broker.answers["scheduling.list_sessions"] = lambda _: next(pages)
    broker.answers["scheduling.list_busy_times"] = {"items": []}
    assert len(browser("coach").get(WEEK).get_json()) == 2


def test_what_is_no_window_is_refused(browser, broker):
    answer(broker)
    for query in ("from=2030-03-04&to=2030-02-25", "from=soon&to=2030-03-04", "from=2030-01-01&to=2030-12-31", ""):
        assert browser("coach").get(f"/calendar/events?{query}").status_code == 422


def test_the_style_sheet_of_the_calendar_is_allowed_by_a_nonce_of_its_own(browser, broker):
    answer(broker)
    first, second = (browser("coach").get("/calendar") for _ in range(2))
    policies = [response.headers["Content-Security-Policy"] for response in (first, second)]
    assert all("style-src 'self' 'nonce-" in policy for policy in policies)
    assert policies[0] != policies[1]
    assert "unsafe" not in policies[0]
    nonce = policies[0].split("'nonce-")[1].split("'")[0]
    assert f'<meta name="csp-nonce" content="{nonce}">' in first.get_data(as_text=True)
    assert "nonce" not in browser("coach").get("/profile").headers["Content-Security-Policy"]


def test_a_service_that_is_down_costs_the_sessions_and_not_the_page(browser, broker):
    broker.down.add("scheduling")
    page = browser("coach").get("/calendar")
    assert page.status_code == 200
    assert "This part does not answer just now." in page.get_data(as_text=True)


OWN: dict[str, Any] = {"state": "connected", "conflicts": [], "left_out": [], "left_out_total": 0}


@pytest.mark.parametrize(
    ("own", "words"),
    [
        ({"state": "failing", "left_out_total": 2}, "Your own calendar does not answer."),
        ({"conflicts": [{"what": "moved"}], "left_out_total": 2}, "1 session was changed in your own calendar."),
        ({"left_out_total": 2}, "2 events of your own calendar cannot be read."),
    ],
)
@pytest.mark.parametrize("path", ["/", "/calendar"])
def test_what_is_wrong_with_the_own_calendar_stands_where_sessions_are_looked_at(browser, broker, path, own, words):
    for call in every_call():
        broker.answers[call.path] = answer_of(call)
    broker.answers["scheduling.get_calendar"] = OWN | own
    html = browser("coach").get(path).text
    assert words in html
    assert '<a href="/profile/calendar">' in html
    broker.answers["scheduling.get_calendar"] = OWN
    assert "/profile/calendar" not in browser("coach").get(path).text


def test_events_that_block_no_time_are_named_with_their_day_and_why(browser, broker):
    left_out = [
        {"address": "standup.ics", "begins_on": "2026-11-03", "reason": "repeats"},
        {"address": "<b>.ics", "begins_on": None, "reason": "unreadable"},
    ]
    shown = answer_of(calendars.get_calendar, state="connected", left_out=left_out, left_out_total=51)
    broker.answers["scheduling.get_calendar"] = shown
    html = browser("coach").get("/profile/calendar").text
    for words in ("standup.ics", "3 Nov 2026", "It repeats more often than ten times a day"):
        assert words in html
    for words in ("&lt;b&gt;.ics", "Not known", "It makes no sense to us.", "These are the first 2."):
        assert words in html
