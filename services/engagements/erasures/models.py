"""The erasure of a client: asked for once, and done when every service has said so (rule C24)."""

from __future__ import annotations

import datetime as dt
from typing import Self
from uuid import UUID

from sqlalchemy import ForeignKey, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column, relationship

from chassis.database import Entity, UtcDateTime
from contracts.errors import Conflict
from contracts.events import SERVICES
from services.engagements.base import Base


class NotErasable(Conflict):
    """The client has engagements that go on, or owes something."""


class ErasurePart(Base):
    """What one service has to erase."""

    __tablename__ = "erasure_part"

    erasure_id: Mapped[UUID] = mapped_column(ForeignKey("erasure.id"), primary_key=True)
    service: Mapped[str] = mapped_column(String(20), primary_key=True)
    done_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime, default=None)


class Erasure(Entity, Base):
    """`asked_by` is the admin who asked; the client is one that nothing is left of but its id."""

    __tablename__ = "erasure"

    client_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), unique=True)
    asked_by: Mapped[UUID | None] = mapped_column(Uuid)
    asked_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    done_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    parts: Mapped[list[ErasurePart]] = relationship(lazy="selectin", order_by=ErasurePart.service)

    @classmethod
    def of(cls, client_id: UUID, asked_by: UUID | None, now: dt.datetime) -> Self:
        """Every service has yet to do its part."""
        parts = [ErasurePart(service=service) for service in SERVICES]
        return cls(client_id=client_id, asked_by=asked_by, asked_at=now, done_at=None, parts=parts)

    @property
    def state(self) -> str:
        return "done" if self.done_at else "running"

    @property
    def services(self) -> dict[str, str]:
        """How far each service is."""
        states = {part.service: "done" if part.done_at else "running" for part in self.parts}
        return {service: states[service] for service in SERVICES}

    def settle(self, service: str, now: dt.datetime) -> None:
        """A service has done its part; after the last one the client is erased."""
        for part in self.parts:
            if part.service == service:
                part.done_at = part.done_at or now
        if all(part.done_at for part in self.parts):
            self.done_at = self.done_at or now


class ClientExport(Base):
    """That an admin asked for all that is held on a client, the last time."""

    __tablename__ = "client_export"

    client_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    asked_by: Mapped[UUID | None] = mapped_column(Uuid)
    asked_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
