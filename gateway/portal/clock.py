"""Instants as their reader sees them: in the reader's time zone, in plain English."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from gateway.asking import identity


def now() -> dt.datetime:
    """The present instant, aware, in UTC."""
    return dt.datetime.now(dt.UTC)


def reader_zone() -> ZoneInfo:
    """The zone of whoever has signed in; UTC for a stranger."""
    who = identity()
    return ZoneInfo(who.person["time_zone"] if who else "UTC")


def local(instant: dt.datetime) -> dt.datetime:
    return instant.astimezone(reader_zone())


def instant_of(typed: str) -> str:
    """`YYYY-MM-DDTHH:MM` on the reader's clock as RFC 3339; what is no time stays, for the schema to refuse."""
    try:
        return dt.datetime.fromisoformat(typed).replace(tzinfo=reader_zone()).isoformat()
    except ValueError:
        return typed


def day_of(typed: str) -> dt.date | None:
    """`YYYY-MM-DD` as a date; None for what is none, or lies where no session can be."""
    try:
        day = dt.date.fromisoformat(typed)
    except ValueError:
        return None
    return day if 2000 <= day.year < 2100 else None


def start_of_day(instant: dt.datetime) -> dt.datetime:
    """Midnight at the beginning of the reader's day."""
    return dt.datetime.combine(local(instant).date(), dt.time(), reader_zone())


def start_of_next_week(instant: dt.datetime) -> dt.datetime:
    """Midnight at the end of the reader's Sunday."""
    today = local(instant).date()
    return dt.datetime.combine(today + dt.timedelta(days=7 - today.weekday()), dt.time(), reader_zone())


def day_title(day: dt.date, today: dt.date) -> str:
    """`Today, Tuesday 24 November`; the year where it is another one."""
    words = f"{day:%A} {day.day} {day:%B}" + (f" {day.year}" if day.year != today.year else "")
    near = {0: "Today, ", 1: "Yesterday, "}.get((today - day).days, "")
    return near + words


def as_text(instant: dt.datetime) -> str:
    """RFC 3339, as calls take it."""
    return instant.astimezone(dt.UTC).isoformat()
