"""Credit notes: an invoice that was sent is reduced, wholly or in part, and never by more than it has (C21)."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest

from contracts.calls import billing as calls
from contracts.calls import credit_notes
from contracts.calls.erasures import export_from_billing
from contracts.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from tests.service.billing.conftest import Desk
from tests.service.billing.test_erasures import erase
from tests.service.billing.test_payments import story
from tests.service.billing.test_sending import read
from tests.support import people

HUNDRED = [{"description": "Coaching", "quantity": "1", "unit_price": "100", "tax_rate": "19"}]


def credit(
    desk: Desk, invoice: Any, *lines: tuple[int, str], reason: str = "A session fell out.", **options: Any
) -> Any:
    """Issued by the coach: so much of the lines at these places, or all that is left."""
    wanted: dict[str, Any] = {"id": invoice["id"], "reason": reason}
    if lines:
        wanted["lines"] = [{"line": place, "amount": amount} for place, amount in lines]
    return desk.billing.call(credit_notes.issue_credit_note, wanted, actor=desk.coach, **options)


def test_c21_a_part_is_credited_with_its_tax_and_so_much_less_is_left_to_pay(desk: Desk) -> None:
    invoice = desk.sent()

    note = credit(desk, invoice, (0, "240.00"), (2, "18.50"))

    sums = ("number", "issued_on", "currency", "subtotal", "discount", "tax", "total", "reason")
    assert [note[name] for name in sums] == [
        "CN-2026-0001", "2026-11-24", "EUR", "258.50", "0.00", "46.90", "305.40", "A session fell out."
    ]  # fmt: skip
    assert note["taxes"] == [
        {"rate": "19", "base": "240.00", "amount": "45.60"},
        {"rate": "7", "base": "18.50", "amount": "1.30"},
    ]
    assert note["lines"][1] == {
        "line": 2, "description": "Workbook “The value ladder”", "tax_rate": "7", "amount": "18.50",
    }  # fmt: skip
    assert note["invoice"] == {"id": invoice["id"], "number": "2026-0001", "issued_on": "2026-11-24"}
    now = desk.get(invoice)
    assert (now["state"], now["total"], now["credited"], now["balance"]) == ("sent", "1396.19", "305.40", "1090.79")
    assert [line["uncredited"] for line in now["lines"]] == ["720.00", "180.00", "18.50"]
    assert now["credit_notes"] == [
        {"id": note["id"], "number": "CN-2026-0001", "issued_on": "2026-11-24", "total": "305.40"}
    ]


def test_c21_without_lines_all_that_is_left_is_credited_and_the_invoice_is_settled(desk: Desk) -> None:
    invoice = desk.sent()
    first, rest = credit(desk, invoice, (1, "60.01")), credit(desk, invoice)
    assert Decimal(first["total"]) + Decimal(rest["total"]) == Decimal("1396.19")
    now = desk.get(invoice)
    assert (now["state"], now["credited"], now["balance"], now["credit"]) == ("paid", "1396.19", "0.00", "0.00")
    with pytest.raises(Conflict, match="credited already"):
        credit(desk, invoice)


def test_c21_what_is_paid_already_shows_as_credit_as_any_overpayment_does(desk: Desk) -> None:
    invoice = desk.sent(lines=HUNDRED)
    desk.do(calls.mark_invoice_paid, invoice)
    credit(desk, invoice, (0, "50"))
    now = desk.get(invoice)
    assert (now["state"], now["paid"], now["balance"], now["credit"]) == ("paid", "119.00", "0.00", "59.50")


def test_c21_the_state_follows_credits_and_payments_alike(desk: Desk) -> None:
    invoice = desk.sent(lines=HUNDRED, due_date="2026-11-20")
    payment = desk.pay(invoice, "19")
    credit(desk, invoice, (0, "50"))
    assert desk.get(invoice)["state"] == "overdue"
    with pytest.raises(Invalid, match="not valid"):
        desk.pay(invoice, "40.51")
    desk.pay(invoice, "40.50")
    assert desk.get(invoice)["state"] == "paid"
    desk.do(calls.delete_payment, payment)
    assert (desk.get(invoice)["state"], desk.get(invoice)["balance"]) == ("overdue", "19.00")


def test_a_credit_note_is_told_and_so_is_what_it_leaves(desk: Desk) -> None:
    invoice = desk.sent(lines=HUNDRED)
    note = credit(desk, invoice, (0, "40"))
    credit(desk, invoice)
    assert story(desk)[2:] == ["credit_note.issued", "invoice.updated", "credit_note.issued", "invoice.paid"]
    event = desk.billing.events("billing.credit_note.issued.v1")[0]
    assert (event.subject, event.sequence, event.actorid) == (note["id"], 1, desk.coach.id)
    assert event.data == {
        "invoice_id": invoice["id"],
        "engagement_id": str(desk.engagement),
        "client_id": str(desk.client.id),
        "number": "CN-2026-0001",
        "currency": "EUR",
        "total": "47.60",
        "tax": "7.60",
        "issued_on": "2026-11-24",
    }
    told = desk.billing.events()[-1].data
    assert (told["total"], told["credited"], told["paid"], told["balance"]) == ("119.00", "119.00", "0.00", "0.00")
    assert len(desk.billing.requests()) == 1, "the invoice's own mail: a credit note is not mailed"


def test_c21_its_numbers_are_a_series_of_their_own_by_year(desk: Desk) -> None:
    invoice = desk.sent()
    assert credit(desk, invoice, (0, "1"))["number"] == "CN-2026-0001"
    assert desk.sent()["number"] == "2026-0002"
    assert credit(desk, invoice, (0, "1"))["number"] == "CN-2026-0002"
    desk.billing.clock.instant = dt.datetime(2026, 12, 31, 23, 30, tzinfo=dt.UTC)  # in Berlin it is the next year
    assert credit(desk, invoice, (0, "1"))["number"] == "CN-2027-0001"
    desk.set_up(invoice_number_format="INV {number}")
    assert credit(desk, invoice, (0, "1"))["number"] == "CN-INV 1"


def test_c21_twenty_who_credit_at_once_get_twenty_numbers_without_gap_or_double(desk: Desk) -> None:
    invoices = [desk.sent(lines=HUNDRED) for _ in range(20)]
    all_together = Barrier(20)

    def issue(invoice: Any) -> str:
        all_together.wait()
        return str(credit(desk, invoice)["number"])

    with ThreadPoolExecutor(20) as issuers:
        numbers = list(issuers.map(issue, invoices))

    assert sorted(numbers) == [f"CN-2026-{n:04d}" for n in range(1, 21)]


def test_c21_credits_at_once_never_come_to_more_than_the_invoice_and_one_refused_leaves_no_gap(desk: Desk) -> None:
    invoice = desk.sent(lines=HUNDRED)
    all_together = Barrier(8)

    def issue(_: int) -> str:
        all_together.wait()
        try:
            return str(credit(desk, invoice, (0, "30"))["number"])
        except Invalid:
            return "refused"

    with ThreadPoolExecutor(8) as issuers:
        answers = sorted(issuers.map(issue, range(8)))

    assert answers == ["CN-2026-0001", "CN-2026-0002", "CN-2026-0003", *["refused"] * 5]
    assert desk.get(invoice)["balance"] == "11.90"
    assert credit(desk, invoice)["number"] == "CN-2026-0004"


def test_a_number_that_an_older_credit_note_has_is_refused(desk: Desk) -> None:
    invoice = desk.sent()
    credit(desk, invoice, (0, "1"))
    desk.set_up(invoice_number_format="2026-{number:04d}")
    with pytest.raises(Conflict, match="CN-2026-0001 is taken"):
        credit(desk, invoice, (0, "1"))
    assert len(desk.get(invoice)["credit_notes"]) == 1


@pytest.mark.parametrize(
    ("lines", "errors"),
    [
        ([{"line": 0, "amount": "100.01"}], {"lines": {"0": {"amount": ["Must be of the 100.00 that is left."]}}}),
        ([{"line": 1, "amount": "1"}], {"lines": {"0": {"amount": ["The invoice has no such line."]}}}),
        ([{"line": 0, "amount": "1"}] * 2, {"lines": ["A line of the invoice stands there twice."]}),
        ([], {"lines": ["Of one line at least."]}),
    ],
)
def test_c21_more_than_is_left_is_refused_beside_its_line(desk: Desk, lines: Any, errors: Any) -> None:
    invoice = desk.sent(lines=HUNDRED)
    with pytest.raises(Invalid) as refused:
        wanted = {"id": invoice["id"], "reason": "x", "lines": lines}
        desk.billing.call(credit_notes.issue_credit_note, wanted, actor=desk.coach)
    assert {name: _by_text(of) for name, of in refused.value.errors.items()} == errors
    assert desk.get(invoice) == invoice


def _by_text(errors: Any) -> Any:
    return {str(key): value for key, value in errors.items()} if isinstance(errors, dict) else errors


def test_a_draft_and_a_void_invoice_cannot_be_credited_and_a_credited_one_not_voided(desk: Desk) -> None:
    draft, void, credited = desk.draft(), desk.sent(), desk.sent()
    desk.do(calls.void_invoice, void)
    for invoice, why in ((draft, "send it first"), (void, "is void")):
        with pytest.raises(Conflict, match=why):
            credit(desk, invoice)
    credit(desk, credited, (0, "1"))
    for call in (calls.void_invoice, calls.replace_invoice):
        with pytest.raises(Conflict, match="has credit notes") as refused:
            desk.do(call, credited)
        assert refused.value.rule == "C21"


def test_a_reason_is_needed(desk: Desk) -> None:
    with pytest.raises(Invalid) as refused:
        credit(desk, desk.sent(), reason=" ")
    assert refused.value.errors == {"reason": ["Must not be blank."]}


def test_issued_again_under_the_same_key_it_is_one_and_of_a_stale_version_none(desk: Desk) -> None:
    invoice = desk.sent()
    assert credit(desk, invoice, (0, "1"), key="once") == credit(desk, invoice, (0, "1"), key="once")
    assert len(desk.get(invoice)["credit_notes"]) == 1
    with pytest.raises(Stale):
        credit(desk, invoice, (0, "1"), if_match=invoice["version"])


def test_c22_strangers_other_coaches_and_other_clients_get_nothing(desk: Desk) -> None:
    invoice = desk.sent()
    note = credit(desk, invoice, (0, "1"))
    new = {"id": invoice["id"], "reason": "x"}
    of_staff = [
        (credit_notes.issue_credit_note, new),
        (credit_notes.preview_credit_note, {"id": invoice["id"]}),
        (credit_notes.preview_credit_note_pdf, new),
    ]
    of_all = [(credit_notes.get_credit_note, {"id": note["id"]}), (credit_notes.credit_note_pdf, {"id": note["id"]})]
    for call, asked in (*of_staff, *of_all):
        with pytest.raises(NotFound):
            desk.billing.call(call, asked, actor=people.coach("Somebody Else"))
    for call, asked in of_all:
        with pytest.raises(NotFound):
            desk.billing.call(call, asked, actor=people.client("Somebody Else"))
        for actor in (desk.client, desk.coach, people.ADMIN):
            assert desk.billing.call(call, asked, actor=actor)
    for call, asked in of_staff:
        with pytest.raises(Forbidden):
            desk.billing.call(call, asked, actor=desk.client)
    assert len(desk.get(invoice)["credit_notes"]) == 1


def test_c22_a_list_holds_those_that_its_reader_sees_newest_first(desk: Desk) -> None:
    invoice = desk.sent()
    first = credit(desk, invoice, (0, "1"))
    desk.billing.clock.advance(days=1)
    second = credit(desk, desk.sent(), (0, "1"))

    def listed(actor: Any, **wanted: str) -> list[str]:
        found = desk.billing.call(credit_notes.list_credit_notes, wanted, actor=actor)
        assert found["total"] == len(found["items"])
        return [note["id"] for note in found["items"]]

    for actor in (desk.coach, desk.client, people.ADMIN):
        assert listed(actor) == [second["id"], first["id"]]
    assert listed(people.coach("Somebody Else")) == listed(people.client("Somebody Else")) == []
    assert listed(desk.coach, invoice_id=invoice["id"]) == [first["id"]]
    assert listed(desk.coach, **{"from": "2026-11-25"}) == [second["id"]]
    assert listed(desk.coach, to="2026-11-24", client_id=str(desk.client.id)) == [first["id"]]
    assert listed(desk.coach, client_id=str(uuid4())) == []


def test_a_preview_says_what_it_would_come_to_and_leave_and_keeps_nothing(desk: Desk) -> None:
    invoice = desk.sent(lines=HUNDRED)
    desk.pay(invoice, "100")
    asked = {"id": invoice["id"], "lines": [{"line": 0, "amount": "10"}]}
    before = desk.get(invoice)
    found = desk.billing.call(credit_notes.preview_credit_note, asked, actor=desk.coach)
    assert [found[name] for name in ("total", "tax", "balance", "credit")] == ["11.90", "1.90", "7.10", "0.00"]
    whole = desk.billing.call(credit_notes.preview_credit_note, {"id": invoice["id"]}, actor=desk.coach)
    assert [whole[name] for name in ("total", "balance", "credit")] == ["119.00", "0.00", "100.00"]
    pdf = desk.billing.call(credit_notes.preview_credit_note_pdf, {**asked, "reason": "Fell out"}, actor=desk.coach)
    assert pdf["filename"] == "credit-note-draft.pdf"
    assert "The number is given when the credit note is issued." in read(pdf)
    assert desk.get(invoice) == before


def test_its_pdf_names_the_invoice_and_stays_the_same_whatever_changes_around_it(desk: Desk) -> None:
    invoice = desk.sent()
    desk.billing.clock.advance(days=3)
    note = credit(desk, invoice, (0, "240.00"), (2, "18.50"))
    before = desk.do(credit_notes.credit_note_pdf, note)
    assert before["filename"] == "credit-note-CN-2026-0001.pdf"
    text = " ".join(read(before).split())
    for words in (
        "Credit note CN-2026-0001", "27 Nov 2026", "Invoice 2026-0001 of 24 Nov 2026", "Leila Haddad", "–240.00",
        "Tax 19% on –240.00 –45.60", "Total EUR –305.40", "Reason: A session fell out.", "Business Coaching",
    ):  # fmt: skip
        assert words in text, words
    desk.set_up(name="Another Name", colour="#B3261E")
    credit(desk, invoice)
    desk.hear_of(desk.engagement, desk.client, desk.coach, sequence=2, program_name="Renamed")
    assert desk.do(credit_notes.credit_note_pdf, note) == before


def test_the_invoices_pdf_says_what_was_credited_and_what_that_leaves(desk: Desk) -> None:
    invoice = desk.sent(lines=HUNDRED)
    desk.pay(invoice, "19")
    credit(desk, invoice, (0, "50"))
    text = " ".join(read(desk.do(calls.invoice_pdf, invoice)).split())
    assert "Credited –59.50 Paid –19.00 Balance due EUR 40.50" in text
    credit(desk, invoice)
    text = " ".join(read(desk.do(calls.invoice_pdf, invoice)).split())
    assert "Credited –119.00 Paid –19.00 Credit EUR 19.00" in text
    assert "CREDITED" in text


def test_a_reminder_of_what_is_left_brings_the_credit_notes_along(desk: Desk) -> None:
    invoice = desk.sent(lines=HUNDRED)
    credit(desk, invoice, (0, "50"))
    desk.do(calls.remind_invoice, invoice)
    request = desk.billing.requests("invoice")[-1]
    files = [file["filename"] for file in request["attachments"]]
    assert files == ["invoice-2026-0001.pdf", "credit-note-CN-2026-0001.pdf"]
    assert request["context"]["balance"] == "59.50"
    credit(desk, invoice)
    with pytest.raises(Conflict, match="paid already"):
        desk.do(calls.remind_invoice, invoice)


def test_totals_and_the_statement_tell_what_was_credited(desk: Desk) -> None:
    one, other = desk.sent(lines=HUNDRED), desk.sent(lines=HUNDRED)
    desk.do(calls.mark_invoice_paid, one)
    note = credit(desk, one, (0, "10"))
    credit(desk, other, (0, "50"))
    sums = {"total": "238.00", "credited": "71.40", "paid": "119.00", "balance": "59.50", "credit": "11.90"}

    (totals,) = desk.billing.call(calls.invoice_totals, actor=desk.coach)["currencies"]
    assert {name: totals[name] for name in sums} == sums
    (found,) = desk.billing.call(calls.client_statement, {"id": str(desk.client.id)}, actor=desk.client)["currencies"]
    assert {name: found[name] for name in sums} == sums
    assert found["credit_notes"][0] == {
        "id": note["id"], "number": "CN-2026-0001", "issued_on": "2026-11-24", "total": "11.90",
        "invoice_id": one["id"],
    }  # fmt: skip
    pdf = desk.billing.call(calls.client_statement_pdf, {"id": str(desk.client.id)}, actor=desk.client)
    text = " ".join(read(pdf).split())
    for words in ("Credited", "Sum EUR 238.00 –71.40 119.00 59.50", "Credit notes in EUR", "CN-2026-0002"):
        assert words in text, words


def test_c24_a_credit_note_stays_without_its_reason_and_is_exported(desk: Desk) -> None:
    invoice = desk.sent(lines=HUNDRED)
    note = credit(desk, invoice, reason="canary-7391 was ill.")
    whose = {"id": str(desk.client.id)}
    (exported,) = desk.billing.call(export_from_billing, whose, people.ADMIN)["data"]["credit_notes"]
    assert (exported["number"], exported["reason"]) == ("CN-2026-0001", "canary-7391 was ill.")
    erase(desk)
    left = desk.billing.call(credit_notes.get_credit_note, {"id": note["id"]}, people.ADMIN)
    assert (left["reason"], left["total"], left["number"]) == (None, "119.00", "CN-2026-0001")
    pdf = desk.billing.call(credit_notes.credit_note_pdf, {"id": note["id"]}, people.ADMIN)
    assert "canary" not in read(pdf)
