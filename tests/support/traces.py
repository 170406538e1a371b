"""Finds what is left of somebody in a service's database, whatever table and column it may be in (rule C24)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import MetaData, delete, select

from chassis.database import Database
from tests.support.harness import Harness


def traces(database: Database, *words: str, but: tuple[str, ...] = ()) -> list[str]:
    """`table.column: value` of all that holds one of the words, in whatever case; the columns `but` may.

    Tables that no model declares count too, such as those of a whole-text index.
    """
    found = []
    metadata = MetaData()
    metadata.reflect(database.engine)
    wanted = [word.lower() for word in words]
    with database.read() as session:
        for table in metadata.sorted_tables:
            for row in session.execute(select(table)).mappings():
                for name, value in row.items():
                    place = f"{table.name}.{name}"
                    if place not in but and any(word in _text(value) for word in wanted):
                        found.append(f"{place}: {value!r}")
    return found


def relayed(harness: Harness) -> None:
    """All that was published is on its way: the relay has emptied the outbox."""
    with harness.runtime.work() as work:
        work.session.execute(delete(harness.runtime.tables["outbox"]))


def _text(value: Any) -> str:
    return (bytes(value).decode("utf-8", "replace") if isinstance(value, bytes | memoryview) else str(value)).lower()
