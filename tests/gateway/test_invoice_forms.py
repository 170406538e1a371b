"""The forms of invoices: the editor, what is done with one, and instalments."""

from __future__ import annotations

import pytest

from contracts import errors
from tests.gateway.examples import answer_of, every_call
from tests.gateway.test_forms import HTMX, ID


@pytest.fixture
def services(broker):
    for call in every_call():
        broker.answers[call.path] = answer_of(call)
    return broker


@pytest.fixture
def coach(services, browser):
    return browser("coach")


def invoice_form(**changes):
    return {
        "bill_name": "Haddad Studio GmbH",
        "bill_email": "leila@haddad.example",
        "bill_address": "",
        "due_date": "",
        "currency": "EUR",
        "notes": "Thank you.",
        "copy_to": "a@example.com, b@example.com",
        "description": ["Instalment", "", "Workshop"],
        "quantity": ["4", "1", "1,5"],
        "unit_price": ["240.00", "", "120"],
        "tax_rate": ["19", "19", ""],
        "discount_rate": ["", "", "2,5"],
        "session_id": [ID, "", ""],
        "discount_rate_of_all": "10",
        "due_days": "14",
        "purchase_order": "PO-4711",
        "paper": "",
        **changes,
    }


def test_an_invoice_is_made_of_the_lines_that_say_something(coach, services):
    response = coach.post(f"/engagements/{ID}/invoices", invoice_form())
    assert response.headers["Location"].endswith("/edit")
    assert services.sent_to("billing.create_invoice")[0].input == {
        "engagement_id": ID,
        "currency": "EUR",
        "lines": [
            {
                "description": "Instalment",
                "quantity": "4",
                "unit_price": "240.00",
                "tax_rate": "19",
                "discount_rate": None,
                "session_id": ID,
            },
            {
                "description": "Workshop",
                "quantity": "1.5",
                "unit_price": "120",
                "tax_rate": None,
                "discount_rate": "2.5",
                "session_id": None,
            },
        ],
        "discount_rate": "10",
        "due_days": 14,
        "purchase_order": "PO-4711",
        "paper": None,
        "card_payment": False,
        "bill_to": {"name": "Haddad Studio GmbH", "email": "leila@haddad.example", "address": None},
        "copy_to": ["a@example.com", "b@example.com"],
        "due_date": None,
        "notes": "Thank you.",
    }


def test_sending_goes_on_to_the_question_who_is_mailed(coach, services):
    response = coach.post(f"/engagements/{ID}/invoices", invoice_form(then="send"))
    assert response.headers["Location"].endswith("/send")


def test_errors_in_lines_and_bill_to_stand_beside_their_fields_and_the_lines_stay(coach, services):
    form = invoice_form(bill_email="nobody", unit_price=["240.00", "", "a lot"], description=["Instalment", "", ""])
    response = coach.post(f"/engagements/{ID}/invoices", form)
    html = response.get_data(as_text=True)
    assert response.status_code == 422
    for field in ("bill_email", "line-1-unit_price", "line-1-description"):
        assert f'id="{field}-error"' in html, field
    assert 'value="a lot"' in html
    assert 'value="Instalment"' in html


def test_a_draft_is_edited_with_what_it_says_and_a_sent_one_is_not(coach, services):
    services.answers["billing.get_invoice"]["state"] = "draft"
    html = coach.get(f"/invoices/{ID}/edit").get_data(as_text=True)
    assert 'value="some description"' in html
    services.answers["billing.get_invoice"]["state"] = "sent"
    assert coach.get(f"/invoices/{ID}/edit").headers["Location"] == f"/invoices/{ID}"


def test_a_payment_is_of_now_or_of_a_day_at_noon(coach, services):
    coach.post(f"/invoices/{ID}/payments", {"amount": "100,50", "method": "cash", "paid_at": "2026-01-15"})
    coach.post(f"/invoices/{ID}/mark-paid", {"method": "bank_transfer", "paid_at": ""})
    assert services.sent_to("billing.record_payment")[0].input == {
        "id": ID, "amount": "100.50", "method": "cash", "paid_at": "2026-01-15T12:00:00+01:00"
    }  # fmt: skip
    assert services.sent_to("billing.mark_invoice_paid")[0].input == {"id": ID, "method": "bank_transfer"}


def test_instalments_are_set_up_as_they_were_typed(coach, services):
    form = {
        "description": "Coaching", "total": "1000,50", "currency": "EUR", "tax_rate": "", "count": "3",
        "every": "month", "first_due": "2026-12-01", "due_days": "14", "send": "1",
    }  # fmt: skip
    response = coach.post(f"/engagements/{ID}/installments", form)
    assert response.headers["Location"] == f"/engagements/{ID}/invoices"
    assert services.sent_to("billing.set_up_installments")[0].input == {
        "engagement_id": ID, "description": "Coaching", "total": "1000.50", "currency": "EUR", "count": 3,
        "every": "month", "first_due": "2026-12-01", "due_days": 14, "send": True, "card_payment": False,
    }  # fmt: skip
    html = coach.post(f"/engagements/{ID}/installments", {**form, "total": "a lot"}).get_data(as_text=True)
    assert 'id="total-error"' in html


def test_what_billing_refuses_in_a_dialog_is_said_there(coach, services):
    services.answers["billing.send_invoice"] = errors.Conflict("It was sent already.", rule="C21")
    response = coach.post(f"/invoices/{ID}/send", headers=HTMX)
    assert response.status_code == 409
    assert "It was sent already." in response.get_data(as_text=True)


def test_what_is_void_and_written_anew_is_corrected_next(coach, services):
    services.answers["billing.replace_invoice"] |= {"id": ID, "replaces": {"id": ID, "number": "2026-0001"}}
    assert "Void and write anew" in coach.get(f"/invoices/{ID}/replace", headers=HTMX).get_data(as_text=True)
    assert coach.post(f"/invoices/{ID}/replace").headers["Location"] == f"/invoices/{ID}/edit"


def test_completed_sessions_are_offered_in_the_editor(coach, services):
    services.answers["billing.list_billable_sessions"]["items"][0] |= {"title": "Session 3"}
    html = coach.get(f"/engagements/{ID}/invoices/new").get_data(as_text=True)
    assert 'data-words="Session 3, 2 Mar 2026"' in html
