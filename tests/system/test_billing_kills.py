"""Billing killed while invoices are sent and payments come in: numbers without gaps, each payment once (C21)."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest
import requests

from tests.support.broker import eventually
from tests.support.stripe import StripeServer, stripe_server
from tests.system.conftest import databases
from tests.system.havoc import Havoc
from tests.system.ledger import found_engagements

LINES = [{"description": "Coaching", "quantity": "1", "unit_price": "100"}]
INVOICES, SENDERS = 60, 20
PAYMENTS = 500  # of each, two events tell


class House(Havoc):
    """A system that takes payments by card."""

    stripe: StripeServer

    def drafts(self, run: str, number: int) -> list[str]:
        """Invoices over 100 EUR, not sent yet."""
        (engagement,) = found_engagements(self.admin, run, 1)
        path, given = f"/engagements/{engagement.id}/invoices", {"currency": "EUR", "lines": LINES}
        return [str(self.admin.post(path, given, expect=201)["id"]) for _ in range(number)]

    def until_taken(self, path: str, **given: Any) -> Any:
        """Posts again and again until the answer is no 503, as callers and Stripe do; that answer."""

        def answered() -> requests.Response | None:
            try:
                answer = requests.post(f"{self.local.url}/api/v1{path}", timeout=20, **given)
            except requests.RequestException:
                return None
            return None if answer.status_code == 503 else answer

        answer = eventually(answered, 60, path)
        assert answer.status_code in (200, 202), answer.text
        return answer.json()

    def all_at_once(self, things: list[Any], do: Callable[[Any], Any], kills: dict[int, str]) -> list[Any]:
        """Does it for each, many at a time; when so many are done, that process is killed and started again."""
        with ThreadPoolExecutor(SENDERS) as people:
            running = [people.submit(do, thing) for thing in things]
            for number, name in kills.items():
                eventually(lambda number=number: sum(one.done() for one in running) >= number, 60, f"{number} done")
                self.kill(name)  # by this thread: what a thread of the pool started would end with it
                self.start(name)
            found = [one.result() for one in running]
        self.local.wait_ready()
        return found


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def house(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    settings = {}
    if request.param == "postgresql":
        settings = databases(request.getfixturevalue("postgres_server"), "kills")
    with stripe_server() as stripe:
        made = House(tmp_path_factory.mktemp("kills"), {**settings, **stripe.settings})
        made.stripe = stripe
        yield made
        made.stop()


def test_c21_twenty_who_send_at_once_while_billing_is_killed_get_numbers_without_gap_or_double(house: House) -> None:
    drafts = house.drafts("numbers", INVOICES)

    def send(id_: str) -> str:
        headers = {**house.admin.session.headers, "Idempotency-Key": id_}
        return str(house.until_taken(f"/invoices/{id_}/send", headers=headers, json={})["number"])

    numbers = house.all_at_once(drafts, send, {15: "billing", 30: "billing-worker", 45: "billing"})
    assert sorted(int(number.split("-")[1]) for number in numbers) == list(range(1, INVOICES + 1))
    house.settle()
    assert [house.admin.get(f"/invoices/{id_}")["number"] for id_ in drafts] == numbers
    mailed = {mail["Message-ID"]: mail["Subject"] for mail in house.mails("invoice")}
    assert len(mailed) == INVOICES
    assert all(any(number in subject for subject in mailed.values()) for number in numbers)


@pytest.mark.parametrize("house", ["postgresql"], indirect=True)
def test_c21_a_thousand_webhooks_while_billing_is_killed_count_each_payment_once(house: House) -> None:
    invoices = house.drafts("payments", 25)
    for id_ in invoices:
        house.admin.post(f"/invoices/{id_}/send", expect=202)
    told = [
        house.stripe.event(type_, _session(number, invoices[number % 25]))
        for number in range(PAYMENTS)
        for type_ in ("checkout.session.completed", "checkout.session.async_payment_succeeded")
    ]
    random.Random(7).shuffle(told)

    def tell(payload: str) -> None:
        headers = {"Stripe-Signature": house.stripe.signature(payload), "Content-Type": "application/json"}
        house.until_taken("/webhooks/stripe", data=payload.encode(), headers=headers)

    house.all_at_once(told, tell, {250: "billing", 400: "billing-worker", 600: "billing", 800: "billing-worker"})
    waiting = {"state": "waiting", "limit": 1}
    eventually(lambda: not house.admin.get("/stripe-events", **waiting)["items"], 120, "the end of the events")
    found = [house.admin.get(f"/invoices/{id_}") for id_ in invoices]
    assert [len(invoice["payments"]) for invoice in found] == [PAYMENTS // 25] * 25
    assert sum(Decimal(invoice["paid"]) for invoice in found) == sum(Decimal(100 + n) for n in range(PAYMENTS)) / 100
    assert len(house.admin.all("/stripe-events", state="handled")) == len(told)
    house.settle()


def _session(number: int, invoice: str) -> dict[str, Any]:
    return {
        "id": f"cs_{number}", "payment_status": "paid", "client_reference_id": invoice, "amount_total": 100 + number,
        "currency": "eur", "payment_intent": f"pi_{number}",
    }  # fmt: skip
