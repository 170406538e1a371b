"""Jinja's filters: instants in the reader's zone, money, sizes (templates/README.md lists them)."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask
from markupsafe import Markup, escape

from contracts.currency import DECIMALS
from gateway.portal import clock

_SYMBOLS = {"EUR": "€", "GBP": "£", "INR": "₹", "JPY": "¥", "USD": "$"}
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400


def install(app: Flask) -> None:
    for function in (
        ago, date, day, day_number, duration, file_size, input_date, input_time, long_day, marked, money, month,
        overdue, plain_number, short_day, turn, turns, weekday_date, when, zone_code, zone_now,
    ):  # fmt: skip
        app.add_template_filter(function)
    app.add_template_filter(time_of_day, "clock")
    app.add_template_filter(zone_words, "zone")


def time_of_day(instant: dt.datetime) -> str:
    """`14:00`, and of a time that clocks show twice that day `02:30 CET`"""
    local = clock.local(instant)
    comes_twice = len(clock.instants_of(local.replace(tzinfo=None, fold=0))) > 1
    return f"{local:%H:%M} {zone_code(instant)}" if comes_twice else f"{local:%H:%M}"


def _year_if_other(local: dt.datetime) -> str:
    return "" if local.year == clock.local(clock.now()).year else f" {local.year}"


def day(instant: dt.datetime) -> str:
    """`Tue 24 Nov`, with the year when it is another one"""
    local = clock.local(instant)
    return f"{local:%a} {local.day} {local:%b}{_year_if_other(local)}"


def short_day(instant: dt.datetime) -> str:
    """`Wed 25`"""
    local = clock.local(instant)
    return f"{local:%a} {local.day}"


def long_day(instant: dt.datetime) -> str:
    """`Tue 24 November`, with the year when it is another one"""
    local = clock.local(instant)
    return f"{local:%a} {local.day} {local:%B}{_year_if_other(local)}"


def weekday_date(instant: dt.datetime) -> str:
    """`Tuesday 24 November`"""
    local = clock.local(instant)
    return f"{local:%A} {local.day} {local:%B}"


def date(value: dt.date | dt.datetime) -> str:
    """`24 Nov 2026`, of an instant or of a date"""
    shown = clock.local(value) if isinstance(value, dt.datetime) else value
    return f"{shown.day} {shown:%b %Y}"


def when(instant: dt.datetime) -> str:
    """`Today, 09:38`, `Yesterday, …`, `Tomorrow, …`, within a week `Mon 23, 16:10`, else `12 Oct 2026, 16:10`"""
    local = clock.local(instant)
    days = (local.date() - clock.local(clock.now()).date()).days
    near = {0: "Today", -1: "Yesterday", 1: "Tomorrow"}.get(days)
    words = near or (short_day(instant) if abs(days) < 7 else date(instant))
    return f"{words}, {time_of_day(instant)}"


def ago(instant: dt.datetime) -> str:
    """`in 8 min`, `in 4 hours`, `now`, `3 days ago`"""
    seconds = (instant - clock.now()).total_seconds()
    size = abs(seconds)
    if size < _MINUTE:
        return "now"
    if size < _HOUR:
        words = f"{int(size // _MINUTE)} min"
    elif size < 2 * _DAY:
        words = _count(int(size // _HOUR), "hour")
    else:
        words = _count(int(size // _DAY), "day")
    return f"in {words}" if seconds > 0 else f"{words} ago"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def duration(minutes: int) -> str:
    """`24 hours`, `1 hour 30 min`"""
    hours, rest = divmod(minutes, 60)
    return " ".join([_count(hours, "hour")] * bool(hours) + [f"{rest} min"] * bool(rest or not hours))


def overdue(day: dt.date) -> str:
    """`14 days overdue`, of a day that is over; it is over somewhere, so at least one"""
    days = (clock.local(clock.now()).date() - day).days
    return f"{_count(max(days, 1), 'day')} overdue"


def month(instant: dt.datetime) -> str:
    """`Dec`"""
    return f"{clock.local(instant):%b}"


def day_number(instant: dt.datetime) -> str:
    """`8`"""
    return str(clock.local(instant).day)


def zone_code(instant: dt.datetime) -> str:
    """`CET`"""
    return clock.local(instant).tzname() or ""


def zone_words(instant: dt.datetime) -> str:
    """`Berlin (CET)`"""
    place = str(clock.reader_zone()).rsplit("/", 1)[-1].replace("_", " ")
    code = zone_code(instant)
    return place if place == code else f"{place} ({code})"


def zone_now(zone: str) -> str:
    """`London, now 08:52 (GMT)`, of an IANA name"""
    there = clock.now().astimezone(ZoneInfo(zone))
    return f"{zone.rsplit('/', 1)[-1].replace('_', ' ')}, now {there:%H:%M} ({there.tzname()})"


def input_time(instant: dt.datetime) -> str:
    """`2026-11-24T14:00`, for a form's field"""
    return f"{clock.local(instant):%Y-%m-%dT%H:%M}"


def turns(typed: str | None) -> list[tuple[str, str]]:
    """`[("first", "The first, UTC+02:00 (CEST)"), ("second", …)]` of a typed time that clocks show twice, else none"""
    try:
        found = clock.instants_of(clock.wall_of(typed or ""))
    except (ValueError, OverflowError):
        return []
    if len(found) < 2:
        return []
    return [(name, f"The {name}, {_offset(instant)}") for name, instant in zip(clock.TURNS, found, strict=True)]


def _offset(instant: dt.datetime) -> str:
    local = clock.local(instant)
    code, offset = zone_code(instant), f"{local:%z}"
    return f"UTC{offset[:3]}:{offset[3:]}" + (f" ({code})" if code.isalpha() else "")


def turn(instant: dt.datetime) -> str:
    """`second` of an instant at which the clock shows a time again, else `first`"""
    return clock.TURNS[clock.local(instant).fold]


def input_date(instant: dt.datetime) -> str:
    """`2026-11-24`, for a form's field"""
    return clock.local(instant).date().isoformat()


def money(amount: Decimal, currency: str) -> str:
    """`€1,190.00`, `¥1,190`, `CHF 1,190.00`; more decimals than the currency has only where the amount has them"""
    exponent = Decimal(amount).normalize().as_tuple().exponent
    places = max(DECIMALS.get(currency, 2), -exponent if isinstance(exponent, int) else 0)
    sign = "-" if amount < 0 else ""
    return f"{sign}{_SYMBOLS.get(currency, f'{currency} ')}{abs(amount):,.{places}f}"


def plain_number(number: Decimal) -> str:
    """`1.5`, `4`: no needless zeros"""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def file_size(size: int | None) -> str:
    """`62 kB`, `1.4 MB`; nothing for none"""
    if size is None:
        return ""
    amount: Any = float(size)
    for unit in ("bytes", "kB", "MB"):
        if amount < 1000:
            return f"{amount:.0f} {unit}" if unit != "MB" or amount >= 10 else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{amount:.1f} GB"


def marked(text: str, found: list[str]) -> Markup:
    """The text, in which the words of `found` are marked"""
    if not found:
        return escape(text)
    words = "|".join(_whole(word) for word in sorted(found, key=len, reverse=True))
    parts = re.split(rf"({words})", text)
    return Markup("").join(Markup("<mark>{}</mark>").format(part) if at % 2 else part for at, part in enumerate(parts))


def _whole(word: str) -> str:
    """The word for itself, where its script has blanks between words."""
    return re.escape(word) if word >= "\u3040" else rf"\b{re.escape(word)}\b"
