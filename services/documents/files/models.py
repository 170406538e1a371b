"""A file: what its bytes are, and where it was uploaded to."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from sqlalchemy import Integer, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from chassis.database import Entity, UtcDateTime
from contracts.calls.documents import LONGEST_NAME
from contracts.errors import Conflict
from services.documents.base import Base

#: How long the bytes of a deleted file are kept, as a deleted engagement is (C9).
KEPT_FOR = dt.timedelta(days=30)


class FileAlreadyDeleted(Conflict):
    """The file was deleted before."""


class File(Entity, Base):
    """`checksum` (SHA-256, hex) names the bytes, which are stored once however many files have them.

    `engagement_id` is the engagement that it was uploaded to, None for one of the library. A deleted file is kept:
    where it is shared it can still be read, and its bytes go only when nothing needs them any more (`files.sweep`).
    """

    __tablename__ = "file"

    name: Mapped[str] = mapped_column(String(LONGEST_NAME))
    content_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int] = mapped_column(Integer)
    checksum: Mapped[str] = mapped_column(String(64), index=True)
    engagement_id: Mapped[UUID | None] = mapped_column(Uuid, default=None)
    uploaded_by_id: Mapped[UUID | None] = mapped_column(Uuid)
    deleted_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime, default=None)

    def delete(self, now: dt.datetime) -> None:
        """Takes the file out of where it was uploaded to; raises `FileAlreadyDeleted`."""
        if self.deleted_at is not None:
            raise FileAlreadyDeleted("The file was deleted before.")
        self.deleted_at = now

    def restore(self) -> None:
        """Takes the deletion back."""
        self.deleted_at = None

    @property
    def in_library(self) -> bool:
        return self.engagement_id is None and self.deleted_at is None

    def facts(self) -> dict[str, Any]:
        """What its events say."""
        return {
            "name": self.name,
            "content_type": self.content_type,
            "size": self.size,
            "engagement_id": self.engagement_id,
        }
