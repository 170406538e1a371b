"""What can be done with payments: one function per call. The invoice's state follows (C21)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from chassis.work import Work
from contracts.actor import Actor
from contracts.errors import NotFound
from contracts.events import billing as events
from services.billing.copies import operations as copies
from services.billing.invoices.models import Invoice
from services.billing.invoices.operations import to_change
from services.billing.invoices.totals import as_text, rounded
from services.billing.invoices.views import facts, payment_facts, payment_shown, shown
from services.billing.payments.models import Payment


def record(work: Work, actor: Actor, input: dict[str, Any]) -> dict[str, Any]:
    """Records that a part of the balance was paid, or all of it."""
    invoice = to_change(work, actor, input["id"])
    return payment_shown(_record(work, actor, invoice, input["amount"], input), invoice)


def mark_paid(work: Work, actor: Actor, input: dict[str, Any]) -> dict[str, Any]:
    """Records that the whole balance was paid (S1.33)."""
    invoice = to_change(work, actor, input["id"])
    _record(work, actor, invoice, invoice.outstanding(), input)
    return shown(work, invoice)


def remove(work: Work, actor: Actor, input: dict[str, Any]) -> None:
    """Removes a payment that was recorded by mistake."""
    payment = work.change(Payment, input["id"], what="payment")
    invoice = work.session.get_one(Invoice, payment.invoice_id, with_for_update=True, populate_existing=True)
    if not actor.sees(invoice.engagement):
        raise NotFound("There is no such payment.")
    invoice.take_back(payment, copies.today(work))
    work.publish(events.PaymentRemoved, payment, payment_facts(payment, invoice), actor)
    work.publish(events.InvoiceUpdated, invoice, facts(invoice), actor)


def _record(work: Work, actor: Actor, invoice: Invoice, amount: Decimal, input: dict[str, Any]) -> Payment:
    payment = Payment(
        amount=amount,
        method=input["method"],
        reference=input["reference"],
        paid_at=input.get("paid_at", work.now),
    )
    invoice.pay(payment, copies.today(work))
    work.add(payment)
    work.publish(events.PaymentRecorded, payment, payment_facts(payment, invoice), actor)
    happened = events.InvoicePartiallyPaid if invoice.balance else events.InvoicePaid
    work.publish(happened, invoice, facts(invoice), actor)
    return payment


def receive(work: Work, invoice: Invoice, payment: Payment) -> None:
    """Records what Stripe has taken for the invoice, which is locked, and asks for the client's receipt (C3)."""
    was_paid = invoice.state == "paid"
    invoice.receive(payment, copies.today(work))
    work.add(payment)
    work.publish(events.PaymentRecorded, payment, payment_facts(payment, invoice))
    happened: type[events.InvoiceFacts] = events.InvoiceUpdated
    if invoice.is_open:
        happened = events.InvoicePartiallyPaid
    elif invoice.state == "paid" and not was_paid:
        happened = events.InvoicePaid
    work.publish(happened, invoice, facts(invoice))
    client = invoice.engagement.client
    work.request(
        key=f"payment/{payment.id}/received",
        kind="payment_received",
        recipients=[{"person_id": client.id, "email": client.email, "name": client.name}],
        about={"kind": "invoice", "id": invoice.id, "version": invoice.version},
        trigger={"origin": "automatic"},
        engagement_id=invoice.engagement_id,
        context={
            "number": invoice.number,
            "amount": as_text(payment.amount, invoice.currency),
            "currency": invoice.currency,
        },
    )


def refunded(work: Work, invoice: Invoice, payment: Payment) -> None:
    """A refund of the payment is known, or has failed: tells it, and the invoice, which is locked, follows (C21)."""
    invoice.reckon(copies.today(work))
    refunded = rounded(payment.refunded, invoice.currency)
    work.publish(events.PaymentRefunded, payment, {**payment_facts(payment, invoice), "refunded": refunded})
    work.publish(events.InvoiceUpdated, invoice, facts(invoice))


def failed(work: Work, invoice: Invoice, payment: Payment) -> None:
    """A dispute has taken the payment back: tells it, and the invoice, which is locked, follows (C21)."""
    invoice.reckon(copies.today(work))
    work.publish(events.PaymentFailed, payment, payment_facts(payment, invoice))
    work.publish(events.InvoiceUpdated, invoice, facts(invoice))


def won_back(work: Work, invoice: Invoice, payment: Payment) -> None:
    """A dispute was won and the payment counts again: the invoice, which is locked, follows (C21)."""
    invoice.reckon(copies.today(work))
    happened = events.InvoicePaid if invoice.state == "paid" else events.InvoiceUpdated
    work.publish(happened, invoice, facts(invoice))
