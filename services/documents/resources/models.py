"""A resource: a file in an engagement."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, ForeignKey, Index, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column, relationship

from chassis.database import Entity, UtcDateTime
from contracts.actor import Actor
from contracts.calls.documents import LONGEST_NAME
from contracts.errors import Forbidden, NotFound
from services.documents.base import Base
from services.documents.files.models import File


class NotYours(Forbidden):
    """A client takes back only what it added itself."""


class Resource(Entity, Base):
    """A file in an engagement. `library_id` says from where it was shared; None: it was uploaded right there."""

    __tablename__ = "resource"
    __table_args__ = (Index("ix_resource_listing", "engagement_id", "created_at", "id"),)

    engagement_id: Mapped[UUID] = mapped_column(Uuid)
    file_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("file.id"), index=True)
    library_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("library_item.id"), default=None)
    name: Mapped[str] = mapped_column(String(LONGEST_NAME))
    added_by: Mapped[str] = mapped_column(String)
    by_client: Mapped[bool] = mapped_column(Boolean)
    removed_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime, default=None)

    file: Mapped[File] = relationship(lazy="selectin")

    @classmethod
    def of(cls, file: File, engagement_id: UUID, actor: Actor, library_id: UUID | None = None) -> Resource:
        """`file` in the engagement, put there by `actor`."""
        return cls(
            engagement_id=engagement_id,
            file=file,
            library_id=library_id,
            name=file.name,
            added_by=actor.name,
            by_client=actor.role == "client",
        )

    def remove(self, now: dt.datetime, actor: Actor) -> None:
        """Takes it out of the engagement; `NotYours` for a client who did not add it, `NotFound` the second time."""
        if self.removed_at is not None:
            raise NotFound("There is no such resource.")
        if actor.role == "client" and not self.by_client:
            raise NotYours("Only your coach can remove this file.")
        self.removed_at = now

    @property
    def content_type(self) -> str:
        return self.file.content_type

    @property
    def size(self) -> int:
        return self.file.size

    def facts(self) -> dict[str, Any]:
        """What its events say."""
        return {
            "engagement_id": self.engagement_id,
            "file_id": self.file.id,
            "name": self.name,
            "by_client": self.by_client,
        }
