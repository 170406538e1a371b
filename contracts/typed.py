"""The typed events of clients/python, one dataclass per declaration: `python -m contracts.docs` writes them."""

from __future__ import annotations

import inspect
import json
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from marshmallow import Schema, fields
from marshmallow.utils import missing

from contracts.events import EventData
from contracts.schema import DecimalText, Instant

FOLDER = Path(__file__).parent.parent / "clients" / "python" / "coachworks_events" / "types"
_TYPES: tuple[tuple[type[fields.Field[Any]], str], ...] = (
    (fields.UUID, "UUID"),
    (Instant, "dt.datetime"),
    (fields.Date, "dt.date"),
    (DecimalText, "Decimal"),
    (fields.Boolean, "bool"),
    (fields.Integer, "int"),
    (fields.Dict, "dict[str, Any]"),
    (fields.String, "str"),
)
_IMPORTS = (
    ("dt.", "import datetime as dt"),
    ("Decimal", "from decimal import Decimal"),
    ("UUID", "from uuid import UUID"),
)
_GENERATED = "Generated from the contracts of Coachworks by `python -m contracts.docs`; do not edit."


def files(events: list[type[EventData]]) -> dict[Path, str]:
    """Each generated file as it should be."""
    modules: dict[str, list[type[Schema]]] = {}
    for event in events:
        for schema in _needed_by(event):
            known = modules.setdefault(_module_of(schema), [])
            if schema not in known:
                known.append(schema)
    found = {FOLDER / f"{name}.py": _module(name, schemas) for name, schemas in modules.items()}
    return found | {FOLDER / "__init__.py": _index(events)}


def _needed_by(schema: type[Schema]) -> Iterator[type[Schema]]:
    """The schema after all that it is made of."""
    if (base := _base_of(schema)) is not None:
        yield from _needed_by(base)
    for field in _own_fields(schema).values():
        if (nested := _nested_in(field)) is not None:
            yield from _needed_by(nested)
    yield schema


def _base_of(schema: type[Schema]) -> type[Schema] | None:
    base = schema.__bases__[0]
    return base if base is not EventData and issubclass(base, EventData) else None


def _own_fields(schema: type[Schema]) -> dict[str, fields.Field[Any]]:
    base = _base_of(schema)
    inherited = base._declared_fields if base else {}
    return {name: field for name, field in schema._declared_fields.items() if inherited.get(name) is not field}


def _nested_in(field: fields.Field[Any]) -> type[Schema] | None:
    inner = field.inner if isinstance(field, fields.List) else field
    return type(inner.schema) if isinstance(inner, fields.Nested) else None


def _module_of(schema: type[Schema]) -> str:
    return schema.__module__.rsplit(".", 1)[1]


def _module(name: str, schemas: list[type[Schema]]) -> str:
    body = "\n\n".join(_dataclass(schema) for schema in schemas)
    lines = [line for word, line in _IMPORTS if word in body]
    straight = [line for line in lines if line.startswith("import")]
    froms = ["from dataclasses import dataclass", *(line for line in lines if line.startswith("from"))]
    used = {"coachworks_events.facts": {"Facts"}}
    for schema in schemas:
        needed = [_base_of(schema), *(map(_nested_in, _own_fields(schema).values()))]
        for other in filter(None, needed):
            if _module_of(other) != name:
                used.setdefault(f"coachworks_events.types.{_module_of(other)}", set()).add(other.__name__)
    ours = [f"from {module} import {', '.join(sorted(names))}" for module, names in sorted(used.items())]
    head = [f'"""{_GENERATED}"""', "", "from __future__ import annotations", "", *straight, *froms, "", *ours]
    return "\n".join(head) + f"\n\n\n{body}"


def _dataclass(schema: type[Schema]) -> str:
    base = _base_of(schema)
    lines = [f"@dataclass(frozen=True, kw_only=True)\nclass {schema.__name__}({base.__name__ if base else 'Facts'}):"]
    if "type" in schema.__dict__:
        said = " ".join((inspect.getdoc(schema) or "").split())
        lines += [*textwrap.wrap(f'"""{said}"""', 116, initial_indent="    ", subsequent_indent="    "), ""]
        lines += [f'    type = "{schema.type}"']  # type: ignore[attr-defined]
    own = [f"    {name}: {_hint(field)}" for name, field in _own_fields(schema).items()]
    if own and len(lines) > 1:
        lines.append("")
    return "\n".join([*lines, *(own or ([] if len(lines) > 1 else ["    pass"]))]) + "\n"


def _hint(field: fields.Field[Any]) -> str:
    inner = field.inner if isinstance(field, fields.List) else field
    nested = _nested_in(field)
    kind = nested.__name__ if nested else next(kind for cls, kind in _TYPES if isinstance(inner, cls))
    if inner is not field:
        kind = f"tuple[{kind}, ...]"
    default = None if field.load_default in (missing, None) or callable(field.load_default) else field.load_default
    if inner is field and (field.allow_none or (not field.required and default is None)):
        kind += " | None"
    if field.required:
        return kind
    if inner is not field:
        return f"{kind} = ()"
    return f"{kind} = {json.dumps(default) if isinstance(default, str) else repr(default)}"


def _index(events: list[type[EventData]]) -> str:
    modules: dict[str, list[str]] = {}
    for event in events:
        modules.setdefault(_module_of(event), []).append(event.__name__)
    imports = []
    for module, names in sorted(modules.items()):
        listed = "".join(f"    {name},\n" for name in sorted(names))
        imports.append(f"from coachworks_events.types.{module} import (\n{listed})")
    names = sorted(name for found in modules.values() for name in found)
    index = "".join(f"    {event.__name__}.type: {event.__name__},\n" for event in events)
    exported = "".join(f'    "{name}",\n' for name in ["TYPES", *names])
    return (
        f'"""{_GENERATED}"""\n\nfrom __future__ import annotations\n\nfrom coachworks_events.facts import Facts\n'
        + "\n".join(imports)
        + f"\n\nTYPES: dict[str, type[Facts]] = {{\n{index}}}\n\n__all__ = [\n{exported}]\n"
    )
