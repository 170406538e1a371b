"""Bytes in a folder, each content once, under its checksum.

A content gets its name at once and whole: written to a file of its own, synced, renamed. A process that dies amid an
upload leaves nothing but that file, which the sweep takes away after a day.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

from contracts.errors import Unavailable
from services.documents.files.sniffing import ENOUGH, sniff

#: Unsynced bytes at most: one long sync at the end would hold up every call that this process answers meanwhile.
_SYNC_EVERY = 4 * 1024 * 1024


class BytesMissing(Unavailable):
    """The bytes of a file cannot be found in the store."""


@dataclass(frozen=True)
class Stored:
    """What was stored: its checksum (SHA-256, hex), its size in bytes, and what it is by its content."""

    checksum: str
    size: int
    content_type: str


class Arriving:
    """One content on its way into the store."""

    def __init__(self, path: Path, file: BinaryIO) -> None:
        self.path = path
        self.size = 0
        self._file = file
        self._hash = hashlib.sha256()
        self._head = b""
        self._unsynced = 0

    def write(self, piece: bytes) -> None:
        """Adds what came next."""
        self._file.write(piece)
        self._hash.update(piece)
        self._head += piece[: ENOUGH - len(self._head)]
        self.size += len(piece)
        self._unsynced += len(piece)
        if self._unsynced >= _SYNC_EVERY:
            self._sync()

    def finish(self) -> Stored:
        """All of it has come, and is on the disk."""
        self._sync()
        return Stored(self._hash.hexdigest(), self.size, sniff(self._head))

    def _sync(self) -> None:
        self._file.flush()
        os.fsync(self._file.fileno())
        self._unsynced = 0


class Store:
    """The store in `folder`, which is made when the first content comes."""

    def __init__(self, folder: Path) -> None:
        self._contents = folder / "contents"
        self._arriving = folder / "arriving"

    @contextmanager
    def receive(self) -> Iterator[Arriving]:
        """A content to be filled with what comes; gone again at the end unless it was kept."""
        self._arriving.mkdir(parents=True, exist_ok=True)
        path = self._arriving / uuid4().hex
        try:
            with path.open("xb") as file:
                yield Arriving(path, file)
        finally:
            path.unlink(missing_ok=True)

    def keep(self, arriving: Arriving) -> Stored:
        """Stores what arrived, in place of the same content if that is there already: its age begins anew."""
        stored = arriving.finish()
        path = self._path(stored.checksum)
        path.parent.mkdir(parents=True, exist_ok=True)
        arriving.path.replace(path)
        for folder in (path.parent, self._contents):
            _sync_folder(folder)
        return stored

    def open(self, checksum: str) -> BinaryIO:
        """The content, for reading; raises `BytesMissing`."""
        try:
            return self._path(checksum).open("rb")
        except FileNotFoundError:
            raise BytesMissing("The content of this file cannot be read at present.") from None

    def older_than(self, instant: float) -> Iterator[str]:
        """The checksums of all contents that were last kept before `instant` (POSIX seconds)."""
        for path in self._contents.glob("*/*"):
            if _age_of(path) < instant:
                yield path.name

    def discard(self, checksum: str, instant: float) -> bool:
        """Deletes a content, unless it was kept again since `instant`; whether it did."""
        path = self._path(checksum)
        aside = self._arriving / uuid4().hex
        self._arriving.mkdir(parents=True, exist_ok=True)
        try:
            path.rename(aside)
        except FileNotFoundError:
            return False
        if _age_of(aside) >= instant:  # it was uploaded anew between the question and now
            aside.replace(path)
            return False
        aside.unlink()
        return True

    def discard_unfinished(self, instant: float) -> int:
        """Deletes what has stopped arriving before `instant`; how many."""
        found = [path for path in self._arriving.glob("*") if _age_of(path) < instant]
        for path in found:
            path.unlink(missing_ok=True)
        return len(found)

    def _path(self, checksum: str) -> Path:
        return self._contents / checksum[:2] / checksum


def _age_of(path: Path) -> float:
    with suppress(FileNotFoundError):
        return path.stat().st_mtime
    return float("inf")


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
