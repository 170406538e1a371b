"""Time comes from a clock that is handed in, so that tests can move it."""

from __future__ import annotations

import datetime as dt
from typing import Protocol


class Clock(Protocol):
    def now(self) -> dt.datetime:
        """The present instant, aware, in UTC."""


class SystemClock:
    """The machine's clock."""

    def now(self) -> dt.datetime:
        return dt.datetime.now(dt.UTC)


class FixedClock:
    """A clock that stands still until it is moved."""

    def __init__(self, instant: dt.datetime) -> None:
        self.instant = instant.astimezone(dt.UTC)

    def now(self) -> dt.datetime:
        return self.instant

    def advance(self, **delta: float) -> None:
        """Moves on by `timedelta(**delta)`."""
        self.instant += dt.timedelta(**delta)
