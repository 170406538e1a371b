"""Invoices as a table: opens right in a spreadsheet, which runs nothing of it."""

from __future__ import annotations

import csv
import io

from contracts import errors
from contracts.calls import billing, credit_notes
from tests.gateway.examples import answer_of

ONE = answer_of(billing.get_invoice, number="2026-0001", subtotal="1.00", total="1190.00", balance="-0.00")


def invoice(client: str = "Leila Haddad", **changes):
    return {**ONE, "client": {"id": ONE["id"], "name": client}, **changes}


def pages(*found):
    """Answers of a list in so many pages, one invoice on each."""

    def answer(given):
        place = int(given.get("cursor") or 0)
        return {
            "items": [found[place]],
            "next": str(place + 1) if place + 1 < len(found) else None,
            "total": len(found),
        }

    return answer


def read(response):
    content = response.get_data().decode("utf-8")
    assert content.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(content[1:], newline="")))


def test_all_pages_of_the_list_are_in_it_with_the_lists_filters(coach, broker):
    broker.answers["billing.list_invoices"] = pages(invoice(), invoice("Zoë “Z” Ayo, Ltd."), invoice())
    response = coach("GET", "/invoices.csv?state=sent&from=2026-01-01")
    rows = read(response)
    assert (response.status_code, response.content_type) == (200, "text/csv; charset=utf-8")
    assert [row["client"] for row in rows] == ["Leila Haddad", "Zoë “Z” Ayo, Ltd.", "Leila Haddad"]
    assert (rows[0]["number"], rows[0]["total"], rows[0]["currency"]) == ("2026-0001", "1190.00", "EUR")
    sent = [one.input for one in broker.sent_to("billing.list_invoices")]
    assert sent[0] == {"limit": 200, "state": "sent", "from": "2026-01-01"}
    assert [one.get("cursor") for one in sent] == [None, "1", "2"]


def test_no_cell_is_a_formula(coach, broker):
    names = ["=cmd()", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "a=b"]
    broker.answers["billing.list_invoices"] = pages(*(invoice(name) for name in names))
    shown = [row["client"] for row in read(coach("GET", "/invoices.csv"))]
    assert shown == ["'=cmd()", "'+1", "'-1", "'@SUM(A1)", "'\tx", "'\rx", "a=b"]


def test_a_draft_has_empty_cells(coach, broker):
    broker.answers["billing.list_invoices"] = pages(invoice(number=None, issued_on=None, due_date=None, state="draft"))
    (row,) = read(coach("GET", "/invoices.csv"))
    assert (row["number"], row["issued_on"], row["due_date"]) == ("", "", "")


def test_what_cannot_be_asked_is_a_problem_and_no_file(coach, broker):
    assert coach("GET", "/invoices.csv?state=nonsense").status_code == 422
    broker.answers["billing.list_invoices"] = errors.Unavailable("Billing does not answer.")
    assert coach("GET", "/invoices.csv").status_code == 503


def test_staff_export_what_the_page_shows(browser, broker):
    broker.answers["billing.list_invoices"] = pages(invoice())
    assert "/invoices.csv?state=sent" in browser("coach").get("/invoices?state=sent").get_data(as_text=True)
    assert len(read(browser("coach").get("/invoices.csv?state=sent&from=&to="))) == 1


def statement(**changes):
    invoice = {
        "id": ONE["id"], "number": "=2026-0001", "state": "sent", "issued_on": "2026-11-24", "due_date": None,
        "total": "100.00", "paid": "40.00", "balance": "60.00", "credit": "0.00",
        "credited": "11.90",
    }  # fmt: skip
    payment = {
        **answer_of(billing.record_payment, invoice_id=ONE["id"], amount="40.00", method="cash", reference="@x"),
        "refunded": "5.00", "withdrawn": "0.00", "paid_at": "2026-11-25T09:00:00Z",
    }  # fmt: skip
    note = {"id": ONE["id"], "number": "CN-1", "issued_on": "2026-11-26", "total": "11.90", "invoice_id": ONE["id"]}
    parts = {"invoices": [invoice], "credit_notes": [note], "payments": [payment]}
    of = {**answer_of(billing.client_statement)["currencies"][0], **parts}
    return {"client": {"id": ONE["id"], "name": "Leila Haddad"}, "currencies": [{**of, "currency": "EUR"}]}


def test_a_statement_is_a_table_of_invoices_credit_notes_and_payments_that_runs_nothing(coach, broker):
    broker.answers["billing.client_statement"] = statement()
    invoice, note, payment = read(coach("GET", f"/clients/{ONE['id']}/statement.csv"))
    assert (invoice["kind"], invoice["invoice"], invoice["total"], invoice["balance"]) == (
        "invoice", "'=2026-0001", "100.00", "60.00",
    )  # fmt: skip
    assert [note[name] for name in ("kind", "credit_note", "invoice", "date", "credited", "total")] == [
        "credit_note", "CN-1", "'=2026-0001", "2026-11-26", "11.90", "",
    ]  # fmt: skip
    assert (payment["kind"], payment["invoice"], payment["date"]) == ("payment", "'=2026-0001", "2026-11-25")
    assert [payment[name] for name in ("method", "reference", "paid", "refunded")] == ["cash", "'@x", "40.00", "5.00"]


def test_credit_notes_are_a_table_too(coach, browser, broker):
    one = answer_of(credit_notes.get_credit_note, number="CN-2026-0001", reason="=cmd()", total="11.90")
    broker.answers["billing.list_credit_notes"] = pages(one, one)
    rows = read(coach("GET", "/credit-notes.csv?from=2026-01-01"))
    assert [(row["number"], row["reason"], row["total"]) for row in rows] == [("CN-2026-0001", "'=cmd()", "11.90")] * 2
    assert broker.sent_to("billing.list_credit_notes")[0].input == {"limit": 200, "from": "2026-01-01"}
    assert len(read(browser("coach").get("/credit-notes.csv?from=&to="))) == 2
