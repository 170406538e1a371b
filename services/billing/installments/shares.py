"""How a package is shared out over its instalments: how much each is, and on which day. Pure."""

from __future__ import annotations

import datetime as dt
from calendar import monthrange
from decimal import Decimal

from contracts.currency import DECIMALS


def shares(total: Decimal, count: int, currency: str) -> list[Decimal]:
    """`total` in `count` amounts that add up to it exactly: whole smallest units, the first ones a unit more where it
    does not come out even."""
    units, more = divmod(int(total.scaleb(DECIMALS[currency])), count)
    return [Decimal(units + (place < more)).scaleb(-DECIMALS[currency]) for place in range(count)]


def days(first: dt.date, every: str, count: int) -> list[dt.date]:
    """The days, a `week` or a `month` apart; the last of a month where it has no such day."""
    if every == "week":
        return [first + dt.timedelta(weeks=place) for place in range(count)]
    return [_months_later(first, place) for place in range(count)]


def _months_later(day: dt.date, months: int) -> dt.date:
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return dt.date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
