"""What invoices come to by state and currency, and a client's statement on paper."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from contracts.actor import Actor
from contracts.calls import billing as calls
from contracts.errors import NotFound
from services.billing.invoices.operations import mark_overdue
from tests.service.billing.conftest import Desk
from tests.service.billing.test_sending import read
from tests.support import people

HUNDRED = [{"description": "Coaching", "quantity": "1", "unit_price": "100"}]


def totals(desk: Desk, actor: Actor | None = None, **wanted: str) -> list[dict[str, Any]]:
    found = desk.billing.call(calls.invoice_totals, wanted, actor=actor or desk.coach)
    currencies: list[dict[str, Any]] = found["currencies"]
    return currencies


def test_totals_are_by_state_and_currency_and_leave_drafts_and_what_is_void_out_of_the_sum(desk: Desk) -> None:
    desk.draft(lines=HUNDRED)
    late, part, void = (desk.sent(lines=HUNDRED, due_date=day) for day in ("2026-11-20", "2026-12-08", "2026-12-08"))
    desk.billing.run(mark_overdue)
    desk.pay(part, "40")
    desk.pay(void, "10")
    desk.do(calls.void_invoice, void)
    desk.sent(lines=HUNDRED, currency="JPY")

    euros, yens = totals(desk)
    assert {name: euros[name] for name in ("currency", "total", "paid", "balance", "credit")} == {
        "currency": "EUR", "total": "200.00", "paid": "40.00", "balance": "160.00", "credit": "10.00",
    }  # fmt: skip
    assert [(each["state"], each["count"], each["total"], each["balance"]) for each in euros["states"]] == [
        ("draft", 1, "100.00", "100.00"),
        ("partially_paid", 1, "100.00", "60.00"),
        ("overdue", 1, "100.00", "100.00"),
        ("void", 1, "100.00", "0.00"),
    ]
    assert (yens["currency"], yens["total"]) == ("JPY", "100")
    assert desk.get(late)["state"] == "overdue"


def test_totals_take_the_filters_of_the_list(desk: Desk) -> None:
    desk.sent(lines=HUNDRED)
    desk.billing.clock.advance(days=1)
    desk.sent(lines=HUNDRED)
    assert totals(desk)[0]["total"] == "200.00"
    assert totals(desk, **{"from": "2026-11-25"})[0]["total"] == "100.00"
    assert totals(desk, to="2026-11-24", state="sent")[0]["total"] == "100.00"
    assert totals(desk, state="paid") == totals(desk, client_id=str(uuid4())) == []


def test_c22_everybody_gets_the_totals_of_what_they_see(desk: Desk) -> None:
    desk.draft(lines=HUNDRED)
    desk.sent(lines=HUNDRED)
    other, strange = Desk(desk.billing), people.coach("Samuel Adler")
    other.hear_of(other.engagement, people.client("Tom Brandt"), other.coach)
    other.sent(lines=HUNDRED)
    assert totals(desk, people.ADMIN)[0]["total"] == "200.00"
    assert totals(desk)[0]["total"] == "100.00"
    assert [each["state"] for each in totals(desk, desk.client)[0]["states"]] == ["sent"]
    assert totals(desk, strange) == []


def test_a_statement_can_be_printed_with_the_sums_of_each_currency(desk: Desk) -> None:
    one = desk.sent(lines=HUNDRED, due_date="2026-12-08")
    desk.sent(lines=HUNDRED, currency="JPY")
    desk.pay(one, "40")
    wanted = {"id": str(desk.client.id)}
    pdf = desk.billing.call(calls.client_statement_pdf, wanted, actor=desk.client)
    assert pdf["filename"] == "statement-2026-11-24.pdf"
    text = " ".join(read(pdf).split())
    for words in (
        "Northlight Coaching", "Statement of 24 Nov 2026", "Leila Haddad", "Invoices in EUR", "2026-0001", "8 Dec 2026",
        "Partly paid", "Sum EUR 100.00 40.00 60.00", "Payments in EUR", "Bank transfer", "Invoices in JPY",
        "Sum JPY 100 0 100", "Page 1 of 1",
    ):  # fmt: skip
        assert words in text
    assert pdf == desk.billing.call(calls.client_statement_pdf, wanted, actor=desk.coach)
    with pytest.raises(NotFound):
        desk.billing.call(calls.client_statement_pdf, wanted, actor=people.coach("Somebody Else"))


def test_a_statement_of_nothing_says_so(desk: Desk) -> None:
    pdf = desk.billing.call(calls.client_statement_pdf, {"id": str(desk.client.id)}, actor=desk.coach)
    assert "Nothing has been invoiced." in read(pdf)
