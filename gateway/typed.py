"""Answers as pages want them: instants, dates and money as Python values, all else as it came."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields
from marshmallow.fields import Field

from contracts.calls import Call
from contracts.schema import DecimalText, Instant


def typed(call: Call, answer: Any) -> Any:
    """`answer` (JSON) of `call`. What a newer service has added stays as it is, so that no upgrade breaks a page."""
    return _object(call.output(), answer) if call.output else None


def _object(schema: Schema, value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    known = {field.data_key or name: field for name, field in schema.fields.items()}
    return {name: _value(known[name], inner) if name in known else inner for name, inner in value.items()}


def _value(field: Field[Any], value: Any) -> Any:
    if value is None:
        return None
    if isinstance(field, fields.Nested):
        return [_object(field.schema, one) for one in value] if field.many else _object(field.schema, value)
    if isinstance(field, fields.List):
        return [_value(field.inner, one) for one in value]
    if isinstance(field, Instant | fields.Date | DecimalText):
        return field.deserialize(value)
    return value
