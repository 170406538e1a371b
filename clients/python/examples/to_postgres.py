"""Every event, and every invoice as it stands, in PostgreSQL: `python to_postgres.py AMQP_URL QUEUE DSN`.

Needs psycopg2. Nothing happens twice, however often an event is delivered: its id is kept in the transaction that does
the work. Nothing goes back in time either: an invoice takes only what is newer than what it has.
"""

from __future__ import annotations

import json
import sys

import psycopg2
from coachworks_events import Event, subscribe
from coachworks_events.types.billing import InvoiceDeleted, InvoiceFacts
from psycopg2.extensions import cursor

TABLES = """
CREATE TABLE IF NOT EXISTS event (
    id uuid PRIMARY KEY, type text NOT NULL, subject text NOT NULL, sequence bigint NOT NULL, time timestamptz NOT NULL,
    data jsonb NOT NULL
);
CREATE TABLE IF NOT EXISTS invoice (
    id uuid PRIMARY KEY, sequence bigint NOT NULL, number text, state text NOT NULL, currency text NOT NULL,
    total numeric NOT NULL, balance numeric NOT NULL, deleted boolean NOT NULL
);
"""
NEW_EVENT = "INSERT INTO event VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING"
INVOICE = """
INSERT INTO invoice VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (id) DO UPDATE SET sequence = excluded.sequence, number = excluded.number, state = excluded.state,
    currency = excluded.currency, total = excluded.total, balance = excluded.balance, deleted = excluded.deleted
WHERE invoice.sequence < excluded.sequence
"""


def main(url: str, queue: str, dsn: str) -> None:
    database = psycopg2.connect(dsn)
    with database, database.cursor() as statements:
        statements.execute(TABLES)
    with subscribe(url, queue) as events:
        for event in events:
            with database, database.cursor() as statements:  # one transaction, committed before the event is acked
                keep(statements, event)


def keep(statements: cursor, event: Event) -> None:
    data = json.dumps(event.data)
    statements.execute(NEW_EVENT, (str(event.id), event.type, event.subject, event.sequence, event.time, data))
    if statements.rowcount and isinstance(event.facts, InvoiceFacts):
        facts, deleted = event.facts, isinstance(event.facts, InvoiceDeleted)
        amounts = (facts.currency, facts.total, facts.balance)
        statements.execute(INVOICE, (event.subject, event.sequence, facts.number, facts.state, *amounts, deleted))


if __name__ == "__main__":
    main(*sys.argv[1:4])
