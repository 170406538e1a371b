"""What credit notes take off an invoice, held against the same rules calculated with fractions (C21)."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.currency import DECIMALS
from services.billing.credit_notes.sums import NotThere, Remainder
from services.billing.invoices.totals import Line, Totals, totals_of
from tests.unit.billing.test_totals import half_up

currencies = st.sampled_from(["EUR", "JPY", "KWD"])
rates = st.none() | st.sampled_from([Decimal(rate) for rate in ("0", "7", "19", "8.875", "100")])
discounts = st.none() | st.sampled_from([Decimal(rate) for rate in ("0", "2.5", "33.3333", "100")])
lines = st.lists(
    st.builds(
        Line,
        quantity=st.decimals("0.0001", "99", places=4),
        unit_price=st.decimals("-20", "999", places=4),
        tax_rate=rates,
        discount_rate=st.none() | st.decimals("0", "100", places=4),
    ),
    min_size=1,
    max_size=8,
)


def partial(left: Remainder, data: Any) -> dict[int, Decimal]:
    """Some of some lines."""
    unit = Decimal(1).scaleb(-DECIMALS[left.currency])
    chosen = data.draw(st.lists(st.sampled_from(sorted(left.whole)), min_size=1, unique=True)) if left.whole else []
    return {
        place: data.draw(st.integers(1, int(abs(left.amounts[place]) / unit))) * unit.copy_sign(left.amounts[place])
        for place in chosen
    }


def credits_of(left: Remainder, data: Any) -> tuple[Remainder, list[Totals]]:
    """A sequence of credit notes, those that cannot be being refused; what it leaves, and what each came to."""
    found = []
    for _ in range(data.draw(st.integers(0, 5))):
        wanted = partial(left, data)
        if can_be(left, wanted):
            found.append(left.credit(wanted))
            left = left.without(wanted)
    return left, found


def can_be(left: Remainder, wanted: dict[int, Decimal]) -> bool:
    try:
        left.must_have(wanted)
    except NotThere:
        return False
    return True


def tax_of(totals: Totals, rate: Decimal) -> Fraction:
    return Fraction(sum((tax.amount for tax in totals.taxes if tax.rate == rate), Decimal(0)))


def base_of(left: Remainder, rate: Decimal, off: Decimal | None) -> Fraction:
    """What the lines of a rate have left, less the discount, rounded as on an invoice."""
    sum_left = sum(Fraction(amount) for amount, of in zip(left.amounts, left.rates, strict=True) if of == rate)
    return sum_left - half_up(sum_left * Fraction(off or 0) / 100, DECIMALS[left.currency])


@given(lines, currencies, discounts, st.data())
def test_c21_the_tax_of_one_credit_note_is_rounded_half_up_once_per_rate_on_its_own_base(invoice, currency, off, data):
    left = Remainder.of(invoice, currency, off)
    wanted = partial(left, data)
    for tax in left.credit(wanted).taxes if can_be(left, wanted) else ():
        if base_of(left.without(wanted), tax.rate, off) and abs(tax.rate) < 100:
            assert Fraction(tax.amount) == half_up(Fraction(tax.base) * Fraction(tax.rate) / 100, DECIMALS[currency])


@given(lines, currencies, discounts, st.data())
def test_c21_after_any_credit_notes_the_tax_left_of_a_rate_is_right_to_a_smallest_unit(invoice, currency, off, data):
    whole = totals_of(invoice, currency, off)
    left, notes = credits_of(Remainder.of(invoice, currency, off), data)
    unit = Fraction(1, 10 ** DECIMALS[currency])
    for rate in {line.tax_rate for line in invoice} - {None}:
        tax_left = tax_of(whole, rate) - sum(tax_of(note, rate) for note in notes)
        base_left = next(Fraction(tax.base) for tax in left.totals.taxes if tax.rate == rate)
        assert abs(base_left - base_of(left, rate, off)) <= unit
        assert abs(tax_left - half_up(base_left * Fraction(rate) / 100, DECIMALS[currency])) <= unit


@given(lines, currencies, discounts, st.data())
def test_c21_credit_notes_never_come_to_more_than_the_invoice_in_all_or_of_a_rate(invoice, currency, off, data):
    whole = totals_of(invoice, currency, off)
    left, notes = credits_of(Remainder.of(invoice, currency, off), data)
    assert sum((note.total for note in notes), Decimal(0)) + left.totals.total == whole.total
    assert left.totals.total >= 0 or whole.total < 0
    for rate in {line.tax_rate for line in invoice} - {None}:
        tax, credited = tax_of(whole, rate), sum(tax_of(note, rate) for note in notes)
        assert 0 <= credited <= tax or tax <= credited <= 0
    for note in notes:
        assert note.total > 0
        assert note.total == note.subtotal - note.discount + note.tax
        assert note.tax == sum((tax.amount for tax in note.taxes), Decimal(0))


@given(lines, currencies, discounts, st.data())
def test_c21_a_credit_of_all_that_is_left_leaves_nothing_of_anything(invoice, currency, off, data):
    whole = totals_of(invoice, currency, off)
    left, notes = credits_of(Remainder.of(invoice, currency, off), data)
    if left.totals.total > 0:
        left.must_have(left.whole)
        notes.append(left.credit(left.whole))
        for name in ("subtotal", "discount", "tax", "total"):
            assert sum((getattr(note, name) for note in notes), Decimal(0)) == getattr(whole, name)
        assert left.without(left.whole).totals.total == 0


def of(*amounts_and_rates: tuple[str, str | None]) -> Remainder:
    made = [Line(Decimal(1), Decimal(price), rate and Decimal(rate)) for price, rate in amounts_and_rates]  # type: ignore[arg-type]
    return Remainder.of(made, "EUR", None)


@pytest.mark.parametrize(
    ("wanted", "problem", "place"),
    [
        ({0: "100.01"}, "Must be of the 100.00 that is left.", 0),
        ({0: "0"}, "Must be of the 100.00 that is left.", 0),
        ({0: "-1"}, "Must be of the 100.00 that is left.", 0),
        ({0: "0.005"}, "EUR has no such small amount.", 0),
        ({1: "1"}, "Must be of the -20.00 that is left.", 1),
        ({3: "1"}, "The invoice has no such line.", 3),
        ({0: "80.01"}, "The lines with 19% tax can be credited with 0.00 to 80.00 together.", None),
        ({1: "-20"}, "The lines with 19% tax can be credited with 0.00 to 80.00 together.", None),
        ({2: "-10"}, "Must come to more than zero.", None),
        ({0: "80"}, "Come to 95.20, and 85.20 is left of the invoice.", None),
    ],
)
def test_c21_what_is_not_left_cannot_be_credited(wanted, problem, place):
    left = of(("100", "19"), ("-20", "19"), ("-10", None))
    with pytest.raises(NotThere) as refused:
        left.must_have({at: Decimal(amount) for at, amount in wanted.items()})
    assert (refused.value.problem, refused.value.place) == (problem, place)
