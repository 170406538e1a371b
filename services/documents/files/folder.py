"""Bytes in a folder.

A content gets its name at once and whole: written to a file of its own, synced, renamed. A process that dies amid an
upload leaves nothing but that file, which the sweep takes away after a day.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

from services.documents.files.store import Arriving, BytesMissing, Stored


def contents_in(path: Path) -> Path:
    """The folder of whole contents in the folder of a store."""
    return path / "contents"


class Folder:
    """A store in the folder `path`, which is made when the first content comes."""

    def __init__(self, path: Path) -> None:
        self._contents = contents_in(path)
        self._arriving = path / "arriving"

    @contextmanager
    def receive(self) -> Iterator[Arriving]:
        self._arriving.mkdir(parents=True, exist_ok=True)
        path = self._arriving / uuid4().hex
        try:
            with path.open("xb") as file:
                yield Arriving(file)
        finally:
            path.unlink(missing_ok=True)

    def keep(self, arriving: Arriving) -> Stored:
        stored = arriving.finish()
        path = self._path(stored.checksum)
        path.parent.mkdir(parents=True, exist_ok=True)
        Path(arriving.file.name).replace(path)
        for folder in (path.parent, self._contents):
            _sync_folder(folder)
        return stored

    def open(self, checksum: str) -> BinaryIO:
        try:
            return self._path(checksum).open("rb")
        except FileNotFoundError:
            raise BytesMissing("The content of this file cannot be read at present.") from None

    def older_than(self, instant: float) -> Iterator[str]:
        for path in self._contents.glob("*/*"):
            if _age_of(path) < instant:
                yield path.name

    def discard(self, checksum: str, instant: float) -> bool:
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
