"""Programs: what clients are enrolled in."""

from __future__ import annotations

from typing import Any

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from chassis.database import Entity
from services.engagements.base import Base


class Program(Entity, Base):
    """A program. An engagement copies it at enrolment (rule C11), so changing or archiving it touches none."""

    __tablename__ = "program"

    name: Mapped[str] = mapped_column(String(150))
    description: Mapped[str] = mapped_column(Text)
    sessions_total: Mapped[int]
    archived: Mapped[bool]

    def describe(self, changes: dict[str, Any]) -> bool:
        """Takes over what is given of name, description and sessions_total; answers whether anything is different."""
        different = {name: value for name, value in changes.items() if getattr(self, name) != value}
        for name, value in different.items():
            setattr(self, name, value)
        return bool(different)

    def archive(self) -> None:
        """It is offered no more."""
        self.archived = True

    def facts(self) -> dict[str, Any]:
        """The data of its events."""
        return {"name": self.name, "sessions_total": self.sessions_total, "archived": self.archived}
