"""The facts of an event as typed objects: what a dataclass of `coachworks_events.types` reads from JSON."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, fields
from decimal import Decimal
from functools import cache
from types import NoneType
from typing import Any, ClassVar, Self, get_args, get_origin, get_type_hints
from uuid import UUID


@dataclass(frozen=True, kw_only=True)
class Facts:
    """The `data` of one type of event. `type` is empty for what is only a part of one."""

    type: ClassVar[str] = ""

    @classmethod
    def read(cls, data: dict[str, Any]) -> Self:
        """From plain JSON. What a newer release has added is passed over; `TypeError` where a required field lacks."""
        known: Any = cls
        return cls(**{name: read(data[name]) for name, read in _readers(known).items() if name in data})


_SCALARS: dict[Any, Callable[[Any], Any]] = {
    UUID: UUID,
    Decimal: Decimal,
    dt.datetime: dt.datetime.fromisoformat,
    dt.date: dt.date.fromisoformat,
}


@cache
def _readers(cls: type[Facts]) -> dict[str, Callable[[Any], Any]]:
    hints = get_type_hints(cls)
    return {field.name: _reader(hints[field.name]) for field in fields(cls)}


def _reader(hint: Any) -> Callable[[Any], Any]:
    """What makes a value of that type out of JSON."""
    options = get_args(hint)
    if NoneType in options:
        (inner,) = (_reader(option) for option in options if option is not NoneType)
        return lambda value: None if value is None else inner(value)
    if get_origin(hint) is tuple:
        each = _reader(options[0])
        return lambda value: tuple(map(each, value))
    if isinstance(hint, type) and issubclass(hint, Facts):
        return hint.read
    return _SCALARS.get(hint, lambda value: value)
