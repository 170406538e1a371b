"""What others read of events without our code: JSON Schema and AsyncAPI, exact, valid, and never breaking."""

from __future__ import annotations

import copy
import json
from typing import Any

import jsonschema
import pytest
from jsonschema import Draft202012Validator

from contracts import asyncapi, docs, json_schema
from contracts.envelope import decode
from contracts.events import EventData, schema_of
from tests.architecture.house import ROOT

EVENTS = docs.public_events()
#: As AsyncAPI publishes it.
ASYNCAPI_SCHEMA = ROOT / "gateway/assets/node_modules/@asyncapi/specs/schemas/3.0.0.json"


def validator(event: type[EventData]) -> Draft202012Validator:
    schema = json_schema.of_event(event)
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.type)
def test_the_schema_takes_the_example_and_what_a_newer_release_adds(event: type[EventData]) -> None:
    known = validator(event)
    example = asyncapi.envelope_of(event.type)
    assert decode(json.dumps(example).encode()).type == event.type
    assert [error.message for error in known.iter_errors(example)] == []
    assert known.is_valid(example | {"new": 1, "data": example["data"] | {"new": 1}})


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.type)
def test_schema_and_declaration_refuse_the_same(event: type[EventData]) -> None:
    """Each field of the example left out, null, or of another type in turn; words that it may hold are left open."""
    known = validator(event)
    example = asyncapi.envelope_of(event.type)
    for field in example["data"]:
        for wrong in (None, {"an": "object"}, ["a list"], "..."):
            changed = copy.deepcopy(example)
            changed["data"][field] = wrong
            assert known.is_valid(changed) >= (schema_of(event.type).validate(changed["data"]) == {}), (field, wrong)
        changed = copy.deepcopy(example)
        del changed["data"][field]
        assert known.is_valid(changed) == (schema_of(event.type).validate(changed["data"]) == {}), field


def test_the_asyncapi_document_is_valid() -> None:
    document = json.loads(docs.ASYNCAPI.read_text())
    schema = json.loads(ASYNCAPI_SCHEMA.read_text())
    assert [error.message for error in jsonschema.Draft7Validator(schema).iter_errors(document)] == []
    assert document["channels"].keys() == {event.type for event in EVENTS}
    for message in document["components"]["messages"].values():
        payload = document["components"]["schemas"][message["payload"]["$ref"].rpartition("/")[2]]
        jsonschema.validate(message["examples"][0]["payload"], payload)


def test_no_schema_breaks_what_the_last_release_promised() -> None:
    released: dict[str, Any] = json.loads(docs.RELEASED_SCHEMAS.read_text())
    assert released.keys() == docs.released().keys(), "freeze them with python -m contracts.docs --release"
    now = {event.type: json_schema.of_object(event) for event in EVENTS}
    broken = {type_: docs.breaks(released[type_], docs.shape_of(now[type_])) for type_ in released.keys() & now.keys()}
    assert {type_: what for type_, what in broken.items() if what} == {}


def test_a_new_optional_field_breaks_nothing_and_anything_else_does() -> None:
    before = {
        "type": "object",
        "required": ["total"],
        "properties": {"total": {"type": "string"}, "state": {"type": "string"}},
    }

    def changed(**fields: Any) -> list[str]:
        return docs.breaks(before, before | {"properties": before["properties"] | fields})  # type: ignore[operator]

    assert changed(note={"type": ["string", "null"]}) == []
    assert changed(total={"type": "integer"})
    assert changed(state={"type": ["string", "null"]})
    assert docs.breaks(before, before | {"required": ["total", "state"]})
    assert docs.breaks(before, before | {"properties": {"total": {"type": "string"}}})
