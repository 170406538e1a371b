"""Erasing a client (rule C24): invoices stay as the law asks, and say nothing that somebody typed besides."""

from __future__ import annotations

import base64
import io
import json
from typing import Any

import pytest
from pypdf import PdfReader

from contracts.calls import billing as calls
from contracts.calls.erasures import export_from_billing
from contracts.errors import Forbidden
from tests.service.billing.conftest import LINES, Desk
from tests.service.billing.test_installments import plan
from tests.service.billing.till import Till
from tests.support import people
from tests.support.harness import Harness
from tests.support.people import ADMIN
from tests.support.stripe import StripeServer
from tests.support.traces import relayed, traces

CANARY = "canary-7391"
ADDRESS = "leila.haddad@example.org"
#: Who was billed is what the law asks an invoice to say.
BILLED = ("invoice.bill_to",)
COMPLETED = "checkout.session.completed"


@pytest.fixture
def till(desk: Desk, stripe: StripeServer) -> Till:
    return Till(desk, stripe)


@pytest.fixture
def paid(till: Till) -> Any:
    """An invoice paid by card, another by hand, and a draft, each with words that only this client's have."""
    lines = [{**line, "description": f"{CANARY} {line['description']}"} for line in LINES]
    content = {"lines": lines, "notes": CANARY, "copy_to": [f"{CANARY}@example.org"], "purchase_order": CANARY}
    by_card = till.sent(**content)
    payer = {"customer_details": {"email": ADDRESS, "name": "Leila Haddad", "phone": CANARY}}
    session = till.session_of(by_card)
    till.tell(COMPLETED, {**session, **payer})
    till.work()
    till.desk.do(calls.mark_invoice_paid, till.desk.sent(**content), reference=CANARY)
    till.desk.draft(**content, bill_to={"name": CANARY, "email": ADDRESS, "address": CANARY})
    on_a_draft = till.desk.held(CANARY)
    line = {"description": CANARY, "quantity": "1", "unit_price": "10", "session_id": on_a_draft}
    till.desk.draft(lines=[line])
    till.desk.held(CANARY)
    plan(till.desk, description=CANARY, purchase_order=CANARY, notes=CANARY)
    relayed(till.desk.billing)
    return by_card | {"session": session}


def erase(desk: Desk) -> None:
    """As engagements tells of it: first the engagement is gone, then the client."""
    gone = people.engagement_facts(desk.client.id, desk.coach.id, program_name="Engagement", deleted=True)
    desk.billing.feed("engagements.engagement.deleted.v1", subject=desk.engagement, sequence=8, data=gone)
    nobody = f"{desk.client.id}@erased.invalid"
    facts = people.client_facts(desk.client, name="Erased client", email=nobody, portal="disabled")
    desk.billing.feed("engagements.client.erased.v1", subject=desk.client.id, sequence=9, data=facts, actor=ADMIN)


def test_c24_only_who_was_billed_is_left(till: Till, paid: Any) -> None:
    assert len(traces(till.desk.billing.database, ADDRESS, CANARY)) > 8, "else there is nothing to be erased"
    erase(till.desk)
    assert traces(till.desk.billing.database, ADDRESS, CANARY) == []
    assert traces(till.desk.billing.database, "Leila", "Haddad", but=BILLED) == []


def test_c24_instalments_end_and_a_session_that_is_told_of_late_says_nothing(till: Till, paid: Any) -> None:
    erase(till.desk)
    till.desk.held(CANARY)
    assert traces(till.desk.billing.database, CANARY) == []
    given = {"id": str(till.desk.client.id)}
    (only,) = till.desk.billing.call(export_from_billing, given, ADMIN)["data"]["installment_plans"]
    assert only["stopped_at"] is not None


