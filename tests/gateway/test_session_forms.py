"""Forms about sessions: times over a change of clocks (C14), who is told of a change (C2), what has no date (S2.99)."""

from __future__ import annotations

import datetime as dt
import re
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.errors import Invalid
from gateway.portal import clock, filters
from tests.gateway.examples import answer_of, every_call

ID = "0f6c2b8e-5a1d-4a57-9a34-6d7c9f0b1e21"
SCHEDULE, MOVE, EDIT = f"/engagements/{ID}/sessions", f"/sessions/{ID}/reschedule", f"/sessions/{ID}/edit"
#: In Berlin clocks go from 03:00 back to 02:00 that night, and from 02:00 to 03:00 in spring.
TWICE, NEVER = "2026-10-25T02:30", "2027-03-28T02:30"
FORM = {"starts_at": TWICE, "duration_minutes": "60", "location_kind": "phone", "notify": "1"}
ZONES = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "America/Havana", "UTC"]
FIRST = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)


@pytest.fixture
def services(broker):
    for call in every_call():
        broker.answers[call.path] = answer_of(call)
    broker.answers["notifications.may_notify"] = {"verdicts": []}
    return broker


@pytest.fixture
def coach(services, browser):
    return browser("coach")


def starts(services, path="scheduling.schedule_session", name="starts_at"):
    return [sent.input[name] for sent in services.sent_to(path)]


def chosen(html):
    return re.findall(r'value="(first|second)" checked', html)


# Times that clocks show twice or never


def test_c14_a_time_that_comes_twice_asks_which_is_meant_and_takes_the_one_that_was_said(coach, services):
    response = coach.post(SCHEDULE, FORM)
    assert response.status_code == 422
    assert 'id="starts_at-error"' in response.text
    assert "The first, UTC+02:00 (CEST)" in response.text
    assert "The second, UTC+01:00 (CET)" in response.text
    assert f'value="{TWICE}"' in response.text
    assert chosen(response.text) == []
    assert starts(services) == []
    for turn in ("first", "second"):
        assert coach.post(SCHEDULE, {**FORM, "starts_at_turn": turn}).status_code == 303
    assert starts(services) == ["2026-10-25T02:30:00+02:00", "2026-10-25T02:30:00+01:00"]


def test_c14_a_time_that_never_comes_is_refused_beside_its_field(coach, services):
    response = coach.post(SCHEDULE, {**FORM, "starts_at": NEVER, "starts_at_turn": "second"})
    assert response.status_code == 422
    error = re.search(r'id="starts_at-error">.*?</p>', response.text, re.DOTALL).group()
    assert "Clocks go forward that day and skip 02:30. Choose another time, such as 03:30." in error
    assert 'name="starts_at_turn"' not in response.text
    assert starts(services) == []


def test_c14_a_time_that_comes_once_is_asked_nothing(coach, services):
    assert 'name="starts_at_turn"' not in coach.get(f"{SCHEDULE}/new").text
    coach.post(SCHEDULE, {**FORM, "starts_at": "2026-10-25T03:00", "starts_at_turn": "second"})
    assert starts(services) == ["2026-10-25T03:00:00+01:00"]


def test_c14_the_dates_of_a_series_ask_it_beside_the_field(coach, services):
    form = {**FORM, "every": "week", "count": "4"}
    html = coach.post(f"{SCHEDULE}/dates", form).text
    assert "Say which of the two is meant." in html
    assert re.search(r'<fieldset[^>]* id="starts_at-turn" hx-swap-oob="true">', html)
    assert services.sent_to("scheduling.preview_series") == []
    html = coach.post(f"{SCHEDULE}/dates", {**form, "starts_at_turn": "second"}).text
    assert starts(services, "scheduling.preview_series") == ["2026-10-25T02:30:00+01:00"]
    assert chosen(html) == ["second"]


