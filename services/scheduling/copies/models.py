"""What scheduling keeps of engagements, people and the organisation, fed by events."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import JSON, Uuid, false
from sqlalchemy.orm import Mapped, mapped_column

from chassis.database import Copy
from services.scheduling.base import Base


class Organisation(Copy, Base):
    """One row: what counts as progress (C7), whether late changes use up a session, and how many minutes before
    sessions reminders go out."""

    __tablename__ = "organisation"

    no_show_counts: Mapped[bool]
    late_changes_count: Mapped[bool] = mapped_column(server_default=false())
    reminder_minutes: Mapped[list[int] | None] = mapped_column(JSON(none_as_null=True), default=None)


class Coach(Copy, Base):
    """A coach or an admin. The row is also the lock of the coach's time: see sessions/calendar.py."""

    __tablename__ = "coach"

    name: Mapped[str]
    email: Mapped[str]
    time_zone: Mapped[str]


class Client(Copy, Base):
    __tablename__ = "client"

    name: Mapped[str]
    email: Mapped[str]


class Item(Copy, Base):
    """An item of an engagement's program, which a session can be (C12)."""

    __tablename__ = "item"

    engagement_id: Mapped[UUID] = mapped_column(Uuid)
    kind: Mapped[str]
    deleted: Mapped[bool]


class Engagement(Copy, Base):
    """Whose sessions they are, and so who may see them (C22)."""

    __tablename__ = "engagement"

    client_id: Mapped[UUID] = mapped_column(Uuid, index=True)
    coach_id: Mapped[UUID] = mapped_column(Uuid, index=True)
    program_name: Mapped[str]
    sessions_total: Mapped[int]
    status: Mapped[str] = mapped_column(server_default="in_progress")
    deleted: Mapped[bool]
