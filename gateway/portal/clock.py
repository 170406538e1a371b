"""Instants as their reader sees them: in the reader's time zone, in plain English."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from flask import request

from contracts.errors import Invalid
from gateway.asking import identity

#: What a form says of a time that clocks show twice: the first of the two is meant, or the second.
TURNS = ("first", "second")


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


def instants_of(wall: dt.datetime) -> list[dt.datetime]:
    """When the reader's clock shows `wall`: once, or twice where it goes back, or never where it skips that time."""
    zone = reader_zone()
    turns = [wall.replace(tzinfo=zone, fold=fold).astimezone(dt.UTC) for fold in (0, 1)]
    return [instant for instant in sorted(set(turns)) if instant.astimezone(zone).replace(tzinfo=None, fold=0) == wall]


def wall_of(typed: str) -> dt.datetime:
    """`YYYY-MM-DDTHH:MM` as a clock shows it; raises `ValueError` for what is no time."""
    return dt.datetime.fromisoformat(typed).replace(tzinfo=None)


def typed_instant(name: str) -> str:
    """The field `name` as RFC 3339, like `instant_of`; of a time that clocks show twice the one of `<name>_turn`.

    Raises `Invalid`, naming the field, where that is not said, and for a time that clocks skip.
    """
    typed = request.values.get(name, "").strip()
    try:
        wall = wall_of(typed)
        found = instants_of(wall)
    except (ValueError, OverflowError):
        return instant_of(typed)
    if not found:
        later = local(wall.replace(tzinfo=reader_zone()).astimezone(dt.UTC))
        raise _wrong(
            name, f"Clocks go forward that day and skip {wall:%H:%M}. Choose another time, such as {later:%H:%M}."
        )
    if len(found) == 1:
        return local(found[0]).isoformat()
    turn = request.values.get(f"{name}_turn", "")
    if turn not in TURNS:
        raise _wrong(name, f"Clocks go back that day and show {wall:%H:%M} twice. Say which of the two is meant.")
    return local(found[TURNS.index(turn)]).isoformat()


def _wrong(name: str, sentence: str) -> Invalid:
    return Invalid("The input is not valid.", errors={name: [sentence]})


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
