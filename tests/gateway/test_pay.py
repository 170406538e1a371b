"""Payment by card, as browsers and Stripe come to it (S1.34, C19)."""

from __future__ import annotations

import pytest

from contracts import errors
from contracts.calls import billing
from tests.gateway.examples import answer_of

STRIPE = "https://checkout.stripe.example/c/pay/cs_1"
OVER = errors.Gone("Invoice 2026-0001 is paid: there is nothing left to pay.")
DOWN = errors.Unavailable("Payment by card does not work just now. Try again in a moment.")
ID = "0f6c2b8e-5a1d-4a57-9a34-6d7c9f0b1e21"


@pytest.mark.parametrize("address", ["/pay/tok", "/api/v1/public/pay/tok"])
def test_the_link_of_a_mail_leads_to_stripe(app, broker, address):
    broker.answers["billing.open_pay_link"] = {"url": STRIPE}
    response = app.test_client().get(address)
    assert (response.status_code, response.headers["Location"]) == (303, STRIPE)
    assert broker.sent_to("billing.open_pay_link")[0].input == {"token": "tok"}


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (OVER, 410, "Invoice 2026-0001 is paid"),
        (DOWN, 503, "Nothing has been charged"),
        (errors.dead_link(), 404, "This link has been used"),
    ],
)
def test_a_link_that_leads_nowhere_says_why(app, broker, error, status, words):
    broker.answers["billing.open_pay_link"] = error
    response = app.test_client().get("/pay/tok")
    assert response.status_code == status
    assert words in response.get_data(as_text=True)
    response = app.test_client().get("/api/v1/public/pay/tok")
    assert (response.status_code, response.content_type) == (status, "application/problem+json")


def test_back_from_stripe_there_are_pages(app):
    client = app.test_client()
    assert "Your payment is on its way" in client.get("/paid").get_data(as_text=True)
    assert 'href="/pay/tok"' in client.get("/pay/tok/cancelled").get_data(as_text=True)


def test_a_webhook_is_handed_on_as_it_came(app, broker):
    body = '{"id":  "evt_1", "name": "Zoë"}\n'
    headers = {"Stripe-Signature": "t=1,v1=abc", "Content-Type": "application/json"}
    response = app.test_client().post("/api/v1/webhooks/stripe", data=body.encode(), headers=headers)
    assert response.status_code == 200
    (sent,) = broker.sent_to("billing.take_stripe_event")
    assert sent.input == {"payload": body, "signature": "t=1,v1=abc"}


def test_a_webhook_that_is_not_signed_well_is_400(app, broker):
    broker.answers["billing.take_stripe_event"] = errors.Malformed("The signature is wrong or too old.")
    client = app.test_client()
    assert client.post("/api/v1/webhooks/stripe", data=b"{}").status_code == 400
    assert client.post("/api/v1/webhooks/stripe", data=b"\xff").status_code == 400


def test_a_client_finds_a_button_to_pay_by_card_where_that_is_offered(broker, browser):
    someone = browser("client")
    shown = answer_of(billing.get_invoice, id=ID, state="sent", payable_by_card=True)
    broker.answers["billing.get_invoice"] = shown
    assert f'href="/invoices/{ID}/pay"' in someone.get(f"/invoices/{ID}").get_data(as_text=True)
    broker.answers["billing.get_invoice"] = {**shown, "payable_by_card": False}
    assert f'href="/invoices/{ID}/pay"' not in someone.get(f"/invoices/{ID}").get_data(as_text=True)

    broker.answers["billing.check_out_invoice"] = {"url": STRIPE}
    assert someone.get(f"/invoices/{ID}/pay").headers["Location"] == STRIPE
    broker.answers["billing.check_out_invoice"] = DOWN
    response = someone.get(f"/invoices/{ID}/pay")
    assert (response.status_code, "Try again" in response.get_data(as_text=True)) == (503, True)


def test_what_stripe_took_shows_what_of_it_went_back_and_is_not_removed_here(broker, browser):
    shown = answer_of(billing.get_invoice, id=ID, state="paid", credit="19.00", currency="EUR")
    shown["payments"][0] |= {"taken_online": True, "refunded": "5.00", "withdrawn": "0.00"}
    broker.answers["billing.get_invoice"] = shown
    html = browser("coach").get(f"/invoices/{ID}").get_data(as_text=True)
    assert "€5.00 refunded" in html
    assert "Credit" in html
    assert "Remove payment" not in html
