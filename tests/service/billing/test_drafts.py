"""A draft is written, changed and deleted."""

from __future__ import annotations

from uuid import uuid4

import pytest

from chassis.database import Database
from contracts.calls import billing as calls
from contracts.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from tests.service.billing.conftest import LINES, Desk


def test_a_draft_shows_what_it_comes_to_and_has_no_number(desk: Desk) -> None:
    draft = desk.draft(due_date="2026-12-08", notes="Thank you.")

    assert (draft["state"], draft["number"], draft["issued_on"]) == ("draft", None, None)
    assert [line["amount"] for line in draft["lines"]] == ["960.00", "180.00", "37.00"]
    assert draft["taxes"] == [
        {"rate": "19", "base": "1140.00", "amount": "216.60"},
        {"rate": "7", "base": "37.00", "amount": "2.59"},
    ]
    assert (draft["subtotal"], draft["tax"], draft["total"]) == ("1177.00", "219.19", "1396.19")
    assert (draft["paid"], draft["balance"]) == ("0.00", "1396.19")
    assert draft["client"] == {"id": str(desk.client.id), "name": "Leila Haddad"}
    assert desk.get(draft) == draft


@pytest.mark.parametrize(
    ("currency", "price", "total"), [("JPY", "1000.5", "1001"), ("KWD", "1.2345", "1.235"), ("USD", "0.005", "0.01")]
)
def test_c21_an_amount_has_the_decimals_of_its_currency(desk: Desk, currency: str, price: str, total: str) -> None:
    draft = desk.draft(currency=currency, lines=[{"description": "Coaching", "quantity": "1", "unit_price": price}])
    assert draft["total"] == total
    assert draft["lines"][0]["unit_price"] == price


def test_the_bill_goes_to_the_client_unless_it_names_somebody_else(desk: Desk) -> None:
    assert desk.draft()["bill_to"] == {"name": "Leila Haddad", "email": "leila.haddad@example.org", "address": None}

    studio = {"name": "Haddad Studio GmbH", "email": "books@haddad.example", "address": "Torstraße 88\n10119 Berlin"}
    draft = desk.draft(bill_to=studio)
    assert draft["bill_to"] == studio

    back = desk.do(calls.update_invoice, draft, bill_to=None)
    assert back["bill_to"]["name"] == "Leila Haddad"


def test_only_what_is_given_changes(desk: Desk) -> None:
    draft = desk.draft(notes="Thank you.", due_date="2026-12-08", copy_to=["a@example.org"])

    changed = desk.do(calls.update_invoice, draft, lines=LINES[:1], due_date=None)

    assert (changed["total"], changed["due_date"]) == ("1142.40", None)
    assert (changed["notes"], changed["copy_to"], changed["version"]) == ("Thank you.", ["a@example.org"], 2)


