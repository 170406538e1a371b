"""Takes out of a public event what is personal or confidential, and leaves its facts: ids, times, amounts, states.

Pure; what a text is, its declaration says (contracts/privacy.py).
"""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields

from contracts.events import registry, schema_of
from contracts.schema import DecimalText, Instant, Zone

Json = dict[str, Any]

#: Its facts are those of the empty record that is left.
_OF_NOBODY = "engagements.client.erased.v1"
#: What texts of these privacy classes say stays.
_HARMLESS = ("none", "pseudonymous")


def scrubbed(envelope: Json) -> Json:
    """The event with each text of its data emptied; of a type that this release does not know, no data is left."""
    if envelope["type"] == _OF_NOBODY:
        return envelope
    known = envelope["type"] in registry()
    return envelope | {"data": _of_object(schema_of(envelope["type"]), envelope["data"]) if known else {}}


def without_address(value: Any, address: str, instead: str) -> Any:
    """With `instead` for the address wherever it stands, and no name beside it; `address` is in lower case."""
    match value:
        case dict():
            names = any(isinstance(one, str) and address in one.lower() for one in value.values())
            emptied = {"name": "", "recipient_name": "", "subject": "", "reason": None} if names else {}
            inner = {name: without_address(one, address, instead) for name, one in value.items()}
            return inner | {name: empty for name, empty in emptied.items() if name in inner}
        case list():
            return [without_address(one, address, instead) for one in value]
        case str() if address in value.lower():
            return instead
        case _:
            return value


def _of_object(schema: Schema, data: Json) -> Json:
    """Only declared fields, so that none stays of which nobody can say what it holds."""
    return {name: _of_value(field, data[name]) for name, field in schema.fields.items() if name in data}


def _of_value(field: fields.Field[Any], value: Any) -> Any:
    match field:
        case _ if value is None:
            return None
        case fields.Nested():
            return _of_object(field.schema, value)
        case fields.List():
            return [_of_value(field.inner, one) for one in value]
        case fields.Dict():
            return {}
        case Zone():
            return "UTC"
        case fields.Email():
            return "somebody@erased.invalid"
        case fields.UUID() | Instant() | DecimalText():
            return value
        case fields.String() if field.metadata.get("privacy") not in _HARMLESS:
            return None if field.allow_none else ""
        case _:
            return value