def test_c24_invoices_still_add_up_and_can_be_printed(till: Till, paid: Any) -> None:
    before = till.desk.get(paid, ADMIN)
    erase(till.desk)
    after = till.desk.get(paid, ADMIN)
    for name in ("number", "state", "issued_on", "currency", "subtotal", "tax", "total", "paid", "balance", "taxes"):
        assert after[name] == before[name], name
    assert [line["amount"] for line in after["lines"]] == [line["amount"] for line in before["lines"]]
    assert (after["bill_to"]["name"], after["bill_to"]["email"]) == ("Leila Haddad", "")
    pdf = till.desk.billing.call(calls.invoice_pdf, {"id": paid["id"]}, ADMIN)
    text = PdfReader(io.BytesIO(base64.b64decode(pdf["content"]))).pages[0].extract_text()
    assert "1,396.19" in text
    assert CANARY not in text
    listed = till.desk.billing.call(calls.list_invoices, {"client_id": str(till.desk.client.id)}, ADMIN)["items"]
    assert len(listed) == 2, "the draft is gone"


def test_c24_it_is_told_that_it_is_done(till: Till, paid: Any) -> None:
    erase(till.desk)
    types = [event.type for event in till.desk.billing.events()]
    assert types == [*["billing.invoice.deleted.v1"] * 2, "billing.client.erased.v1"]
    assert till.desk.billing.requests() == [], "nobody is mailed"


def test_c24_what_stripe_tells_late_counts_and_names_nobody(till: Till, paid: Any) -> None:
    session = paid["session"]
    erase(till.desk)
    refunded = {
        "id": "ch_1", "object": "charge", "payment_intent": session["payment_intent"], "currency": session["currency"],
        "amount": session["amount_total"], "amount_refunded": 100, "billing_details": {"email": ADDRESS},
    }  # fmt: skip
    till.tell("charge.refunded", refunded)
    till.tell("charge.updated", refunded)
    till.work(seconds=1)
    assert till.desk.get(paid, ADMIN)["paid"] == "1395.19"
    assert traces(till.desk.billing.database, ADDRESS, CANARY) == []


def test_c24_an_address_that_got_copies_of_anothers_invoice_gets_none(desk: Desk) -> None:
    another = people.client("Omar Aziz")
    engagement = people.client().id
    assert engagement
    desk.hear_of(engagement, another, desk.coach)
    given = {"engagement_id": str(engagement), "copy_to": [ADDRESS.upper(), "ana@example.org"]}
    draft = desk.draft(**given)
    relayed(desk.billing)
    erase(desk)
    assert desk.get(draft)["copy_to"] == ["ana@example.org"]


def test_c24_an_older_event_that_comes_late_does_not_bring_the_client_back(till: Till, paid: Any) -> None:
    erase(till.desk)
    facts = people.client_facts(till.desk.client)
    till.desk.billing.feed("engagements.client.updated.v1", subject=till.desk.client.id, sequence=8, data=facts)
    assert traces(till.desk.billing.database, "Leila", "Haddad", ADDRESS, but=BILLED) == []


def test_c24_an_export_shows_invoices_and_payments_to_admins_alone(till: Till, paid: Any) -> None:
    given = {"id": str(till.desk.client.id)}
    data = till.desk.billing.call(export_from_billing, given, ADMIN)["data"]
    assert sorted(invoice["state"] for invoice in data["invoices"]) == ["draft", "draft", "paid", "paid"]
    assert sorted(payment["amount"] for payment in data["payments"])[0].startswith("1396.19")
    assert CANARY in json.dumps(data)
    for who in (till.desk.coach, till.desk.client):
        with pytest.raises(Forbidden):
            till.desk.billing.call(export_from_billing, given, who)


def test_c24_a_client_that_was_never_heard_of_is_erased_all_the_same(billing: Harness) -> None:
    stranger = people.client()
    facts = people.client_facts(stranger, name="Erased client", email="x@erased.invalid", portal="disabled")
    billing.feed("engagements.client.erased.v1", subject=stranger.id, data=facts, actor=ADMIN)
    assert len(billing.events("billing.client.erased.v1")) == 1
