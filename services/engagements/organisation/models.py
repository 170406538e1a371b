"""The organisation: one row, its settings."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import JSON, String, Text, false
from sqlalchemy.orm import Mapped, mapped_column

from chassis.database import Entity
from services.engagements.base import Base

ORGANISATION_ID = UUID("6f1f2a7e-57a4-5d0c-9c39-0a4f5c0e7a11")


class Organisation(Entity, Base):
    """What the organisation is called, how it looks, and its policies."""

    __tablename__ = "organisation"

    name: Mapped[str] = mapped_column(String(150))
    colour: Mapped[str] = mapped_column(String(7))
    currency: Mapped[str] = mapped_column(String(3))
    time_zone: Mapped[str] = mapped_column(String(50))
    cancellations_to_internal_records: Mapped[bool]
    no_show_counts: Mapped[bool]
    late_changes_count: Mapped[bool] = mapped_column(server_default=false())
    quiet_after_weeks: Mapped[int]
    reminder_minutes: Mapped[list[int]] = mapped_column(JSON)
    invoice_number_format: Mapped[str] = mapped_column(String(40))
    invoice_details: Mapped[str] = mapped_column(Text)
    invoice_due_days: Mapped[int | None]
    invoice_paper: Mapped[str] = mapped_column(String(10), server_default="a4")

    def describe(self, changes: dict[str, Any]) -> bool:
        """Takes over the settings that are given; answers whether anything is different now."""
        different = {name: value for name, value in changes.items() if getattr(self, name) != value}
        for name, value in different.items():
            setattr(self, name, value)
        return bool(different)

    def facts(self) -> dict[str, Any]:
        """The data of its event."""
        return {
            "name": self.name,
            "colour": self.colour,
            "currency": self.currency,
            "time_zone": self.time_zone,
            "cancellations_to_internal_records": self.cancellations_to_internal_records,
            "no_show_counts": self.no_show_counts,
            "late_changes_count": self.late_changes_count,
            "quiet_after_weeks": self.quiet_after_weeks,
            "reminder_minutes": self.reminder_minutes,
            "invoice_number_format": self.invoice_number_format,
            "invoice_details": self.invoice_details,
            "invoice_due_days": self.invoice_due_days,
            "invoice_paper": self.invoice_paper,
        }


def new_organisation() -> Organisation:
    """The organisation as it is set up first."""
    return Organisation(
        id=ORGANISATION_ID,
        name="Coachworks",
        colour="#0E6B56",
        currency="EUR",
        time_zone="UTC",
        cancellations_to_internal_records=False,
        no_show_counts=False,
        late_changes_count=False,
        quiet_after_weeks=4,
        reminder_minutes=[1440, 60],
        invoice_number_format="{year}-{number:04d}",
        invoice_details="",
        invoice_due_days=None,
        invoice_paper="a4",
    )
