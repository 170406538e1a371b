"""An item of a program as its mail needs it, and its own wording."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import JSON, String, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from chassis.database import Copy
from services.notifications.base import Base


class Item(Copy, Base):
    """An item of an engagement's program; `recipients` are `{email, name, person_id}` each."""

    __tablename__ = "item"

    engagement_id: Mapped[UUID] = mapped_column(Uuid)
    kind: Mapped[str] = mapped_column(String(10))
    title: Mapped[str] = mapped_column(String(200))
    url: Mapped[str | None] = mapped_column(String(2000))
    recipients: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    goal_id: Mapped[UUID | None] = mapped_column(Uuid)
    session_id: Mapped[UUID | None] = mapped_column(Uuid)
    invoice_id: Mapped[UUID | None] = mapped_column(Uuid)
    deleted: Mapped[bool]


class ItemWording(Base):
    """What an item's mail says in place of the organisation's wording of its kind (S1.13)."""

    __tablename__ = "item_wording"

    item_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    subject: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text)
