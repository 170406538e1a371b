"""Sending a form: with reminders if staff say so, and who gets no mail is said beforehand."""

from __future__ import annotations

import pytest

from contracts import errors
from contracts.calls import forms
from tests.gateway.examples import answer_of, every_call

ID = "0f6c2b8e-5a1d-4a57-9a34-6d7c9f0b1e21"
FORM = {"form_id": ID, "attendee_name": "Tomás", "attendee_email": "Tomas@example.net", "count": "", "every_days": "7"}


@pytest.fixture
def services(broker):
    for call in every_call():
        broker.answers[call.path] = answer_of(call)
    broker.answers["documents.list_forms"]["items"][0]["id"] = ID
    broker.answers["notifications.may_notify"] = {"verdicts": [verdict(True)]}
    return broker


@pytest.fixture
def coach(services, browser):
    return browser("coach")


def verdict(allowed):
    who = {"person_id": None, "name": "Tomás", "email": "tomas@example.net"}
    return {"recipient": who, "allowed": allowed, "rule": "C2", "reason": "Whoever reads it has unsubscribed."}


def sent(services):
    return [one.input for one in services.sent_to("documents.request_form")]


def test_reminders_are_off_until_staff_switch_them_on(coach, services):
    assert '<option value="" selected>None</option>' in coach.get(f"/engagements/{ID}/form-requests/new").text
    assert coach.post(f"/engagements/{ID}/form-requests", FORM).status_code == 303
    assert coach.post(f"/engagements/{ID}/form-requests", {**FORM, "count": "2"}).status_code == 303
    assert [one.get("reminders") for one in sent(services)] == [None, {"count": 2, "every_days": 7}]


@pytest.mark.parametrize("days", ["31", "soon", ""])
def test_days_that_are_none_stand_beside_their_field_and_nothing_typed_is_lost(coach, services, days):
    response = coach.post(f"/engagements/{ID}/form-requests", {**FORM, "count": "3", "every_days": days})
    assert response.status_code == 422
    assert 'id="every_days-error"' in response.text
    assert '<option value="3" selected>' in response.text
    assert "Tomas@example.net" in response.text


def test_c2_who_gets_no_mail_is_said_before_the_form_is_sent_and_once(coach, services):
    services.answers["notifications.may_notify"] = {"verdicts": [verdict(False)]}
    response = coach.post(f"/engagements/{ID}/form-requests", FORM)
    assert response.status_code == 409
    assert "Whoever reads it has unsubscribed." in response.text
    assert 'name="told" value="tomas@example.net"' in response.text
    assert sent(services) == []
    assert coach.post(f"/engagements/{ID}/form-requests", {**FORM, "told": "tomas@example.net"}).status_code == 303
    assert len(sent(services)) == 1
    assert "0 mails on the way." in coach.get("/forms").text


def test_a_form_is_sent_though_notifications_do_not_answer(coach, services):
    services.down = {"notifications"}
    assert coach.post(f"/engagements/{ID}/form-requests", FORM).status_code == 303


def planned(**changes):
    reminders = {"count": 3, "every_days": 7, "sent": 1, "next_at": "2026-12-03T09:00:00Z", "stopped_at": None}
    return answer_of(forms.get_form_request, reminders={**reminders, **changes})


def test_the_requests_page_tells_of_reminders_and_stops_them(coach, services):
    services.answers["documents.get_form_request"] = planned()
    html = coach.get(f"/form-requests/{ID}").text
    assert "1 of 3 reminders sent, the next one on 3 Dec 2026" in html
    assert "/stop-reminders" in html
    assert coach.post(f"/form-requests/{ID}/stop-reminders").headers["Location"] == f"/form-requests/{ID}"
    assert services.sent_to("documents.stop_form_reminders")[0].input == {"id": ID}
    services.answers["documents.get_form_request"] = planned(next_at=None, stopped_at="2026-11-30T09:00:00Z")
    html = coach.get(f"/form-requests/{ID}").text
    assert "They were switched off on 30 Nov 2026." in html
    assert "/stop-reminders" not in html
    services.answers["documents.get_form_request"] = answer_of(forms.get_form_request, reminders=None)
    assert "reminder" not in coach.get(f"/form-requests/{ID}").text.split("<main")[1]


def test_stopping_what_is_over_says_so(coach, services):
    services.answers["documents.stop_form_reminders"] = errors.Conflict("There are no reminders to come.")
    coach.post(f"/form-requests/{ID}/stop-reminders")
    assert "There are no reminders to come." in coach.get(f"/form-requests/{ID}").text


def test_the_api_takes_reminders_and_stops_them(caller, services):
    given = {"form_id": ID, "recipients": [{"email": "a@example.net"}], "reminders": {"count": 1, "every_days": 30}}
    assert caller("coach")("POST", f"/engagements/{ID}/form-requests", json=given).status_code == 202
    assert sent(services)[0]["reminders"] == {"count": 1, "every_days": 30}
    assert caller("coach")("POST", f"/form-requests/{ID}/stop-reminders").status_code == 200
    assert caller("client")("POST", f"/form-requests/{ID}/stop-reminders").status_code == 403
