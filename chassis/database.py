"""The database of a service: SQLite (WAL) or PostgreSQL, the same behaviour on both."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Connection, Engine, MetaData, Table, Uuid, create_engine, event, make_url
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import Mapped, Session, mapped_column

from chassis.columns import Exact, UtcDateTime
from chassis.tables import add_chassis_tables

__all__ = ["Copy", "Database", "Entity", "Exact", "UtcDateTime", "service_metadata"]

_NAMING = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
BUSY_SECONDS = 15
OVERFLOW = 10

#: What a database that is away raises, among other reasons.
DOWN: tuple[type[OperationalError], type[InterfaceError]] = (OperationalError, InterfaceError)


class Entity:
    """What every object that a service owns has; `Work.add` and `Work.publish` keep the last three."""

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=uuid4, sort_order=-10)
    created_at: Mapped[dt.datetime] = mapped_column(UtcDateTime, sort_order=100)
    updated_at: Mapped[dt.datetime] = mapped_column(UtcDateTime, sort_order=101)
    version: Mapped[int] = mapped_column(default=0, sort_order=102)


class Copy:
    """A local copy of an object that another service owns, fed by events; `sequence` is the newest applied."""

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, sort_order=-10)
    sequence: Mapped[int] = mapped_column(sort_order=-9)


def service_metadata() -> MetaData:
    """The metadata of a service's declarative base; it already holds the chassis' tables."""
    metadata = MetaData(naming_convention=_NAMING)
    add_chassis_tables(metadata)
    return metadata


def insert_new(session: Session, table: Table, **values: Any) -> bool:
    """Inserts a row unless one of its key is there, or is being committed by another; says whether it did."""
    connection = session.connection()
    return bool(connection.execute(_insert_new(table, connection.dialect.name), values).rowcount)


@cache
def _insert_new(table: Table, dialect: str) -> Any:
    """Kept: it costs more to make than to execute."""
    return (sqlite.insert if dialect == "sqlite" else postgresql.insert)(table).on_conflict_do_nothing()


class _Keeping(Session):
    """Holds on to all that it has loaded: within one snapshot it cannot become another."""


@event.listens_for(_Keeping, "loaded_as_persistent")
def _keep(session: Session, instance: object) -> None:
    session.info.setdefault("kept", []).append(instance)


@dataclass(frozen=True)
class Pool:
    """Connections to the database that are in use, and how many may be at once."""

    in_use: int
    limit: int


class Database:
    """One engine and its sessions. Thread-safe; opens no connection until it is used."""

    def __init__(self, url: str, *, pool_size: int = 10) -> None:
        self.url = make_url(url)
        self._limit = pool_size + OVERFLOW
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        if self.is_sqlite:
            self.engine = create_engine(
                self.url, pool_size=pool_size, max_overflow=OVERFLOW, connect_args={"timeout": BUSY_SECONDS}
            )
            _make_sqlite_strict(self.engine)
        else:
            url_with_driver = self.url.set(drivername="postgresql+psycopg2")
            self.engine = create_engine(url_with_driver, pool_size=pool_size, max_overflow=OVERFLOW, pool_pre_ping=True)
        options: dict[str, Any] = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        self._reading = self.engine.execution_options(**({"coachworks_read_only": True} if self.is_sqlite else options))
        # Within one process SQLite's writers queue here: waiting inside SQLite would stop every green thread.
        self._writer = threading.Lock()

    @property
    def pool(self) -> Pool:
        """How much of its connections is in use just now."""
        pool: Any = self.engine.pool
        return Pool(pool.checkedout(), self._limit)

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A transaction that takes the write lock at once; committed at the end, rolled back on any error."""
        if not self.is_sqlite:
            with Session(self.engine, expire_on_commit=False) as session, session.begin():
                yield session
            return
        with self._writer, Session(self.engine, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A read-only transaction on one snapshot, which fetches no row twice by its id; rolled back at its end."""
        with _Keeping(self._reading, expire_on_commit=False, autoflush=False) as session:
            yield session
            session.expunge_all()  # what was read can still be used
            session.rollback()

    def dispose(self) -> None:
        """Closes all connections."""
        self.engine.dispose()


def _make_sqlite_strict(engine: Engine) -> None:
    """WAL, foreign keys, and transactions that begin when we say so: `BEGIN IMMEDIATE`, or plain for read-only ones."""

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, record: Any) -> None:
        connection.isolation_level = None  # the driver must not begin transactions by itself
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute(f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        read_only = connection.get_execution_options().get("coachworks_read_only", False)
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")
