"""What Stripe told, in the settings: what is parked comes first, with its reason and a button to try again."""

from __future__ import annotations

import pytest

from contracts import errors
from contracts.calls import cards
from tests.gateway.examples import answer_of, every_call

ID = "evt_1NG8Du2eZvKYlo2CUI79vXWy"


def event(**changes):
    wanted = {"id": ID, "type": "charge.refunded", "state": "parked", "attempts": 9, "next_attempt_at": None}
    why = "Unmatched: No payment of pi_1 is known."
    return {**answer_of(cards.list_stripe_events)["items"][0], **wanted, "error": why, **changes}


@pytest.fixture
def admin(broker, browser):
    for call in every_call():
        broker.answers[call.path] = answer_of(call)
    broker.answers["billing.list_stripe_events"] = {"items": [event()], "next": None}
    return browser("admin")


def test_what_is_parked_stands_first_with_its_reason_and_can_be_tried_again(admin, broker):
    html = admin.get("/settings/stripe").get_data(as_text=True)
    assert broker.sent_to("billing.list_stripe_events")[0].input["state"] == "parked"
    for words in ("charge.refunded", ID, "No payment of pi_1 is known.", "Try again"):
        assert words in html
    answer = admin.post(f"/settings/stripe/{ID}/retry", {"state": "parked"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/settings/stripe?state=parked")
    assert broker.sent_to("billing.retry_stripe_event")[0].input == {"id": ID}


@pytest.mark.parametrize("state", ["waiting", "handled"])
def test_what_is_not_parked_has_no_such_button(admin, broker, state):
    next_try = "2026-03-02T15:00:00Z" if state == "waiting" else None
    broker.answers["billing.list_stripe_events"] = {
        "items": [event(state=state, next_attempt_at=next_try)],
        "next": None,
    }
    html = admin.get(f"/settings/stripe?state={state}").get_data(as_text=True)
    assert "charge.refunded" in html
    assert "Try again</button>" not in html


def test_an_empty_state_in_the_address_is_all(admin, broker):
    admin.get("/settings/stripe?state=")
    assert "state" not in broker.sent_to("billing.list_stripe_events")[0].input


def test_where_nothing_is_parked_that_is_said(admin, broker):
    broker.answers["billing.list_stripe_events"] = {"items": [], "next": None}
    assert "Nothing is parked" in admin.get("/settings/stripe").get_data(as_text=True)
    assert "No such event" in admin.get("/settings/stripe?state=waiting").get_data(as_text=True)


def test_one_that_is_tried_again_by_itself_already_is_said_to_be(admin, broker):
    broker.answers["billing.retry_stripe_event"] = errors.Conflict(
        "The event was handled, or is tried again by itself."
    )
    assert admin.post(f"/settings/stripe/{ID}/retry").status_code == 303
    assert "tried again by itself" in admin.get("/settings/stripe").get_data(as_text=True)