def test_a_discount_is_a_line_below_zero_but_the_invoice_is_not(desk: Desk) -> None:
    discount = {"description": "Early bird", "quantity": "1", "unit_price": "-100", "tax_rate": "19"}
    assert desk.draft(lines=[LINES[0], discount])["total"] == "1023.40"
    with pytest.raises(Invalid) as refused:
        desk.draft(lines=[discount])
    assert refused.value.errors == {"lines": ["Must not come to less than zero."]}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"currency": "EURO"}, "currency"),
        ({"currency": "XYZ"}, "currency"),
        ({"lines": []}, "lines"),
        ({"lines": [{"description": "x", "quantity": "0", "unit_price": "1"}]}, "lines"),
        ({"lines": [{"description": "x", "quantity": "1", "unit_price": "0.00001"}]}, "lines"),
        ({"lines": [{"description": "x", "quantity": "1", "unit_price": 1.5}]}, "lines"),
        ({"lines": [{"description": "x", "quantity": "1", "unit_price": "1_0"}]}, "lines"),
        ({"lines": [{"description": "x", "quantity": "1", "unit_price": "1e2"}]}, "lines"),
        ({"lines": [{"description": "x", "quantity": "1", "unit_price": "١"}]}, "lines"),
        ({"lines": [{"description": " ", "quantity": "1", "unit_price": "1"}]}, "lines"),
        ({"lines": [{"description": "x", "quantity": "1", "unit_price": "1", "tax_rate": "101"}]}, "lines"),
        ({"lines": [{"description": "x", "quantity": "1000000", "unit_price": "999999999999"}]}, "lines"),
        ({"due_date": "2026-13-01"}, "due_date"),
        ({"bill_to": {"name": "x", "email": "nobody"}}, "bill_to"),
        ({"total": "1"}, "total"),
    ],
)
def test_bad_input_is_refused_with_the_name_of_the_field(desk: Desk, changes: dict, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        desk.draft(**changes)
    assert list(refused.value.errors) == [field]
    assert desk.billing.events() == []


def test_a_deleted_draft_is_gone_and_others_are_told(desk: Desk) -> None:
    draft = desk.draft()
    desk.do(calls.delete_invoice, draft)

    with pytest.raises(NotFound):
        desk.get(draft)
    assert [event.type for event in desk.billing.events()] == [
        "billing.invoice.created.v1",
        "billing.invoice.deleted.v1",
    ]
    assert [event.sequence for event in desk.billing.events()] == [1, 2]


def test_c21_a_sent_invoice_is_neither_changed_nor_deleted_nor_sent_again(desk: Desk) -> None:
    sent = desk.sent()
    for call, more in ((calls.update_invoice, {"notes": "x"}), (calls.delete_invoice, {}), (calls.send_invoice, {})):
        with pytest.raises(Conflict, match="has been sent") as refused:
            desk.do(call, sent, **more)
        assert refused.value.rule == "C21"
    assert desk.get(sent) == sent


def test_a_change_to_a_version_that_is_no_longer_current_is_refused(desk: Desk) -> None:
    draft = desk.draft()
    given = {"id": draft["id"], "notes": "mine"}
    desk.billing.call(calls.update_invoice, given, actor=desk.coach, if_match=1)
    with pytest.raises(Stale):
        desk.billing.call(calls.update_invoice, given, actor=desk.coach, if_match=1)


def test_an_invoice_needs_an_engagement_that_is_there(desk: Desk) -> None:
    with pytest.raises(NotFound):
        desk.draft(engagement_id=str(uuid4()))

    desk.hear_of(desk.engagement, desk.client, desk.coach, sequence=2, deleted=True)
    with pytest.raises(NotFound):
        desk.draft()


def test_c9_the_invoices_of_a_deleted_engagement_are_listed_again_once_it_is_restored(desk: Desk) -> None:
    draft = desk.draft()
    wanted = {"engagement_id": str(desk.engagement)}
    desk.hear_of(desk.engagement, desk.client, desk.coach, sequence=2, deleted=True)
    with pytest.raises(NotFound):
        desk.billing.call(calls.list_engagement_invoices, wanted, actor=desk.coach)

    desk.hear_of(desk.engagement, desk.client, desk.coach, sequence=3, deleted=False)
    listed = desk.billing.call(calls.list_engagement_invoices, wanted, actor=desk.coach)
    assert [invoice["id"] for invoice in listed["items"]] == [draft["id"]]


def test_clients_write_no_invoices(desk: Desk) -> None:
    given = {"engagement_id": str(desk.engagement), "currency": "EUR", "lines": LINES}
    with pytest.raises(Forbidden):
        desk.billing.call(calls.create_invoice, given, actor=desk.client)


def test_the_same_key_makes_one_draft(desk: Desk) -> None:
    given = {"engagement_id": str(desk.engagement), "currency": "EUR", "lines": LINES}
    first = desk.billing.call(calls.create_invoice, given, actor=desk.coach, key="k1")
    assert desk.billing.call(calls.create_invoice, given, actor=desk.coach, key="k1") == first
    assert len(desk.billing.events("billing.invoice.created.v1")) == 1


def test_the_tables_are_what_the_migrations_make(desk: Desk) -> None:
    from chassis.migrate import check

    assert isinstance(desk.billing.database, Database)
    check(desk.billing.service, desk.billing.database)
