"""Lists go page by page along a key, so that a page costs the same wherever it is."""

from __future__ import annotations

import base64
import datetime as dt
import json
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.types import TypeDecorator, TypeEngine

from chassis.work import Work
from contracts.errors import Invalid


def _pack(values: list[Any]) -> str:
    plain = [
        value.isoformat() if isinstance(value, dt.date) else str(value) if isinstance(value, UUID) else value
        for value in values
    ]
    return base64.urlsafe_b64encode(json.dumps(plain).encode()).decode().rstrip("=")


def _unpack(cursor: str, by: tuple[InstrumentedAttribute[Any], ...]) -> list[Any]:
    try:
        plain = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if not isinstance(plain, list) or len(plain) != len(by):
            raise ValueError("another list's cursor")
        return [_typed(value, _python_type(column.type)) for value, column in zip(plain, by, strict=True)]
    except (ValueError, TypeError) as error:
        raise Invalid(
            "The cursor is not one of this list.", errors={"cursor": ["Not a cursor of this list."]}
        ) from error


def _python_type(column_type: TypeEngine[Any]) -> type:
    return column_type.impl_instance.python_type if isinstance(column_type, TypeDecorator) else column_type.python_type


def _typed(value: Any, wanted: type) -> Any:
    if wanted is UUID:
        return UUID(value)
    if wanted in (dt.datetime, dt.date):
        return wanted.fromisoformat(value)
    if not isinstance(value, wanted):
        raise TypeError(f"{value!r} is no {wanted.__name__}")
    return value


def page(
    work: Work,
    statement: Select[Any],
    input: dict[str, Any],
    *,
    by: tuple[InstrumentedAttribute[Any], ...],
    descending: bool = True,
) -> dict[str, Any]:
    """`{items, next}` of a `select(Model)` in the order of `by`, whose last column is unique and none of them null.

    `input` holds `limit` and `cursor`; a cursor that is not of this list is `Invalid`.
    """
    key = tuple_(*by)
    if input["cursor"]:
        after = tuple_(*_unpack(input["cursor"], by), types=[column.type for column in by])
        statement = statement.where(key < after if descending else key > after)
    ordered = statement.order_by(*(column.desc() if descending else column.asc() for column in by))
    rows = list(work.session.scalars(ordered.limit(input["limit"] + 1)))
    items, more = rows[: input["limit"]], len(rows) > input["limit"]
    return {"items": items, "next": _pack([getattr(items[-1], column.key) for column in by]) if more else None}


def counted_page(
    work: Work, statement: Select[Any], input: dict[str, Any], *, by: tuple[InstrumentedAttribute[Any], ...]
) -> dict[str, Any]:
    """Like `page`, with `total`: how many rows there are on all pages; counting them is for thousands, not millions."""
    total = work.session.scalar(select(func.count()).select_from(statement.with_only_columns(by[-1]).subquery()))
    return {**page(work, statement, input, by=by), "total": total}
