"""Writes what follows from the declarations: `python -m contracts.docs`.

That is docs/events.md, docs/asyncapi.json, docs/schemas/ and the types of clients/python. With `--release` it also
freezes the examples that are not frozen yet (contracts/events/released.txt) and the schemas of this release
(released_schemas.json): a frozen example never changes, and a schema only grows, because others rely on them.
"""

from __future__ import annotations

import hashlib
import inspect
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from marshmallow import fields

from contracts import asyncapi, json_schema, privacy, typed
from contracts.envelope import EnvelopeSchema
from contracts.events import PUBLIC, SERVICES, EventData, example_of, registry
from contracts.schema import DecimalText, Email, Instant, Zone
from contracts.topics import topic_matches

HOUSE = Path(__file__).parent.parent
EVENTS_PAGE = HOUSE / "docs" / "events.md"
ASYNCAPI = EVENTS_PAGE.with_name("asyncapi.json")
SCHEMAS = EVENTS_PAGE.with_name("schemas")
RELEASED = Path(__file__).parent / "events" / "released.txt"
RELEASED_SCHEMAS = RELEASED.with_name("released_schemas.json")

_INTRODUCTION = """# Events

Generated from `contracts/events/` by `python -m contracts.docs`; do not edit.

Every event is a CloudEvent 1.0 in structured JSON (`application/cloudevents+json`) on the topic exchange
`coachworks.events`, its `type` being the routing key. It is delivered at least once and may come late: `id` tells a
second delivery, `sequence` grows with each change of one `subject`. A field may be added at any time, and a word to
those that a field may hold; anything else is a new version, published beside the old one for a release.

The same for machines: [asyncapi.json](asyncapi.json) and a JSON Schema for each type in [schemas/](schemas/), served at
`/api/v1/asyncapi.json` and `/api/v1/schemas/TYPE.json`. How to read events:
[clients/python](../clients/python/README.md).

**Privacy**: each field has a class, and an event that of its most delicate field; in the schemas it is `x-privacy`.

{classes}

**Listening** names the services that do something at an event. notifications takes every event into the log
(`GET /api/v1/events`), from where webhooks get it, and the stream holds it for replay.
"""
_LISTENS = re.compile(r'^ +(?:On|Mirror)\(\s*"([^"]+)"', re.MULTILINE)
# The first that fits names the type.
_TYPES: tuple[tuple[type[fields.Field[Any]], str], ...] = (
    (Instant, "instant"),
    (DecimalText, "decimal in a string"),
    (Zone, "time zone"),
    (Email, "mail address"),
    (fields.Email, "mail address"),
    (fields.UUID, "UUID"),
    (fields.Date, "date"),
    (fields.Boolean, "boolean"),
    (fields.Integer, "integer"),
    (fields.Dict, "object"),
    (fields.Nested, "object"),
    (fields.String, "string"),
)


def public_events() -> list[type[EventData]]:
    """Every declared public event, by service in the house's order, then by type."""
    ours = (event for event in registry().values() if event.__module__.startswith("contracts."))
    found = [event for event in ours if event.exchange == PUBLIC]
    return sorted(found, key=lambda event: (SERVICES.index(event.type.split(".")[0]), event.type))


def digest_of(event_type: str) -> str:
    """The SHA-256 of the golden example, whatever its white space."""
    return hashlib.sha256(json.dumps(example_of(event_type), sort_keys=True).encode()).hexdigest()


def released() -> dict[str, str]:
    """The digest of each example that is frozen, by type."""
    lines = RELEASED.read_text().splitlines() if RELEASED.exists() else []
    return dict(line.split(" ", 1) for line in lines)


