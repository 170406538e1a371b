"""Calls of the billing service: payment by card, which Stripe takes (rules S1.34, C19)."""

from __future__ import annotations

from marshmallow import fields, validate

from contracts.actor import ADMIN, ANYONE, CLIENT
from contracts.calls import command, query
from contracts.schema import ById, Instant, PageInput, Schema, page_of

EVENT_STATES = ("waiting", "handled", "parked")
#: How long whoever wants to pay waits for Stripe.
SECONDS = 12


class PayToken(Schema):
    """The token of a link to `/pay/TOKEN`."""

    token = fields.String(required=True)


class CheckoutPage(Schema):
    """Where Stripe takes the payment."""

    url = fields.String(required=True)


class SignedStripeEvent(Schema):
    """An event as Stripe has sent it: its body, untouched, and the header `Stripe-Signature`."""

    payload = fields.String(required=True)
    signature = fields.String(required=True)


class StripeEventFilter(PageInput):
    """Newest first."""

    state = fields.String(validate=validate.OneOf(EVENT_STATES))


class StripeEventById(Schema):
    """Names one event by Stripe's id."""

    id = fields.String(required=True, validate=validate.Length(1, 255))


class StripeEvent(Schema):
    """What Stripe told, and what became of it: a `parked` one has failed too often, and waits for an admin."""

    id = fields.String(required=True, metadata={"description": "Stripe's own, like evt_1NG8Du2eZvKYlo2CUI79vXWy"})
    type = fields.String(required=True)
    received_at = Instant(required=True)
    state = fields.String(required=True, metadata={"enum": EVENT_STATES})
    attempts = fields.Integer(required=True, metadata={"description": "how many have failed"})
    next_attempt_at = Instant(required=True, allow_none=True)
    error = fields.String(required=True, allow_none=True)


open_pay_link = query("billing.open_pay_link", PayToken, CheckoutPage, roles=ANYONE, seconds=SECONDS)
check_out_invoice = query("billing.check_out_invoice", ById, CheckoutPage, roles=CLIENT, seconds=SECONDS)
take_stripe_event = command("billing.take_stripe_event", SignedStripeEvent, roles=ANYONE)
list_stripe_events = query("billing.list_stripe_events", StripeEventFilter, page_of(StripeEvent), roles=ADMIN)
retry_stripe_event = command("billing.retry_stripe_event", StripeEventById, StripeEvent, roles=ADMIN)
