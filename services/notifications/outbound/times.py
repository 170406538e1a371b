"""Instants, dates and money as a mail shows them (rule C14). Pure."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

_SYMBOLS = {"EUR": "€", "USD": "$", "GBP": "£"}


def zone_abbreviation(instant: dt.datetime, zone: str) -> str:
    """What the zone is called at that instant: `CET`, or `UTC+03` where it has no letters."""
    name = instant.astimezone(ZoneInfo(zone)).tzname() or "UTC"
    return f"UTC{name}" if name[0] in "+-" else name


def short(instant: dt.datetime, zone: str) -> str:
    """For a subject: `Tue 1 December, 16:30 CET`."""
    local = instant.astimezone(ZoneInfo(zone))
    return f"{local:%a} {local.day} {local:%B}, {local:%H:%M} {zone_abbreviation(instant, zone)}"


def long(starts_at: dt.datetime, ends_at: dt.datetime, zone: str) -> str:
    """In full: `Tuesday 1 December 2026, 16:30–17:30 (CET, Europe/Berlin)`."""
    start, end = (instant.astimezone(ZoneInfo(zone)) for instant in (starts_at, ends_at))
    until = f"{end:%H:%M}" if end.date() == start.date() else f"{day(end.date())}, {end:%H:%M}"
    return f"{day(start.date())}, {start:%H:%M}–{until} ({_named(starts_at, zone)})"


def moment(instant: dt.datetime, zone: str) -> str:
    """One instant in full: `Tuesday 1 December 2026, 16:30 (CET, Europe/Berlin)`."""
    local = instant.astimezone(ZoneInfo(zone))
    return f"{day(local.date())}, {local:%H:%M} ({_named(instant, zone)})"


def day(date: dt.date) -> str:
    """`Tuesday 1 December 2026`."""
    return f"{date:%A} {date.day} {date:%B} {date.year}"


def money(amount: str, currency: str) -> str:
    """`€1,190.00`, or `CHF 1,190.00`; `amount` is a decimal string and keeps its places."""
    whole, dot, places = amount.partition(".")
    sign, digits = ("-", whole[1:]) if whole.startswith("-") else ("", whole)
    symbol = _SYMBOLS.get(currency, f"{currency} ")
    return f"{sign}{symbol}{int(digits):,}{dot}{places}"


def _named(instant: dt.datetime, zone: str) -> str:
    abbreviation = zone_abbreviation(instant, zone)
    return abbreviation if abbreviation == zone else f"{abbreviation}, {zone}"
