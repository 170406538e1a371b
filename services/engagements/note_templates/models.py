"""Templates that a note can begin with (rules S2.27, S2.28); all staff share them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from chassis.database import Entity
from services.engagements.base import Base
from services.engagements.deletable import Deletable
from services.engagements.notes.sanitise import sanitise


class NoteTemplate(Entity, Deletable, Base):
    """A title and what a note begins with."""

    __tablename__ = "note_template"
    what = "note template"

    title: Mapped[str] = mapped_column(String(200), index=True)
    body: Mapped[str] = mapped_column(Text)

    def write(self, changes: dict[str, Any]) -> None:
        """Takes over what is given of title and body, the latter sanitised."""
        self.title = changes.get("title", self.title)
        self.body = sanitise(changes["body"]) if "body" in changes else self.body
