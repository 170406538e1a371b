"""Comments on notes, goals and assignments (rules S2.38, S2.54, S2.76)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column, relationship

from chassis.database import Entity
from services.engagements.base import Base
from services.engagements.people.models import Person


class Comment(Entity, Base):
    """What somebody said about a note, a goal or an assignment (`place`, `place_id`)."""

    __tablename__ = "comment"
    __table_args__ = (Index("ix_comment_list", "place_id", "created_at", "id"),)

    engagement_id: Mapped[UUID] = mapped_column(ForeignKey("engagement.id"))
    place: Mapped[str] = mapped_column(String(10))
    place_id: Mapped[UUID] = mapped_column(Uuid)
    author_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    author: Mapped[Person] = relationship(lazy="joined", innerjoin=True)
    body: Mapped[str] = mapped_column(Text)

    def facts(self) -> dict[str, Any]:
        """The data of its events."""
        return {
            "engagement_id": self.engagement_id,
            "place": self.place,
            "place_id": self.place_id,
            "by_client": self.author.is_client,
        }
