"""Averages of feedback, whatever was answered (C18)."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from services.engagements.feedback.results import FEWEST_FOR_CLIENT, average, changes, latest_average

RATINGS = st.lists(st.integers(1, 5), max_size=12)
ROUNDS = st.lists(RATINGS, max_size=6)


@given(RATINGS)
def test_an_average_is_that_of_an_exact_calculation_to_two_places(ratings: list[int]) -> None:
    found = average(ratings)
    if not ratings:
        assert found is None
        return
    assert found is not None
    assert abs(Fraction(found) - Fraction(sum(ratings), len(ratings))) <= Fraction(1, 200)
    assert 1 <= found <= 5


@given(ROUNDS)
def test_c18_a_client_never_sees_the_average_of_fewer_than_three(rounds: list[list[int]]) -> None:
    found = latest_average(rounds, fewest=FEWEST_FOR_CLIENT)
    enough = [ratings for ratings in rounds if len(ratings) >= 3]
    assert found == (average(enough[-1]) if enough else None)


@given(ROUNDS)
def test_the_changes_lead_from_the_first_average_to_the_last(rounds: list[list[int]]) -> None:
    found = changes(rounds)
    assert len(found) == len(rounds)
    averages = [average(ratings) for ratings in rounds if ratings]
    if averages:
        total = sum(change for change in found if change is not None)
        assert abs(averages[0] + total - averages[-1]) < 0.001  # type: ignore[operator]
    assert [change is not None for change in found].count(True) == max(len(averages) - 1, 0)
