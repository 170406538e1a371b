"""Lists that people put in order (rules S2.36, S2.59)."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.errors import Invalid
from services.engagements.order import moved

A, B, C, D = (UUID(int=number) for number in range(4))
LISTS = st.lists(st.uuids(), unique=True, max_size=8)


def test_all_of_a_list_or_some_of_it_are_moved() -> None:
    assert moved([A, B, C, D], [D, C, B, A]) == [D, C, B, A]
    assert moved([A, B, C, D], [D, B]) == [A, D, C, B]
    assert moved([A, B], []) == [A, B]


@pytest.mark.parametrize("ids", [[D], [A, A], [A, B, C, D]])
def test_what_is_not_there_or_twice_is_refused(ids: list[UUID]) -> None:
    with pytest.raises(Invalid):
        moved([A, B, C], ids)


@given(LISTS, st.data())
def test_any_moves_keep_each_once_and_the_others_where_they_are(there: list[UUID], data: st.DataObject) -> None:
    for _ in range(5):
        some = data.draw(st.permutations(there).map(lambda all_: all_[: len(all_) // 2])) if there else []
        after = moved(there, some)
        assert sorted(after) == sorted(there)
        assert [id_ for id_ in after if id_ in some] == some
        assert all(now == before for now, before in zip(after, there, strict=True) if before not in some)
        there = after
