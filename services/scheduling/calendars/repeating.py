"""What it takes to expand what repeats (RFC 5545 §3.3.10), told beforehand: once begun, it cannot be stopped. Pure.

From its start on all periods of a rule are gone through, and where a rule fits none of them, up to the year 9999.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable
from typing import Any

from icalendar import Component, Event

_DAYS = {"DAILY": 1, "WEEKLY": 7, "MONTHLY": 28, "YEARLY": 365}
_TIMES = ("BYHOUR", "BYMINUTE", "BYSECOND")
#: A rule that has no other parts fits a period before long.
_FITTING = frozenset(("FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYDAY", "BYMONTH", *_TIMES))
#: How many times as long it takes to make an event of a time as to find it.
_TO_MAKE = 25
#: How many times are found within about a second.
_MOST = 200_000
#: How often a day may have an event, and a year a change of clocks.
_OFTEN = 10


def is_cheap(events: Iterable[Event], start: dt.datetime, end: dt.datetime) -> bool:
    """Whether it takes a second at most to find all that these events take of [start, end)."""
    return sum(_effort(event, start, end) for event in events) <= _MOST


def changes_seldom(zone: Component) -> bool:
    """Whether the clocks of a zone change a few times a year: each look at a clock goes through all the changes."""
    return all(
        _first(rule, "FREQ") == "YEARLY"
        and _first(rule, "INTERVAL", 1) > 0
        and math.prod(len(values) for name, values in rule.items() if name.startswith("BY")) <= _OFTEN
        for part in zone.walk()
        for rule in _listed(part, "RRULE")
    )


def _effort(event: Event, start: dt.datetime, end: dt.datetime) -> float:
    dates = sum(len(each.dts) for each in _listed(event, "RDATE")) * _TO_MAKE
    return dates + sum(_effort_of(rule, event.start, start, end) for rule in _listed(event, "RRULE"))


def _effort_of(rule: Any, first: dt.date, start: dt.datetime, end: dt.datetime) -> float:
    period, interval = _DAYS.get(_first(rule, "FREQ")), _first(rule, "INTERVAL", 1)
    times = math.prod(len(rule.get(name, (0,))) for name in _TIMES)
    if period is None or interval < 1 or times > _OFTEN:
        return math.inf
    days = max(end.toordinal() - first.toordinal(), 0)
    to_make = min(days, (end - start).days) * _TO_MAKE
    without_end = 0 if rule.keys() <= _FITTING else (dt.MAXYEAR - first.year) * 365 // period
    return max((days + to_make) * times, without_end) / interval


def _first(rule: Any, name: str, otherwise: Any = None) -> Any:
    return rule.get(name, (otherwise,))[0]


def _listed(component: Component, name: str) -> list[Any]:
    found = component.get(name, [])
    return found if isinstance(found, list) else [found]
