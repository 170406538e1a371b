"""A backup is one moment of a service; what is restored from it is that moment, or nothing."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from chassis.backup import NoBackup, NotEmpty, backup, restore
from chassis.database import Database
from chassis.migrate import current_of, head_of
from chassis.runtime import Runtime
from contracts.actor import SYSTEM
from contracts.errors import Unavailable
from tests.chassis.toy import counters
from tests.chassis.toy.service import service
from tests.support.harness import Harness, service_harness

harness = service_harness("tests.chassis.toy.service")


@pytest.fixture
def empty(harness: Harness, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Runtime]:
    """The toy on an empty database of the same kind."""
    url = f"sqlite:///{tmp_path / 'a folder' / 'empty.sqlite3'}"
    if not harness.database.is_sqlite:
        url = request.getfixturevalue("postgres_server").create_database(f"empty_{id(harness)}")
    database = Database(url)
    yield replace(harness.runtime, database=database)
    database.dispose()


def count(runtime: Runtime, name: str) -> None:
    with runtime.work() as work:
        counters.make(work, SYSTEM, {"name": name, "trouble": ""})


def names(runtime: Runtime) -> set[str]:
    with runtime.read() as work:
        return set(work.session.scalars(select(counters.Counter.name)))


def test_what_is_restored_is_what_was_there_with_what_was_still_to_be_sent(
    harness: Harness, empty: Runtime, tmp_path: Path
) -> None:
    count(harness.runtime, "before")
    manifest = backup(harness.runtime, tmp_path)
    count(harness.runtime, "after")
    assert manifest["service"] == "toy"
    assert manifest["revision"] == head_of(service)
    assert manifest["waiting"] == 1

    assert restore(empty, tmp_path) == manifest
    assert names(empty) == {"before"}
    assert current_of(empty.database) == head_of(service)
    count(empty, "from now on")
    with empty.read() as work:
        assert work.session.scalar(select(func.count()).select_from(empty.tables["outbox"])) == 2


def test_a_backup_is_of_one_moment_while_commands_go_on(harness: Harness, empty: Runtime, tmp_path: Path) -> None:
    over = threading.Event()

    def go_on() -> None:
        while not over.is_set():
            count(harness.runtime, "again")

    busy = threading.Thread(target=go_on)
    busy.start()
    try:
        backup(harness.runtime, tmp_path)
    finally:
        over.set()
        busy.join()
    restore(empty, tmp_path)
    with empty.read() as work:
        made = work.session.scalar(select(func.count()).select_from(counters.Counter))
        told = work.session.scalar(select(func.count()).select_from(empty.tables["outbox"]))
    assert made == told, "no counter without its event"


def test_nothing_that_is_there_is_written_over_unless_it_is_said(harness: Harness, tmp_path: Path) -> None:
    count(harness.runtime, "kept")
    backup(harness.runtime, tmp_path)
    with pytest.raises(NotEmpty):
        backup(harness.runtime, tmp_path)
    count(harness.runtime, "made later")
    with pytest.raises(NotEmpty, match="--replace"):
        restore(harness.runtime, tmp_path)
    assert names(harness.runtime) == {"kept", "made later"}
    restore(harness.runtime, tmp_path, replace=True)
    assert names(harness.runtime) == {"kept"}


def changed(tmp_path: Path, **changes: Any) -> None:
    file = tmp_path / "toy" / "manifest.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | changes))


def test_what_is_damaged_unfinished_newer_or_of_another_kind_is_not_restored(
    harness: Harness, empty: Runtime, tmp_path: Path
) -> None:
    with pytest.raises(NoBackup, match="no whole backup"):
        restore(empty, tmp_path)
    backup(harness.runtime, tmp_path)
    good = json.loads((tmp_path / "toy" / "manifest.json").read_text())
    other = "postgresql" if harness.database.is_sqlite else "sqlite"
    for changes, sentence in (({"revision": "9999"}, "9999"), ({"database": other}, other)):
        changed(tmp_path, **changes)
        with pytest.raises(NoBackup, match=sentence):
            restore(empty, tmp_path)
    changed(tmp_path, **good)
    (dump,) = (tmp_path / "toy").glob("database.*")
    dump.write_bytes(dump.read_bytes()[:-1] + b"?")
    with pytest.raises(NoBackup, match="damaged"):
        restore(empty, tmp_path)


def test_bytes_that_lie_beside_the_database_are_part_of_it(harness: Harness, empty: Runtime, tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    (here / "ab").mkdir(parents=True)
    (here / "ab" / "abc").write_bytes(b"words")
    harness.runtime.service = replace(service, bytes_in=lambda settings: here)
    empty.service = replace(service, bytes_in=lambda settings: there)
    assert "bytes/ab/abc" in backup(harness.runtime, tmp_path)["checksums"]
    restore(empty, tmp_path)
    assert (there / "ab" / "abc").read_bytes() == b"words"


def test_without_the_tools_of_postgresql_it_is_said_what_is_missing(
    harness: Harness, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    if harness.database.is_sqlite:
        assert backup(harness.runtime, tmp_path)["database"] == "sqlite", "which needs none"
        return
    with pytest.raises(Unavailable, match="pg_dump is not installed"):
        backup(harness.runtime, tmp_path)
    assert not (tmp_path / "toy").exists(), "nothing that could be taken for a backup is left"


def test_of_an_empty_database_there_is_no_backup(empty: Runtime, tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="empty"):
        backup(empty, tmp_path)
