"""What this service keeps of other services' objects: enough for progress, for deleting and for the activity log."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from chassis.database import Copy, UtcDateTime
from services.engagements.base import Base

UNPAID = ("sent", "partially_paid", "overdue")


class SessionCopy(Copy, Base):
    """A session of scheduling. `name` is what the activity log calls it."""

    __tablename__ = "session_copy"

    engagement_id: Mapped[UUID] = mapped_column(Uuid, index=True)
    title: Mapped[str] = mapped_column(String(200))
    name: Mapped[str] = mapped_column(String(200))
    starts_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    time_zone: Mapped[str] = mapped_column(String(50))
    location: Mapped[dict[str, Any]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(String(20))


class InvoiceCopy(Copy, Base):
    """An invoice of billing."""

    __tablename__ = "invoice_copy"

    engagement_id: Mapped[UUID] = mapped_column(Uuid, index=True)
    number: Mapped[str | None] = mapped_column(String(60))
    state: Mapped[str] = mapped_column(String(20))


class FileCopy(Copy, Base):
    """A stored file of documents; one without an engagement is a file of the library."""

    __tablename__ = "file_copy"

    name: Mapped[str] = mapped_column(String(255))
    engagement_id: Mapped[UUID | None] = mapped_column(Uuid)
    deleted: Mapped[bool]


class FormCopy(Copy, Base):
    """A form of documents."""

    __tablename__ = "form_copy"

    title: Mapped[str] = mapped_column(String(200))
    deleted: Mapped[bool]
