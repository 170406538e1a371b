"""What was invoiced to a client and what was paid, for whoever may see it (C22)."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from contracts.actor import Actor
from contracts.calls import billing as calls
from contracts.errors import NotFound
from tests.service.billing.conftest import Desk
from tests.support import people

HUNDRED = [{"description": "Coaching", "quantity": "1", "unit_price": "100"}]


def statement(desk: Desk, actor: Actor | None = None) -> Any:
    return desk.billing.call(calls.client_statement, {"id": str(desk.client.id)}, actor=actor or desk.coach)


def test_sums_are_per_currency_and_leave_out_drafts_and_what_is_void(desk: Desk) -> None:
    desk.draft()
    one, void, yen = desk.sent(lines=HUNDRED), desk.sent(lines=HUNDRED), desk.sent(lines=HUNDRED, currency="JPY")
    payment = desk.pay(one, "40")
    desk.billing.clock.advance(minutes=1)
    desk.pay(void, "10")
    desk.do(calls.void_invoice, void)

    found = statement(desk)
    assert found["client"] == {"id": str(desk.client.id), "name": "Leila Haddad"}
    euros, yens = found["currencies"]
    sums = ("currency", "total", "paid", "balance", "credit")
    assert [euros[name] for name in sums] == ["EUR", "100.00", "40.00", "60.00", "10.00"]
    assert [yens[name] for name in sums] == ["JPY", "100", "0", "100", "0"]
    assert {each["id"]: each["state"] for each in euros["invoices"]} == {
        one["id"]: "partially_paid",
        void["id"]: "void",
    }
    assert [each["id"] for each in yens["invoices"]] == [yen["id"]]
    assert [each["amount"] for each in euros["payments"]] == ["40.00", "10.00"]
    assert (euros["payments"][0]["id"], euros["payments"][0]["invoice_id"]) == (payment["id"], one["id"])


def test_c22_a_coach_sees_what_belongs_to_own_engagements_a_client_the_own_and_others_nothing(desk: Desk) -> None:
    desk.sent(lines=HUNDRED)
    other = people.coach("Samuel Adler")
    desk.hear_of(uuid4(), desk.client, other)
    assert statement(desk, other)["currencies"] == []
    for actor in (desk.coach, desk.client, people.ADMIN):
        assert statement(desk, actor)["currencies"][0]["total"] == "100.00"
    for stranger in (people.coach("Somebody Else"), people.client("Somebody Else")):
        with pytest.raises(NotFound):
            statement(desk, stranger)
