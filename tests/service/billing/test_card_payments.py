"""What Stripe tells: kept once, handled once, in any order; what was paid is never lost (C21)."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest

from contracts.calls import billing as calls
from contracts.calls import cards as card_calls
from contracts.errors import Conflict, Forbidden, Malformed
from services.billing.cards.models import PAUSES
from tests.service.billing.conftest import Desk
from tests.service.billing.till import Till
from tests.support import people
from tests.support.stripe import SECRET, StripeServer

COMPLETED, SUCCEEDED = "checkout.session.completed", "checkout.session.async_payment_succeeded"
HUNDRED = [{"description": "Coaching", "quantity": "1", "unit_price": "100"}]


@pytest.fixture
def till(desk: Desk, stripe: StripeServer) -> Till:
    return Till(desk, stripe)


def money(invoice: Any) -> tuple[str, str, str, str]:
    return invoice["state"], invoice["paid"], invoice["balance"], invoice["credit"]


def charge(session: dict[str, Any], refunded: int) -> dict[str, Any]:
    return {
        "id": "ch_1", "object": "charge", "payment_intent": session["payment_intent"], "currency": session["currency"],
        "amount": session["amount_total"], "amount_refunded": refunded,
    }  # fmt: skip


def refund(session: dict[str, Any], amount: int, status: str = "succeeded", id: str = "re_1") -> dict[str, Any]:
    return {
        "id": id, "object": "refund", "payment_intent": session["payment_intent"], "currency": session["currency"],
        "amount": amount, "status": status,
    }  # fmt: skip


def dispute(session: dict[str, Any], status: str = "needs_response") -> dict[str, Any]:
    return {**refund(session, session["amount_total"], status, "dp_1"), "object": "dispute"}


def test_a_paid_session_pays_the_invoice(till: Till) -> None:
    invoice = till.sent()
    session = till.session_of(invoice)
    till.tell(COMPLETED, session, created=dt.datetime(2026, 11, 20, 10, tzinfo=dt.UTC).timestamp())
    assert till.desk.get(invoice)["state"] == "sent"
    assert till.work() == 1

    found = till.desk.get(invoice)
    assert money(found) == ("paid", "1396.19", "0.00", "0.00")
    (payment,) = found["payments"]
    assert (payment["amount"], payment["method"], payment["taken_online"]) == ("1396.19", "card", True)
    assert (payment["reference"], payment["paid_at"]) == (session["payment_intent"], "2026-11-20T10:00:00Z")
    assert till.story() == ["payment.recorded", "invoice.paid"]
    assert [event["state"] for event in till.told()] == ["handled"]


def test_c3_the_client_gets_a_receipt_that_goes_out_by_itself(till: Till) -> None:
    till.tell(COMPLETED, till.session_of(till.sent()))
    till.work()
    (request,) = till.desk.billing.requests("payment_received")
    assert request["trigger"] == {"origin": "automatic"}
    assert [one["person_id"] for one in request["recipients"]] == [str(till.desk.client.id)]
    assert request["context"] == {"number": "2026-0001", "amount": "1396.19", "currency": "EUR"}


@pytest.mark.parametrize(
    "sign",
    [
        lambda stripe, payload: stripe.signature(payload, secret="whsec_of_somebody_else"),
        lambda stripe, payload: stripe.signature(payload, seconds_ago=301),
        lambda stripe, payload: stripe.signature(payload + " "),
        lambda stripe, payload: "t=1,v1=abc",
        lambda stripe, payload: "nonsense",
        lambda stripe, payload: "",
    ],
    ids=["forged", "old", "of another body", "made up", "nonsense", "none"],
)
def test_what_is_not_signed_by_stripe_just_now_is_refused_and_not_kept(till: Till, sign: Any) -> None:
    payload = till.stripe.event(COMPLETED, till.session_of(till.sent()))
    with pytest.raises(Malformed):
        till.deliver(payload, sign(till.stripe, payload))
    assert till.told() == []


def test_while_the_webhooks_secret_is_rotated_stripe_may_sign_with_either(till: Till) -> None:
    till.set_up(webhook_secrets=("whsec_that_follows", SECRET))
    for secret in ("whsec_that_follows", SECRET):
        payload = till.stripe.event("customer.created", {"id": "cus_1", "object": "customer"})
        till.deliver(payload, till.stripe.signature(payload, secret=secret))
    assert len(till.told()) == 2
    with pytest.raises(Malformed):
        till.deliver(payload, till.stripe.signature(payload, secret="whsec_of_somebody_else"))


def test_what_is_signed_and_no_event_is_refused(till: Till) -> None:
    for payload in ("[]", "{}", "no JSON", "7"):
        with pytest.raises(Malformed):
            till.deliver(payload, till.stripe.signature(payload))


def test_without_stripe_set_up_nothing_is_taken(desk: Desk, stripe: StripeServer) -> None:
    with pytest.raises(Malformed):
        payload = stripe.event(COMPLETED, {})
        desk.billing.call(
            card_calls.take_stripe_event, {"payload": payload, "signature": stripe.signature(payload, secret="")}
        )


def test_the_same_event_twice_counts_once(till: Till) -> None:
    invoice = till.sent()
    session = till.session_of(invoice)
    for _ in range(2):
        till.tell(COMPLETED, session, id="evt_same")
        till.work()
    assert len(till.desk.get(invoice)["payments"]) == 1
    assert len(till.told()) == 1


def test_two_events_of_one_session_count_once(till: Till) -> None:
    invoice = till.sent()
    session = till.session_of(invoice)
    till.tell(COMPLETED, {**session, "payment_status": "unpaid"})
    till.work()
    assert till.desk.get(invoice)["state"] == "sent"
    till.tell(SUCCEEDED, session)
    till.tell(COMPLETED, session)
    till.work()
    assert money(till.desk.get(invoice)) == ("paid", "1396.19", "0.00", "0.00")


def test_what_is_paid_twice_is_kept_as_credit(till: Till) -> None:
    invoice = till.sent(lines=HUNDRED)
    first, second = till.session_of(invoice), till.session_of(invoice)
    till.tell(COMPLETED, first)
    till.tell(COMPLETED, second)
    till.work()
    assert money(till.desk.get(invoice)) == ("paid", "200.00", "0.00", "100.00")
    assert till.story() == ["payment.recorded", "invoice.paid", "payment.recorded", "invoice.updated"]
    assert till.desk.billing.events("billing.invoice.updated.v1")[-1].data["credit"] == "100.00"


def test_what_comes_late_for_a_void_invoice_is_kept_as_credit(till: Till) -> None:
    invoice = till.sent(lines=HUNDRED)
    session = till.session_of(invoice)
    till.desk.do(calls.void_invoice, invoice)
    till.tell(COMPLETED, session)
    till.work()
    assert money(till.desk.get(invoice)) == ("void", "100.00", "0.00", "100.00")
    till.tell("charge.refunded", charge(session, 10000))
    till.work()
    assert money(till.desk.get(invoice)) == ("void", "0.00", "0.00", "0.00")


def test_a_part_that_was_paid_by_hand_meanwhile_leaves_a_credit(till: Till) -> None:
    invoice = till.sent(lines=HUNDRED)
    session = till.session_of(invoice)
    till.desk.pay(invoice, "30")
    till.tell(COMPLETED, session)
    till.work()
    assert money(till.desk.get(invoice)) == ("paid", "130.00", "0.00", "30.00")


def test_c21_a_refund_takes_the_state_back(till: Till) -> None:
    invoice = till.sent(lines=HUNDRED)
    session = till.session_of(invoice)
    till.tell(COMPLETED, session)
    till.tell("charge.refunded", charge(session, 4000))
    till.work()
    assert money(till.desk.get(invoice)) == ("partially_paid", "60.00", "40.00", "0.00")
    till.tell("charge.refunded", charge(session, 10000))
    till.tell("charge.refunded", charge(session, 4000))  # an older word that comes late
    till.work()
    found = till.desk.get(invoice)
    assert money(found) == ("sent", "0.00", "100.00", "0.00")
    assert found["payments"][0]["refunded"] == "100.00"
    assert [event.data["refunded"] for event in till.desk.billing.events("billing.payment.refunded.v1")] == [
        "40.00", "100.00",
    ]  # fmt: skip


def test_a_refund_that_two_kinds_of_event_tell_of_counts_once_and_a_failed_one_not_at_all(till: Till) -> None:
    invoice = till.sent(lines=HUNDRED)
    session = till.session_of(invoice)
    till.tell(COMPLETED, session)
    till.tell("refund.created", refund(session, 4000, "pending"))
    till.tell("charge.refunded", charge(session, 4000))
    till.tell("refund.updated", refund(session, 4000))
    till.work()
    assert till.desk.get(invoice)["paid"] == "60.00"
    till.tell("refund.failed", refund(session, 4000, "failed"))
    till.tell("refund.updated", refund(session, 4000))  # an older word that comes late
    till.work()
    assert money(till.desk.get(invoice)) == ("paid", "100.00", "0.00", "0.00")


def test_a_refund_that_comes_before_its_payment_waits_for_it(till: Till) -> None:
    invoice = till.sent(lines=HUNDRED)
    session = till.session_of(invoice)
    till.tell("charge.refunded", charge(session, 4000))
    till.work()
    (waiting,) = till.told()
    assert (waiting["state"], waiting["attempts"]) == ("waiting", 1)
    assert "No payment by" in waiting["error"]
    till.tell(COMPLETED, session)
    till.work(seconds=1)
    till.work(seconds=10)
    assert till.desk.get(invoice)["paid"] == "60.00"
    assert till.told(state="waiting") == []


def test_a_dispute_takes_the_payment_away_until_it_is_won(till: Till) -> None:
    invoice = till.sent(lines=HUNDRED)
    session = till.session_of(invoice)
    till.tell(COMPLETED, session)
    till.tell("charge.dispute.created", dispute(session))
    till.work()
    found = till.desk.get(invoice)
    assert money(found) == ("sent", "0.00", "100.00", "0.00")
    assert found["payments"][0]["withdrawn"] == "100.00"
    till.tell("charge.dispute.closed", dispute(session, "won"))
    till.tell("charge.dispute.created", dispute(session))  # told again, late
    till.work()
    assert money(till.desk.get(invoice)) == ("paid", "100.00", "0.00", "0.00")
    assert till.story()[2:] == ["payment.failed", "invoice.updated", "invoice.paid"]


def test_a_dispute_that_is_lost_stays(till: Till) -> None:
    invoice = till.sent(lines=HUNDRED)
    session = till.session_of(invoice)
    till.tell(COMPLETED, session)
    till.tell("charge.dispute.created", dispute(session))
    till.tell("charge.dispute.closed", dispute(session, "lost"))
    till.work()
    assert till.desk.get(invoice)["paid"] == "0.00"


def test_what_stripe_has_taken_is_not_removed_by_hand(till: Till) -> None:
    invoice = till.sent()
    till.tell(COMPLETED, till.session_of(invoice))
    till.work()
    with pytest.raises(Conflict, match="refund it there"):
        till.desk.do(calls.delete_payment, till.desk.get(invoice)["payments"][0])


@pytest.mark.parametrize("changes", [{"client_reference_id": None}, {"currency": "usd"}, {"amount_total": None}])
def test_what_cannot_be_handled_is_tried_with_pauses_and_stays_to_be_seen(till: Till, changes: Any) -> None:
    invoice = till.sent()
    session = till.session_of(invoice)
    till.tell(COMPLETED, {**session, **changes}, id="evt_bad")
    till.work()
    for pause in PAUSES:
        assert till.work(seconds=pause.total_seconds() - 0.001) == 0
        assert till.work(seconds=0.001) == 1
    assert till.work(days=30) == 0
    (parked,) = till.told(state="parked")
    assert (parked["id"], parked["attempts"], parked["next_attempt_at"]) == ("evt_bad", len(PAUSES) + 1, None)
    till.tell(COMPLETED, till.session_of(invoice))  # and it holds up nobody
    till.work()
    assert till.desk.get(invoice)["state"] == "paid"

    again = {"id": "evt_bad"}
    assert till.desk.billing.call(card_calls.retry_stripe_event, again, actor=people.ADMIN)["state"] == "waiting"
    with pytest.raises(Conflict):
        till.desk.billing.call(card_calls.retry_stripe_event, again, actor=people.ADMIN)
    assert till.work() == 1


def test_c22_only_admins_see_what_stripe_told(till: Till) -> None:
    with pytest.raises(Forbidden):
        till.desk.billing.call(card_calls.list_stripe_events, {}, actor=till.desk.coach)


def test_what_stripe_tells_besides_needs_nothing(till: Till) -> None:
    till.tell("payment_intent.created", {"id": "pi_1"})
    till.work()
    assert [event["state"] for event in till.told()] == ["handled"]


def test_two_workers_handle_an_event_once(till: Till) -> None:
    invoice = till.sent(lines=HUNDRED)
    for _ in range(20):
        till.tell(COMPLETED, till.session_of(invoice))
    with ThreadPoolExecutor(4) as workers:
        list(workers.map(lambda _: till.work(), range(4)))
    till.work()
    found = till.desk.get(invoice)
    assert (len(found["payments"]), found["paid"]) == (20, "2000.00")


def test_a_thousand_webhooks_with_the_worker_stopped_in_between_count_each_payment_once(till: Till) -> None:
    invoices = [till.sent(lines=HUNDRED) for _ in range(50)]
    sessions = [
        {
            "id": f"cs_{number}", "payment_status": "paid", "client_reference_id": invoices[number % 50]["id"],
            "amount_total": 100 + number, "currency": "eur", "payment_intent": f"pi_{number}",
        }
        for number in range(500)
    ]  # fmt: skip
    events = [(COMPLETED, session) for session in sessions] + [(SUCCEEDED, session) for session in sessions]
    for number, (type_, session) in enumerate(events):
        till.tell(type_, session, id=f"evt_{number}")
        if number in (300, 700):
            till.work()
    while till.work():
        pass

    found = [till.desk.get(invoice) for invoice in invoices]
    assert [len(invoice["payments"]) for invoice in found] == [10] * 50
    assert sum(Decimal(invoice["paid"]) for invoice in found) == sum(Decimal(100 + n) for n in range(500)) / 100
    assert len(till.desk.billing.events("billing.payment.recorded.v1")) == 500