@pytest.mark.parametrize(("start", "turn"), [("2026-10-25T00:30:00Z", "first"), ("2026-10-25T01:30:00Z", "second")])
def test_c14_a_session_in_the_hour_that_comes_twice_stays_where_it_is_unless_it_is_moved(coach, services, start, turn):
    services.answers["scheduling.get_session"]["starts_at"] = start
    html = coach.get(MOVE).text
    assert f'value="{TWICE}"' in html
    assert chosen(html) == [turn]
    coach.post(MOVE, {**FORM, "starts_at_turn": turn})
    (sent,) = starts(services, "scheduling.reschedule_session")
    assert dt.datetime.fromisoformat(sent) == dt.datetime.fromisoformat(start)


def test_c14_what_is_dragged_into_the_hour_that_comes_twice_asks_which(coach, services):
    html = coach.get(f"{MOVE}?starts_at={TWICE}").text
    assert 'name="starts_at_turn"' in html
    assert chosen(html) == []
    assert coach.post(MOVE, FORM).status_code == 422
    assert starts(services, "scheduling.reschedule_session") == []


def test_c14_an_item_goes_out_at_the_one_that_was_said(coach, services):
    form = {"when": "at", "send_at": TWICE}
    services.answers["engagements.get_item"] |= {"delivery": {"mode": "manual"}, "missing": None}
    response = coach.post(f"/items/{ID}/schedule", form)
    assert response.status_code == 422
    assert 'name="send_at_turn"' in response.text
    coach.post(f"/items/{ID}/schedule", {**form, "send_at_turn": "second"})
    assert starts(services, "engagements.schedule_item", "send_at") == ["2026-10-25T02:30:00+01:00"]


def test_c14_why_a_time_is_not_free_is_asked_of_the_one_that_was_said(coach, services):
    html = coach.get(f"/team/{ID}/availability?at={TWICE}").text
    assert 'name="at_turn"' in html
    assert services.sent_to("scheduling.why_not_free") == []
    coach.get(f"/team/{ID}/availability?at={TWICE}&at_turn=second")
    assert starts(services, "scheduling.why_not_free") == ["2026-10-25T02:30:00+01:00"]


@given(
    st.sampled_from(ZONES), st.integers(0, 7 * 365 * 24 * 60).map(lambda number: FIRST + dt.timedelta(minutes=number))
)
def test_c14_what_a_form_shows_of_an_instant_is_that_instant_when_it_is_sent_back(built, zone, instant):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "reader_zone", lambda: ZoneInfo(zone))
        shown = {"at": filters.input_time(instant), "at_turn": filters.turn(instant)}
        with built.test_request_context("/", method="POST", data=shown):
            assert dt.datetime.fromisoformat(clock.typed_instant("at")) == instant
        assert len(filters.turns(shown["at"])) in (0, 2)


@given(st.sampled_from(ZONES), st.integers(0, 7 * 365 * 48).map(lambda number: dt.timedelta(minutes=30 * number)))
def test_c14_each_wall_clock_time_is_one_instant_or_asked_about_or_refused(built, zone, since):
    wall = FIRST.replace(tzinfo=None) + since
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "reader_zone", lambda: ZoneInfo(zone))
        found = clock.instants_of(wall)
        assert all(instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0) == wall for instant in found)
        with built.test_request_context("/", method="POST", data={"at": wall.isoformat()}):
            if len(found) == 1:
                assert dt.datetime.fromisoformat(clock.typed_instant("at")) == found[0]
            else:
                with pytest.raises(Invalid) as refused:
                    clock.typed_instant("at")
                assert list(refused.value.errors) == ["at"]


# Who is told of an edit


@pytest.fixture
def session(services):
    there = services.answers["scheduling.get_session"]
    there |= {
        "title": "Kick-off",
        "engagement_id": ID,
        "location": {"kind": "zoom", "detail": None, "href": None},
        "attendees": [{"email": "g@example.com", "name": "G", "role": "guest", "person_id": None, "answer": None}],
    }
    return there


