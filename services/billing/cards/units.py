"""Amounts as Stripe counts them: whole numbers of a unit of its own per currency (docs.stripe.com/currencies). Pure."""

from __future__ import annotations

from decimal import ROUND_UP, Decimal

from contracts.currency import DECIMALS
from services.billing.invoices.totals import rounded

#: Decimals of Stripe's unit where they are not those of ISO 4217.
_OTHERWISE = {"ISK": 2, "UGX": 2, "MGA": 0}


def to_units(amount: Decimal, currency: str) -> int:
    """What Stripe is asked for. Of three decimals the last one must be 0 there, and some currencies have no parts:
    what is left over is rounded up, so that an invoice is never paid but for a rest that no card can pay."""
    decimals = _decimals(currency)
    finest = min(decimals, DECIMALS[currency], 2)
    return int(amount.quantize(Decimal(1).scaleb(-finest), ROUND_UP).scaleb(decimals))


def from_units(units: int, currency: str) -> Decimal:
    """What Stripe says was paid."""
    return rounded(Decimal(units).scaleb(-_decimals(currency)), currency)


def _decimals(currency: str) -> int:
    return _OTHERWISE.get(currency, DECIMALS[currency])
