"""What an invoice comes to: exact decimals, rounded where the rules say and nowhere else (C21). Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal

from contracts.currency import DECIMALS

_EXACT = Context(prec=100, rounding=ROUND_HALF_UP)
"""Wide enough that a product or a sum of an invoice's figures is never rounded behind our back."""


@dataclass(frozen=True)
class Line:
    """One position. Rates are in percent; no `tax_rate` says that the line bears no tax, 0 that it is zero-rated."""

    quantity: Decimal
    unit_price: Decimal
    tax_rate: Decimal | None = None
    discount_rate: Decimal | None = None


@dataclass(frozen=True)
class TaxOfRate:
    """The tax of all lines of one rate: `amount` is `rate` percent of `base`, rounded once."""

    rate: Decimal
    base: Decimal
    amount: Decimal


@dataclass(frozen=True)
class Totals:
    """`amounts` are the lines' own, in their order, and `subtotal` their sum; `taxes` goes from the highest rate to the
    lowest. `total` is `subtotal` − `discount` + `tax`."""

    amounts: tuple[Decimal, ...]
    subtotal: Decimal
    discount: Decimal
    taxes: tuple[TaxOfRate, ...]
    tax: Decimal
    total: Decimal

    def negated(self) -> Totals:
        """The same below zero, as a credit note prints it."""
        taxes = tuple(TaxOfRate(each.rate, -each.base, -each.amount) for each in self.taxes)
        amounts = tuple(-amount for amount in self.amounts)
        return Totals(amounts, -self.subtotal, -self.discount, taxes, -self.tax, -self.total)


def rounded(amount: Decimal, currency: str) -> Decimal:
    """`amount` in the currency's smallest unit, half up; below zero half goes away from zero, so that a discount
    mirrors its charge. KeyError for a currency that is not in DECIMALS."""
    in_units = amount.quantize(Decimal(1).scaleb(-DECIMALS[currency]), context=_EXACT)
    return _EXACT.add(in_units, Decimal(0))  # makes a -0.00 a 0.00


def is_payable(amount: Decimal, currency: str) -> bool:
    """Whether `amount` is a whole number of the currency's smallest units: 0.5 is, in EUR; 0.005 is not."""
    return rounded(amount, currency) == amount


def as_text(amount: Decimal, currency: str) -> str:
    """The decimal string that the API shows: as many decimals as the currency has, no grouping, no exponent."""
    return f"{rounded(amount, currency):f}"


def line_amount(line: Line, currency: str) -> Decimal:
    """Quantity × unit price less the line's discount, rounded half up to the currency's smallest unit, once (C21)."""
    exact = _EXACT.multiply(line.quantity, line.unit_price)
    return rounded(_EXACT.subtract(exact, percent_of(exact, line.discount_rate or Decimal(0))), currency)


def totals_of(lines: Iterable[Line], currency: str, discount_rate: Decimal | None = None) -> Totals:
    """Everything that an invoice in `currency` adds up to. The invoice's discount, `discount_rate` percent, is rounded
    half up once per tax rate, on the sum of the rate's lines, those without tax being one more group; tax is rounded
    half up once per rate, on what that leaves (C21). Without lines everything is zero."""
    nothing = rounded(Decimal(0), currency)
    amounts: list[Decimal] = []
    sums: dict[Decimal | None, Decimal] = {}
    for line in lines:
        amount = line_amount(line, currency)
        amounts.append(amount)
        sums[line.tax_rate] = _EXACT.add(sums.get(line.tax_rate, nothing), amount)
    discounts = {rate: rounded(percent_of(sums[rate], discount_rate or Decimal(0)), currency) for rate in sums}
    bases = {rate: _EXACT.subtract(sums[rate], discounts[rate]) for rate in sums if rate is not None}
    taxes = tuple(
        TaxOfRate(rate, bases[rate], rounded(percent_of(bases[rate], rate), currency))
        for rate in sorted(bases, reverse=True)
    )
    subtotal, discount = _sum(amounts, nothing), _sum(discounts.values(), nothing)
    tax = _sum((each.amount for each in taxes), nothing)
    total = _EXACT.add(_EXACT.subtract(subtotal, discount), tax)
    return Totals(tuple(amounts), subtotal, discount, taxes, tax, total)


def percent_of(of: Decimal, rate: Decimal) -> Decimal:
    """`rate` percent of it, exactly."""
    return _EXACT.multiply(of, rate.scaleb(-2, _EXACT))


def _sum(amounts: Iterable[Decimal], start: Decimal) -> Decimal:
    for amount in amounts:
        start = _EXACT.add(start, amount)
    return start
