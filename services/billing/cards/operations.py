"""What can be done about payment by card: links, Stripe's pages, and its events as they come in."""

from __future__ import annotations

import json
from itertools import product
from typing import Any

from sqlalchemy import select

from chassis.database import insert_new
from chassis.paging import page
from chassis.service import Outside
from chassis.tokens import new_token, token_digest, token_of
from chassis.work import Work
from contracts.actor import Actor
from contracts.errors import Gone, Malformed, NotFound, dead_link
from services.billing.base import Base
from services.billing.cards import stripe_api
from services.billing.cards.models import PayLink, StripeEvent
from services.billing.invoices.models import Invoice
from services.billing.invoices.views import is_payable_by_card

WHAT = "invoice"


class InvoiceOver(Gone):
    """Nothing is left to pay: the invoice is paid, or void."""


class NotByCard(NotFound):
    """Payment by card is not offered for this invoice."""


def mailed_link(work: Work, invoice: Invoice) -> str:
    """The address by which the invoice can be paid, while payment by card is offered (S1.34, C19), else nothing: the
    same in each mail and on its PDF. At first, and when the last one's `SECRET_KEY` is gone, it is a new one."""
    if is_payable_by_card(work, invoice) and not printed_link(work, invoice):
        nonce = new_token()
        digest = token_digest(_token_of(work.settings.secret_keys[0], nonce))
        work.session.add(PayLink(token_digest=digest, nonce=nonce, invoice_id=invoice.id, created_at=work.now))
        work.session.flush()
    return printed_link(work, invoice)


def printed_link(work: Work, invoice: Invoice) -> str:
    """The address that its PDF shows, while payment by card is offered. Empty for what has not been mailed yet, and
    for what was mailed under a `SECRET_KEY` that is gone."""
    if is_payable_by_card(work, invoice):
        mine = select(PayLink).where(PayLink.invoice_id == invoice.id, PayLink.nonce.is_not(None))
        links = work.session.scalars(mine.order_by(PayLink.created_at.desc()))
        for link, key in product(links, work.settings.secret_keys):
            token = _token_of(key, str(link.nonce))
            if token_digest(token) == link.token_digest:
                return f"{work.settings.public_url}/pay/{token}"
    return ""


def _token_of(key: str, nonce: str) -> str:
    return token_of(nonce, purpose="pay link", secret_key=key)


def open_link(work: Work, actor: Actor, input: dict[str, Any]) -> Outside:
    """Stripe's page for the invoice of a link (S1.34). Raises `LinkDead`, `InvoiceOver` and `StripeDown`."""
    link = work.session.get(PayLink, token_digest(input["token"]))
    if link is None:
        raise dead_link()
    invoice = work.session.get_one(Invoice, link.invoice_id)
    return _checkout(work, invoice, f"{work.settings.public_url}/pay/{input['token']}/cancelled")


def check_out(work: Work, actor: Actor, input: dict[str, Any]) -> Outside:
    """Stripe's page for an invoice of the client who asks, where payment by card is offered."""
    invoice = work.get(Invoice, input["id"], what=WHAT)
    if not actor.sees(invoice.engagement) or invoice.state == "draft":
        raise NotFound(f"There is no such {WHAT}.")
    if not invoice.card_payment:
        raise NotByCard("This invoice cannot be paid by card.", rule="S1.34")
    return _checkout(work, invoice, f"{work.settings.public_url}/invoices/{invoice.id}")


def _checkout(work: Work, invoice: Invoice, cancel_url: str) -> Outside:
    if not invoice.is_open:
        raise InvoiceOver(f"Invoice {invoice.number} is {invoice.state}: there is nothing left to pay.")
    account = work.settings.stripe
    if account is None:
        raise stripe_api.StripeDown("Payment by card is not set up here any more.")
    assert invoice.number is not None
    checkout = stripe_api.Checkout(
        invoice_id=invoice.id,
        number=invoice.number,
        amount=invoice.balance,
        currency=invoice.currency,
        success_url=f"{work.settings.public_url}/paid",
        cancel_url=cancel_url,
    )
    return Outside(lambda: {"url": stripe_api.checkout_url(account, checkout)})


def take_event(work: Work, actor: Actor, input: dict[str, Any]) -> None:
    """Keeps an event that Stripe has signed, for the worker; one that is kept already changes nothing."""
    if work.settings.stripe is None:
        raise stripe_api.SignatureWrong("Payment by card is not set up here.")
    stripe_api.check_signature(work.settings.stripe, input["payload"], input["signature"])
    try:
        told = json.loads(input["payload"])
        id_, type_ = str(told["id"]), str(told["type"])
    except (ValueError, LookupError, TypeError):
        raise Malformed("This is no event of Stripe's.") from None
    insert_new(
        work.session,
        Base.metadata.tables[StripeEvent.__tablename__],
        id=id_,
        type=type_,
        payload=input["payload"],
        received_at=work.now,
        state="waiting",
        attempts=0,
        next_attempt_at=work.now,
    )


def list_events(work: Work, actor: Actor, input: dict[str, Any]) -> dict[str, Any]:
    """What Stripe has told, newest first."""
    wanted = select(StripeEvent)
    if "state" in input:
        wanted = wanted.where(StripeEvent.state == input["state"])
    return page(work, wanted, input, by=(StripeEvent.received_at, StripeEvent.id))


def retry_event(work: Work, actor: Actor, input: dict[str, Any]) -> StripeEvent:
    """Sets a parked event going again."""
    event = work.session.get(StripeEvent, input["id"], with_for_update=True, populate_existing=True)
    if event is None:
        raise NotFound("There is no such event.")
    event.try_again(work.now)
    return event
