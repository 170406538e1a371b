"""Links by which an invoice is paid by card: who gets one, where it leads, and when it is over (S1.34, C19)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import delete, select

from chassis.tokens import new_token, token_digest, token_of
from contracts.calls import billing as calls
from contracts.calls import cards as card_calls
from contracts.errors import Gone, NotFound, Unavailable
from services.billing.cards.models import PayLink
from tests.service.billing.conftest import Desk
from tests.service.billing.test_sending import read
from tests.service.billing.till import Till
from tests.support import people
from tests.support.stripe import StripeServer
from tests.support.traces import relayed, traces

HUNDRED = [{"description": "Coaching", "quantity": "1", "unit_price": "100"}]


@pytest.fixture
def till(desk: Desk, stripe: StripeServer) -> Till:
    return Till(desk, stripe)


def test_s1_34_only_where_payment_by_card_is_requested_the_mail_has_a_link(till: Till) -> None:
    assert till.sent()["payable_by_card"]
    (token,) = till.tokens()
    assert len(token) >= 22  # 128 bits
    assert not till.sent(card_payment=False)["payable_by_card"]
    assert len(till.tokens()) == 1


def test_s1_34_where_stripe_is_not_set_up_the_mail_goes_without_a_link(desk: Desk) -> None:
    sent = desk.sent(card_payment=True)
    (request,) = desk.billing.requests("invoice")
    assert "pay_url" not in request["context"]
    assert (sent["card_payment"], sent["payable_by_card"]) == (True, False)


def test_an_invoice_over_nothing_has_no_link(till: Till) -> None:
    till.sent(lines=[{"description": "Trial session", "quantity": "1", "unit_price": "0"}])
    assert till.tokens() == []


def test_c19_the_token_is_kept_only_as_a_digest(till: Till) -> None:
    till.sent()
    (token,) = till.tokens()
    relayed(till.desk.billing)
    assert traces(till.desk.billing.database, token) == []
    (digest,) = traces(till.desk.billing.database, token_digest(token))
    assert digest.startswith("pay_link.token_digest")


def test_c19_what_the_database_holds_gives_no_token_without_the_secret_key(till: Till) -> None:
    first, second = till.sent(), till.sent()
    assert till.tokens_of(first) != till.tokens_of(second)
    with till.desk.billing.runtime.read() as work:
        kept = {link.nonce: link.token_digest for link in work.session.scalars(select(PayLink))}
    assert len(kept) == 2
    for nonce, digest in kept.items():
        assert nonce
        assert token_digest(nonce) != digest
        right = {"purpose": "pay link", "secret_key": "a secret of the tests"}
        assert token_digest(token_of(nonce, **right)) == digest
        assert token_digest(token_of(nonce, **{**right, "secret_key": "another"})) != digest
        assert token_digest(token_of(nonce, **{**right, "purpose": "another"})) != digest


def test_c19_a_link_whose_row_is_deleted_is_dead_and_the_next_mail_brings_another(till: Till) -> None:
    invoice = till.sent()
    with till.desk.billing.runtime.work() as work:
        work.session.execute(delete(PayLink))
    with pytest.raises(NotFound):
        till.open(till.tokens_of(invoice)[0])
    till.desk.do(calls.remind_invoice, invoice)
    old, new = till.tokens_of(invoice)
    assert new != old
    assert till.open(new)


def test_c19_a_link_that_an_earlier_release_mailed_works_and_the_pdf_shows_one_from_the_next_mail_on(
    till: Till,
) -> None:
    invoice, token = till.sent(), new_token()
    with till.desk.billing.runtime.work() as work:
        link = work.session.scalars(select(PayLink)).one()
        link.token_digest, link.nonce = token_digest(token), None
    assert till.open(token)
    assert "/pay/" not in read(till.desk.do(calls.invoice_pdf, invoice))

    till.desk.do(calls.remind_invoice, invoice)
    new = till.tokens_of(invoice)[-1]
    assert f"/pay/{new}" in read(till.desk.do(calls.invoice_pdf, invoice)).replace("\n", "")
    assert till.open(token)
    assert till.open(new)


def test_the_link_leads_to_a_new_checkout_session_of_the_balance_each_time(till: Till) -> None:
    invoice = till.sent()
    (token,) = till.tokens()
    first = till.open(token)
    till.desk.pay(invoice, "396.19")
    second = till.open(token)

    assert [first, second] == [f"{till.stripe.url}/c/pay/{session['id']}" for session in till.stripe.sessions]
    one, other = till.stripe.sessions
    assert one["mode"] == "payment"
    assert one["client_reference_id"] == invoice["id"]
    assert one["payment_intent_data[metadata][invoice_id]"] == invoice["id"]
    assert one["line_items[0][price_data][product_data][name]"] == "Invoice 2026-0001"
    assert one["line_items[0][price_data][currency]"] == "eur"
    amounts = [session["line_items[0][price_data][unit_amount]"] for session in (one, other)]
    assert amounts == ["139619", "100000"]
    assert one["success_url"] == "https://coach.example/paid"
    assert one["cancel_url"] == f"https://coach.example/pay/{token}/cancelled"


@pytest.mark.parametrize(
    ("currency", "price", "units"), [("JPY", "5000", "5000"), ("KWD", "12.345", "12350"), ("ISK", "500", "50000")]
)
def test_amounts_go_to_stripe_in_its_own_units(till: Till, currency: str, price: str, units: str) -> None:
    lines = [{"description": "Coaching", "quantity": "1", "unit_price": price}]
    session = till.session_of(till.sent(currency=currency, lines=lines))
    assert till.stripe.sessions[0]["line_items[0][price_data][unit_amount]"] == units
    till.tell("checkout.session.completed", session)
    till.work()
    (found,) = till.desk.billing.call(calls.list_invoices, {"state": "paid"}, actor=people.ADMIN)["items"]
    assert found["credit"] == {"KWD": "0.005"}.get(currency, found["balance"])


def test_stripe_is_asked_outside_of_any_transaction(till: Till) -> None:
    till.sent()
    seen: list[int] = []
    till.stripe.meanwhile = lambda: seen.append(till.desk.billing.database.engine.pool.checkedout())  # type: ignore[attr-defined]
    till.open(till.tokens()[0])
    assert seen == [0]


@pytest.mark.parametrize("status", [400, 429, 500, 503])
def test_when_stripe_does_not_do_it_that_is_said_and_the_invoice_is_as_it_was(till: Till, status: int) -> None:
    invoice = till.sent()
    till.stripe.answer_with = status
    with pytest.raises(Unavailable, match="does not work just now"):
        till.open(till.tokens()[0])
    assert till.desk.get(invoice) == invoice
    till.stripe.answer_with = 200
    assert till.open(till.tokens()[0])


def test_when_stripe_cannot_be_reached_that_is_said(till: Till) -> None:
    till.sent()
    till.stripe.stop()
    with pytest.raises(Unavailable, match="does not work just now"):
        till.open(till.tokens()[0])


def test_c19_a_link_is_over_when_the_invoice_is_paid_or_void_and_works_again_when_the_payment_goes(till: Till) -> None:
    invoice = till.sent()
    (token,) = till.tokens()
    payment = till.desk.do(calls.mark_invoice_paid, invoice)["payments"][0]
    with pytest.raises(Gone, match="Invoice 2026-0001 is paid"):
        till.open(token)
    till.desk.do(calls.delete_payment, payment)
    assert till.open(token)
    till.desk.do(calls.void_invoice, invoice)
    with pytest.raises(Gone, match="Invoice 2026-0001 is void"):
        till.open(token)


def test_c19_an_unknown_link_is_a_dead_one(till: Till) -> None:
    till.sent()
    with pytest.raises(NotFound) as refused:
        till.open("unknown")
    assert refused.value.rule == "C19"


def test_a_client_pays_an_own_invoice_from_the_portal_where_that_is_offered(till: Till) -> None:
    def check_out(invoice: Any, client: Any) -> str:
        return till.desk.billing.call(card_calls.check_out_invoice, {"id": invoice["id"]}, actor=client)["url"]

    invoice, other = till.sent(), till.sent(card_payment=False)
    assert check_out(invoice, till.desk.client).startswith(till.stripe.url)
    assert till.stripe.sessions[0]["cancel_url"] == f"https://coach.example/invoices/{invoice['id']}"
    with pytest.raises(NotFound, match="cannot be paid by card"):
        check_out(other, till.desk.client)
    with pytest.raises(NotFound):
        check_out(invoice, people.client("Somebody Else"))
    till.desk.do(calls.void_invoice, invoice)
    with pytest.raises(Gone):
        check_out(invoice, till.desk.client)


def test_s1_34_mails_and_pdf_show_one_link_whenever_they_are_asked_for_until_nothing_is_left(till: Till) -> None:
    sent = till.sent()
    mailed = till.desk.billing.requests("invoice")[0]
    pdf = till.desk.do(calls.invoice_pdf, sent)
    assert f"/pay/{till.tokens_of(sent)[0]}" in read(pdf).replace("\n", "")
    assert pdf["content"] == mailed["attachments"][0]["content"] == till.desk.do(calls.invoice_pdf, sent)["content"]

    till.desk.do(calls.remind_invoice, sent)
    assert till.tokens_of(sent)[1] == till.tokens_of(sent)[0]
    assert till.desk.do(calls.invoice_pdf, sent) == pdf
    till.desk.do(calls.mark_invoice_paid, sent)
    assert "/pay/" not in read(till.desk.do(calls.invoice_pdf, sent))


def test_c19_under_another_secret_key_the_pdf_shows_no_link_and_the_mails_links_work(till: Till) -> None:
    sent = till.sent()
    runtime = till.desk.billing.runtime
    runtime.settings = replace(runtime.settings, secret_keys=("another secret of the tests",))
    assert "/pay/" not in read(till.desk.do(calls.invoice_pdf, sent))
    assert till.open(till.tokens_of(sent)[0]).startswith("http")
    till.desk.do(calls.remind_invoice, sent)
    old, new = till.tokens_of(sent)
    assert f"/pay/{new}" in read(till.desk.do(calls.invoice_pdf, sent)).replace("\n", "")
    assert old != new
    assert till.open(new)


def test_while_the_secret_key_is_replaced_mails_and_pdf_show_the_same_link(till: Till) -> None:
    sent = till.sent()
    pdf = till.desk.do(calls.invoice_pdf, sent)
    runtime = till.desk.billing.runtime
    runtime.settings = replace(runtime.settings, secret_keys=("the one that follows", *runtime.settings.secret_keys))
    till.desk.do(calls.remind_invoice, sent)
    assert till.tokens_of(sent)[1] == till.tokens_of(sent)[0]
    assert till.desk.do(calls.invoice_pdf, sent) == pdf


def test_a_draft_shows_no_link(till: Till) -> None:
    assert "/pay/" not in read(till.desk.do(calls.invoice_pdf, till.desk.draft(card_payment=True)))
