"""What this service needs to know of others' objects, kept up to date by events (DESIGN §2.8)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import JSON, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from chassis.database import Copy
from services.notifications.base import Base


class Organisation(Copy, Base):
    """The one organisation."""

    __tablename__ = "organisation"

    name: Mapped[str]
    colour: Mapped[str] = mapped_column(String(7))
    time_zone: Mapped[str]
    cancellations_to_internal_records: Mapped[bool]


class Person(Copy, Base):
    """A client, coach or admin.

    `standing` is what the gate asks for: a client's portal state, or `staff` or `deactivated`. `email_key` is the
    address in lower case.
    """

    __tablename__ = "person"

    role: Mapped[str] = mapped_column(String(10))
    name: Mapped[str]
    email: Mapped[str]
    email_key: Mapped[str] = mapped_column(index=True)
    time_zone: Mapped[str]
    standing: Mapped[str] = mapped_column(String(20))


class Engagement(Copy, Base):
    """An engagement and its parties."""

    __tablename__ = "engagement"

    client_id: Mapped[UUID] = mapped_column(Uuid)
    coach_id: Mapped[UUID] = mapped_column(Uuid, index=True)
    program_name: Mapped[str]
    deleted: Mapped[bool]


class CoachingSession(Copy, Base):
    """A session's state (C6), and what a mail tells of it, as plain JSON."""

    __tablename__ = "coaching_session"

    state: Mapped[str] = mapped_column(String(20))
    context: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True), default=None)


class Invoice(Copy, Base):
    """An invoice's state (C6), and what a mail tells of it, as plain JSON."""

    __tablename__ = "invoice"

    state: Mapped[str] = mapped_column(String(20))
    context: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True), default=None)


class Place(Copy, Base):
    """What mails are about: a note, goal, assignment, resource, item, stakeholder or request; a comment once deleted.

    `gone`: deleted, answered, or a note that is not shared (C6). `gone_for` are ids of those of its recipients for whom
    it is, while others still owe an answer. `name` is what it is called, where that is known.
    """

    __tablename__ = "place"

    gone: Mapped[bool]
    gone_for: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True), default=None)
    name: Mapped[str | None] = mapped_column(default=None)
