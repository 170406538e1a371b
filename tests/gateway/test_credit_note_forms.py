"""The dialog of a credit note, and its files."""

from __future__ import annotations

import base64

import pytest

from contracts import errors
from tests.gateway.examples import answer_of, every_call
from tests.gateway.test_forms import HTMX, ID

PDF = {"filename": "credit-note-CN-2026-0001.pdf", "content": base64.b64encode(b"%PDF").decode()}
FORM = {"amount": ["", "12,50", "7"], "reason": "A session fell out."}
LINES = [{"line": 1, "amount": "12.50"}, {"line": 2, "amount": "7"}]


@pytest.fixture
def services(broker):
    for call in every_call():
        broker.answers[call.path] = answer_of(call)
    invoice = broker.answers["billing.get_invoice"]
    (line,) = invoice["lines"]
    invoice |= {"id": ID, "state": "sent", "number": "2026-0001", "total": "100.00", "credited": "40.00"}
    invoice["lines"] = [{**line, "description": f"Line {place}", "uncredited": "20.00"} for place in range(3)]
    broker.answers["billing.credit_note_pdf"] = broker.answers["billing.preview_credit_note_pdf"] = PDF
    return broker


@pytest.fixture
def coach(services, browser):
    return browser("coach")


def test_the_dialog_begins_with_all_that_is_left_and_what_that_comes_to(coach, services):
    html = coach.get(f"/invoices/{ID}/credit-notes/new", headers=HTMX).get_data(as_text=True)
    assert html.count('name="amount" value="20.00"') == 3
    assert "€60.00 of €100.00 can be credited." in html
    assert "Left to pay then" in html
    assert "Nobody is mailed." in html
    assert services.sent_to("billing.preview_credit_note")[0].input == {"id": ID}


def test_it_is_issued_over_the_lines_that_have_an_amount(coach, services):
    response = coach.post(f"/invoices/{ID}/credit-notes", FORM)
    assert response.headers["Location"] == f"/invoices/{ID}"
    assert services.sent_to("billing.issue_credit_note")[0].input == {
        "id": ID, "lines": LINES, "reason": "A session fell out.",
    }  # fmt: skip


def test_what_it_comes_to_follows_what_is_typed(coach, services):
    html = coach.post(f"/invoices/{ID}/credit-notes/totals", FORM, headers={"HX-Request": "true"}).get_data(
        as_text=True
    )
    assert "Credited" in html
    assert services.sent_to("billing.preview_credit_note")[0].input == {"id": ID, "lines": LINES}
    html = coach.post(f"/invoices/{ID}/credit-notes/totals", {**FORM, "amount": ["a lot"]}).get_data(as_text=True)
    assert "Not a decimal number" in html
    assert "Credited" not in html


def test_an_error_stands_beside_the_line_that_it_is_of_and_the_amounts_stay(coach, services):
    wrong = {"lines": {1: {"amount": ["Must be of the 5.00 that is left."]}}}
    services.answers["billing.issue_credit_note"] = errors.Invalid("The input is not valid.", errors=wrong)
    response = coach.post(f"/invoices/{ID}/credit-notes", FORM, headers=HTMX)
    html = response.get_data(as_text=True)
    assert response.status_code == 422
    assert 'id="amount-2-error"' in html
    assert 'id="amount-1-error"' not in html
    assert 'name="amount" value="12,50"' in html
    assert "A session fell out." in html


def test_without_any_amount_and_without_a_reason_it_says_so(coach, services):
    html = coach.post(f"/invoices/{ID}/credit-notes", {"amount": ["", ""], "reason": ""}).get_data(as_text=True)
    assert "Of one line at least." in html
    assert 'id="reason-error"' in html


def test_the_preview_is_the_very_pdf_and_the_form_again_where_it_cannot_be(coach, services):
    response = coach.post(f"/invoices/{ID}/credit-notes/preview", FORM)
    assert (response.mimetype, response.data) == ("application/pdf", b"%PDF")
    response = coach.post(f"/invoices/{ID}/credit-notes/preview", {**FORM, "amount": ["", "a lot"]})
    assert response.status_code == 422
    assert 'id="amount-1-error"' in response.get_data(as_text=True)


def test_the_invoice_offers_one_to_staff_while_something_is_left_and_shows_those_that_are(services, browser):
    new, pdf = f"/invoices/{ID}/credit-notes/new", "/credit-notes/%s/pdf"
    (note,) = services.answers["billing.get_invoice"]["credit_notes"]
    for role, offered in (("coach", True), ("admin", True), ("client", False)):
        html = browser(role).get(f"/invoices/{ID}").get_data(as_text=True)
        assert (new in html) is offered
        assert pdf % note["id"] in html
        assert browser(role).get(pdf % note["id"]).data == b"%PDF"
    services.answers["billing.get_invoice"] |= {"credited": "100.00", "state": "paid"}
    html = browser("coach").get(f"/invoices/{ID}").get_data(as_text=True)
    assert new not in html
    assert "Void…" not in html


def test_the_api_issues_previews_and_reads_them(caller, services):
    coach, client = caller("coach"), caller("client")
    given = {"lines": LINES, "reason": "x"}
    headers = {"Idempotency-Key": "once", "If-Match": '"3"'}
    assert coach("POST", f"/invoices/{ID}/credit-notes", json=given, headers=headers).status_code == 201
    sent = services.sent_to("billing.issue_credit_note")[0]
    assert (sent.input, sent.key, sent.if_match) == ({"id": ID, **given}, "once", 3)
    assert coach("POST", f"/invoices/{ID}/credit-notes/preview", json={}).json["total"] == "19.00"
    assert coach("POST", f"/invoices/{ID}/credit-notes/preview.pdf", json=given).data == b"%PDF"
    for who in (coach, client):
        assert who("GET", f"/credit-notes/{ID}").status_code == 200
        assert who("GET", "/credit-notes").json["items"]
        assert who("GET", f"/credit-notes/{ID}/pdf").data == b"%PDF"
    for path in ("credit-notes", "credit-notes/preview", "credit-notes/preview.pdf"):
        assert client("POST", f"/invoices/{ID}/{path}", json=given).status_code == 403