def page() -> str:
    """docs/events.md as it should be."""
    classes = "\n".join(f"- `{name}`: {meaning}" for name, meaning in privacy.CLASSES.items())
    parts = [_INTRODUCTION.format(classes=classes), "## The envelope\n"]
    parts.append(_table(_rows(EnvelopeSchema().fields, EventData.privacy)))
    patterns = {service: patterns_of(service) for service in SERVICES}
    service = ""
    for event in public_events():
        if (of := event.type.split(".")[0]) != service:
            service = of
            parts.append(f"## {service}\n")
        example = json.dumps(example_of(event.type), indent=2, ensure_ascii=False)
        parts.append(f"### `{event.type}`\n\n{inspect.getdoc(event)}\n")
        listening = [name for name, known in patterns.items() if any(topic_matches(one, event.type) for one in known)]
        parts.append(f"Privacy: {privacy.of_event(event())}. Listening: {', '.join(listening) or 'none'}.\n")
        parts.append(_table(_rows(event().fields, event.privacy)))
        parts.append(f"```json\n{example}\n```\n")
    return "\n".join(parts)


def patterns_of(service: str) -> list[str]:
    """What a service listens to, as its service.py declares it; the log, which takes everything, left out."""
    return [
        pattern
        for pattern in _LISTENS.findall((HOUSE / f"services/{service}/service.py").read_text())
        if pattern != "#"
    ]


def _rows(of: dict[str, Any], of_ids: str, before: str = "") -> Iterator[tuple[str, str, str, str]]:
    for name, field in of.items():
        inner = field.inner if isinstance(field, fields.List) else field
        kind = next((kind for cls, kind in _TYPES if isinstance(inner, cls)), "any")
        if inner is not field:
            kind = f"list of {kind}"
        if not field.required:
            kind += ", may be missing"
        if field.allow_none:
            kind += " or null"
        yield f"`{before}{name}`", kind, privacy.of_field(field, of_ids), field.metadata.get("description", "")
        if isinstance(inner, fields.Nested):
            yield from _rows(inner.schema.fields, of_ids, f"{before}{name}.")


def _table(rows: Iterator[tuple[str, str, str, str]]) -> str:
    lines = ["| field | type | privacy | meaning |", "|---|---|---|---|"]
    lines += [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join(lines) + "\n"


def files() -> dict[Path, str]:
    """Every generated file as it should be."""
    events = public_events()
    schemas = {SCHEMAS / f"{event.type}.json": _json(json_schema.of_event(event)) for event in events}
    return {EVENTS_PAGE: page(), ASYNCAPI: _json(asyncapi.document(events))} | schemas | typed.files(events)


def left_over() -> list[Path]:
    """What is there of events that are declared no more."""
    return sorted({*SCHEMAS.glob("*"), *typed.FOLDER.glob("*.py")} - files().keys())


def shape_of(schema: Any) -> Any:
    """A schema without what is only said: two of one shape take the same values."""
    if not isinstance(schema, dict):
        return schema
    said = {
        name for name in ("description", "examples", "x-privacy") if not isinstance(schema.get(name), dict)
    }  # else a field
    return {name: shape_of(of) for name, of in schema.items() if name not in said}


def breaks(before: Any, now: Any) -> list[str]:
    """What of a released shape is different now, new optional fields aside."""
    if not (isinstance(before, dict) and isinstance(now, dict)):
        return [] if before == now else [f"{before!r} became {now!r}"]
    found = []
    for name in sorted(before.keys() | now.keys()):
        if name == "properties":
            there = {field: now[name].get(field) for field in before[name]}
            found += [f"{field}: {what}" for field in there for what in breaks(before[name][field], there[field])]
        else:
            found += [f"{name}: {what}" for what in breaks(before.get(name), now.get(name))]
    return found


def main(arguments: list[str]) -> None:
    """Writes all of it, and with `--release` the digests and shapes that are new."""
    SCHEMAS.mkdir(exist_ok=True)
    for path, text in files().items():
        path.write_text(text)
    for path in left_over():
        path.unlink()
    if "--release" in arguments:
        known = {event.type: digest_of(event.type) for event in public_events()} | released()
        RELEASED.write_text("".join(f"{name} {digest}\n" for name, digest in sorted(known.items())))
        shapes = {event.type: shape_of(json_schema.of_object(event)) for event in public_events()}
        RELEASED_SCHEMAS.write_text(json.dumps(shapes, indent=1) + "\n")


def _json(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    main(sys.argv[1:])
