"""Events: each type and version is declared once, as a class with a docstring, described fields and a golden example.

    class InvoiceSent(InvoiceFacts):
        \"\"\"The invoice took its number and is on its way.\"\"\"
        type = "billing.invoice.sent.v1"

The golden example lies in `contracts/events/examples/<type>.json` (the `data` alone) and is frozen once released.
A new optional field keeps the version; anything else is a `.v2` that is published beside `.v1` for one release.
"""

from __future__ import annotations

import json
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any, ClassVar

from marshmallow import EXCLUDE

from contracts.schema import Schema

SERVICES = ("engagements", "scheduling", "documents", "notifications", "billing")
PUBLIC = "coachworks.events"
PRIVATE = "coachworks.private"
EXAMPLES = Path(__file__).parent / "examples"


_declared: dict[str, type[EventData]] = {}


class EventData(Schema):
    """The `data` of an event. A consumer passes over fields that a newer release has added."""

    type: ClassVar[str]
    exchange: ClassVar[str] = PUBLIC
    #: Of the ids, numbers and instants in it; what holds text says its own (contracts/privacy.py).
    privacy: ClassVar[str] = "pseudonymous"

    class Meta:
        unknown = EXCLUDE

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "type" in cls.__dict__:
            _declared[cls.type] = cls


@cache
def _read_declarations() -> None:
    for module in iter_modules(__path__):
        import_module(f"contracts.events.{module.name}")
    import_module("contracts.notification")


def registry() -> dict[str, type[EventData]]:
    """Every declared event by its type."""
    _read_declarations()
    return _declared


@cache
def schema_of(event_type: str) -> EventData:
    """The schema instance of a declared type; KeyError for one that is not declared."""
    return registry()[event_type]()


def example_of(event_type: str) -> dict[str, Any]:
    """The golden example of a declared type."""
    example: dict[str, Any] = json.loads((EXAMPLES / f"{event_type}.json").read_text())
    return example
