"""What lies sealed gets the first of the keys in `SECRET_KEY`, so that those after it can be dropped."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update

from chassis.dispatch import PURPOSE
from chassis.runtime import Runtime
from chassis.sealing import Seal, Unreadable

BATCH = 500


@dataclass
class Resealed:
    """How much was sealed anew, how much no key opens, and how many kept answers still need one of the older keys."""

    done: int = 0
    unreadable: int = 0
    answers: int = 0


def reseal(runtime: Runtime) -> Resealed:
    """Seals anew what is not sealed with the first key; what is changed meanwhile is left as it was changed.

    Kept answers are left to end by themselves: the digest of the request that lies beside each cannot be made anew.
    """
    found = Resealed()
    for purpose, column in runtime.service.seals.items():
        _reseal(runtime, column, Seal(purpose, runtime.settings.secret_keys), found)
    seal, answers = Seal(PURPOSE, runtime.settings.secret_keys), runtime.tables["idempotency"].c.answer
    with runtime.read() as work:
        found.answers = sum(not seal.is_first(sealed) for sealed in work.session.scalars(select(answers)))
    return found


def _reseal(runtime: Runtime, column: Any, seal: Seal, found: Resealed) -> None:
    key = column.class_.id
    with runtime.read() as work:
        rows = work.session.execute(select(key, column).where(column.is_not(None))).all()
    old = [(id_, sealed) for id_, sealed in rows if not seal.is_first(_as_bytes(sealed))]
    for start in range(0, len(old), BATCH):
        with runtime.work() as work:
            for id_, sealed in old[start : start + BATCH]:
                try:
                    anew: Any = seal.seal(seal.open(_as_bytes(sealed)))
                except Unreadable:
                    found.unreadable += 1
                    continue
                anew = anew.decode() if isinstance(sealed, str) else anew
                mine = update(column.class_).where(key == id_, column == sealed)
                done: Any = work.session.connection().execute(mine.values({column: anew}))
                found.done += done.rowcount


def _as_bytes(sealed: str | bytes) -> bytes:
    return sealed.encode() if isinstance(sealed, str) else sealed
