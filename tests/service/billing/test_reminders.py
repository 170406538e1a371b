"""Reminders of invoices: by hand, or by themselves where staff have switched them on (S1.8, C3, C6, C25)."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from contracts.calls import billing as calls
from contracts.errors import Conflict, Invalid, NotFound
from services.billing.invoices.operations import mark_overdue
from services.billing.invoices.reminders import remind_due
from tests.service.billing.conftest import Desk
from tests.service.billing.test_sending import read
from tests.service.billing.till import Till
from tests.support import people
from tests.support.stripe import StripeServer

TWICE = {"count": 2, "every_days": 7}


def reminded(desk: Desk) -> list[dict[str, Any]]:
    """The requests for reminders so far."""
    return [request for request in desk.billing.requests("invoice") if request["context"].get("reminder")]


def run(desk: Desk, **later: float) -> int:
    """How many reminders are asked for when the worker runs then."""
    desk.billing.clock.advance(**later)
    before = len(reminded(desk))
    desk.billing.run(remind_due)
    return len(reminded(desk)) - before


def test_a_reminder_mails_the_invoice_once_more_to_the_same_people(desk: Desk) -> None:
    invoice = desk.sent(copy_to=["cfo@haddad.example"])
    desk.pay(invoice, "396.19")
    after = desk.do(calls.remind_invoice, invoice)

    first, second = desk.billing.requests("invoice")
    assert second["recipients"] == first["recipients"]
    assert second["trigger"] == {"origin": "staff", "person_id": str(desk.coach.id)}
    assert (second["context"]["balance"], second["context"]["reminder"]) == ("1000.00", True)
    assert "1,000.00" in read(second["attachments"][0])
    assert (after["reminded"], after["reminded_at"], after["state"]) == (1, "2026-11-24T09:00:00Z", "partially_paid")


def test_c25_each_reminder_has_a_cause_of_its_own(desk: Desk) -> None:
    invoice = desk.sent()
    for key in ("one", "one", "two"):
        desk.billing.call(calls.remind_invoice, {"id": invoice["id"]}, actor=desk.coach, key=key)
    causes = [request["key"].removeprefix(f"invoice/{invoice['id']}/") for request in desk.billing.requests("invoice")]
    assert causes == ["sent", "reminder/1", "reminder/2"]


def test_a_reminder_brings_the_link_of_its_invoice(desk: Desk, stripe: StripeServer) -> None:
    till = Till(desk, stripe)
    desk.do(calls.remind_invoice, till.sent())
    till.sent()
    first, reminder, other = till.tokens()
    assert first == reminder != other
    assert till.open(reminder)


def test_nobody_is_reminded_of_a_draft_or_of_what_is_paid_or_void(desk: Desk) -> None:
    draft, paid, void = desk.draft(), desk.sent(), desk.sent()
    desk.do(calls.mark_invoice_paid, paid)
    desk.do(calls.void_invoice, void)
    for invoice in (draft, paid, void):
        with pytest.raises(Conflict):
            desk.do(calls.remind_invoice, invoice)
        with pytest.raises(Conflict):
            desk.do(calls.switch_on_invoice_reminders, invoice, **TWICE)
    assert reminded(desk) == []


def test_an_overdue_invoice_can_be_reminded_of(desk: Desk) -> None:
    invoice = desk.sent(due_date="2026-11-23")
    desk.billing.run(mark_overdue)
    assert desk.do(calls.remind_invoice, invoice)["reminded"] == 1


def test_c9_nobody_is_reminded_for_a_deleted_engagement(desk: Desk) -> None:
    invoice = desk.sent()
    desk.do(calls.switch_on_invoice_reminders, invoice, **TWICE)
    desk.hear_of(desk.engagement, desk.client, desk.coach, sequence=2, deleted=True)
    with pytest.raises(Conflict, match="deleted"):
        desk.do(calls.remind_invoice, invoice)
    assert run(desk, days=7) == 0


def test_c22_only_whoever_sees_the_invoice_reminds_of_it(desk: Desk) -> None:
    invoice = desk.sent()
    with pytest.raises(NotFound):
        desk.billing.call(calls.remind_invoice, {"id": invoice["id"]}, actor=people.coach("Somebody Else"))


def test_without_staff_nobody_is_reminded(desk: Desk) -> None:
    assert desk.sent(due_date="2026-11-25")["reminders"] is None
    assert run(desk, days=60) == 0


def test_c3_reminders_go_out_as_often_as_staff_said_with_the_days_between(desk: Desk) -> None:
    invoice = desk.do(calls.switch_on_invoice_reminders, desk.sent(), **TWICE)
    assert invoice["reminders"] == {**TWICE, "sent": 0, "next_at": "2026-12-01T09:00:00Z", "stopped_at": None}
    assert run(desk, days=6, hours=23) == 0
    assert run(desk, hours=1) == 1
    assert run(desk) == 0
    assert run(desk, days=20) == 1
    assert run(desk, days=60) == 0
    found = desk.get(invoice)
    assert (found["reminded"], found["reminders"]["sent"], found["reminders"]["next_at"]) == (2, 2, None)
    assert reminded(desk)[0]["trigger"] == {"origin": "staff", "person_id": str(desk.coach.id)}


def test_the_first_reminder_comes_days_after_the_due_date(desk: Desk) -> None:
    invoice = desk.do(calls.switch_on_invoice_reminders, desk.sent(due_date="2026-12-08"), **TWICE)
    assert invoice["reminders"]["next_at"] == "2026-12-15T09:00:00Z"
    late = desk.do(calls.switch_on_invoice_reminders, desk.sent(due_date="2026-11-01"), **TWICE)
    assert late["reminders"]["next_at"] == "2026-12-01T09:00:00Z"


def test_c6_what_is_paid_or_void_meanwhile_is_not_reminded_of(desk: Desk) -> None:
    paid, void = desk.sent(), desk.sent()
    for invoice in (paid, void):
        desk.do(calls.switch_on_invoice_reminders, invoice, **TWICE)
    desk.do(calls.mark_invoice_paid, paid)
    desk.do(calls.void_invoice, void)
    assert run(desk, days=7) == 0
    assert desk.get(paid)["reminders"]["next_at"] is None


def test_reminders_are_stopped_once_and_can_be_switched_on_anew(desk: Desk) -> None:
    invoice = desk.sent()
    with pytest.raises(Conflict):
        desk.do(calls.stop_invoice_reminders, invoice)
    desk.do(calls.switch_on_invoice_reminders, invoice, **TWICE)
    assert desk.do(calls.stop_invoice_reminders, invoice)["reminders"]["stopped_at"] == "2026-11-24T09:00:00Z"
    assert run(desk, days=7) == 0
    with pytest.raises(Conflict):
        desk.do(calls.stop_invoice_reminders, invoice)
    desk.do(calls.switch_on_invoice_reminders, invoice, count=1, every_days=1)
    assert run(desk, days=1) == 1


@pytest.mark.parametrize("wrong", [{"count": 0, "every_days": 7}, {"count": 6, "every_days": 7}, {"count": 1}])
def test_how_often_has_limits(desk: Desk, wrong: dict[str, int]) -> None:
    with pytest.raises(Invalid):
        desk.do(calls.switch_on_invoice_reminders, desk.sent(), **wrong)


def test_several_workers_remind_once(desk: Desk) -> None:
    for _ in range(5):
        desk.do(calls.switch_on_invoice_reminders, desk.sent(), **TWICE)
    desk.billing.clock.advance(days=7)
    workers = [threading.Thread(target=desk.billing.run, args=(remind_due,)) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    desk.billing.run(remind_due)
    assert len(reminded(desk)) == 5
