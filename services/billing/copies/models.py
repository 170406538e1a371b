"""What this service needs to know of others' objects, kept up to date by events (DESIGN §2.8)."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from sqlalchemy import String, Uuid
from sqlalchemy.orm import Mapped, mapped_column, relationship

from chassis.database import Copy, UtcDateTime
from services.billing.base import Base


class Organisation(Copy, Base):
    """The one organisation: what its invoices are issued with."""

    __tablename__ = "organisation"

    name: Mapped[str]
    colour: Mapped[str]
    time_zone: Mapped[str]
    invoice_number_format: Mapped[str]
    invoice_details: Mapped[str]
    invoice_due_days: Mapped[int | None]
    invoice_paper: Mapped[str] = mapped_column(String(10), server_default="a4")


class Client(Copy, Base):
    """A client, who is billed unless the invoice says otherwise."""

    __tablename__ = "client"

    name: Mapped[str]
    email: Mapped[str]
    company: Mapped[str | None]


class Engagement(Copy, Base):
    """An engagement and its parties: who may see its invoices (C22)."""

    __tablename__ = "engagement"

    client_id: Mapped[UUID] = mapped_column(Uuid, index=True)
    coach_id: Mapped[UUID] = mapped_column(Uuid, index=True)
    program_name: Mapped[str]
    deleted: Mapped[bool]

    client: Mapped[Client] = relationship(
        primaryjoin=lambda: Client.id == Engagement.client_id,
        foreign_keys=lambda: Engagement.client_id,
        viewonly=True,
        lazy="selectin",
    )


class Session(Copy, Base):
    """A session that was completed, and can be invoiced."""

    __tablename__ = "session"

    engagement_id: Mapped[UUID] = mapped_column(Uuid, index=True)
    title: Mapped[str]
    number: Mapped[int | None]
    starts_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    time_zone: Mapped[str]
