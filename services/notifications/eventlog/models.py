"""The tables of the log of public events."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, BigInteger, Index, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from chassis.database import UtcDateTime
from services.notifications.base import Base


class Position(Base):
    """The one row that counts: who raises it holds it until the commit, so positions appear in order."""

    __tablename__ = "event_position"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int] = mapped_column(BigInteger)


class EventType(Base):
    """A type that has occurred; patterns are matched against these few instead of against every event."""

    __tablename__ = "event_type"

    type: Mapped[str] = mapped_column(String(200), primary_key=True)


class LoggedEvent(Base):
    """One public event as it was published. Its position never changes."""

    __tablename__ = "logged_event"
    __table_args__ = (Index("ix_logged_event_type_position", "type", "position"),)

    position: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    event_id: Mapped[UUID] = mapped_column(Uuid)
    type: Mapped[str] = mapped_column(String(200))
    logged_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    envelope: Mapped[dict[str, Any]] = mapped_column(JSON)
