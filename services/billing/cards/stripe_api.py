"""Stripe, as far as billing speaks with it: Checkout Sessions out, signed events in. No row is touched here."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from uuid import UUID

import stripe

from chassis import logs, metrics
from contracts.errors import Malformed, Unavailable
from services.billing.cards.units import to_units

log = logs.get(__name__)

API_BASE = stripe.DEFAULT_API_BASE
#: How long Stripe may take; whoever asked waits no longer than the call (contracts/calls/cards.py).
SECONDS = 8
#: How old a signature may be, as Stripe's library has it.
OLDEST_SECONDS = 300


class StripeDown(Unavailable):
    """Stripe does not answer, or does not take what it was asked."""


class SignatureWrong(Malformed):
    """Not signed by Stripe with our secret, or too long ago."""


@dataclass(frozen=True)
class StripeAccount:
    """The organisation's account: the key that asks, the secrets that sign events (two while one takes the
    other's place), and where the API is."""

    secret_key: str = field(repr=False)
    webhook_secrets: tuple[str, ...] = field(repr=False)
    api_base: str


@dataclass(frozen=True)
class Checkout:
    """What is to be paid, and where the payer goes afterwards."""

    invoice_id: UUID
    number: str
    amount: Decimal
    currency: str
    success_url: str
    cancel_url: str


def checkout_url(account: StripeAccount, checkout: Checkout) -> str:
    """Makes a Checkout Session; the address of its page. Raises `StripeDown`."""
    try:
        session = _made(account, checkout)
    except stripe.StripeError as error:
        log.error("stripe_failed", kind=type(error).__name__, status=error.http_status, error=str(error))
        raise StripeDown("Payment by card does not work just now. Try again in a moment.") from None
    if not session.url:
        raise StripeDown("Payment by card does not work just now. Try again in a moment.")
    return session.url


def _made(account: StripeAccount, checkout: Checkout) -> stripe.checkout.Session:
    about = {"invoice_id": str(checkout.invoice_id), "invoice_number": checkout.number}
    with metrics.reaching_out("billing", "stripe"):
        return _client(account).v1.checkout.sessions.create(
            {
                "mode": "payment",
                "client_reference_id": str(checkout.invoice_id),
                "line_items": [
                    {
                        "quantity": 1,
                        "price_data": {
                            "currency": checkout.currency.lower(),
                            "unit_amount": to_units(checkout.amount, checkout.currency),
                            "product_data": {"name": f"Invoice {checkout.number}"},
                        },
                    }
                ],
                "metadata": about,
                "payment_intent_data": {"metadata": about},
                "success_url": checkout.success_url,
                "cancel_url": checkout.cancel_url,
            }
        )


def check_signature(account: StripeAccount, payload: str, signature: str) -> None:
    """Raises `SignatureWrong`."""
    for secret in account.webhook_secrets:
        with suppress(stripe.SignatureVerificationError):
            stripe.WebhookSignature.verify_header(payload, signature, secret, OLDEST_SECONDS)
            return
    raise SignatureWrong("The signature is wrong or too old.")


@cache
def _client(account: StripeAccount) -> stripe.StripeClient:
    return stripe.StripeClient(
        account.secret_key,
        base_addresses={"api": account.api_base},
        http_client=stripe.RequestsClient(timeout=SECONDS),
        max_network_retries=0,
    )
