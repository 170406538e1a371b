"""Rows as others may read them: plain JSON, by the names of their columns."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import inspect

from contracts.schema import instant_text


def records_of(rows: Iterable[Any], *, without: Iterable[str] = ()) -> list[dict[str, Any]]:
    """Each row as an object, but for the columns `without`."""
    left_out = set(without)
    return [
        {
            column.key: _plain(getattr(row, column.key))
            for column in inspect(type(row)).column_attrs
            if column.key not in left_out
        }
        for row in rows
    ]


def _plain(value: Any) -> Any:
    match value:
        case dt.datetime():
            return instant_text(value)
        case dt.date():
            return value.isoformat()
        case UUID():
            return str(value)
        case Decimal():
            return format(value, "f")
        case _:
            return value
