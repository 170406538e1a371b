"""Days and figures as an invoice prints them, whatever the machine's locale. Pure."""

from datetime import date
from decimal import Decimal

from contracts.currency import DECIMALS
from services.billing.invoices.totals import rounded

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def day(on: date | None) -> str:
    """8 Dec 2026; nothing for no day."""
    return f"{on.day} {MONTHS[on.month - 1]} {on.year}" if on else ""


def amount(of: Decimal, currency: str) -> str:
    """An amount as it is printed: 1,396.19 in EUR, 1,396 in JPY, with an en dash for a minus."""
    return f"{rounded(of, currency):,f}".replace("-", "\N{EN DASH}")


def price(of: Decimal, currency: str) -> str:
    """A unit price with the currency's decimals, or with as many more as it has."""
    decimals = max(DECIMALS[currency], -int(shortest(of).as_tuple().exponent))
    return f"{of:,.{decimals}f}".replace("-", "\N{EN DASH}")


def quantity(of: Decimal) -> str:
    """4, 1.5 or 12,000: without trailing zeros."""
    return f"{shortest(of):,f}"


def percent(rate: Decimal | None) -> str:
    """19% or 7.5%; nothing where there is no tax."""
    return "" if rate is None else f"{shortest(rate):f}%"


def shortest(number: Decimal) -> Decimal:
    """The same number without trailing zeros behind the point: 4.000 is 4, 1.50 is 1.5, 100 stays 100."""
    return number.quantize(Decimal(1)) if number == number.to_integral_value() else number.normalize()
