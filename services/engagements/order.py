"""Lists that people put in order. Pure: ids in, ids out."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from contracts.errors import Invalid


def moved(there: Sequence[UUID], ids: Sequence[UUID]) -> list[UUID]:
    """`there` with `ids`, which may be some of it, in their new order in the places that they had among them.

    `Invalid` if one of them is not there, or is named twice.
    """
    named, following = set(ids), iter(ids)
    if len(named) != len(ids) or not named <= set(there):
        raise Invalid("The input is not valid.", errors={"ids": ["Must name what is in the list, each once."]})
    return [next(following) if id_ in named else id_ for id_ in there]
