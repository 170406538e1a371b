"""Progress of an engagement (rule C7)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Progress:
    """Sessions completed of sessions planned."""

    completed: int
    total: int

    @property
    def percent(self) -> int:
        """Rounded down; 0 of 0 is 0, and more than was planned is 100."""
        return min(100, 100 * self.completed // self.total) if self.total else 0

    @property
    def is_full(self) -> bool:
        """The last planned session is completed. Where none is planned there is no last one."""
        return 0 < self.total <= self.completed

    @property
    def unused(self) -> int:
        """Sessions that were planned and not held."""
        return max(0, self.total - self.completed)


def counts(state: str, *, no_show_counts: bool) -> bool:
    """Whether a session in that state counts as completed."""
    return state == "completed" or (state == "no_show" and no_show_counts)


def progress_of(states: Iterable[str], total: int, *, no_show_counts: bool) -> Progress:
    """The progress of an engagement whose sessions are in these states."""
    return Progress(sum(counts(state, no_show_counts=no_show_counts) for state in states), total)
