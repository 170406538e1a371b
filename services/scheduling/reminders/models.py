"""Which reminders of a session are done with."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from chassis.database import UtcDateTime
from services.scheduling.base import Base


class ReminderDone(Base):
    """The reminder so many `minutes` before a session that begins then: a session that is moved is reminded of anew."""

    __tablename__ = "reminder_done"

    session_id: Mapped[UUID] = mapped_column(ForeignKey("session.id", ondelete="CASCADE"), primary_key=True)
    starts_at: Mapped[dt.datetime] = mapped_column(UtcDateTime, primary_key=True)
    minutes: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
