"""C21: an invoice's sums, held against the same rules calculated with fractions."""

from decimal import Decimal
from fractions import Fraction
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.currency import DECIMALS
from services.billing.invoices.totals import Line, as_text, is_payable, rounded, totals_of

currencies = st.sampled_from(["EUR", "USD", "JPY", "KRW", "BHD", "KWD"])
lines = st.lists(
    st.builds(
        Line,
        quantity=st.decimals("0.0001", "999999", places=4),
        unit_price=st.decimals("-9999999", "9999999", places=4),
        tax_rate=st.none() | st.sampled_from([Decimal(r) for r in ("0", "7", "19", "19.00", "8.875", "25.5", "100")]),
        discount_rate=st.none() | st.decimals("0", "100", places=4),
    ),
    max_size=30,
)
discounts = st.none() | st.decimals("0", "100", places=4)


def half_up(value: Fraction, decimals: int) -> Fraction:
    """Rounded half away from zero, without any help from `decimal`."""
    units = floor(abs(value) * 10**decimals + Fraction(1, 2))
    return Fraction(units, 10**decimals) * (-1 if value < 0 else 1)


def left(rate: Decimal | None) -> Fraction:
    """What a discount of so many percent leaves of one."""
    return 1 - Fraction(rate or 0) / 100


def amount_of(line: Line, currency: str) -> Fraction:
    exact = Fraction(line.quantity) * Fraction(line.unit_price) * left(line.discount_rate)
    return half_up(exact, DECIMALS[currency])


def sums_by_rate(invoice: list[Line], currency: str) -> dict[Fraction | None, Fraction]:
    sums: dict[Fraction | None, Fraction] = {}
    for line in invoice:
        rate = None if line.tax_rate is None else Fraction(line.tax_rate)
        sums[rate] = sums.get(rate, Fraction(0)) + amount_of(line, currency)
    return sums


@given(lines, currencies)
def test_c21_a_line_is_quantity_times_price_less_its_discount_rounded_half_up_once(invoice, currency):
    for line, amount in zip(invoice, totals_of(invoice, currency).amounts, strict=True):
        assert Fraction(amount) == amount_of(line, currency)


@given(lines, currencies, discounts)
def test_c21_the_invoices_discount_is_rounded_once_per_rate_on_the_sum_of_its_lines(invoice, currency, rate):
    sums, decimals = sums_by_rate(invoice, currency), DECIMALS[currency]
    taken_off = {of: half_up(each * Fraction(rate or 0) / 100, decimals) for of, each in sums.items()}

    found = totals_of(invoice, currency, rate)

    assert Fraction(found.discount) == sum(taken_off.values())
    assert {Fraction(t.rate): Fraction(t.base) for t in found.taxes} == {
        of: each - taken_off[of] for of, each in sums.items() if of is not None
    }


@given(lines, currencies, discounts)
def test_c21_tax_is_rounded_once_per_rate_on_what_the_discount_leaves(invoice, currency, rate):
    for tax in totals_of(invoice, currency, rate).taxes:
        assert Fraction(tax.amount) == half_up(Fraction(tax.base) * Fraction(tax.rate) / 100, DECIMALS[currency])


@given(lines, currencies, discounts)
def test_c21_the_total_is_exactly_the_lines_less_the_discount_and_the_taxes(invoice, currency, rate):
    found = totals_of(invoice, currency, rate)
    assert Fraction(found.subtotal) == sum(map(Fraction, found.amounts))
    assert Fraction(found.tax) == sum(Fraction(t.amount) for t in found.taxes)
    assert Fraction(found.total) == Fraction(found.subtotal) - Fraction(found.discount) + Fraction(found.tax)


@given(lines, currencies)
def test_c21_a_discount_of_all_leaves_nothing_and_one_of_nothing_all(invoice, currency):
    assert totals_of(invoice, currency, Decimal(100)).total == 0
    assert totals_of(invoice, currency, Decimal(0)) == totals_of(invoice, currency)


@given(lines, currencies, discounts)
def test_every_sum_is_shown_with_the_currencys_decimals_and_reads_back_the_same(invoice, currency, rate):
    found = totals_of(invoice, currency, rate)
    for amount in (*found.amounts, found.subtotal, found.discount, found.tax, found.total):
        text = as_text(amount, currency)
        assert Decimal(text) == amount
        assert len(text.partition(".")[2]) == DECIMALS[currency]
        assert ("." in text) == (DECIMALS[currency] > 0)


