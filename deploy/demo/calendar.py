"""Days and hours of the demo, counted from the moment when it was loaded first."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Europe/Berlin")
_LATEST = dt.time(20)


@dataclass(frozen=True)
class On:
    """So many working days from today, at that hour in Berlin."""

    days: int
    at: str


@dataclass(frozen=True)
class Today:
    """So many minutes from the day's next session; what would be too late in the evening lies before it instead."""

    minutes: int


When = On | Today


class Calendar:
    """Turns days and hours into instants, always the same ones for the same `began`."""

    def __init__(self, began: dt.datetime) -> None:
        self.began = began
        self._local = began.astimezone(ZONE)

    def instant(self, when: When) -> dt.datetime:
        """The aware UTC instant."""
        if isinstance(when, On):
            day = self._working_day(when.days)
            return dt.datetime.combine(day, dt.time.fromisoformat(when.at), ZONE).astimezone(dt.UTC)
        start = self._next() + dt.timedelta(minutes=when.minutes)
        local = start.astimezone(ZONE)
        if when.minutes > 0 and (local.time() > _LATEST or local.date() != self._local.date()):
            start = self._next() - dt.timedelta(minutes=when.minutes + 75)
        return start

    def date(self, days: int) -> dt.date:
        """The date so many days, of any kind, from today; of a weekend the Monday after."""
        day = self._local.date() + dt.timedelta(days=days)
        return day + dt.timedelta(days=7 - day.weekday() if day.weekday() > 4 else 0)

    def _next(self) -> dt.datetime:
        """A full quarter of an hour, in 10 to 25 minutes."""
        soon = self.began + dt.timedelta(minutes=10)
        return dt.datetime.fromtimestamp(-(-soon.timestamp() // 900) * 900, dt.UTC)

    def _working_day(self, days: int) -> dt.date:
        day, step = self._local.date(), dt.timedelta(days=1 if days > 0 else -1)
        for _ in range(abs(days)):
            day += step
            while day.weekday() > 4:
                day += step
        return day
