"""What is asked of people by mail: nobody twice for one cause (C25), who gets none is said before (C2), and every link
can be revoked (C19)."""

from __future__ import annotations

import pytest

from contracts import errors
from contracts.calls import feedback, forms, items
from tests.gateway.examples import answer_of, every_call

ID = "0f6c2b8e-5a1d-4a57-9a34-6d7c9f0b1e21"


@pytest.fixture
def services(broker):
    for call in every_call():
        broker.answers[call.path] = answer_of(call)
    return broker


@pytest.fixture
def coach(services, browser):
    return browser("coach")


def toast_of(someone):
    with someone.http.session_transaction() as session:
        return session["_flashes"][-1][1]


def test_c25_the_wish_for_a_new_round_names_the_round_that_the_page_showed(coach, services):
    html = coach.get(f"/engagements/{ID}/goals/{ID}").get_data(as_text=True)
    assert '<input type="hidden" name="round" value="60">' in html
    coach.post(f"/goals/{ID}/feedback-requests", {"new_round": "true", "round": "60"})
    sent = services.sent_to("engagements.request_feedback")[0]
    assert sent.input == {"id": ID, "new_round": True, "round": 60}
    coach.post(f"/goals/{ID}/feedback-requests")
    assert services.sent_to("engagements.request_feedback")[1].input == {"id": ID, "new_round": False}


def test_c25_a_wish_that_another_overtook_is_said_in_a_toast(coach, services):
    services.answers["engagements.request_feedback"] = errors.Conflict("Round 61 has begun already.", rule="C18")
    response = coach.post(f"/goals/{ID}/feedback-requests", {"new_round": "true", "round": "60"})
    assert response.status_code == 303
    assert toast_of(coach) == {"text": "Round 61 has begun already. (Rule C18)", "failed": True}


def test_c19_the_link_of_one_who_was_asked_is_revoked_from_the_menu(coach, services):
    request = answer_of(forms.get_form_request, state="sent", expires_at="2999-01-01T00:00:00Z")
    (who,) = request["recipients"]
    services.answers["documents.get_form_request"] = request
    address = f"/form-requests/{request['id']}/recipients/{who['id']}/revoke"
    who |= {"answered_at": None, "revoked_at": None}
    assert f'action="{address}"' in coach.get(f"/form-requests/{request['id']}").get_data(as_text=True)
    response = coach.post(address)
    assert (response.status_code, response.headers["Location"]) == (303, f"/form-requests/{request['id']}")
    sent = services.sent_to("documents.revoke_form_recipient")[0]
    assert sent.input == {"id": request["id"], "recipient_id": who["id"]}
    assert toast_of(coach)["text"] == "The link works no more."


@pytest.mark.parametrize(
    ("recipient", "state", "said"),
    [
        ({"answered_at": None}, "sent", "Link revoked 2 Mar 2026"),
        ({"revoked_at": None}, "sent", "Answered 2 Mar 2026"),
        ({"answered_at": None, "revoked_at": None}, "expired", "Not answered"),
    ],
)
def test_c19_what_works_no_more_has_no_button_and_says_why(coach, services, recipient, state, said):
    request = answer_of(forms.get_form_request, state=state, expires_at="2999-01-01T00:00:00Z")
    request["recipients"][0] |= recipient
    services.answers["documents.get_form_request"] = request
    html = coach.get(f"/form-requests/{ID}").get_data(as_text=True)
    assert said in html
    assert "/revoke" not in html


def test_c19_an_answer_that_came_first_is_said_in_a_toast(coach, services):
    services.answers["documents.revoke_form_recipient"] = errors.Conflict("The answer came first.", rule="C19")
    assert coach.post(f"/form-requests/{ID}/recipients/{ID}/revoke").status_code == 303
    assert toast_of(coach)["failed"]


def test_c19_a_form_that_was_revoked_is_over_for_its_client(services, browser):
    form = answer_of(forms.get_my_form, answered_at=None, expires_at="2999-01-01T00:00:00Z")
    services.answers["documents.get_my_form"] = form
    services.answers["documents.list_my_forms"] = {"items": [form], "next": None}
    client = browser("client")
    shown = client.get(f"/my-forms/{ID}").get_data(as_text=True)
    assert "This is not asked of you any more." in shown
    assert f'action="/my-forms/{form["id"]}"' not in shown
    assert "Over" in client.get(f"/engagements/{ID}/program").get_data(as_text=True)


def refusing(*emails):
    """The gate, which refuses these."""

    def answer(given):
        verdicts = [
            {
                "recipient": {"person_id": None, "name": "", "email": one["email"]},
                "allowed": one["email"] not in emails,
                "rule": "C2",
                "reason": "Whoever reads it has unsubscribed.",
            }
            for one in given.get("recipients", [])
        ]
        return {"verdicts": verdicts}

    return answer


