"""Generated from the contracts of Coachworks by `python -m contracts.docs`; do not edit."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from coachworks_events.facts import Facts


@dataclass(frozen=True, kw_only=True)
class AboutSchema(Facts):
    kind: str
    id: UUID
    version: int | None = None
