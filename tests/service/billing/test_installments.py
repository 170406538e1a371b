"""Packages in instalments: their invoices are written on the day, each once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest

from contracts.actor import Actor
from contracts.calls import billing as calls
from contracts.calls import installments as plans
from contracts.errors import Conflict, Forbidden, Invalid, NotFound
from services.billing.installments.operations import write_due
from tests.service.billing.conftest import Desk
from tests.support import people


def plan(desk: Desk, actor: Actor | None = None, **changes: Any) -> Any:
    given = {
        "engagement_id": str(desk.engagement), "description": "Business Coaching", "total": "1000", "currency": "EUR",
        "count": 3, "first_due": "2026-11-24", "every": "month", "tax_rate": "19", **changes,
    }  # fmt: skip
    return desk.billing.call(plans.set_up_installments, given, actor=actor or desk.coach)


def work(desk: Desk, **later: float) -> int:
    """The worker runs then; how many invoices it wrote."""
    desk.billing.clock.advance(**later)
    return desk.billing.run(write_due)


def written(desk: Desk) -> list[Any]:
    wanted = {"engagement_id": str(desk.engagement)}
    found = desk.billing.call(calls.list_engagement_invoices, wanted, actor=desk.coach)
    return sorted(found["items"], key=lambda invoice: invoice["lines"][0]["description"])


def test_c21_the_parts_add_up_to_the_total_and_their_invoices_are_drafts(desk: Desk) -> None:
    made = plan(desk, due_days=14, purchase_order="PO-4711")
    assert [(part["on"], part["amount"], part["invoice_id"]) for part in made["installments"]] == [
        ("2026-11-24", "333.34", None),
        ("2026-12-24", "333.33", None),
        ("2027-01-24", "333.33", None),
    ]
    assert work(desk) == 1
    (draft,) = written(desk)
    assert (draft["state"], draft["subtotal"], draft["total"]) == ("draft", "333.34", "396.67")
    assert draft["lines"][0]["description"] == "Business Coaching, instalment 1 of 3"
    assert (draft["due_days"], draft["purchase_order"]) == (14, "PO-4711")
    (event,) = desk.billing.events()
    assert (event.type, event.actorid) == ("billing.invoice.created.v1", desk.coach.id)


def test_each_is_written_once_when_its_day_begins_in_the_organisations_zone(desk: Desk) -> None:
    plan(desk, first_due="2026-11-25", every="week")
    assert work(desk) == 0
    assert work(desk, hours=13.99) == 0  # 23:59 in Berlin
    assert work(desk, hours=0.02) == 1
    assert work(desk) == work(desk, days=6) == 0
    assert work(desk, days=1) == 1
    assert work(desk, days=30) == 1
    assert work(desk, days=300) == 0
    assert len(written(desk)) == 3


def test_a_worker_that_was_away_writes_all_that_have_become_due(desk: Desk) -> None:
    plan(desk)
    assert work(desk, days=70) == 3
    assert [invoice["subtotal"] for invoice in written(desk)] == ["333.34", "333.33", "333.33"]


def test_of_many_workers_one_writes(desk: Desk) -> None:
    plan(desk)
    together = Barrier(4)

    def run(_: int) -> int:
        together.wait()
        return desk.billing.run(write_due)

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(run, range(4))) == 1
    assert len(written(desk)) == 1


def test_c3_they_are_sent_only_where_a_person_said_so_and_on_that_persons_behalf(desk: Desk) -> None:
    plan(desk)
    plan(desk, send=True, due_days=7)
    work(desk)
    (request,) = desk.billing.requests("invoice")
    assert request["trigger"] == {"origin": "staff", "person_id": str(desk.coach.id)}
    assert sorted(invoice["state"] for invoice in written(desk)) == ["draft", "sent"]
    (sent,) = [invoice for invoice in written(desk) if invoice["state"] == "sent"]
    assert (sent["number"], sent["due_date"]) == ("2026-0001", "2026-12-01")


def test_one_that_cannot_be_sent_holds_up_no_other_and_is_tried_again(desk: Desk) -> None:
    desk.sent()
    desk.set_up(invoice_number_format="2026-{number:04d}")
    plan(desk, send=True)
    plan(desk, description="Another")
    assert work(desk) == 1
    assert len(written(desk)) == 2
    desk.set_up(invoice_number_format="{number}")
    assert work(desk) == 1
    assert work(desk) == 0


def test_a_plan_that_is_stopped_writes_no_more_and_what_was_written_stays(desk: Desk) -> None:
    made = plan(desk)
    work(desk)
    stopped = desk.do(plans.stop_installments, made)
    assert stopped["stopped_at"] == "2026-11-24T09:00:00Z"
    assert [bool(part["invoice_id"]) for part in stopped["installments"]] == [True, False, False]
    assert work(desk, days=90) == 0
    assert len(written(desk)) == 1
    with pytest.raises(Conflict, match="no instalments to come"):
        desk.do(plans.stop_installments, made)


def test_c9_a_deleted_engagements_parts_wait_until_it_is_restored(desk: Desk) -> None:
    plan(desk)
    desk.hear_of(desk.engagement, desk.client, desk.coach, sequence=2, deleted=True)
    assert work(desk, days=1) == 0
    desk.hear_of(desk.engagement, desk.client, desk.coach, sequence=3, deleted=False)
    assert work(desk) == 1


def test_a_draft_that_was_deleted_is_not_written_again(desk: Desk) -> None:
    plan(desk)
    work(desk)
    desk.do(calls.delete_invoice, written(desk)[0])
    assert work(desk, hours=1) == 0


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"total": "0.02"}, "total"),
        ({"total": "100.001"}, "total"),
        ({"total": "100.5", "currency": "JPY"}, "total"),
        ({"count": 1}, "count"),
        ({"first_due": "2026-11-23"}, "first_due"),
        ({"every": "day"}, "every"),
    ],
)
def test_a_plan_that_does_not_come_out_is_refused(desk: Desk, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        plan(desk, **changes)
    assert list(refused.value.errors) == [field]


def test_c22_plans_are_for_those_who_see_the_engagement_and_no_clients(desk: Desk) -> None:
    made = plan(desk)
    stranger, wanted = people.coach("Samuel Adler"), {"engagement_id": str(desk.engagement)}
    assert desk.billing.call(plans.list_installments, wanted, actor=people.ADMIN)["items"] == [made]
    for call, given in (
        (plans.list_installments, wanted),
        (plans.stop_installments, {"id": made["id"]}),
        (plans.stop_installments, {"id": str(uuid4())}),
    ):
        with pytest.raises(NotFound):
            desk.billing.call(call, given, actor=stranger)
        with pytest.raises(Forbidden):
            desk.billing.call(call, given, actor=desk.client)
    with pytest.raises(NotFound):
        plan(desk, stranger)
