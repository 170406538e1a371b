"""A folder as a ZIP, made while it is sent: nothing is stored, and its length is known beforehand."""

from __future__ import annotations

import time
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import BinaryIO

from pathvalidate import sanitize_filename
from werkzeug.wrappers import Response
from zipstream import ZIP_STORED, ZipStream

from services.documents.files.download import disposition
from services.documents.files.multipart import PIECE

#: Linux takes 255 bytes; a number in brackets may come to a name that another has.
_LONGEST_STEM, _LONGEST_SUFFIX = 200, 20


@dataclass(frozen=True)
class Entry:
    """A file, or a folder, that lies in the folder `parent_id`; the last two are a file's."""

    id: str
    parent_id: str
    name: str
    is_file: bool
    size: int | None
    checksum: str | None


def respond(name: str, top: str, entries: list[Entry], open_: Callable[[str], BinaryIO]) -> Response:
    """The folder `top`, called `name`, with all `entries`, which lie in it or in one another; `open_` finds bytes.

    Not compressed: what is worth sending is packed already (pictures, PDF, documents), and so the length is known.
    """
    archive = ZipStream(compress_type=ZIP_STORED, sized=True)
    archive.mkdir(sanitize(name))
    for path, entry in placed(sanitize(name), top, entries):
        if entry.checksum:
            archive.add(_Content(open_, entry.checksum), str(path), size=entry.size)
        else:
            archive.mkdir(str(path))
    length = len(archive)
    response = Response(_yielding(archive), content_type="application/zip", direct_passthrough=True)
    response.content_length = length
    response.headers["Content-Disposition"] = disposition(f"{sanitize(name)}.zip", "application/zip")
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def placed(top_name: str, top: str, entries: list[Entry]) -> Iterator[tuple[PurePosixPath, Entry]]:
    """Each entry with its path: names that any system takes, and none twice in a folder, also where case is ignored."""
    inside: dict[str, list[Entry]] = defaultdict(list)
    for entry in sorted(entries, key=lambda entry: (entry.is_file, entry.name.casefold(), str(entry.id))):
        inside[entry.parent_id].append(entry)
    taken: set[str] = set()
    open_folders = [(PurePosixPath(top_name), top)]
    while open_folders:
        folder, id_ = open_folders.pop()
        for entry in inside[id_]:
            path = _free(folder / sanitize(entry.name), taken)
            taken.add(_folded(path))
            if not entry.is_file:
                open_folders.append((path, entry.id))
            yield path, entry


def sanitize(name: str) -> str:
    """A name that Windows, macOS and Linux take alike, and that leads nowhere else; "_" where nothing is left."""
    path = PurePosixPath(name.replace("/", "_").strip(". "))
    stem, suffix = (path.stem, path.suffix) if len(path.suffix) <= _LONGEST_SUFFIX else (path.name, "")
    clean = sanitize_filename(stem, replacement_text="_", platform="universal", max_len=_LONGEST_STEM)
    return f"{clean or '_'}{sanitize_filename(suffix, replacement_text='_', platform='universal')}"


def _free(path: PurePosixPath, taken: set[str]) -> PurePosixPath:
    tried, number = path, 1
    while _folded(tried) in taken:
        number += 1
        tried = path.with_name(f"{path.stem} ({number}){path.suffix}")
    return tried


def _folded(path: PurePosixPath) -> str:
    return unicodedata.normalize("NFC", str(path)).casefold()


class _Content:
    """The pieces of one file, which is opened when its turn has come."""

    def __init__(self, open_: Callable[[str], BinaryIO], checksum: str) -> None:
        self._open = open_
        self._checksum = checksum

    def __iter__(self) -> Iterator[bytes]:
        with self._open(self._checksum) as file:
            while piece := file.read(PIECE):
                yield piece


def _yielding(archive: ZipStream) -> Iterator[bytes]:
    for piece in archive:
        time.sleep(0)  # in a serve process this is where another green thread goes on
        yield piece
