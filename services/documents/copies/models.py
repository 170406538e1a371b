"""What documents must know of others: who belongs to an engagement, and whether its client's portal is active."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from sqlalchemy import Boolean, ForeignKey, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from chassis.database import Copy, UtcDateTime
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


class ItemCopy(Copy, Base):
    """An item of an engagement's program, which asks for a form (C12)."""

    __tablename__ = "item"

    engagement_id: Mapped[UUID] = mapped_column(Uuid)
    kind: Mapped[str] = mapped_column(String)
    deleted: Mapped[bool] = mapped_column(Boolean)


class PlaceCopy(Copy, Base):
    """A note, an assignment or an item of the program, which shows files.

    `client_sees` says whether the client may read them there.

    What is deleted there can be restored for 30 days, as an engagement can (C9).
    """

    __tablename__ = "place"

    engagement_id: Mapped[UUID] = mapped_column(Uuid)
    client_sees: Mapped[bool] = mapped_column(Boolean)
    deleted_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)


class PlaceFile(Base):
    """A file that such a place shows."""

    __tablename__ = "place_file"

    place_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("place.id"), primary_key=True)
    file_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, index=True)
