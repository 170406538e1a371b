"""Facts that a page puts together: whose sessions they are, which of how many, how much lies behind a link."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re

import pytest

from contracts.calls import billing, documents, engagements, forms, notes, notifications, scheduling
from contracts.errors import Invalid
from gateway.portal import clock, filters
from tests.gateway.examples import answer_of

NOW = dt.datetime(2026, 11, 24, 8, 52, tzinfo=dt.UTC)
ID = "0f6c2b8e-5a1d-4a57-9a34-6d7c9f0b1e21"


def words(response):
    """The text of a page, without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", response.get_data(as_text=True)))


def session(starts_at, **changes):
    one = answer_of(scheduling.get_session)
    return {
        **one,
        "program_name": "Business Coaching",
        "sessions_total": 16,
        "number": 3,
        "client": {"id": ID, "name": "Leila Haddad"},
        "coach": {"id": ID, "name": "Priya Raman"},
        "starts_at": f"2026-11-{starts_at}:00Z",
        "ends_at": f"2026-11-{starts_at}:45Z",
        "state": "scheduled",
        **changes,
    }


@pytest.fixture
def calendar(broker, monkeypatch):
    """One session today and one later this week; one of last week and one of early today have no outcome yet."""
    monkeypatch.setattr(clock, "now", lambda: NOW)
    sessions = [session("19T08:00"), session("24T06:00"), session("24T09:00"), session("26T12:00", number=4)]
    over = [one for one in sessions if one["ends_at"] <= NOW.isoformat()]
    broker.answers["scheduling.list_sessions"] = lambda given: {
        "items": over
        if given.get("unsettled")
        else [one for one in sessions if given["from"] <= one["starts_at"] < given["to"]],
        "next": None,
    }
    nothing = ("billing.list_invoices", "engagements.list_todos", "engagements.list_engagements")
    for path in ("engagements.get_organisation", *nothing):
        broker.answers[path] = {"items": [], "next": None, "total": 0, "name": "Northlight", "colour": "#0E6B56"}
    return broker


def test_the_dashboard_says_which_session_of_how_many_it_is(calendar, browser):
    shown = words(browser("coach").get("/"))
    assert "Business Coaching · session 3 of 16" in shown
    assert "Leila Haddad · Business Coaching · 4 of 16" in shown


def test_a_session_beyond_those_of_the_program_is_not_one_of_them(calendar, browser):
    calendar.answers["scheduling.list_sessions"] = {"items": [session("24T09:00", number=17)], "next": None}
    shown = words(browser("coach").get("/"))
    assert "session 17" in shown
    assert "17 of 16" not in shown


def test_an_admins_dashboard_has_the_sessions_of_all_coaches_each_with_its_coach(calendar, browser):
    shown = words(browser("admin").get("/"))
    assert all("coach_id" not in sent.input for sent in calendar.sent_to("scheduling.list_sessions"))
    assert "Leila Haddad with Priya Raman Business Coaching · session 3 of 16" in shown
    assert "How did it go? 2" in shown
    assert "Leila Haddad with Priya Raman Thu 19 Nov, 09:00" in shown


def test_a_coachs_dashboard_has_own_sessions(calendar, browser):
    someone = browser("coach")
    shown = words(someone.get("/"))
    (me,) = [person["id"] for person in calendar.people.values()]
    assert {sent.input["coach_id"] for sent in calendar.sent_to("scheduling.list_sessions")} == {me}
    assert "Priya Raman" not in shown
    assert "How did it go? 2" in shown


def test_sessions_without_an_outcome_are_asked_for_alone(calendar, browser):
    browser("admin").get("/")
    assert [sent.input.get("unsettled") for sent in calendar.sent_to("scheduling.list_sessions")] == [None, True]


@pytest.fixture
def counted(broker):
    """An engagement and a client with some of everything."""
    for call, changes in (
        (engagements.get_engagement, {}),
        (engagements.get_client, {}),
        (engagements.get_organisation, {}),
        (engagements.list_activity, {"items": []}),
        (engagements.list_client_engagements, {}),
        (scheduling.list_engagement_sessions, {"planned": 7}),
        (documents.list_resources, {"total": 5}),
        (billing.list_engagement_invoices, {"total": 3}),
        (billing.list_invoices, {"total": 4}),
        (notifications.list_notifications, {"items": []}),
    ):
        broker.answers[call.path] = answer_of(call, **changes)
    broker.answers["notifications.list_notifications"]["counts"] = {"sent": 1180, "refused": 17}
    return broker


def menu_of(response):
    html = response.get_data(as_text=True)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", html[html.index('class="submenu"') :].split("</ul>")[0]))


def test_the_sub_menu_of_an_engagement_counts_what_it_leads_to_in_one_round(counted, browser):
    response = browser("coach").get(f"/engagements/{ID}")
    assert "Activity Log Program Notes Goals Assignments Resources 5 Sessions 7 Invoices 3" in menu_of(response)
    assert counted.rounds == 1


