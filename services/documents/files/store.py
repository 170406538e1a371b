"""Where bytes lie: each content once, under its checksum, in a folder or in a bucket."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import BinaryIO, Protocol

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

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self.size = 0
        self._hash = hashlib.sha256()
        self._head = b""
        self._unsynced = 0

    def write(self, piece: bytes) -> None:
        """Adds what came next."""
        self.file.write(piece)
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
        self.file.flush()
        os.fsync(self.file.fileno())
        self._unsynced = 0


class Store(Protocol):
    """What both kinds promise. Instants are POSIX seconds. `OSError` or `Unavailable` while it cannot be used."""

    def receive(self) -> AbstractContextManager[Arriving]:
        """A content to be filled with what comes; gone again at the end unless it was kept."""

    def keep(self, arriving: Arriving) -> Stored:
        """Stores what arrived, in place of the same content if that is there already: its age begins anew."""

    def open(self, checksum: str) -> BinaryIO:
        """The content, for reading from any place in it; raises `BytesMissing`."""

    def older_than(self, instant: float) -> Iterator[str]:
        """The checksums of all contents that were last kept before `instant`; one may come twice."""

    def discard(self, checksum: str, instant: float) -> bool:
        """Deletes a content unless it was kept again since `instant`; whether it did. It can be needed again any time:
        who keeps the same content meanwhile finds it there afterwards."""

    def discard_unfinished(self, instant: float) -> int:
        """Deletes what has stopped arriving before `instant`; how many."""
