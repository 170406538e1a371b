"""Does what Stripe's events say: each in a transaction of its own, once, in whatever order they come.

What cannot be done is tried again after growing pauses, for what it rests on may come later; then it is parked.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from chassis import logs
from chassis.claims import due_by
from chassis.database import DOWN
from chassis.runtime import Runtime
from chassis.work import Work
from services.billing.cards.models import StripeEvent
from services.billing.cards.units import from_units
from services.billing.erasures import operations as erasures
from services.billing.invoices.models import Invoice
from services.billing.payments import operations as payments
from services.billing.payments.models import Payment

log = logs.get(__name__)

_AT_ONCE = 100
Told = dict[str, Any]


class Unmatched(Exception):
    """No invoice or payment of ours is known that this event is about."""


def handle_due(runtime: Runtime) -> int:
    """Handles the events that are due; how many it took on."""
    with runtime.read() as work:
        due = select(StripeEvent.id).where(StripeEvent.next_attempt_at <= work.now)
        ids = list(work.session.scalars(due.order_by(StripeEvent.next_attempt_at, StripeEvent.id).limit(_AT_ONCE)))
    for id_ in ids:
        _handle(runtime, id_)
    return len(ids)


def backlog(work: Work) -> tuple[int, dt.datetime | None]:
    """Events that are due, and since when the first."""
    return due_by(work, StripeEvent.next_attempt_at)


def parked(work: Work) -> tuple[int, dt.datetime | None]:
    """Events that an admin is to look at."""
    return work.session.scalar(select(func.count()).where(StripeEvent.state == "parked")) or 0, None


def _handle(runtime: Runtime, id_: str) -> None:
    try:
        with runtime.work() as work:
            if event := _due(work, id_):
                _act(work, event)
                event.handled()
                if _is_of_erased(work, event):
                    event.forget_people()
    except DOWN:
        raise  # no attempt of the event's own
    except Exception as error:
        with runtime.work() as work:
            if event := _due(work, id_):
                event.fail(f"{type(error).__name__}: {error}", work.now)
                log.error("stripe_event_failed", id=id_, type=event.type, state=event.state, error=repr(error))


def _due(work: Work, id_: str) -> StripeEvent | None:
    """The event, locked, unless another worker has handled it meanwhile."""
    event = work.session.get(StripeEvent, id_, with_for_update=True, populate_existing=True)
    assert event is not None
    return event if event.next_attempt_at is not None and event.next_attempt_at <= work.now else None


def _act(work: Work, event: StripeEvent) -> None:
    """What is none of ours (Stripe tells of much else) needs nothing to be done."""
    if act := _ACTS.get(event.type):
        told = json.loads(event.payload)
        act(work, told["data"]["object"], dt.datetime.fromtimestamp(told["created"], dt.UTC))


def _is_of_erased(work: Work, event: StripeEvent) -> bool:
    """Whether it tells of a payment by a client who is erased (C24)."""
    told = json.loads(event.payload).get("data", {}).get("object", {})
    intents = [told[name] for name in ("payment_intent", "id") if isinstance(told.get(name), str)]
    invoice_id = work.session.scalar(select(Payment.invoice_id).where(Payment.payment_intent.in_(intents)))
    invoice = work.session.get(Invoice, invoice_id) if invoice_id else None
    return invoice is not None and erasures.is_of_erased(work, invoice)


def _session_paid(work: Work, session: Told, at: dt.datetime) -> None:
    """Records the payment of a Checkout Session; several events may tell of one."""
    if session["payment_status"] != "paid":
        return  # a slow way to pay: checkout.session.async_payment_succeeded will tell
    invoice = _locked(work, session["client_reference_id"])
    if any(payment.checkout_session == session["id"] for payment in invoice.payments):
        return
    payment = Payment(
        amount=_amount(invoice, session["amount_total"], session["currency"]),
        method="card",
        reference=session.get("payment_intent") or session["id"],
        paid_at=at,
        checkout_session=session["id"],
        payment_intent=session.get("payment_intent"),
    )
    payments.receive(work, invoice, payment)


def _charge_refunded(work: Work, charge: Told, at: dt.datetime) -> None:
    invoice, payment = _paid_by(work, charge["payment_intent"])
    if payment.refund_in_all(_amount(invoice, charge["amount_refunded"], charge["currency"])):
        payments.refunded(work, invoice, payment)


def _refund_changed(work: Work, refund: Told, at: dt.datetime) -> None:
    invoice, payment = _paid_by(work, refund["payment_intent"])
    amount = _amount(invoice, refund["amount"], refund["currency"])
    if payment.refund(refund["id"], amount, stands=refund["status"] not in ("failed", "canceled")):
        payments.refunded(work, invoice, payment)


def _disputed(work: Work, dispute: Told, at: dt.datetime) -> None:
    invoice, payment = _paid_by(work, dispute["payment_intent"])
    if payment.withdraw(_amount(invoice, dispute["amount"], dispute["currency"])):
        payments.failed(work, invoice, payment)


def _dispute_closed(work: Work, dispute: Told, at: dt.datetime) -> None:
    if dispute["status"] != "won":
        return
    invoice, payment = _paid_by(work, dispute["payment_intent"])
    if payment.win_back():
        payments.won_back(work, invoice, payment)


_ACTS: dict[str, Callable[[Work, Told, dt.datetime], None]] = {
    "checkout.session.completed": _session_paid,
    "checkout.session.async_payment_succeeded": _session_paid,
    "charge.refunded": _charge_refunded,
    "refund.created": _refund_changed,
    "refund.updated": _refund_changed,
    "refund.failed": _refund_changed,
    "charge.dispute.created": _disputed,
    "charge.dispute.closed": _dispute_closed,
}


def _locked(work: Work, id_: str | None) -> Invoice:
    try:
        invoice_id = UUID(id_)
    except (TypeError, ValueError):
        raise Unmatched(f"It names no invoice, but {id_!r}.") from None
    invoice = work.session.get(Invoice, invoice_id, with_for_update=True, populate_existing=True)
    if invoice is None:
        raise Unmatched(f"There is no invoice {invoice_id}.")
    return invoice


def _paid_by(work: Work, payment_intent: str | None) -> tuple[Invoice, Payment]:
    """The payment of that intent, and its invoice, locked."""
    found = work.session.execute(
        select(Payment.invoice_id, Payment.id).where(Payment.payment_intent == payment_intent)
    ).one_or_none()
    if found is None:
        raise Unmatched(f"No payment by {payment_intent} is known.")
    invoice = _locked(work, str(found.invoice_id))
    return invoice, next(payment for payment in invoice.payments if payment.id == found.id)


def _amount(invoice: Invoice, units: int, currency: str) -> Decimal:
    if currency.upper() != invoice.currency:
        raise Unmatched(f"It is in {currency}, but invoice {invoice.number} is in {invoice.currency}.")
    return from_units(units, invoice.currency)
