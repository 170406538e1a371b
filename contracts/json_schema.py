"""JSON Schema (2020-12) of what the declarations say, for those who have no Python.

Objects are open, and so are the words that a field may hold: a newer release may add to both (decision 0096).
`x-privacy` is the class of a field, and at `data` that of the whole event.
"""

from __future__ import annotations

import inspect
from typing import Any

from marshmallow import Schema, fields, validate

from contracts import privacy
from contracts.envelope import EnvelopeSchema
from contracts.events import EventData
from contracts.schema import DecimalText, Instant

DIALECT = "https://json-schema.org/draft/2020-12/schema"
# The first that fits names the type.
_TYPES: tuple[tuple[type[fields.Field[Any]], dict[str, Any]], ...] = (
    (fields.UUID, {"type": "string", "format": "uuid"}),
    (Instant, {"type": "string", "format": "date-time"}),
    (fields.Date, {"type": "string", "format": "date"}),
    (DecimalText, {"type": "string", "pattern": r"^[+-]?[0-9]+(\.[0-9]+)?$"}),
    (fields.Email, {"type": "string", "format": "email"}),
    (fields.Boolean, {"type": "boolean"}),
    (fields.Integer, {"type": "integer"}),
    (fields.Dict, {"type": "object"}),
    (fields.String, {"type": "string"}),
)


def of_event(event: type[EventData]) -> dict[str, Any]:
    """The schema of a whole event of that type, as it comes from the broker."""
    envelope = of_object(EnvelopeSchema)
    service = event.type.partition(".")[0]
    told = {
        "type": {"const": event.type},
        "source": {"const": f"/coachworks/{service}"},
        "data": of_object(event) | {"x-privacy": privacy.of_event(event())},
    }
    described = {name: envelope["properties"][name] | more for name, more in told.items()}
    return {
        "$schema": DIALECT,
        "$id": f"urn:coachworks:{event.type}",
        "title": event.type,
        "description": inspect.getdoc(event),
        **envelope,
        "properties": envelope["properties"] | described,
    }


def of_object(schema: type[Schema], of_ids: str = EventData.privacy) -> dict[str, Any]:
    """An object may always have more fields than these: a newer release has added them."""
    of_ids = schema.privacy if issubclass(schema, EventData) else of_ids
    known = schema().fields
    required = [name for name, field in known.items() if field.required]
    properties = {
        name: _of_field(field, of_ids) | {"x-privacy": privacy.of_field(field, of_ids)} for name, field in known.items()
    }
    return {"type": "object", **({"required": required} if required else {}), "properties": properties}


def _of_field(field: fields.Field[Any], of_ids: str) -> dict[str, Any]:
    found = _of_value(field, of_ids)
    for check in field.validators:
        if isinstance(check, validate.OneOf):
            found["examples"] = list(check.choices)
        if isinstance(check, validate.Equal):
            found["const"] = check.comparable
    if field.allow_none:
        found["type"] = [found["type"], "null"]
    if description := field.metadata.get("description"):
        found["description"] = description
    return found


def _of_value(field: fields.Field[Any], of_ids: str) -> dict[str, Any]:
    if isinstance(field, fields.List):
        return {"type": "array", "items": _of_field(field.inner, of_ids)}
    if isinstance(field, fields.Nested):
        return of_object(type(field.schema), of_ids)
    return next(dict(kind) for cls, kind in _TYPES if isinstance(field, cls))
