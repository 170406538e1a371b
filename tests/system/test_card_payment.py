"""An invoice is paid by card, through all of Coachworks: by HTTP, real mail and a server that speaks as Stripe does."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import requests

from tests.support.broker import eventually
from tests.support.mail import link_of
from tests.system.conftest import Running

WEBHOOKS = "/api/v1/webhooks/stripe"


def sent(running: Running, email: str) -> Any:
    """An invoice of an Internal Record over 100 EUR, sent."""
    admin = running.admin
    client = admin.post("/clients", {"name": "Noor Aziz", "email": email}, expect=201)
    wanted = {"client_id": client["id"], "program_name": "Coaching", "sessions_total": 4}
    engagement = admin.post("/engagements", wanted, expect=201)
    lines = [{"description": "Coaching", "quantity": "1", "unit_price": "100"}]
    given = {"currency": "EUR", "lines": lines, "card_payment": True}
    draft = admin.post(f"/engagements/{engagement['id']}/invoices", given, expect=201)
    return admin.post(f"/invoices/{draft['id']}/send", expect=202)


def test_an_invoice_is_paid_by_the_link_in_its_mail_and_counts_once(running: Running) -> None:
    url, stripe, email = running.local.url, running.stripe, f"noor.{uuid4().hex[:8]}@example.org"
    invoice = sent(running, email)
    token = link_of(running.mailbox.await_mail(email, "invoice"), "pay")

    for address in (f"{url}/pay/{token}", f"{url}/api/v1/public/pay/{token}"):
        answer = requests.get(address, timeout=20, allow_redirects=False)
        assert (answer.status_code, answer.headers["Location"]) == (
            303,
            f"{stripe.url}/c/pay/{stripe.sessions[-1]['id']}",
        )
    assert requests.get(f"{url}/pay/unknown", timeout=20).status_code == 404
    stripe.answer_with = 500
    answer = requests.get(f"{url}/pay/{token}", timeout=20)
    assert (answer.status_code, "does not work just now" in answer.text) == (503, True)
    stripe.answer_with = 200

    payload = stripe.event("checkout.session.completed", stripe.paid_session(stripe.sessions[-1]))
    forged = {"Stripe-Signature": stripe.signature(payload, secret="whsec_of_somebody_else")}
    signed = {"Stripe-Signature": stripe.signature(payload), "Content-Type": "application/json"}
    assert requests.post(url + WEBHOOKS, data=payload.encode(), headers=forged, timeout=20).status_code == 400
    for _ in range(2):
        assert requests.post(url + WEBHOOKS, data=payload.encode(), headers=signed, timeout=20).status_code == 200
    path = f"/invoices/{invoice['id']}"
    paid = eventually(lambda: found if (found := running.admin.get(path))["payments"] else None, 20, "the payment")
    assert (paid["state"], paid["balance"], paid["credit"], len(paid["payments"])) == ("paid", "0.00", "0.00", 1)

    answer = requests.get(f"{url}/pay/{token}", timeout=20)
    assert (answer.status_code, "is paid" in answer.text) == (410, True)
    where = f"/notifications?engagement_id={invoice['engagement_id']}&kind=payment_received"
    (receipt,) = eventually(lambda: running.admin.get(where)["items"], 20, "the receipt")
    assert receipt["state"] == "refused"  # an Internal Record gets nothing that goes out by itself (C3)
