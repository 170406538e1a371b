"""Payments: the state follows from them, both ways."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from contracts.calls import billing as calls
from contracts.errors import Conflict, Invalid, NotFound
from services.billing.invoices.operations import mark_overdue
from tests.service.billing.conftest import Desk
from tests.support import people


def story(desk: Desk) -> list[str]:
    return [event.type.removeprefix("billing.").removesuffix(".v1") for event in desk.billing.events()]


def test_c21_the_state_follows_from_the_payments_and_goes_back_with_them(desk: Desk) -> None:
    invoice = desk.sent()
    states = []
    first = desk.pay(invoice, "1000")
    states.append(desk.get(invoice)["state"])
    second = desk.pay(invoice, "396.19", reference="Bank 42", paid_at="2026-11-20T10:00:00+01:00")
    states.append(desk.get(invoice)["state"])
    desk.do(calls.delete_payment, first)
    states.append(desk.get(invoice)["state"])
    desk.do(calls.delete_payment, second)
    states.append(desk.get(invoice)["state"])

    assert states == ["partially_paid", "paid", "partially_paid", "sent"]
    assert (first["amount"], first["currency"], first["invoice_id"]) == ("1000.00", "EUR", invoice["id"])
    assert (second["reference"], second["paid_at"]) == ("Bank 42", "2026-11-20T09:00:00Z")
    assert desk.get(invoice)["payments"] == []
    assert story(desk)[2:] == [
        "payment.recorded", "invoice.partially_paid", "payment.recorded", "invoice.paid",
        "payment.removed", "invoice.updated", "payment.removed", "invoice.updated",
    ]  # fmt: skip


def test_s1_33_marked_paid_the_whole_balance_is_paid(desk: Desk) -> None:
    invoice = desk.sent()
    desk.pay(invoice, "96.19")

    paid = desk.do(calls.mark_invoice_paid, invoice, method="cash")

    assert (paid["state"], paid["paid"], paid["balance"]) == ("paid", "1396.19", "0.00")
    assert [(p["amount"], p["method"]) for p in paid["payments"]] == [("96.19", "bank_transfer"), ("1300.00", "cash")]
    (event,) = desk.billing.events("billing.invoice.paid.v1")
    assert (event.data["paid"], event.data["balance"]) == ("1396.19", "0.00")
    with pytest.raises(Conflict, match="paid already"):
        desk.do(calls.mark_invoice_paid, invoice)


@pytest.mark.parametrize(
    ("amount", "message"),
    [
        ("1396.20", "More than the balance of 1396.19."),
        ("0", "Must be more than zero."),
        ("-5", "Must be more than zero."),
        ("0.005", "EUR has no such small amount."),
        ("much", "Not a decimal number in a string, like 120.00."),
    ],
)
def test_a_payment_that_cannot_be_is_refused(desk: Desk, amount: str, message: str) -> None:
    invoice = desk.sent()
    with pytest.raises(Invalid) as refused:
        desk.pay(invoice, amount)
    assert refused.value.errors == {"amount": [message]}
    assert desk.get(invoice) == invoice


def test_a_draft_takes_no_payment_and_cannot_be_voided(desk: Desk) -> None:
    draft = desk.draft()
    for pay in (
        lambda: desk.pay(draft, "1"),
        lambda: desk.do(calls.mark_invoice_paid, draft),
        lambda: desk.do(calls.void_invoice, draft),
    ):
        with pytest.raises(Conflict, match="send it first"):
            pay()


def test_a_void_invoice_keeps_its_number_and_takes_nothing_more(desk: Desk) -> None:
    invoice = desk.sent()
    payment = desk.pay(invoice, "96.19")

    void = desk.do(calls.void_invoice, invoice)

    assert (void["state"], void["number"], void["paid"], void["balance"]) == ("void", "2026-0001", "96.19", "0.00")
    assert story(desk)[-1] == "invoice.voided"
    for act in (
        lambda: desk.pay(invoice, "1"),
        lambda: desk.do(calls.mark_invoice_paid, invoice),
        lambda: desk.do(calls.delete_payment, payment),
        lambda: desk.do(calls.void_invoice, invoice),
    ):
        with pytest.raises(Conflict, match="is void"):
            act()
    assert desk.sent()["number"] == "2026-0002"


def test_payments_at_once_never_come_to_more_than_the_invoice(desk: Desk) -> None:
    invoice = desk.sent(lines=[{"description": "Coaching", "quantity": "1", "unit_price": "100"}])
    all_together = Barrier(8)

    def pay(_: int) -> bool:
        all_together.wait()
        try:
            desk.pay(invoice, "30")
        except Invalid:
            return False
        return True

    with ThreadPoolExecutor(8) as payers:
        assert sum(payers.map(pay, range(8))) == 3
    assert desk.get(invoice)["balance"] == "10.00"


def test_what_is_due_before_today_becomes_overdue_once(desk: Desk) -> None:
    invoice = desk.sent(due_date="2026-11-25")
    without_date, paid = desk.sent(), desk.sent(due_date="2026-11-25")
    desk.do(calls.mark_invoice_paid, paid)
    desk.draft(due_date="2026-11-01")

    desk.billing.clock.advance(hours=37)  # 22:00 UTC on the 25th: in Berlin it is still that day
    assert desk.billing.run(mark_overdue) == 0
    desk.billing.clock.advance(hours=1)
    assert desk.billing.run(mark_overdue) == 1
    assert desk.billing.run(mark_overdue) == 0

    assert [desk.get(each)["state"] for each in (invoice, without_date, paid)] == ["overdue", "sent", "paid"]
    (event,) = desk.billing.events("billing.invoice.overdue.v1")
    assert (event.subject, event.data["state"], event.actorid) == (invoice["id"], "overdue", None)


def test_an_overdue_invoice_stays_overdue_until_all_is_paid_and_is_so_again_when_a_payment_goes(desk: Desk) -> None:
    invoice = desk.sent(due_date="2026-11-23")
    desk.billing.run(mark_overdue)

    desk.pay(invoice, "1000")
    assert desk.get(invoice)["state"] == "overdue"
    assert story(desk)[-1] == "invoice.partially_paid"
    last = desk.pay(invoice, "396.19")
    assert desk.get(invoice)["state"] == "paid"
    desk.do(calls.delete_payment, last)
    assert desk.get(invoice)["state"] == "overdue"
    assert desk.billing.run(mark_overdue) == 0


def test_c22_payments_of_others_engagements_are_not_there(desk: Desk) -> None:
    payment = desk.pay(desk.sent(), "1")
    with pytest.raises(NotFound):
        desk.billing.call(calls.delete_payment, {"id": payment["id"]}, actor=people.coach("Somebody Else"))
