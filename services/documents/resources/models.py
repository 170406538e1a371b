"""A resource: a file or a folder in an engagement."""

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
from services.documents.files.models import KEPT_FOR, File
from services.documents.library.models import LibraryItem


class NotYours(Forbidden):
    """A client takes back only what it added itself."""


class Resource(Entity, Base):
    """A file in an engagement, or without `file_id` a folder of the library, shared as it is at any time (C20).

    `library_id` says from where it was shared; None: it was uploaded right there.
    """

    __tablename__ = "resource"
    __table_args__ = (Index("ix_resource_listing", "engagement_id", "created_at", "id"),)

    engagement_id: Mapped[UUID] = mapped_column(Uuid)
    file_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("file.id"), index=True)
    library_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("library_item.id"), default=None, index=True)
    given_name: Mapped[str] = mapped_column("name", String(LONGEST_NAME))
    added_by: Mapped[str] = mapped_column(String)
    by_client: Mapped[bool] = mapped_column(Boolean)
    removed_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime, default=None)
    removed_by_client: Mapped[bool] = mapped_column(Boolean, default=False)

    file: Mapped[File | None] = relationship(lazy="selectin")
    item: Mapped[LibraryItem | None] = relationship(lazy="selectin")

    @classmethod
    def of(cls, shown: File | LibraryItem, engagement_id: UUID, actor: Actor) -> Resource:
        """A file that was uploaded there, or what is shared of the library, put there by `actor`."""
        item = shown if isinstance(shown, LibraryItem) else None
        return cls(
            engagement_id=engagement_id,
            file=shown.file if isinstance(shown, LibraryItem) else shown,
            item=item,
            given_name=shown.name,
            added_by=actor.name,
            by_client=actor.role == "client",
        )

    def remove(self, now: dt.datetime, actor: Actor) -> None:
        """Takes it out of the engagement; `NotYours` for a client who did not add it, `NotFound` the second time."""
        if self.removed_at is not None:
            raise NotFound("There is no such resource.")
        if actor.role == "client" and not self.by_client:
            raise NotYours("Only your coach can remove this file.")
        self.removed_at, self.removed_by_client = now, actor.role == "client"

    def restore(self, now: dt.datetime, actor: Actor) -> None:
        """Undoes a removal within 30 days; `NotFound` where there is none, `NotYours` for another's."""
        if self.removed_at is None or self.removed_at <= now - KEPT_FOR:
            raise NotFound("There is nothing to restore.")
        if actor.role == "client" and not self.removed_by_client:
            raise NotYours("Only your coach can put this file back.")
        self.removed_at = None

    @property
    def name(self) -> str:
        return self.item.name if self.item else self.given_name

    @property
    def kind(self) -> str:
        return "file" if self.file_id else "folder"

    @property
    def content_type(self) -> str | None:
        return self.file.content_type if self.file else None

    @property
    def size(self) -> int | None:
        return self.file.size if self.file else None

    def facts(self) -> dict[str, Any]:
        """What its events say, those of a file or those of a folder."""
        facts = {"engagement_id": self.engagement_id, "name": self.name}
        if self.file:
            return {**facts, "file_id": self.file.id, "by_client": self.by_client}
        assert self.item
        return {**facts, "folder_id": self.item.id}
