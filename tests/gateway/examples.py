"""Answers made from the schemas of the calls: whatever a contract promises, a page must be able to show."""

from __future__ import annotations

import importlib
from pkgutil import iter_modules
from typing import Any
from uuid import uuid4

from marshmallow import Schema, fields, validate

from contracts import calls
from contracts.calls import Call
from contracts.schema import DecimalText, Instant, Zone

_BY_NAME = {
    "time_zone": "Europe/Berlin",
    "email": "leila@haddad.example",
    "recipient": "leila@haddad.example",
    "copy_to": "accounts@haddad.example",
    "colour": "#0E6B56",
    "currency": "EUR",
    "locale": "en",
    "href": "https://zoom.us/j/1",
    "link": "/sessions/1",
    "recipient_portal": "active",
    "invoice_number_format": "{year}-{number:04d}",
    "content_type": "application/pdf",
    "html": "<p>Hello</p>",
    "method": "REQUEST",
}


def every_call() -> list[Call]:
    """All calls that the modules of contracts/calls declare."""
    modules = [importlib.import_module(f"contracts.calls.{found.name}") for found in iter_modules(calls.__path__)]
    return [value for module in modules for value in vars(module).values() if isinstance(value, Call)]


def answer_of(call: Call, **changes: Any) -> Any:
    """An answer of `call` as JSON, with one item in every list; `changes` replaces fields of the top."""
    return None if call.output is None else {**_object(call.output()), **changes}


def _object(schema: Schema) -> dict[str, Any]:
    return {field.data_key or name: _value(name, field) for name, field in schema.fields.items()}


def _value(name: str, field: Any) -> Any:
    for check in field.validators:
        if isinstance(check, validate.OneOf):
            return next(iter(check.choices))
    match field:
        case fields.Nested():
            return _object(field.schema)
        case fields.List():
            return [_value(name, field.inner)]
        case fields.UUID():
            return str(uuid4())
        case Instant():
            return "2026-03-02T15:00:00Z"
        case fields.Date():
            return "2026-03-02"
        case DecimalText():
            return "19.00"
        case fields.Integer():
            return 60
        case fields.Float():
            return 3.5
        case fields.Boolean():
            return True
        case fields.Dict():
            return {}
        case Zone():
            return "Europe/Berlin"
        case _ if name == "state" and "enum" in field.metadata:
            return field.metadata["enum"][1]
        case _:
            return _BY_NAME.get(name, "" if name == "next" else f"some {name}")
