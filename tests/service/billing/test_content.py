"""What an invoice says besides its lines: their order number, terms, discounts, and what is void and written anew."""

from __future__ import annotations

import base64
from io import BytesIO
from typing import Any
from uuid import UUID

import pytest
from pypdf import PdfReader

from contracts.calls import billing as calls
from contracts.errors import Conflict, Invalid
from services.billing.invoices.models import Invoice
from tests.service.billing.conftest import LINES, Desk
from tests.service.billing.test_sending import read

HUNDRED = [{"description": "Coaching", "quantity": "1", "unit_price": "100", "tax_rate": "19"}]


def test_the_order_number_of_who_pays_is_on_the_invoice_its_pdf_and_its_events(desk: Desk) -> None:
    sent = desk.sent(purchase_order="PO-4711")
    assert sent["purchase_order"] == "PO-4711"
    assert "PO-4711" in read(desk.do(calls.invoice_pdf, sent))
    assert {event.data["purchase_order"] for event in desk.billing.events()} == {"PO-4711"}


def test_without_a_date_an_invoice_is_due_so_many_days_after_it_is_sent(desk: Desk) -> None:
    draft = desk.draft(due_days=10)
    assert (draft["due_date"], draft["due_days"]) == (None, 10)
    desk.billing.clock.advance(days=3)
    sent = desk.send(draft)
    assert (sent["issued_on"], sent["due_date"]) == ("2026-11-27", "2026-12-07")


def test_the_organisations_days_count_where_the_invoice_says_none_and_a_date_goes_before_both(desk: Desk) -> None:
    assert desk.sent()["due_date"] is None
    desk.set_up(invoice_due_days=30)
    assert desk.sent()["due_date"] == "2026-12-24"
    assert desk.sent(due_days=0)["due_date"] == "2026-11-24"
    dated = desk.sent(due_days=7, due_date="2027-01-15")
    assert (dated["due_date"], dated["due_days"]) == ("2027-01-15", None)


def test_c21_discounts_are_taken_off_lines_and_off_all_before_the_tax(desk: Desk) -> None:
    line = {"description": "Coaching", "quantity": "3", "unit_price": "33.35", "tax_rate": "19", "discount_rate": "5"}
    draft = desk.draft(lines=[line, {**HUNDRED[0], "tax_rate": None}], discount_rate="10")

    assert [each["amount"] for each in draft["lines"]] == ["95.05", "100.00"]
    assert draft["lines"][0]["discount_rate"] == "5"
    assert (draft["subtotal"], draft["discount_rate"], draft["discount"]) == ("195.05", "10", "19.51")
    assert draft["taxes"] == [{"rate": "19", "base": "85.54", "amount": "16.25"}]
    assert draft["total"] == "191.79"
    (event,) = desk.billing.events()
    assert [event.data[name] for name in ("total", "discount", "tax")] == ["191.79", "19.51", "16.25"]
    text = read(desk.do(calls.invoice_pdf, draft))
    assert "Discount 10%" in text
    assert "5%" in text


def test_a_discount_can_be_taken_back_and_is_a_percentage(desk: Desk) -> None:
    draft = desk.draft(lines=HUNDRED, discount_rate="12.5")
    assert desk.do(calls.update_invoice, draft, discount_rate=None)["total"] == "119.00"
    for wrong in ("-1", "100.01", "1.00001"):
        with pytest.raises(Invalid) as refused:
            desk.draft(discount_rate=wrong)
        assert list(refused.value.errors) == ["discount_rate"]


def test_the_paper_is_the_organisations_unless_the_invoice_says_so_and_stays_once_sent(desk: Desk) -> None:
    def width(invoice: dict[str, Any]) -> int:
        content = base64.b64decode(desk.do(calls.invoice_pdf, invoice)["content"])
        return round(PdfReader(BytesIO(content)).pages[0].mediabox.width)

    a4 = desk.sent()
    desk.set_up(invoice_paper="letter")
    letter = desk.sent()
    assert [width(each) for each in (a4, letter, desk.draft(), desk.draft(paper="a4"))] == [595, 612, 612, 595]


def test_c21_a_mistake_is_voided_and_written_anew_and_both_are_kept(desk: Desk) -> None:
    books = {"name": "Haddad Studio GmbH", "email": "books@haddad.example", "address": None}
    said = {
        "purchase_order": "PO-4711", "notes": "Thank you.", "discount_rate": "10", "due_days": 14, "bill_to": books,
        "copy_to": ["a@example.org"], "card_payment": True, "paper": "letter",
    }  # fmt: skip
    sent = desk.sent(**said)
    draft = desk.do(calls.replace_invoice, sent)

    assert (desk.get(sent)["state"], desk.get(sent)["number"]) == ("void", "2026-0001")
    assert (draft["state"], draft["number"], draft["due_date"]) == ("draft", None, None)
    assert draft["replaces"] == {"id": sent["id"], "number": "2026-0001"}
    assert {name: draft[name] for name in said} == said
    assert [draft[name] for name in ("lines", "total")] == [sent[name] for name in ("lines", "total")]

    again = desk.send(desk.do(calls.update_invoice, draft, notes="Corrected."))
    assert (again["number"], again["due_date"]) == ("2026-0002", "2026-12-08")
    assert "Invoice 2026-0001" in read(desk.do(calls.invoice_pdf, again))
    events = desk.billing.events()[2:]
    assert [event.type.split(".")[2] for event in events] == ["voided", "created", "updated", "sent"]
    assert [event.data["replaces"] for event in events] == [None, *[sent["id"]] * 3]


def test_c21_only_a_sent_invoice_is_written_anew(desk: Desk) -> None:
    draft, void = desk.draft(), desk.sent()
    desk.do(calls.void_invoice, void)
    for invoice in (draft, void):
        with pytest.raises(Conflict, match="cannot be voided"):
            desk.do(calls.replace_invoice, invoice)


def test_c9_nothing_is_written_anew_for_a_deleted_engagement(desk: Desk) -> None:
    sent = desk.sent()
    desk.hear_of(desk.engagement, desk.client, desk.coach, sequence=2, deleted=True)
    with pytest.raises(Conflict, match="deleted") as refused:
        desk.do(calls.replace_invoice, sent)
    assert refused.value.rule == "C9"
    assert desk.get(sent)["state"] == "sent"


def test_under_the_same_key_it_is_voided_and_written_anew_once(desk: Desk) -> None:
    sent = desk.sent()
    first, second = (
        desk.billing.call(calls.replace_invoice, {"id": sent["id"]}, actor=desk.coach, key="once") for _ in range(2)
    )
    assert first == second
    assert len(desk.billing.events("billing.invoice.created.v1")) == 2


def test_lines_that_an_earlier_release_kept_are_read_as_before(desk: Desk) -> None:
    draft = desk.draft()
    with desk.billing.runtime.work() as work:
        kept = work.session.get_one(Invoice, UUID(draft["id"]))
        kept.lines = [{name: line[name] for name in LINES[0]} for line in kept.lines]
    assert desk.get(draft) == draft
    assert desk.send(draft)["total"] == "1396.19"
