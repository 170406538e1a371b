"""Webhooks in the settings: added with a secret shown once, tried, paused, replayed, removed, by admins alone."""

from __future__ import annotations

import pytest

from contracts import errors
from contracts.calls import webhooks as calls
from tests.gateway.examples import answer_of, every_call

ID = "0f6c2b8e-5a1d-4a57-9a34-6d7c9f0b1e21"
BASE = f"/settings/webhooks/{ID}"


@pytest.fixture
def admin(broker, browser):
    for call in every_call():
        broker.answers[call.path] = answer_of(call)
    return browser("admin")


def test_the_secret_is_shown_on_the_page_that_answers_and_never_again(admin, broker):
    made = answer_of(calls.create_webhook_endpoint, secret="whsec_c2VjcmV0")
    broker.answers["notifications.create_webhook_endpoint"] = made
    answer = admin.post("/settings/webhooks", {"url": "https://crm.example/hook", "types": "billing.#, engagements.#"})
    assert "whsec_c2VjcmV0" in answer.get_data(as_text=True)
    (sent,) = broker.sent_to("notifications.create_webhook_endpoint")
    assert sent.input == {"url": "https://crm.example/hook", "types": ["billing.#", "engagements.#"]}
    assert "whsec_" not in admin.get("/settings/webhooks").get_data(as_text=True)


def test_what_is_wrong_stands_beside_its_field(admin, broker):
    wrong = errors.Invalid("The input is not valid.", errors={"url": ["Lies in a private network."]})
    broker.answers["notifications.create_webhook_endpoint"] = wrong
    answer = admin.post("/settings/webhooks", {"url": "http://10.0.0.1/", "types": "#"})
    assert answer.status_code == 422
    html = answer.get_data(as_text=True)
    assert "Lies in a private network." in html
    assert 'value="http://10.0.0.1/"' in html


@pytest.mark.parametrize(
    ("path", "call", "given", "to"),
    [
        ("/test", "test_webhook_endpoint", {}, BASE),
        ("/pause", "update_webhook_endpoint", {"active": False}, BASE),
        ("/resume", "update_webhook_endpoint", {"active": True}, BASE),
        ("/remove", "delete_webhook_endpoint", {}, "/settings/webhooks"),
    ],
)
def test_each_button_does_its_thing(admin, broker, path, call, given, to):
    answer = admin.post(BASE + path)
    assert (answer.status_code, answer.headers["Location"]) == (303, to)
    assert broker.sent_to(f"notifications.{call}")[0].input == {"id": ID, **given}


def test_events_are_delivered_again_from_the_position_that_is_chosen(admin, broker):
    answer = admin.post(BASE + "/replay", {"after": "41"})
    assert (answer.status_code, answer.headers["Location"]) == (303, BASE)
    assert broker.sent_to("notifications.replay_webhook_endpoint")[0].input == {"id": ID, "after": 41}


def test_each_delivery_offers_to_begin_again_with_it(admin, broker):
    listed = answer_of(calls.list_webhook_deliveries)
    listed["items"][0]["position"] = 42
    broker.answers["notifications.list_webhook_deliveries"] = listed
    broker.answers["notifications.get_webhook_endpoint"] = answer_of(calls.get_webhook_endpoint, id=ID)
    assert f'href="{BASE}/replay?after=41"' in admin.get(BASE).get_data(as_text=True)
    assert 'value="41"' in admin.get(f"{BASE}/replay?after=41").get_data(as_text=True)
    broker.answers["notifications.get_webhook_endpoint"] = answer_of(calls.get_webhook_endpoint, id=ID, state="paused")
    assert "/replay" not in admin.get(BASE).get_data(as_text=True), "it would be refused"


def test_a_position_that_the_log_has_not_reached_is_refused_beside_its_field(admin, broker):
    wrong = errors.Invalid("The input is not valid.", errors={"after": ["The log is not as long as that."]})
    broker.answers["notifications.replay_webhook_endpoint"] = wrong
    answer = admin.post(BASE + "/replay", {"after": "900"})
    assert answer.status_code == 422
    html = answer.get_data(as_text=True)
    assert "The log is not as long as that." in html
    assert 'value="900"' in html


@pytest.mark.parametrize(("state", "button"), [("active", "Send a test"), ("paused", "Let it go on")])
def test_a_webhook_has_the_button_that_it_can_use(admin, broker, state, button):
    found = answer_of(calls.get_webhook_endpoint, state=state, failing_since=None, reason=None)
    broker.answers["notifications.get_webhook_endpoint"] = found
    html = admin.get(BASE).get_data(as_text=True)
    assert button in html
    assert "some type" in html, "its deliveries"


def test_webhooks_are_for_admins(admin, browser):
    for role in ("coach", "client"):
        assert browser(role).get("/settings/webhooks").status_code in (403, 404)
