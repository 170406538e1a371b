"""Amounts in Stripe's units, as its page on currencies has them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from contracts.currency import DECIMALS
from services.billing.cards.units import from_units, to_units


@pytest.mark.parametrize(
    ("amount", "currency", "units"),
    [
        ("10", "USD", 1000),
        ("1396.19", "EUR", 139619),
        ("500", "JPY", 500),
        ("10.45", "HUF", 1045),
        ("800.45", "TWD", 80045),
        ("5", "ISK", 500),
        ("5", "UGX", 500),
        ("5", "MGA", 5),
        ("5.120", "KWD", 5120),
    ],
)
def test_an_amount_goes_there_and_comes_back(amount: str, currency: str, units: int) -> None:
    assert to_units(Decimal(amount), currency) == units
    assert from_units(units, currency) == Decimal(amount)


@pytest.mark.parametrize(("amount", "currency", "units"), [("5.124", "KWD", 5130), ("5.20", "MGA", 6)])
def test_what_stripe_has_no_units_for_is_rounded_up(amount: str, currency: str, units: int) -> None:
    assert to_units(Decimal(amount), currency) == units


@pytest.mark.parametrize("currency", sorted(DECIMALS))
def test_what_is_asked_for_is_never_less_than_the_amount_and_no_whole_unit_more(currency: str) -> None:
    amount = Decimal("1234.567").quantize(Decimal(1).scaleb(-DECIMALS[currency]))
    assert amount <= from_units(to_units(amount, currency), currency) < amount + 1
