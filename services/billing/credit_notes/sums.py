"""What a credit note comes to, and what it leaves of its invoice (C21). Pure.

Discount and tax of a credit note are rounded as an invoice's are, once per rate on its own sums. They add up to the
invoice's to the cent: what is left of a rate never strays by more than a smallest unit from what is right for it, and
the last of it takes what is left.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from contracts.currency import DECIMALS
from services.billing.invoices.totals import (
    Line,
    TaxOfRate,
    Totals,
    is_payable,
    line_amount,
    percent_of,
    rounded,
    totals_of,
)


class NotThere(Exception):
    """So much cannot be credited: `problem` says why, of the line at `place`, or of all together where that is None."""

    def __init__(self, problem: str, place: int | None = None) -> None:
        super().__init__(problem)
        self.problem, self.place = problem, place


@dataclass(frozen=True)
class Group:
    """What is left under one tax rate: the sum of its lines, and of that the invoice's discount, and the tax."""

    sum: Decimal
    discount: Decimal
    tax: Decimal

    @property
    def base(self) -> Decimal:
        return self.sum - self.discount


@dataclass(frozen=True)
class Remainder:
    """What is left of an invoice: of each of its lines the amount, after the line's own discount, and of each tax rate
    what its lines have left; None is the rate of lines that bear no tax."""

    amounts: tuple[Decimal, ...]
    rates: tuple[Decimal | None, ...]
    groups: Mapping[Decimal | None, Group]
    currency: str
    discount_rate: Decimal

    @classmethod
    def of(cls, lines: Iterable[Line], currency: str, discount_rate: Decimal | None) -> Remainder:
        """All of it."""
        known = tuple(lines)
        groups = {}
        for rate in {line.tax_rate for line in known}:
            totals = totals_of((line for line in known if line.tax_rate == rate), currency, discount_rate)
            groups[rate] = Group(totals.subtotal, totals.discount, totals.tax)
        amounts = tuple(line_amount(line, currency) for line in known)
        return cls(amounts, tuple(line.tax_rate for line in known), groups, currency, discount_rate or Decimal(0))

    @property
    def totals(self) -> Totals:
        """What it comes to."""
        taxes = tuple(
            TaxOfRate(rate, self.groups[rate].base, self.groups[rate].tax)
            for rate in sorted((rate for rate in self.groups if rate is not None), reverse=True)
        )
        nothing = rounded(Decimal(0), self.currency)
        subtotal = sum((group.sum for group in self.groups.values()), nothing)
        discount = sum((group.discount for group in self.groups.values()), nothing)
        tax = sum((group.tax for group in self.groups.values()), nothing)
        return Totals(self.amounts, subtotal, discount, taxes, tax, subtotal - discount + tax)

    @property
    def whole(self) -> dict[int, Decimal]:
        """All that is left, as `without` takes it."""
        return {place: amount for place, amount in enumerate(self.amounts) if amount}

    def without(self, credited: Mapping[int, Decimal]) -> Remainder:
        """What is left once so much is credited of the lines at these places."""
        amounts = tuple(amount - credited.get(place, Decimal(0)) for place, amount in enumerate(self.amounts))
        groups = {rate: self._group_without(rate, self._sum_of(rate, credited)) for rate in self.groups}
        return replace(self, amounts=amounts, groups=groups)

    def credit(self, credited: Mapping[int, Decimal]) -> Totals:
        """What a credit note of so much comes to, its `amounts` in the order of `credited`."""
        before, after = self.totals, self.without(credited).totals
        taxes = (
            TaxOfRate(one.rate, one.base - left.base, one.amount - left.amount)
            for one, left in zip(before.taxes, after.taxes, strict=True)
        )
        return Totals(
            tuple(rounded(amount, self.currency) for amount in credited.values()),
            before.subtotal - after.subtotal,
            before.discount - after.discount,
            tuple(tax for tax in taxes if tax.base or tax.amount),
            before.tax - after.tax,
            before.total - after.total,
        )

    def must_have(self, credited: Mapping[int, Decimal]) -> None:
        """Raises `NotThere` unless so much can be credited: of no line, of no tax rate and in all never more than is
        left, nor less than nothing; and in all more than nothing."""
        for place, amount in credited.items():
            self._must_have_of_line(place, amount)
        for rate, group in self.groups.items():
            low, high = sorted((rounded(Decimal(0), self.currency), group.sum))
            if not low <= self._sum_of(rate, credited) <= high:
                of = "without tax" if rate is None else f"with {rate:f}% tax"
                raise NotThere(f"The lines {of} can be credited with {low:f} to {high:f} together.")
        total, most = self.credit(credited).total, self.totals.total
        if total <= 0:
            raise NotThere("Must come to more than zero.")
        if total > most:
            raise NotThere(f"Come to {total:f}, and {most:f} is left of the invoice.")

    def _must_have_of_line(self, place: int, amount: Decimal) -> None:
        if place >= len(self.amounts):
            raise NotThere("The invoice has no such line.", place)
        left = self.amounts[place]
        if not is_payable(amount, self.currency):
            raise NotThere(f"{self.currency} has no such small amount.", place)
        if not (0 < amount <= left or left <= amount < 0):
            problem = "Nothing is left of this line." if not left else f"Must be of the {left:f} that is left."
            raise NotThere(problem, place)

    def _sum_of(self, rate: Decimal | None, credited: Mapping[int, Decimal]) -> Decimal:
        amounts = (amount for place, amount in credited.items() if self.rates[place] == rate)
        return sum(amounts, Decimal(0))

    def _group_without(self, rate: Decimal | None, taken: Decimal) -> Group:
        group = self.groups[rate]
        sign = Decimal(-1) if group.sum < 0 else Decimal(1)
        discount = sign * self._rest(sign * group.discount, sign * group.sum, sign * taken, self.discount_rate)
        base_taken = taken - (group.discount - discount)
        tax = sign * self._rest(sign * group.tax, sign * group.base, sign * base_taken, rate or Decimal(0))
        return Group(group.sum - taken, discount, tax)

    def _rest(self, part: Decimal, whole: Decimal, taken: Decimal, rate: Decimal) -> Decimal:
        """What is left of `part`, which is `rate` percent of `whole`, rounded, once `taken` of that is taken off."""
        unit = Decimal(1).scaleb(-DECIMALS[self.currency])
        rest = whole - taken
        own, right = (rounded(percent_of(amount, rate), self.currency) for amount in (taken, rest))
        return min(max(part - own, part - taken, right - unit, 0 * unit), right + unit, rest, part)
