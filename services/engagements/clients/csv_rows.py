"""The rows of a CSV file of clients: read and checked one by one, without looking at what is there already."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from marshmallow import ValidationError

from contracts.calls.people import ClientProfile
from contracts.errors import Invalid

COLUMNS = ("name", "email", "time_zone", "phone", "company")
NEEDED = ("name", "email")


@dataclass(frozen=True)
class Row:
    """One row: `line` is where it begins (the header is line 1); `profile` is what it says, or `errors` what is wrong.

    An empty cell is left out of the profile.
    """

    line: int
    profile: dict[str, Any]
    errors: dict[str, list[str]]


def read_rows(content: str) -> Iterator[Row]:
    """The rows in order, blank ones left out. `Invalid` when the header is not as it must be."""
    reader = csv.reader(io.StringIO(content.removeprefix("\ufeff"), newline=""), strict=True)
    header: list[str] | None = None
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            break
        except csv.Error as error:
            if header is None:
                raise _wrong_header(f"Cannot be read: {error}.") from None
            yield Row(line, {}, {"row": [f"Cannot be read, nor can what comes after it: {error}."]})
            return
        if header is None:
            header = _checked_header(cells)
        elif any(cell.strip() for cell in cells):
            yield _row(line, header, cells)
    if header is None:
        raise _wrong_header("The file is empty.")


def _checked_header(cells: list[str]) -> list[str]:
    header = [cell.strip().lower() for cell in cells]
    problems = [f"Unknown column: {name or '(empty)'}." for name in header if name not in COLUMNS]
    problems += [f"Column given twice: {name}." for name in COLUMNS if header.count(name) > 1]
    problems += [f"Column missing: {name}." for name in NEEDED if name not in header]
    if problems:
        raise _wrong_header(*problems)
    return header


def _wrong_header(*problems: str) -> Invalid:
    return Invalid(f"The first line must be {','.join(COLUMNS)}.", errors={"header": list(problems)})


def _row(line: int, header: list[str], cells: list[str]) -> Row:
    if len(cells) > len(header):
        return Row(line, {}, {"row": [f"Has {len(cells)} columns where the header has {len(header)}."]})
    given = {name: cell.strip() for name, cell in zip(header, cells, strict=False) if cell.strip()}
    try:
        return Row(line, ClientProfile().load(given), {})
    except ValidationError as error:
        return Row(line, {}, error.normalized_messages())