def test_the_sub_menu_of_a_client_counts_what_it_leads_to_in_one_round(counted, browser):
    response = browser("coach").get(f"/clients/{ID}")
    assert "Engagements 1 Notes Invoices 4 Mail log 1,197 Profile" in menu_of(response)
    assert counted.rounds == 1


@pytest.mark.parametrize("service", ["billing", "documents", "scheduling"])
def test_a_number_that_is_not_to_be_had_is_left_out(counted, browser, service):
    counted.down = {service}
    menu = menu_of(browser("coach").get(f"/engagements/{ID}"))
    assert ("Resources 5" in menu, "Sessions 7" in menu, "Invoices 3" in menu) == (
        service != "documents",
        service != "scheduling",
        service != "billing",
    )


def test_the_mail_log_says_how_many_there_are_in_each_state(counted, browser):
    shown = words(browser("coach").get("/notifications"))
    assert "All 1,197 Sent 1,180 On their way Scheduled Refused 17 Failed Cancelled" in shown


def test_s2_41_the_notes_of_a_client_are_listed_without_sharing(counted, browser):
    line = {**answer_of(notes.get_note), "title": "Values", "found": [], "shared": False}
    counted.answers["engagements.list_client_notes"] = {"items": [line], "next": None}
    html = browser("coach").get(f"/clients/{ID}/notes").get_data(as_text=True)
    assert f"/engagements/{line['engagement_id']}/notes/{line['id']}" in html
    assert "/share" not in html


def test_s2_25_words_that_were_found_are_marked_and_nothing_in_them_runs():
    shown = str(filters.marked("<b>Calm</b> and becalmed, CALM", ["Calm", "CALM"]))
    assert shown == "&lt;b&gt;<mark>Calm</mark>&lt;/b&gt; and becalmed, <mark>CALM</mark>"
    assert str(filters.marked("会議の記録", ["議"])) == "会<mark>議</mark>の記録"
    assert str(filters.marked("<i>", [])) == "&lt;i&gt;"


def test_the_wording_page_offers_what_can_stand_in_it_and_keeps_what_was_refused(broker, browser):
    template = {"kind": "invoice", "subject": "Invoice", "body": "Pay.", "is_default": False}
    broker.answers["notifications.get_template"] = {**template, "placeholders": ["client.first_name"]}
    broker.answers["notifications.list_templates"] = {"items": [broker.answers["notifications.get_template"]]}
    admin = browser("admin")
    html = admin.get("/settings/wording?kind=invoice").get_data(as_text=True)
    assert "{{client.first_name}}" in html
    assert "Back to the default" in html
    refused = Invalid("The wording cannot be filled in.", errors={"body": ["There is no placeholder {{x}}."]})
    broker.answers["notifications.write_template"] = refused
    response = admin.post("/settings/wording", {"kind": "invoice", "subject": "S", "body": "Typed {{x}}"})
    html = response.get_data(as_text=True)
    assert response.status_code == 422
    assert "There is no placeholder {{x}}." in html
    assert "Typed {{x}}" in html
    broker.answers["notifications.preview_template"] = Invalid("No.", errors={"body": ["<b>{{x}}</b> is none."]})
    response = admin.post("/settings/wording/preview", {"kind": "invoice", "subject": "S", "body": "{{x}}"})
    assert "&lt;b&gt;{{x}}&lt;/b&gt; is none." in response.get_data(as_text=True)
    assert "sandbox" in response.headers["Content-Security-Policy"]


def test_answers_come_as_csv_that_runs_nothing_in_a_spreadsheet(broker, browser):
    question = {"help": "", "section": "", "required": False, "scale": 5, "options": ["Rest", "=Money"]}
    kinds = ("text", "choices", "yes_no", "number")
    questions = [{**question, "id": f"{kind}-id", "kind": kind, "label": f"={kind}"} for kind in kinds]
    answers = {"text-id": '=HYPERLINK("x")', "choices-id": ["Rest", "=Money"], "yes_no-id": False, "number-id": -3.5}
    who = {"name": "@Ana", "email": "ana@b.example"}
    response = {"recipient": who, "answers": answers, "at": "2026-11-27T09:00:00Z"}
    asked = answer_of(forms.get_form_request, questions=questions, responses=[response])
    broker.answers["documents.get_form_request"] = asked
    answer = browser("coach").get("/form-requests/0f6c2b8e-5a1d-4a57-9a34-6d7c9f0b1e21/answers.csv")
    assert answer.content_type == "text/csv; charset=utf-8"
    header, line = csv.reader(io.StringIO(answer.data.decode("utf-8-sig")))
    assert header == ["Name", "Address", "Answered", "'=text", "'=choices", "'=yes_no", "'=number"]
    assert line == ["'@Ana", "ana@b.example", "2026-11-27", '\'=HYPERLINK("x")', "Rest; =Money", "No", "-3.5"]
