"""A backup of one service: its database at one moment and the bytes beside it, in a folder with a manifest."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import MetaData, func, inspect, select, text
from sqlalchemy.orm import Session

from chassis.database import Database
from chassis.migrate import current_of, knows
from chassis.runtime import Runtime
from contracts.errors import Conflict, Invalid, Unavailable
from contracts.schema import instant_text

MANIFEST = "manifest.json"
BYTES = "bytes"
_DUMPS = {"sqlite": "database.sqlite3", "postgresql": "database.dump"}


class NoBackup(Invalid):
    """The folder holds no backup of this service that this release can restore, or a damaged one."""


class NotEmpty(Conflict):
    """There is something where a backup is to be written or restored."""


def backup(runtime: Runtime, folder: Path) -> dict[str, Any]:
    """Writes a backup into `folder/SERVICE`, also while the service runs; answers its manifest.

    The manifest comes last: a folder without one is no backup. Bytes are copied after the database that refers to them.
    """
    target = folder / runtime.name
    if target.exists():
        raise NotEmpty(f"There is a {target} already.")
    if not _tables(runtime.database):
        raise Unavailable(f"The database of {runtime.name} is empty.")
    target.mkdir(parents=True, mode=0o700)
    try:
        return _write(runtime, target)
    except BaseException:
        shutil.rmtree(target)
        raise


def _write(runtime: Runtime, target: Path) -> dict[str, Any]:
    kind = _kind(runtime.database)
    began = runtime.clock.now()
    dump = _dump_sqlite if runtime.database.is_sqlite else _dump_postgresql
    revision, waiting = dump(runtime, target / _DUMPS[kind])
    source = runtime.service.bytes_in(runtime.settings)
    if source is not None and source.exists():
        shutil.copytree(source, target / BYTES, copy_function=_copy)
    manifest = {
        "service": runtime.name,
        "at": instant_text(began),
        "database": kind,
        "revision": revision,
        "waiting": waiting,
        "checksums": {name: _checksum(target / name) for name in _files_of(target)},
    }
    (target / MANIFEST).write_text(json.dumps(manifest, indent=1))
    return manifest


def restore(runtime: Runtime, folder: Path, *, replace: bool = False) -> dict[str, Any]:
    """Makes the service's database, and the bytes beside it, what the backup in `folder/SERVICE` holds; its manifest.

    No process of the service may run. Raises `NoBackup` and, unless what is there is to be `replaced`, `NotEmpty`.
    """
    source = folder / runtime.name
    manifest = _checked(runtime, source)
    if _tables(runtime.database) and not replace:
        raise NotEmpty(f"The database of {runtime.name} is not empty; --replace replaces all that it holds.")
    load = _load_sqlite if runtime.database.is_sqlite else _load_postgresql
    load(runtime, source / _DUMPS[manifest["database"]])
    target = runtime.service.bytes_in(runtime.settings)
    if target is not None and (source / BYTES).exists():
        shutil.copytree(source / BYTES, target, dirs_exist_ok=True)
    return manifest


def _checked(runtime: Runtime, source: Path) -> dict[str, Any]:
    try:
        manifest: dict[str, Any] = json.loads((source / MANIFEST).read_text())
    except FileNotFoundError:
        raise NoBackup(f"There is no whole backup in {source}.") from None
    kind = _kind(runtime.database)
    if manifest["database"] != kind:
        raise NoBackup(f"The backup is one of {manifest['database']}, the database of {runtime.name} is {kind}.")
    if not knows(runtime.service, manifest["revision"]):
        raise NoBackup(f"The backup is at revision {manifest['revision']}, which this release does not know.")
    wanted = manifest["checksums"]
    damaged = sorted(name for name in {*wanted, *_files_of(source)} if wanted.get(name) != _checksum(source / name))
    if damaged:
        raise NoBackup(f"{len(damaged)} files of the backup are damaged, missing or none of it: {damaged[0]}.")
    return manifest


def _copy(source: str, target: str) -> None:
    """What is deleted while the folder is copied is needed by nobody."""
    with suppress(FileNotFoundError):
        shutil.copy2(source, target)


def _kind(database: Database) -> str:
    return "sqlite" if database.is_sqlite else "postgresql"


def _tables(database: Database) -> list[str]:
    if database.is_sqlite and not Path(str(database.url.database)).exists():
        return []
    with database.engine.connect() as connection:
        return inspect(connection).get_table_names()


def _files_of(folder: Path) -> Iterator[str]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name != MANIFEST:
            yield str(path.relative_to(folder))


def _checksum(path: Path) -> str | None:
    if not path.is_file():
        return None
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


# SQLite ---------------------------------------------------------------------------------------------------------------


def _dump_sqlite(runtime: Runtime, file: Path) -> tuple[str | None, int]:
    _copy_sqlite(Path(str(runtime.database.url.database)), file)
    copied = Database(f"sqlite:///{file}")
    with copied.read() as session:
        waiting = _waiting(runtime, session)
    revision = current_of(copied)
    with copied.engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")  # the journal's mode is not changed within a transaction
        connection.exec_driver_sql("PRAGMA journal_mode=DELETE")  # so that there is one file
    copied.dispose()
    return revision, waiting


def _load_sqlite(runtime: Runtime, file: Path) -> None:
    target = Path(str(runtime.database.url.database))
    target.parent.mkdir(parents=True, exist_ok=True)
    _copy_sqlite(file, target)


def _copy_sqlite(source: Path, target: Path) -> None:
    """By SQLite's own backup: one moment's pages, and nobody who writes meanwhile is held up."""
    with (
        closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as read,
        closing(sqlite3.connect(target)) as write,
    ):
        read.backup(write)


# PostgreSQL -----------------------------------------------------------------------------------------------------------


def _dump_postgresql(runtime: Runtime, file: Path) -> tuple[str | None, int]:
    with runtime.database.read() as session:
        snapshot = session.scalar(text("SELECT pg_export_snapshot()"))
        revision: str | None = session.scalar(text("SELECT version_num FROM alembic_version"))
        waiting = _waiting(runtime, session)
        run = _tool(runtime, "pg_dump")
        run("--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}", f"--file={file}")
    return revision, waiting


def _load_postgresql(runtime: Runtime, file: Path) -> None:
    run = _tool(runtime, "pg_restore")  # before anything is dropped: it may not be there
    with runtime.database.engine.begin() as connection:
        there = MetaData()
        there.reflect(connection)
        there.drop_all(connection)
    run("--no-owner", "--no-privileges", "--no-comments", "--single-transaction", "--exit-on-error", str(file))


def _tool(runtime: Runtime, name: str) -> Callable[..., None]:
    """A function that runs that program of PostgreSQL on the service's database; `Unavailable` if it is not there."""
    program = shutil.which(name)
    if program is None:
        raise Unavailable(f"{name} is not installed here; it comes with PostgreSQL's client programs.")
    url = runtime.database.url
    there = url.set(drivername="postgresql", password=None).render_as_string()
    environment = {**os.environ, **({"PGPASSWORD": str(url.password)} if url.password else {})}

    def run(*arguments: str) -> None:
        command = [program, f"--dbname={there}", *arguments]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise Unavailable(f"{name} failed: {done.stderr.strip()}")

    return run


def _waiting(runtime: Runtime, session: Session) -> int:
    """How many events are still to be sent: a restored service sends them, those too that went out meanwhile."""
    return session.scalar(select(func.count()).select_from(runtime.tables["outbox"])) or 0
