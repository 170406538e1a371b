"""Sending: the number, the mail with the PDF, and what is kept as it was."""

from __future__ import annotations

import base64
import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from threading import Barrier
from typing import Any
from uuid import UUID, uuid4

import pytest
from pypdf import PdfReader

from contracts.calls import billing as calls
from contracts.errors import Conflict
from tests.service.billing.conftest import Desk
from tests.support import people
from tests.support.harness import Harness


def read(pdf: dict[str, Any]) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(base64.b64decode(pdf["content"]))).pages)


def test_c21_an_invoice_gets_its_number_when_it_is_sent(desk: Desk) -> None:
    first, second = desk.draft(), desk.draft()

    assert [desk.send(invoice)["number"] for invoice in (second, first)] == ["2026-0001", "2026-0002"]
    sent = desk.get(first)
    assert (sent["state"], sent["issued_on"], sent["sent_at"]) == ("sent", "2026-11-24", "2026-11-24T09:00:00Z")


def test_c21_twenty_who_send_at_once_get_twenty_numbers_without_gap_or_double(desk: Desk) -> None:
    drafts = [desk.draft() for _ in range(20)]
    all_together = Barrier(20)

    def send(draft: Any) -> str:
        all_together.wait()
        return desk.send(draft)["number"]

    with ThreadPoolExecutor(20) as senders:
        numbers = list(senders.map(send, drafts))

    assert sorted(numbers) == [f"2026-{n:04d}" for n in range(1, 21)]
    assert len(desk.billing.requests("invoice")) == 20


def test_c21_one_invoice_sent_by_many_at_once_takes_one_number(desk: Desk) -> None:
    draft, all_together = desk.draft(), Barrier(8)

    def send(_: int) -> str:
        all_together.wait()
        try:
            return desk.send(draft)["number"]
        except Conflict:
            return "refused"

    with ThreadPoolExecutor(8) as senders:
        answers = sorted(senders.map(send, range(8)))

    assert answers == ["2026-0001"] + ["refused"] * 7
    assert desk.sent()["number"] == "2026-0002"


def test_c21_each_year_of_the_organisations_zone_begins_anew(desk: Desk) -> None:
    desk.billing.clock.instant = dt.datetime(2026, 12, 31, 22, 59, tzinfo=dt.UTC)
    assert desk.sent()["number"] == "2026-0001"
    desk.billing.clock.advance(minutes=2)  # in Berlin it is the first of January
    sent = desk.sent()
    assert (sent["number"], sent["issued_on"]) == ("2027-0001", "2027-01-01")


def test_c21_a_format_without_the_year_is_one_series_for_ever(desk: Desk) -> None:
    desk.set_up(invoice_number_format="INV {number:03d}")
    assert desk.sent()["number"] == "INV 001"
    desk.billing.clock.advance(days=365)
    assert desk.sent()["number"] == "INV 002"


def test_c21_a_number_whose_sending_failed_is_given_to_the_next(desk: Desk) -> None:
    desk.sent()
    draft = desk.draft()
    desk.set_up(invoice_number_format="2026-{number:04d}")
    with pytest.raises(Conflict, match="2026-0001 is taken"):
        desk.send(draft)

    desk.set_up(invoice_number_format="{number}")
    assert desk.send(draft)["number"] == "1"


def test_s1_31_the_mail_carries_the_invoice_as_a_pdf(desk: Desk) -> None:
    sent = desk.sent(due_date="2026-12-08", notes="Please quote the number.")

    (request,) = desk.billing.requests("invoice")
    (attachment,) = request["attachments"]
    assert (attachment["filename"], attachment["content_type"]) == ("invoice-2026-0001.pdf", "application/pdf")
    text = read(attachment)
    for words in (
        "Invoice 2026-0001",
        "Leila Haddad",
        "1,396.19",
        "8 Dec 2026",
        "Northlight Coaching",
        "Business Coaching",
    ):
        assert words in text
    assert request["context"] == {
        "number": "2026-0001",
        "currency": "EUR",
        "total": "1396.19",
        "balance": "1396.19",
        "due_date": "2026-12-08",
    }
    assert request["trigger"] == {"origin": "staff", "person_id": str(desk.coach.id)}
    assert request["about"] == {"kind": "invoice", "id": sent["id"], "version": sent["version"]}
    assert request["engagement_id"] == str(desk.engagement)


def test_the_mail_goes_to_whoever_is_billed_and_to_those_who_get_a_copy_once_each(desk: Desk) -> None:
    books = {"name": "Haddad Studio GmbH", "email": "Books@haddad.example"}
    desk.sent(bill_to=books, copy_to=["books@haddad.example", "leila.haddad@example.org", "cfo@haddad.example"])

    (request,) = desk.billing.requests("invoice")
    assert [(to["email"], to.get("person_id")) for to in request["recipients"]] == [
        ("Books@haddad.example", None),
        ("leila.haddad@example.org", str(desk.client.id)),
        ("cfo@haddad.example", None),
    ]