def gate(services, **rules):
    """The gate refuses these kinds by that rule; which kinds it was asked about whom, apart from the dialog's own."""

    def may_notify(given):
        rule = rules.get(given["kind"])
        return {
            "verdicts": [
                {
                    "recipient": {"person_id": None, "name": one.get("name", ""), "email": one["email"]},
                    "allowed": rule is None,
                    "rule": rule or "C2",
                    "reason": f"Refused: {given['kind']}.",
                }
                for one in given.get("recipients", [])
                if "email" in one
            ]
        }

    services.answers["notifications.may_notify"] = may_notify


SAME = {"title": "Kick-off", "location_kind": "zoom", "location_detail": "", "notify": "1"}
GUEST = {"attendee_email": ["g@example.com"], "attendee_name": ["G"]}
ADDED = {"attendee_email": ["G@example.com", "new@example.com"], "attendee_name": ["G", "New"]}


def test_c2_an_edit_says_which_new_guest_gets_no_invite_before_anything_is_changed(coach, services, session):
    gate(services, session_scheduled="C3")
    response = coach.post(EDIT, {**SAME, **ADDED, "title": "Start"})
    assert response.status_code == 409
    assert "Rule C3." in response.text
    assert "Refused: session_scheduled." in response.text
    assert 'name="told" value="new@example.com"' in response.text
    assert 'name="told" value="g@example.com"' not in response.text
    assert "new@example.com" in response.text
    assert not services.sent_to("scheduling.update_session")
    assert not services.sent_to("scheduling.set_attendees")
    assert coach.post(EDIT, {**SAME, **ADDED, "title": "Start", "told": "new@example.com"}).status_code == 303
    assert len(services.sent_to("scheduling.set_attendees")) == 1


def test_c4_an_edit_says_who_is_dropped_and_gets_no_cancellation(coach, services, session):
    gate(services, session_cancelled="C4")
    response = coach.post(EDIT, SAME)
    assert response.status_code == 409
    assert "Rule C4." in response.text
    assert coach.post(EDIT, {**SAME, "told": "g@example.com"}).status_code == 303
    assert services.sent_to("scheduling.set_attendees")[0].input["attendees"] == []


def test_c2_an_edit_of_which_nobody_is_mailed_asks_nothing(coach, services, session):
    gate(services, session_scheduled="C3", session_cancelled="C4")
    silent = {name: value for name, value in SAME.items() if name != "notify"}
    assert coach.post(EDIT, {**silent, **ADDED}).status_code == 303
    assert coach.post(EDIT, {**SAME, **GUEST}).status_code == 303
    assert not services.sent_to("notifications.may_notify")


# What has no date


def item(**changes):
    return {"kind": "session", "state": "pending", "title": "Saying no", "duration_minutes": 45, "id": ID, **changes}


def test_s2_99_planned_sessions_without_a_date_stand_on_the_sessions_tab_and_count_in_the_total(coach, services):
    services.answers["engagements.get_engagement"] |= {"id": ID, "status": "in_progress"}
    services.answers["scheduling.list_engagement_sessions"] |= {"completed": 1, "total": 16, "planned": 2}
    example = services.answers["engagements.list_items"]["items"][0]
    services.answers["engagements.list_items"]["items"] = [
        example | item(),
        example | item(title="Has its date", state="scheduled"),
        example | item(title="A task", kind="task"),
    ]
    html = coach.get(SCHEDULE).text
    assert "1 of 16 completed" in html
    undated = html[html.index('id="undated-title"') :].split("</section>")[0]
    assert "Saying no" in undated
    assert "45 min" in undated
    assert f"{SCHEDULE}/new?item_id={ID}" in undated
    assert "Has its date" not in undated
    assert "A task" not in undated


def test_s2_99_a_client_sees_what_is_still_to_be_planned_and_cannot_schedule_it(services, browser):
    services.answers["engagements.get_engagement"] |= {"id": ID, "status": "in_progress"}
    services.answers["engagements.list_items"]["items"][0] |= item()
    html = browser("client").get(SCHEDULE).text
    assert "Saying no" in html
    assert "item_id=" not in html
