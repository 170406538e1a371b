"""What is free of a coach's hours. Pure: rules, busy times and the present in, slots out; no I/O.

A slot starts at a time that the coach's wall clock shows, aligned to the window's start, and lasts its minutes as they
pass. A time that the clock skips starts none; one that it shows twice starts one, at the first of the two.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from operator import itemgetter
from typing import Literal
from zoneinfo import ZoneInfo

Reason = Literal["outside_hours", "day_off", "not_a_start", "taken", "within_notice", "beyond_horizon"]
#: Begin and end as minutes of a day's wall clock.
Hours = tuple[int, int]
#: Begin and end as instants, the end exclusive.
Interval = tuple[dt.datetime, dt.datetime]
_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Rules:
    """When a coach offers time. A day in `exceptions` has these hours instead of its week's: none is a day off."""

    zone: ZoneInfo
    weekly: Mapping[int, tuple[Hours, ...]]
    exceptions: Mapping[dt.date, tuple[Hours, ...]]
    buffer: dt.timedelta
    notice: dt.timedelta
    horizon: dt.timedelta
    slot_minutes: int

    def hours_on(self, day: dt.date) -> tuple[Hours, ...]:
        return self.exceptions.get(day, self.weekly.get(day.weekday(), ()))


def slots(
    rules: Rules, busy: Iterable[Interval], now: dt.datetime, begin: dt.datetime, end: dt.datetime, minutes: int
) -> list[Interval]:
    """The free slots of that many minutes that start in [begin, end), by start."""
    taken = merged((start - rules.buffer, until + rules.buffer) for start, until in busy)
    first = max(begin, now + rules.notice)
    last = min(end, now + rules.horizon + dt.timedelta(microseconds=1))
    found = []
    day = first.astimezone(rules.zone).date()
    while first < last and day <= last.astimezone(rules.zone).date():
        for window in rules.hours_on(day):
            found += [
                slot
                for slot in _of_window(rules, day, window, minutes)
                if first <= slot[0] < last and not _overlaps(taken, slot)
            ]
        day += _DAY
    return sorted(set(found))


def merged(intervals: Iterable[Interval]) -> list[Interval]:
    """The same times, in order, none touching another."""
    found: list[Interval] = []
    for begin, end in sorted(intervals):
        if found and begin <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((begin, end))
    return found


def why_not(
    rules: Rules, busy: Iterable[Interval], now: dt.datetime, starts_at: dt.datetime, minutes: int
) -> Reason | None:
    """Why no slot of that many minutes starts then; None if it is free."""
    if starts_at < now + rules.notice:
        return "within_notice"
    if starts_at > now + rules.horizon:
        return "beyond_horizon"
    day = starts_at.astimezone(rules.zone).date()
    hours = rules.hours_on(day)
    if not hours and day in rules.exceptions:
        return "day_off"
    slot = (starts_at, starts_at + dt.timedelta(minutes=minutes))
    if not any(_opens(rules, day, window) <= slot[0] and slot[1] <= _closes(rules, day, window) for window in hours):
        return "outside_hours"
    if not any(slot in _of_window(rules, day, window, minutes) for window in hours):
        return "not_a_start"
    return "taken" if _is_taken(rules, busy, slot) else None


def _of_window(rules: Rules, day: dt.date, window: Hours, minutes: int) -> Iterator[Interval]:
    closes = _closes(rules, day, window)
    for minute in range(window[0], window[1], rules.slot_minutes):
        local = _local(rules, day, minute)
        if _is_skipped(local):
            continue
        starts_at = local.astimezone(dt.UTC)
        ends_at = starts_at + dt.timedelta(minutes=minutes)
        if ends_at <= closes:
            yield starts_at, ends_at


def _is_taken(rules: Rules, busy: Iterable[Interval], slot: Interval) -> bool:
    return any(slot[0] < end + rules.buffer and slot[1] > begin - rules.buffer for begin, end in busy)


def _overlaps(merged: list[Interval], slot: Interval) -> bool:
    """Whether one of these times, which are in order and apart, has something of the slot."""
    after = bisect_right(merged, slot[0], key=itemgetter(1))
    return after < len(merged) and merged[after][0] < slot[1]


def _opens(rules: Rules, day: dt.date, window: Hours) -> dt.datetime:
    return _local(rules, day, window[0]).astimezone(dt.UTC)


def _closes(rules: Rules, day: dt.date, window: Hours) -> dt.datetime:
    """The earlier of the two where the clocks leave it open, so that no slot lasts beyond the hours."""
    local = _local(rules, day, window[1])
    return (local.replace(fold=1) if _is_skipped(local) else local).astimezone(dt.UTC)


def _local(rules: Rules, day: dt.date, minute: int) -> dt.datetime:
    midnight = dt.datetime.combine(day, dt.time())
    return (midnight + dt.timedelta(minutes=minute)).replace(tzinfo=rules.zone)


def _is_skipped(local: dt.datetime) -> bool:
    """Whether no clock of that zone ever shows this time."""
    return local.astimezone(dt.UTC).astimezone(local.tzinfo).replace(tzinfo=None) != local.replace(tzinfo=None)
