"""A lease: at most one process at a time does a thing, another stands by; fenced by a number that only rises."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select, update

from chassis.database import insert_new
from chassis.runtime import Runtime
from chassis.work import Work


class LeaseLost(Exception):
    """Another process holds the lease now."""


class Lease:
    """The lease `name` in the service's database, asked for by this holder again and again."""

    def __init__(self, runtime: Runtime, name: str, seconds: float) -> None:
        self._runtime = runtime
        self._name = name
        self._seconds = seconds
        self._holder: UUID = uuid4()
        self._fence: int | None = None

    def take(self) -> bool:
        """Takes or renews the lease; False while another holds it."""
        table = self._runtime.tables["lease"]
        with self._runtime.work() as work:
            row = work.session.execute(select(table).where(table.c.name == self._name).with_for_update()).one_or_none()
            until = work.now + dt.timedelta(seconds=self._seconds)
            if row is None:
                first = insert_new(work.session, table, name=self._name, holder=self._holder, fence=1, until=until)
                self._fence = 1 if first else None
                return first
            if row.holder != self._holder and row.until > work.now:
                self._fence = None
                return False
            self._fence = row.fence if row.holder == self._holder else row.fence + 1
            work.session.execute(
                update(table)
                .where(table.c.name == self._name)
                .values(holder=self._holder, fence=self._fence, until=until)
            )
        return True

    def confirm(self, work: Work) -> None:
        """Within a transaction: raises `LeaseLost` unless the lease is still ours, and keeps it so until the commit."""
        table = self._runtime.tables["lease"]
        row: Any = work.session.execute(select(table).where(table.c.name == self._name).with_for_update()).one_or_none()
        if row is None or row.holder != self._holder or row.fence != self._fence:
            raise LeaseLost(self._name)

    def release(self) -> None:
        """Gives the lease up, so that another need not wait for its end."""
        table = self._runtime.tables["lease"]
        with self._runtime.work() as work:
            work.session.execute(
                update(table).where(table.c.name == self._name, table.c.holder == self._holder).values(until=work.now)
            )
