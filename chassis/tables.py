"""The chassis' own tables, the same in every service's database."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, MetaData, String, Table, Text, Uuid
from sqlalchemy.types import TypeEngine

from chassis.columns import UtcDateTime


def _serial() -> TypeEngine[int]:
    return BigInteger().with_variant(Integer, "sqlite")  # only INTEGER counts up by itself in SQLite


def add_chassis_tables(metadata: MetaData) -> None:
    """Adds outbox, inbox, failed_event, idempotency and lease to `metadata`."""
    Table(
        "outbox",
        metadata,
        Column("id", _serial(), primary_key=True, autoincrement=True),
        Column("event_id", Uuid, nullable=False, unique=True),
        Column("exchange", String(100), nullable=False),
        Column("routing_key", String(200), nullable=False),
        Column("body", LargeBinary, nullable=False),
        Column("created_at", UtcDateTime, nullable=False),
    )
    Table(
        "inbox",
        metadata,
        Column("handler", String(100), primary_key=True),
        Column("event_id", Uuid, primary_key=True),
        Column("handled_at", UtcDateTime, nullable=False, index=True),
    )
    failed = Table(
        "failed_event",
        metadata,
        Column("id", _serial(), primary_key=True, autoincrement=True),
        Column("event_id", Uuid, nullable=True),
        Column("routing_key", String(255), nullable=False),
        Column("content_type", String(255), nullable=False),
        Column("headers", Text, nullable=False),
        Column("body", LargeBinary, nullable=False),
        Column("error", Text, nullable=False),
        Column("attempts", Integer, nullable=False),
        Column("next_attempt_at", UtcDateTime, nullable=True),
        Column("parked", Boolean, nullable=False),
        Column("claim", Uuid, nullable=True),
        Column("claimed_until", UtcDateTime, nullable=True),
        Column("created_at", UtcDateTime, nullable=False),
    )
    Index("ix_failed_event_due", failed.c.parked, failed.c.next_attempt_at)
    Table(
        "idempotency",
        metadata,
        Column("actor", String(60), primary_key=True),
        Column("key", String(200), primary_key=True),
        Column("fingerprint", String(64), nullable=False),
        Column("answer", LargeBinary, nullable=False),
        Column("created_at", UtcDateTime, nullable=False, index=True),
    )
    Table(
        "lease",
        metadata,
        Column("name", String(100), primary_key=True),
        Column("holder", Uuid, nullable=True),
        Column("fence", BigInteger, nullable=False),
        Column("until", UtcDateTime, nullable=False),
    )
