"""What is asked of people by mail: nobody twice for one cause (C25)."""

from __future__ import annotations

import pytest

from contracts import errors
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
