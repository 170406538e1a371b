"""SQLite and PostgreSQL behave the same, and the same on both as is promised."""

from __future__ import annotations

import datetime as dt
import importlib
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Column, Integer, Table, select, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from chassis import cli
from chassis.database import Database, Exact, UtcDateTime, service_metadata
from chassis.migrate import check, current_of, head_of, migrate
from chassis.service import Service
from contracts.events import SERVICES
from tests.chassis.toy.service import service as toy

EARLIEST, LATEST = dt.datetime(1970, 1, 2), dt.datetime(2999, 1, 1)  # noqa: DTZ001


class Base(DeclarativeBase):
    metadata = service_metadata()


class Sample(Base):
    __tablename__ = "sample"
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    amount: Mapped[Decimal] = mapped_column(Exact)
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('database') / 'a.sqlite3'}"
    else:
        url = request.getfixturevalue("postgres_server").create_database("columns")
    made = Database(url)
    Base.metadata.create_all(made.engine)
    yield made
    made.dispose()


@given(
    amount=st.decimals(min_value=-(10**9), max_value=10**9, places=6),
    at=st.datetimes(min_value=EARLIEST, max_value=LATEST, timezones=st.timezones()),
)
def test_decimals_and_instants_come_back_exactly(database: Database, amount: Decimal, at: dt.datetime) -> None:
    with database.write() as session:
        row = Sample(amount=amount, at=at)
        session.add(row)
        session.flush()
        number = row.number
    with database.read() as session:
        found = session.scalars(select(Sample).where(Sample.number == number)).one()
        assert found.amount == amount
        assert found.at == at.astimezone(dt.UTC)  # zones compare odd in the hour that comes twice
        assert found.at.tzinfo is dt.UTC


def test_a_naive_instant_is_refused(database: Database) -> None:
    with pytest.raises(Exception, match="naive"), database.write() as session:
        session.add(Sample(amount=Decimal(1), at=dt.datetime(2026, 1, 1)))  # noqa: DTZ001


def test_a_failed_transaction_leaves_nothing(database: Database) -> None:
    with database.read() as session:
        before = len(session.scalars(select(Sample)).all())
    with pytest.raises(ZeroDivisionError), database.write() as session:
        session.add(Sample(amount=Decimal(1), at=dt.datetime.now(dt.UTC)))
        session.flush()
        raise ZeroDivisionError
    with database.read() as session:
        assert len(session.scalars(select(Sample)).all()) == before


def test_what_a_read_only_transaction_changed_is_not_kept(database: Database) -> None:
    with database.read() as session:
        before = len(session.scalars(select(Sample)).all())
        session.add(Sample(amount=Decimal(1), at=dt.datetime.now(dt.UTC)))
    with database.read() as session:
        assert len(session.scalars(select(Sample)).all()) == before


def test_writers_in_many_threads_wait_for_each_other(database: Database) -> None:
    with database.write() as session:
        session.add(Sample(number=10_000_000, amount=Decimal(0), at=dt.datetime.now(dt.UTC)))

    def add_one() -> None:
        for _ in range(10):
            with database.write() as session:
                row: Any = session.get(Sample, 10_000_000, with_for_update=True)
                row.amount += 1

    threads = [threading.Thread(target=add_one) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.read() as session:
        assert session.get_one(Sample, 10_000_000).amount == 80


def test_sqlite_runs_in_wal_with_foreign_keys_and_a_busy_timeout(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'a.sqlite3'}")
    with database.engine.connect() as connection:
        asked = {
            name: connection.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "foreign_keys", "busy_timeout", "synchronous")
        }
    assert asked == {"journal_mode": "wal", "foreign_keys": 1, "busy_timeout": 15000, "synchronous": 2}


OVERLAP = """
import eventlet; eventlet.monkey_patch()
import sys, time
from sqlalchemy import text
from chassis.database import Database
database = Database(sys.argv[1])
def slow():
    with database.read() as session:
        session.execute(text("SELECT pg_sleep(0.5)"))
began = time.monotonic()
for thread in [eventlet.spawn(slow) for _ in range(4)]:
    thread.wait()
print(time.monotonic() - began)
"""


def test_slow_queries_on_postgresql_overlap_under_eventlet(postgres_server: Any) -> None:
    url = postgres_server.create_database("overlap")
    done = subprocess.run([sys.executable, "-c", OVERLAP, url], capture_output=True, text=True, check=True)
    assert float(done.stdout) < 1.5, "four queries of 0.5 s took as long as one after the other"


@pytest.mark.parametrize("name", [*SERVICES, "toy"])
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_migrations_lead_to_the_models(name: str, kind: str, tmp_path: Path, postgres_server: Any) -> None:
    service = toy if name == "toy" else importlib.import_module(f"services.{name}.service").service
    url = (
        f"sqlite:///{tmp_path / 'a.sqlite3'}"
        if kind == "sqlite"
        else postgres_server.create_database(f"migrate_{name}")
    )
    database = Database(url)
    errors: list[BaseException] = []

    def run() -> None:
        try:
            migrate(service, Database(url))
        except BaseException as error:
            errors.append(error)

    together = [threading.Thread(target=run) for _ in range(2)]
    for thread in together:
        thread.start()
    for thread in together:
        thread.join()
    assert not errors
    assert current_of(database) == head_of(service)
    check(service, database)
    database.dispose()


def test_a_new_migration_leads_from_the_newest_one_to_the_models(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(toy.folder / "migrations", tmp_path / "migrations")
    monkeypatch.setattr(Service, "folder", tmp_path)
    monkeypatch.setattr(cli, "service_named", lambda name: toy)
    reminders = Table("reminder", toy.metadata, Column("number", Integer, primary_key=True))
    try:
        done = CliRunner().invoke(cli.main, ["new-migration", "toy", "Reminders of a counter"])
        assert done.exit_code == 0
        assert (tmp_path / "migrations" / "0002_reminders_of_a_counter.py").exists()
        database = Database(f"sqlite:///{tmp_path / 'a.sqlite3'}")
        migrate(toy, database)
        assert current_of(database) == "0002"
        check(toy, database)
        database.dispose()
    finally:
        toy.metadata.remove(reminders)
