"""Averages of rounds. Pure: ratings in, numbers out (C18)."""

from __future__ import annotations

from collections.abc import Sequence

#: Fewer answers than these would tell a client who said what.
FEWEST_FOR_CLIENT = 3


def average(ratings: Sequence[int]) -> float | None:
    """Rounded to two places; None without ratings."""
    return round(sum(ratings) / len(ratings), 2) if ratings else None


def latest_average(rounds: Sequence[Sequence[int]], *, fewest: int = 1) -> float | None:
    """That of the latest of the rounds, which come in their order, that has at least so many answers."""
    return next((average(ratings) for ratings in reversed(rounds) if len(ratings) >= fewest), None)


def changes(rounds: Sequence[Sequence[int]]) -> list[float | None]:
    """For each round the change against the last one before it that has answers; None where either has none."""
    found: list[float | None] = []
    before: float | None = None
    for ratings in rounds:
        now = average(ratings)
        found.append(None if now is None or before is None else round(now - before, 2))
        before = before if now is None else now
    return found