def test_s1_8_sending_is_told_to_other_services(desk: Desk) -> None:
    sent = desk.sent(due_date="2026-12-08")

    (event,) = desk.billing.events("billing.invoice.sent.v1")
    assert (event.subject, event.sequence, event.actorid) == (sent["id"], 2, desk.coach.id)
    assert event.data == {
        "engagement_id": str(desk.engagement),
        "client_id": str(desk.client.id),
        "number": "2026-0001",
        "state": "sent",
        "currency": "EUR",
        "total": "1396.19",
        "credited": "0.00",
        "paid": "0.00",
        "balance": "1396.19",
        "credit": "0.00",
        "issued_on": "2026-11-24",
        "due_date": "2026-12-08",
        "purchase_order": None,
        "discount": "0.00",
        "tax": "219.19",
        "replaces": None,
    }


def test_sent_again_under_the_same_key_it_is_the_same_answer_and_one_mail(desk: Desk) -> None:
    draft = desk.draft()
    assert desk.send(draft, key="once") == desk.send(draft, key="once")
    assert len(desk.billing.requests("invoice")) == 1


def test_c21_what_a_sent_invoice_says_stays_whatever_changes_around_it(desk: Desk) -> None:
    sent = desk.sent()
    before = desk.do(calls.invoice_pdf, sent)

    desk.set_up(name="Another Name", colour="#B3261E", invoice_details="Elsewhere")
    assert desk.client.id
    moved = people.client_facts(desk.client, name="Leila Rahal", email="leila@elsewhere.example")
    desk.billing.feed("engagements.client.updated.v1", subject=desk.client.id, sequence=2, data=moved)
    desk.hear_of(desk.engagement, desk.client, desk.coach, sequence=2, program_name="Renamed")

    assert desk.do(calls.invoice_pdf, sent) == before
    assert desk.get(sent)["bill_to"]["name"] == "Leila Haddad"
    assert desk.get(sent)["program_name"] == "Business Coaching"
    assert desk.get(desk.draft())["bill_to"]["name"] == "Leila Rahal"


def test_s1_32_a_draft_can_be_looked_at_as_a_pdf_without_a_number(desk: Desk) -> None:
    pdf = desk.do(calls.invoice_pdf, desk.draft())
    assert pdf["filename"] == "invoice-draft.pdf"
    assert "The number is given when the invoice is sent." in read(pdf)


def test_s1_32_the_pdf_shows_what_has_been_paid_since(desk: Desk) -> None:
    sent = desk.sent()
    desk.pay(sent, "396.19")
    assert "1,000.00" in read(desk.do(calls.invoice_pdf, sent))
    desk.do(calls.mark_invoice_paid, sent)
    assert "PAID" in read(desk.do(calls.invoice_pdf, sent))


def test_an_invoice_over_nothing_is_paid_when_it_is_sent(desk: Desk) -> None:
    gift = [{"description": "Trial session", "quantity": "1", "unit_price": "0"}]
    assert desk.sent(lines=gift)["state"] == "paid"
    assert [event.type.split(".")[2] for event in desk.billing.events()] == ["created", "sent", "paid"]


def test_c9_nothing_is_sent_for_a_deleted_engagement(desk: Desk) -> None:
    draft = desk.draft()
    desk.hear_of(desk.engagement, desk.client, desk.coach, sequence=2, deleted=True)
    with pytest.raises(Conflict, match="deleted") as refused:
        desk.send(draft)
    assert refused.value.rule == "C9"


def test_nothing_is_sent_before_the_organisation_is_known(billing: Harness) -> None:
    desk = Desk(billing)
    desk.hear_of(desk.engagement, desk.client, desk.coach)
    draft = desk.draft()
    with pytest.raises(Conflict, match="not been set up") as refused:
        desk.send(draft)
    assert refused.value.awaited
    desk.set_up()
    assert desk.send(draft)["number"] == "2026-0001"


def test_a_number_that_no_file_can_be_called_makes_a_harmless_file_name(desk: Desk) -> None:
    desk.set_up(invoice_number_format="{year}/№{number}")
    desk.sent()
    (request,) = desk.billing.requests("invoice")
    assert request["attachments"][0]["filename"] == "invoice-2026-1.pdf"


def test_s1_12_an_invoice_that_goes_out_with_the_program_is_sent_once_to_those_billed_and_the_items_recipients(
    desk: Desk,
) -> None:
    draft, item = desk.draft(), uuid4()
    to = [{"email": "hr@example.org", "name": "HR", "person_id": None}]
    facts = people.item_facts(desk.engagement, "invoice", state="sent", invoice_id=UUID(draft["id"]), recipients=to)
    facts |= {"sender_id": desk.coach.id, "sender_name": desk.coach.name}
    for sequence in (2, 3):
        desk.billing.feed("engagements.item.sent.v1", subject=item, sequence=sequence, data=facts, actor=desk.coach)
    assert desk.get(draft)["number"] == "2026-0001"
    (request,) = desk.billing.requests("invoice")
    assert [one["email"] for one in request["recipients"]] == ["leila.haddad@example.org", "hr@example.org"]
    assert request["item_id"] == str(item)
    assert request["trigger"] == {"origin": "staff", "person_id": str(desk.coach.id)}
