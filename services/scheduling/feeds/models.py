"""Who has a calendar feed."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from sqlalchemy import String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from chassis.database import UtcDateTime
from services.scheduling.base import Base


class CalendarFeed(Base):
    """One for a person; of its secret address only a digest is kept (C19). Without a row there is none."""

    __tablename__ = "calendar_feed"

    person_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    since: Mapped[dt.datetime] = mapped_column(UtcDateTime)