def stakeholders(*emails, **changes):
    (one,) = answer_of(feedback.list_stakeholders)["items"]
    listed = [{**one, "name": "", "email": email, "asked_at": None, "answered_at": None, **changes} for email in emails]
    return {"items": listed, "next": None}


def test_c2_who_gets_no_mail_is_said_before_feedback_is_requested(coach, services):
    services.answers["engagements.list_stakeholders"] = stakeholders("rafael@partner.example", "ana@partner.example")
    services.answers["notifications.may_notify"] = refusing("ana@partner.example")
    html = coach.get(f"/engagements/{ID}/goals/{ID}").get_data(as_text=True)
    (asked,) = services.sent_to("notifications.may_notify")
    assert asked.input["kind"] == "feedback_request"
    assert [one["email"] for one in asked.input["recipients"]] == ["rafael@partner.example", "ana@partner.example"]
    assert "Request feedback, send 1 mail" in html
    assert "Whoever reads it has unsubscribed." in html


def test_c2_a_new_round_asks_the_gate_about_all(coach, services):
    listed = stakeholders("rafael@partner.example", asked_at="2026-11-24T09:00:00Z")
    services.answers["engagements.list_stakeholders"] = listed
    services.answers["notifications.may_notify"] = refusing("rafael@partner.example")
    html = coach.get(f"/engagements/{ID}/goals/{ID}").get_data(as_text=True)
    assert "Ask all again in a new round" in html
    assert "Whoever reads it has unsubscribed." in html


def test_without_the_gate_or_without_anybody_to_ask_the_goal_is_there(coach, services):
    services.answers["engagements.list_stakeholders"] = stakeholders("rafael@partner.example")
    services.answers["notifications.may_notify"] = errors.Unavailable("No answer.")
    html = coach.get(f"/engagements/{ID}/goals/{ID}").get_data(as_text=True)
    assert "Request feedback, send 1 mail" in html
    services.answers["engagements.list_stakeholders"] = stakeholders()
    asked = len(services.sent_to("notifications.may_notify"))
    assert coach.get(f"/engagements/{ID}/goals/{ID}").status_code == 200
    assert len(services.sent_to("notifications.may_notify")) == asked


SESSION = {
    "starts_at": "2026-12-01T15:30", "duration_minutes": "60", "location_kind": "phone", "notify": "1",
    "attendee_name": ["", "Rafael"], "attendee_email": ["ana@partner.example", "rafael@partner.example"],
}  # fmt: skip


@pytest.mark.parametrize("rhythm", [{}, {"every": "week", "count": "4"}])
def test_c2_who_of_the_guests_gets_no_mail_is_said_before_a_session_is_scheduled(coach, services, rhythm):
    services.answers["notifications.may_notify"] = refusing("ana@partner.example")
    call = "scheduling.schedule_series" if rhythm else "scheduling.schedule_session"
    first = coach.post(f"/engagements/{ID}/sessions", {**SESSION, **rhythm})
    html = first.get_data(as_text=True)
    assert first.status_code == 409
    assert "Whoever reads it has unsubscribed." in html
    assert '<input type="hidden" name="told" value="ana@partner.example">' in html
    assert 'value="rafael@partner.example"' in html, "what was typed is still there"
    assert services.sent_to(call) == []
    again = coach.post(f"/engagements/{ID}/sessions", {**SESSION, **rhythm, "told": "ana@partner.example"})
    assert again.status_code == 303
    assert len(services.sent_to(call)) == 1


def test_without_mails_the_gate_is_not_asked_about_guests(coach, services):
    services.answers["notifications.may_notify"] = refusing("ana@partner.example")
    quiet = {name: value for name, value in SESSION.items() if name != "notify"}
    assert coach.post(f"/engagements/{ID}/sessions", quiet).status_code == 303


@pytest.mark.parametrize(("place", "waits"), [(0, True), (1, False)])
def test_what_is_to_follow_nothing_says_that_it_waits(coach, services, place, waits):
    (one,) = answer_of(items.list_items)["items"]
    plain = {**one, "kind": "task", "state": "pending", "missing": None, "sent_at": None, "completed_at": None}
    listed = [{**plain, "delivery": {"mode": "manual"}} for _ in range(2)]
    listed[place] |= {"state": "scheduled", "delivery": {"mode": "after_previous"}}
    services.answers["engagements.list_items"] = {**answer_of(items.list_items), "items": listed}
    html = coach.get(f"/engagements/{ID}/program").get_data(as_text=True)
    assert ("Nothing comes before it, so it waits until it is moved or sent." in html) is waits
    assert ("After the previous item" in html) is not waits
