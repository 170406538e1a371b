"""C22: an admin sees all invoices, a coach those of own engagements, a client its own once they are sent."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from contracts.actor import Actor
from contracts.calls import billing as calls
from contracts.errors import Forbidden, Invalid, NotFound
from tests.service.billing.conftest import Desk
from tests.support import people


def listed(desk: Desk, actor: Actor, **wanted: Any) -> list[str]:
    answer = desk.billing.call(calls.list_invoices, wanted, actor=actor)
    return [invoice["id"] for invoice in answer["items"]]


def test_c22_a_stranger_is_told_that_there_is_no_such_invoice(desk: Desk) -> None:
    sent = desk.sent()
    for stranger in (people.coach("Somebody Else"), people.client("Max Muster")):
        with pytest.raises(NotFound, match="There is no such invoice"):
            desk.get(sent, stranger)
        with pytest.raises(NotFound, match="There is no such invoice"):
            desk.billing.call(calls.invoice_pdf, {"id": sent["id"]}, actor=stranger)
        with pytest.raises(NotFound, match="There is no such engagement"):
            desk.billing.call(calls.list_engagement_invoices, {"engagement_id": str(desk.engagement)}, actor=stranger)
        assert listed(desk, stranger) == []


@pytest.mark.parametrize(
    "call",
    [calls.update_invoice, calls.delete_invoice, calls.send_invoice, calls.void_invoice, calls.mark_invoice_paid],
)
def test_c22_another_coach_can_do_nothing_with_it_and_a_client_nothing_but_read(desk: Desk, call: Any) -> None:
    draft = desk.draft()
    with pytest.raises(NotFound):
        desk.billing.call(call, {"id": draft["id"]}, actor=people.coach("Somebody Else"))
    with pytest.raises(Forbidden):
        desk.billing.call(call, {"id": draft["id"]}, actor=desk.client)


def test_c22_a_client_sees_its_own_invoices_once_they_are_sent(desk: Desk) -> None:
    draft, sent = desk.draft(), desk.sent()

    assert desk.get(sent, desk.client) == sent
    assert desk.billing.call(calls.invoice_pdf, {"id": sent["id"]}, actor=desk.client)["filename"]
    assert listed(desk, desk.client) == [sent["id"]]
    assert listed(desk, desk.client, state="draft") == []
    own = {"engagement_id": str(desk.engagement)}
    answer = desk.billing.call(calls.list_engagement_invoices, own, actor=desk.client)
    assert [invoice["id"] for invoice in answer["items"]] == [sent["id"]]
    with pytest.raises(NotFound):
        desk.get(draft, desk.client)
    with pytest.raises(NotFound):
        desk.billing.call(calls.invoice_pdf, {"id": draft["id"]}, actor=desk.client)


def test_c22_a_coach_sees_those_of_own_engagements_and_an_admin_all(desk: Desk) -> None:
    mine = desk.sent()
    other, engagement = people.coach("Somebody Else"), uuid4()
    desk.hear_of(engagement, people.client("Max Muster"), other)
    given = {"engagement_id": str(engagement), "currency": "JPY", "lines": mine["lines"]}
    for line in given["lines"]:
        del line["amount"], line["uncredited"]
    theirs = desk.billing.call(calls.create_invoice, given, actor=other)

    assert listed(desk, desk.coach) == [mine["id"]]
    assert listed(desk, other) == [theirs["id"]]
    assert set(listed(desk, people.ADMIN)) == {mine["id"], theirs["id"]}
    assert desk.get(theirs, people.ADMIN) == theirs


def test_c10_after_a_hand_over_the_new_coach_sees_them_and_the_old_one_no_more(desk: Desk) -> None:
    sent, new = desk.sent(), people.coach("The New One")
    desk.hear_of(desk.engagement, desk.client, new, sequence=2)
    assert desk.get(sent, new)["id"] == sent["id"]
    with pytest.raises(NotFound):
        desk.get(sent)


def test_lists_take_a_state_and_days_of_issue_both_inclusive(desk: Desk) -> None:
    desk.draft()
    first = desk.sent()
    desk.billing.clock.advance(days=1)
    second = desk.sent()
    desk.do(calls.mark_invoice_paid, second)

    assert listed(desk, desk.coach, state="paid") == [second["id"]]
    assert listed(desk, desk.coach, **{"from": "2026-11-24", "to": "2026-11-24"}) == [first["id"]]
    assert listed(desk, desk.coach, **{"from": "2026-11-24"}) == [second["id"], first["id"]]
    assert listed(desk, desk.coach, to="2026-11-23") == []
    with pytest.raises(Invalid):
        listed(desk, desk.coach, state="lost")


def test_a_list_keeps_to_one_client_and_counts_what_its_reader_sees_on_all_pages(desk: Desk) -> None:
    desk.draft()
    desk.sent()
    other, engagement = people.client("Max Muster"), uuid4()
    desk.hear_of(engagement, other, desk.coach)
    theirs = desk.draft(engagement_id=str(engagement))

    def total(actor: Actor, **wanted: str) -> int:
        answer = desk.billing.call(calls.list_invoices, {"limit": 1, **wanted}, actor=actor)
        return int(answer["total"])

    assert listed(desk, desk.coach, client_id=str(other.id)) == [theirs["id"]]
    assert (total(desk.coach), total(desk.coach, client_id=str(desk.client.id)), total(desk.client)) == (3, 2, 1)
    assert listed(desk, other, client_id=str(desk.client.id)) == []


def test_lists_go_page_by_page_newest_first(desk: Desk) -> None:
    made = []
    for _ in range(5):
        made.append(desk.draft()["id"])
        desk.billing.clock.advance(seconds=1)

    seen: list[str] = []
    cursor = None
    while True:
        page = desk.billing.call(calls.list_invoices, {"limit": 2, "cursor": cursor}, actor=people.ADMIN)
        seen += [invoice["id"] for invoice in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert seen == made[::-1]
