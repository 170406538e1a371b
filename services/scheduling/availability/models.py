"""When a coach offers time for sessions."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import JSON, String
from sqlalchemy.orm import Mapped, mapped_column

from chassis.database import Entity
from services.scheduling.availability.slots import Hours, Rules
from services.scheduling.base import Base


class Availability(Entity, Base):
    """Its id is the coach's. One that was never set has no hours, so there are no slots."""

    __tablename__ = "availability"

    time_zone: Mapped[str] = mapped_column(String(64))
    weekly: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    exceptions: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    buffer_minutes: Mapped[int]
    minimum_notice_minutes: Mapped[int]
    change_notice_minutes: Mapped[int]
    horizon_days: Mapped[int]
    slot_minutes: Mapped[int]
    location: Mapped[dict[str, Any]] = mapped_column(JSON, server_default='{"kind": "other", "detail": null}')

    @classmethod
    def unset(cls, coach_id: Any, time_zone: str) -> Availability:
        """What holds for a coach who has set nothing."""
        return cls(
            id=coach_id,
            version=0,
            time_zone=time_zone,
            weekly=[],
            exceptions=[],
            buffer_minutes=0,
            minimum_notice_minutes=24 * 60,
            change_notice_minutes=24 * 60,
            horizon_days=60,
            slot_minutes=60,
            location={"kind": "other", "detail": None},
        )

    @property
    def is_open(self) -> bool:
        """Whether the coach offers any hours at all: without, only staff plan and change sessions."""
        return bool(self.weekly) or any(row["from"] for row in self.exceptions)

    @property
    def change_notice(self) -> dt.timedelta:
        """How long before a session its client may still move or cancel it."""
        return dt.timedelta(minutes=self.change_notice_minutes)

    def replace(self, *, exceptions: list[dict[str, Any]], **values: Any) -> None:
        """Takes over all of it."""
        for name, value in values.items():
            setattr(self, name, value)
        self.exceptions = [{**row, "date": row["date"].isoformat()} for row in exceptions]

    @property
    def rules(self) -> Rules:
        """The same for the calculation of slots."""
        weekly: dict[int, tuple[Hours, ...]] = {}
        for row in self.weekly:
            weekly[row["weekday"]] = (*weekly.get(row["weekday"], ()), _hours(row))
        exceptions: dict[dt.date, tuple[Hours, ...]] = {}
        for row in self.exceptions:
            day = dt.date.fromisoformat(row["date"])
            exceptions[day] = (*exceptions.get(day, ()), *([_hours(row)] if row["from"] else []))
        return Rules(
            zone=ZoneInfo(self.time_zone),
            weekly=weekly,
            exceptions=exceptions,
            buffer=dt.timedelta(minutes=self.buffer_minutes),
            notice=dt.timedelta(minutes=self.minimum_notice_minutes),
            horizon=dt.timedelta(days=self.horizon_days),
            slot_minutes=self.slot_minutes,
        )


def _hours(row: dict[str, Any]) -> Hours:
    begin, end = ((int(text[:2]) * 60 + int(text[3:])) for text in (row["from"], row["to"]))
    return begin, end
