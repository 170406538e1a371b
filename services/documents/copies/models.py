"""What documents must know of others: who belongs to an engagement, and whether its client's portal is active."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Boolean, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from chassis.database import Copy
from services.documents.base import Base


class EngagementCopy(Copy, Base):
    """An engagement: its client, its coach, and whether it is deleted."""

    __tablename__ = "engagement"

    client_id: Mapped[UUID] = mapped_column(Uuid)
    coach_id: Mapped[UUID] = mapped_column(Uuid)
    deleted: Mapped[bool] = mapped_column(Boolean)


class ClientCopy(Copy, Base):
    """A client: where mail goes, and the state of the portal."""

    __tablename__ = "client"

    name: Mapped[str] = mapped_column(String)
    email: Mapped[str] = mapped_column(String)
    portal: Mapped[str] = mapped_column(String)
