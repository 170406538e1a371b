"""Writes what follows from the declarations (docs/events.md, the types of clients/python): `python -m contracts.docs`.

`python -m contracts.docs --release` also freezes the examples that are not frozen yet (contracts/events/released.txt);
a frozen example never changes, because others rely on it.
"""

from __future__ import annotations

import hashlib
import inspect
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from marshmallow import fields

from contracts import typed
from contracts.envelope import EnvelopeSchema
from contracts.events import PUBLIC, SERVICES, EventData, example_of, registry
from contracts.schema import DecimalText, Email, Instant, Zone

EVENTS_PAGE = Path(__file__).parent.parent / "docs" / "events.md"
RELEASED = Path(__file__).parent / "events" / "released.txt"

_INTRODUCTION = """# Events

Generated from `contracts/events/` by `python -m contracts.docs`; do not edit.

Every event is a CloudEvent 1.0 in structured JSON (`application/cloudevents+json`) on the topic exchange
`coachworks.events`, its `type` being the routing key. It is delivered at least once and may come late: `id` tells a
second delivery, `sequence` grows with each change of one `subject`. A field may be added at any time; anything else is
a new version, published beside the old one for a release.
"""
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
    parts = [_INTRODUCTION, "## The envelope\n", _table(_rows(EnvelopeSchema().fields))]
    service = ""
    for event in public_events():
        if (of := event.type.split(".")[0]) != service:
            service = of
            parts.append(f"## {service}\n")
        example = json.dumps(example_of(event.type), indent=2, ensure_ascii=False)
        parts.append(f"### `{event.type}`\n\n{inspect.getdoc(event)}\n")
        parts.append(_table(_rows(event().fields)))
        parts.append(f"```json\n{example}\n```\n")
    return "\n".join(parts)


def _rows(of: dict[str, Any], before: str = "") -> Iterator[tuple[str, str, str]]:
    for name, field in of.items():
        inner = field.inner if isinstance(field, fields.List) else field
        kind = next((kind for cls, kind in _TYPES if isinstance(inner, cls)), "any")
        if inner is not field:
            kind = f"list of {kind}"
        if not field.required:
            kind += ", may be missing"
        if field.allow_none:
            kind += " or null"
        yield f"`{before}{name}`", kind, field.metadata.get("description", "")
        if isinstance(inner, fields.Nested):
            yield from _rows(inner.schema.fields, f"{before}{name}.")


def _table(rows: Iterator[tuple[str, str, str]]) -> str:
    lines = ["| field | type | meaning |", "|---|---|---|"]
    lines += [f"| {name} | {kind} | {meaning} |" for name, kind, meaning in rows]
    return "\n".join(lines) + "\n"


def main(arguments: list[str]) -> None:
    """Writes all of it, and with `--release` the digests of what is new."""
    EVENTS_PAGE.write_text(page())
    for path, text in typed.files(public_events()).items():
        path.write_text(text)
    if "--release" in arguments:
        known = {event.type: digest_of(event.type) for event in public_events()} | released()
        RELEASED.write_text("".join(f"{name} {digest}\n" for name, digest in sorted(known.items())))


if __name__ == "__main__":
    main(sys.argv[1:])
