"""Due work is claimed in the database: replicas never do it twice, and who was overtaken cannot finish it.

Claim and commit; do the outside work; then finish in a transaction that begins with `claimed`, which fails when the
claim was taken over in the meantime (a paused process that woke up again).
"""

from __future__ import annotations

import datetime as dt
from typing import Any, TypeVar
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, Uuid, func, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from chassis.columns import UtcDateTime
from chassis.work import Work


class ClaimLost(Exception):
    """Another process has taken the work over; leave it alone."""


class Claimable:
    """Columns of a row that is due at some time and done by whoever claims it."""

    claim: Mapped[UUID | None] = mapped_column(Uuid, default=None)
    claimed_until: Mapped[dt.datetime | None] = mapped_column(UtcDateTime, default=None)


Due = TypeVar("Due", bound=Claimable)


def claim_due(
    work: Work, model: type[Due], due: ColumnElement[bool], *, order_by: Any, limit: int, seconds: float
) -> list[tuple[UUID, UUID]]:
    """Claims up to `limit` rows that are `due` and unclaimed, for `seconds`; answers `(id, claim)` of each."""
    free = or_(model.claimed_until.is_(None), model.claimed_until < work.now)
    rows = work.session.scalars(
        select(model).where(due, free).order_by(order_by).limit(limit).with_for_update(skip_locked=True)
    )
    claims = []
    for row in rows:
        row.claim, row.claimed_until = uuid4(), work.now + dt.timedelta(seconds=seconds)
        claims.append((row.id, row.claim))  # type: ignore[attr-defined]
    return claims


def due_by(work: Work, due_at: Any, *conditions: ColumnElement[bool]) -> tuple[int, dt.datetime | None]:
    """How many rows are due by that column, and since when the first of them."""
    found = work.session.execute(select(func.count(), func.min(due_at)).where(due_at <= work.now, *conditions)).one()
    return found[0], found[1]


def lapsed(work: Work, model: type[Due]) -> list[Due]:
    """The rows whose claim ran out before their work was finished, locked. The claims end with the transaction."""
    over = select(model).where(model.claimed_until < work.now).with_for_update(skip_locked=True)
    rows = list(work.session.scalars(over))
    for row in rows:
        row.claim = row.claimed_until = None
    return rows


def claimed(work: Work, model: type[Due], id: UUID, claim: UUID) -> Due:
    """The row, locked, still under our claim; raises `ClaimLost` otherwise. The claim ends with the transaction."""
    row = work.session.get(model, id, with_for_update=True, populate_existing=True)
    if row is None or row.claim != claim:
        raise ClaimLost(f"{model.__name__} {id}")
    row.claim = row.claimed_until = None
    return row