@given(lines.filter(bool), currencies, st.randoms())
def test_the_order_of_the_lines_changes_no_sum(invoice, currency, random):
    shuffled = random.sample(invoice, len(invoice))
    first, second = totals_of(invoice, currency), totals_of(shuffled, currency)
    assert (first.subtotal, first.taxes, first.total) == (second.subtotal, second.taxes, second.total)


def test_the_invoice_of_the_picture_comes_to_what_the_picture_shows():
    found = totals_of(
        [
            Line(Decimal("4"), Decimal("240.00"), Decimal("19")),
            Line(Decimal("1.5"), Decimal("120.00"), Decimal("19")),
            Line(Decimal("2"), Decimal("18.50"), Decimal("7")),
        ],
        "EUR",
    )
    assert [as_text(a, "EUR") for a in found.amounts] == ["960.00", "180.00", "37.00"]
    assert [as_text(t.base, "EUR") for t in found.taxes] == ["1140.00", "37.00"]
    assert [as_text(t.amount, "EUR") for t in found.taxes] == ["216.60", "2.59"]
    assert as_text(found.total, "EUR") == "1396.19"


def test_c21_a_discount_on_all_is_taken_off_each_rate_before_its_tax():
    two_rates = [Line(Decimal(1), Decimal("100.05"), Decimal(19)), Line(Decimal(1), Decimal("10.05"), Decimal(7))]
    found = totals_of(two_rates, "EUR", Decimal(10))
    assert [as_text(t.base, "EUR") for t in found.taxes] == ["90.04", "9.04"]
    assert (as_text(found.discount, "EUR"), as_text(found.tax, "EUR")) == ("11.02", "17.74")
    assert as_text(found.total, "EUR") == "116.82"


def test_c21_tax_on_the_sum_differs_from_the_sum_of_the_lines_taxes():
    three_lines_of_a_nickel = [Line(Decimal(1), Decimal("0.05"), Decimal("10"))] * 3
    assert as_text(totals_of(three_lines_of_a_nickel, "USD").tax, "USD") == "0.02"


@pytest.mark.parametrize(
    ("quantity", "price", "currency", "amount"),
    [
        ("1", "0.005", "EUR", "0.01"),
        ("1", "-0.005", "EUR", "-0.01"),
        ("1", "0.0049", "EUR", "0.00"),
        ("0.5", "1", "JPY", "1"),
        ("3", "1234.5", "JPY", "3704"),
        ("1", "0.0005", "KWD", "0.001"),
        ("1.5", "10.333", "BHD", "15.500"),
    ],
)
def test_c21_half_goes_up_in_the_currencys_smallest_unit(quantity, price, currency, amount):
    found = totals_of([Line(Decimal(quantity), Decimal(price))], currency)
    assert as_text(found.total, currency) == amount


def test_figures_of_thirty_digits_stay_exact():
    quantity, price = "123456789012345.6789", "987654321098765.4321"
    found = totals_of([Line(Decimal(quantity), Decimal(price))], "EUR")
    assert Fraction(found.total) == half_up(Fraction(quantity) * Fraction(price), 2)


def test_a_sum_that_rounds_to_nothing_has_no_minus_sign():
    found = totals_of([Line(Decimal(1), Decimal("-0.001"), Decimal(19))], "EUR")
    assert as_text(found.total, "EUR") == "0.00"


def test_an_invoice_without_lines_comes_to_nothing():
    found = totals_of([], "BHD")
    assert as_text(found.total, "BHD") == "0.000"
    assert found.taxes == ()


def test_only_whole_smallest_units_can_be_paid():
    assert is_payable(Decimal("0.50"), "EUR")
    assert not is_payable(Decimal("0.005"), "EUR")
    assert is_payable(Decimal("0.005"), "KWD")
    assert not is_payable(Decimal("0.5"), "JPY")


def test_an_unknown_currency_is_refused():
    with pytest.raises(KeyError, match="XYZ"):
        rounded(Decimal(1), "XYZ")
