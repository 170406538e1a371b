"""One event: a CloudEvent 1.0 in structured JSON."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from uuid import UUID

from coachworks_events.facts import Facts
from coachworks_events.types import TYPES


class Unreadable(ValueError):
    """The bytes are no CloudEvent of Coachworks."""


@dataclass(frozen=True)
class Event:
    """`sequence` grows with each change of one `subject`; `id` is the same for every delivery.

    `document` is all of it as it came. `offset` is its place in the stream, None where it came from a queue.
    """

    id: UUID
    type: str
    source: str
    subject: str
    time: dt.datetime
    sequence: int
    actorid: UUID | None
    actorrole: str
    data: dict[str, Any]
    document: dict[str, Any] = field(repr=False)
    offset: int | None = None

    @cached_property
    def facts(self) -> Facts | None:
        """`data` as the dataclass of its type; None for a type that this release of the package does not know."""
        known = TYPES.get(self.type)
        return known.read(self.data) if known else None


def decode(body: bytes, offset: int | None = None) -> Event:
    """The event in `body`; raises `Unreadable` for anything else."""
    try:
        document = json.loads(body)
        return Event(
            id=UUID(document["id"]),
            type=document["type"],
            source=document["source"],
            subject=document["subject"],
            time=dt.datetime.fromisoformat(document["time"]),
            sequence=int(document["sequence"]),
            actorid=UUID(document["actorid"]) if document.get("actorid") else None,
            actorrole=document.get("actorrole", "system"),
            data=dict(document["data"]),
            document=document,
            offset=offset,
        )
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise Unreadable(f"not an event of Coachworks: {error!r}") from None
