"""A package is shared out to the cent, on days that do not drift."""

import datetime as dt
from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from contracts.currency import DECIMALS
from services.billing.installments.shares import days, shares

currencies = st.sampled_from(["EUR", "JPY", "KWD"])


@given(st.integers(1, 10**14), st.integers(1, 60), currencies)
def test_c21_the_shares_add_up_to_the_total_and_differ_by_one_smallest_unit_at_most(units, count, currency):
    unit = Fraction(1, 10 ** DECIMALS[currency])
    total = Decimal(units).scaleb(-DECIMALS[currency])

    found = [Fraction(share) for share in shares(total, count, currency)]

    assert len(found) == count
    assert sum(found) == Fraction(total)
    assert all((share / unit).denominator == 1 for share in found)
    assert max(found) - min(found) in (0, unit)
    assert found == sorted(found, reverse=True)


def test_a_hundred_in_three():
    assert [str(share) for share in shares(Decimal(100), 3, "EUR")] == ["33.34", "33.33", "33.33"]
    assert [str(share) for share in shares(Decimal(100), 3, "JPY")] == ["34", "33", "33"]


@given(st.dates(dt.date(2000, 1, 1), dt.date(2900, 1, 1)), st.integers(2, 60))
def test_months_keep_the_day_or_end_with_their_last(first, count):
    found = days(first, "month", count)
    assert [each.year * 12 + each.month for each in found] == [
        first.year * 12 + first.month + place for place in range(count)
    ]
    for each in found:
        assert each.day == first.day or (each.day < first.day and (each + dt.timedelta(days=1)).day == 1)


def test_weeks_are_seven_days():
    assert days(dt.date(2026, 12, 28), "week", 3) == [dt.date(2026, 12, 28), dt.date(2027, 1, 4), dt.date(2027, 1, 11)]
