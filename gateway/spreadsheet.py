"""Tables as CSV that a spreadsheet opens right, and runs nothing of."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any

from flask import Response, stream_with_context

#: What a spreadsheet takes for the beginning of a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def harmless(text: str) -> str:
    """The text of a cell; one that would be a formula begins with an apostrophe."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def table(filename: str, rows: Iterable[Iterable[Any]]) -> Response:
    """The rows as a file, sent as they come; the first one is fetched before anything is sent."""
    lines = _lines(rows)
    first = next(lines, "")
    headers = {"Content-Disposition": f'attachment; filename="{filename}"'}
    content = stream_with_context(_chain("\ufeff" + first, lines))
    return Response(content, content_type="text/csv; charset=utf-8", headers=headers)


def _lines(rows: Iterable[Iterable[Any]]) -> Iterator[str]:
    for row in rows:
        line = io.StringIO()
        csv.writer(line).writerow(row)
        yield line.getvalue()


def _chain(first: str, rest: Iterator[str]) -> Iterator[str]:
    yield first
    yield from rest
