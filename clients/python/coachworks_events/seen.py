"""Which events were handled before: the broker delivers each at least once, and sometimes twice."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path
from uuid import UUID

DAY = 86_400


class SeenInSqlite:
    """The ids of handled events in an SQLite file, forgotten after `keep_days`.

    It is told of an event when the body of the loop is through. A process that is killed just then sees the event
    again: where that matters, keep the id in the transaction that does the work instead (examples/to_postgres.py).
    """

    def __init__(self, path: Path | str, keep_days: int = 60) -> None:
        self._database = sqlite3.connect(path, isolation_level=None)
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute(
            "CREATE TABLE IF NOT EXISTS seen (id BLOB PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID"
        )
        self._database.execute("DELETE FROM seen WHERE at < ?", (int(time.time()) - keep_days * DAY,))

    def __call__(self, event_id: UUID) -> bool:
        """Whether that event was handled."""
        found = self._database.execute("SELECT 1 FROM seen WHERE id = ?", (event_id.bytes,))
        return found.fetchone() is not None

    def add(self, event_id: UUID) -> None:
        """That event is handled."""
        self._database.execute("INSERT OR IGNORE INTO seen VALUES (?, ?)", (event_id.bytes, int(time.time())))

    def close(self) -> None:
        self._database.close()
