"""The activity log of an engagement (rule S2.18)."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from chassis.database import Entity, UtcDateTime
from services.engagements.base import Base


class Activity(Entity, Base):
    """One entry. The actor is kept by id, so that a person renamed is shown by today's name (rule C23)."""

    __tablename__ = "activity"
    __table_args__ = (Index("ix_activity_list", "engagement_id", "at", "id"),)

    engagement_id: Mapped[UUID] = mapped_column(ForeignKey("engagement.id"))
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    actor_id: Mapped[UUID | None] = mapped_column(Uuid)
    actor_role: Mapped[str] = mapped_column(String(10))
    kind: Mapped[str] = mapped_column(String(20))
    verb: Mapped[str] = mapped_column(String(30))
    text: Mapped[str] = mapped_column(Text)
    target: Mapped[str] = mapped_column(Text)
    link: Mapped[str] = mapped_column(String(300))
    detail: Mapped[str | None] = mapped_column(Text)
    client_sees: Mapped[bool]
