"""A copy of all engagements, with the names of their clients and coaches, in an SQLite file.

    python copy_of_engagements.py FILE.sqlite3 AMQP_URL     follows the stream, from its beginning, until it is ended
    python copy_of_engagements.py FILE.sqlite3              prints the copy, as GET /api/v1/engagements has it

It needs a consumer that was added with --replay. The place in the stream is kept in the transaction that changes the
copy: killed at any time it goes on where it stood. An object takes only what is newer than what it has.
"""

from __future__ import annotations

import json
import sqlite3
import sys
from typing import Any

from coachworks_events import STREAM, Event, subscribe
from coachworks_events.types.engagements import EngagementFacts
from coachworks_events.types.people import ClientFacts, CoachFacts

TABLES = """
CREATE TABLE IF NOT EXISTS place (one INTEGER PRIMARY KEY CHECK (one = 1), next INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS thing (
    id TEXT PRIMARY KEY, kind TEXT NOT NULL, sequence INTEGER NOT NULL, data TEXT NOT NULL
);
"""
NEWER = """
INSERT INTO thing VALUES (?, ?, ?, ?)
ON CONFLICT (id) DO UPDATE SET sequence = excluded.sequence, data = excluded.data
WHERE thing.sequence < excluded.sequence
"""
PLACE = "INSERT INTO place VALUES (1, ?) ON CONFLICT (one) DO UPDATE SET next = excluded.next"
KINDS = {EngagementFacts: "engagement", ClientFacts: "client", CoachFacts: "coach"}
SHOWN = ("program_id", "program_name", "sessions_total", "start_date", "end_date", "status")


def follow(database: sqlite3.Connection, url: str) -> None:
    found = database.execute("SELECT next FROM place").fetchone()
    with subscribe(url, STREAM, start=found[0] if found else "first") as events:
        for event in events:
            assert event.offset is not None, "the stream numbers its events"
            with database:  # one transaction
                keep(database, event)
                database.execute(PLACE, (event.offset + 1,))


def keep(database: sqlite3.Connection, event: Event) -> None:
    for facts, kind in KINDS.items():
        if isinstance(event.facts, facts):
            database.execute(NEWER, (event.subject, kind, event.sequence, json.dumps(event.data)))


def copy(database: sqlite3.Connection) -> list[dict[str, Any]]:
    things: dict[str, dict[str, Any]] = {}
    engagements = {}
    for id_, kind, sequence, text in database.execute("SELECT * FROM thing ORDER BY id"):
        things[id_] = {"id": id_, **json.loads(text)}
        if kind == "engagement" and not things[id_]["deleted"]:
            engagements[id_] = sequence
    return [
        {
            "id": id_,
            "version": version,
            "client": {name: things[things[id_]["client_id"]][name] for name in ("id", "name", "portal")},
            "coach": {name: things[things[id_]["coach_id"]][name] for name in ("id", "name")},
            **{name: things[id_].get(name) for name in SHOWN},
        }
        for id_, version in engagements.items()
    ]


def main(path: str, url: str = "") -> None:
    database = sqlite3.connect(path)
    database.executescript(TABLES)
    if url:
        follow(database, url)
    for engagement in copy(database):
        print(json.dumps(engagement))


if __name__ == "__main__":
    main(*sys.argv[1:])
