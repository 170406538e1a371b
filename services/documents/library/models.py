"""What lies in the library: folders, and files in them."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Integer, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column, relationship

from chassis.database import Entity, UtcDateTime
from contracts.calls.documents import LONGEST_NAME
from contracts.errors import Conflict, NotFound
from services.documents.base import Base
from services.documents.files.models import KEPT_FOR, File


class FolderInItself(Conflict):
    """A folder cannot be moved into itself or into what lies in it."""


class LibraryItem(Entity, Base):
    """A folder, or a file in its place. Folders sort before files, each by name without regard to case."""

    __tablename__ = "library_item"
    __table_args__ = (Index("ix_library_item_listing", "parent_id", "rank", "sort_name", "id"),)

    name: Mapped[str] = mapped_column(String(LONGEST_NAME))
    rank: Mapped[int] = mapped_column(Integer)
    sort_name: Mapped[str] = mapped_column(String(2 * LONGEST_NAME))
    parent_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("library_item.id"))
    file_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("file.id"), unique=True)
    added_by: Mapped[str] = mapped_column(String)
    deleted_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime, default=None)

    file: Mapped[File | None] = relationship(lazy="selectin")

    @classmethod
    def of_folder(cls, name: str, parent_id: UUID | None, added_by: str) -> LibraryItem:
        """A new folder."""
        return cls(
            name=name, rank=0, sort_name=name.casefold()[: 2 * LONGEST_NAME], parent_id=parent_id, added_by=added_by
        )

    @classmethod
    def of_file(cls, file: File, parent_id: UUID | None, added_by: str) -> LibraryItem:
        """The place of a new file; its id is the file's own, so that both ids name it."""
        sort_name = file.name.casefold()[: 2 * LONGEST_NAME]
        return cls(
            id=file.id, name=file.name, rank=1, sort_name=sort_name, parent_id=parent_id, file=file, added_by=added_by
        )

    def rename(self, name: str) -> None:
        """Gives it another name; a download of the file has it too."""
        self.name = name
        self.sort_name = name.casefold()[: 2 * LONGEST_NAME]
        if self.file:
            self.file.name = name

    def move(self, path: list[LibraryItem]) -> None:
        """Moves it into the last folder of `path`, which leads there from the top; raises `FolderInItself`."""
        if any(folder.id == self.id for folder in path):
            raise FolderInItself("A folder cannot be moved into itself.")
        self.parent_id = path[-1].id if path else None

    def delete(self, now: dt.datetime) -> None:
        """Takes it out of the library."""
        if self.deleted_at is not None:
            raise NotFound("There is no such file or folder in the library.")
        self.deleted_at = now

    def restore(self, now: dt.datetime) -> None:
        """Takes the deletion back; `NotFound` where there is none, or it is so old that bytes may be gone."""
        if self.deleted_at is None or self.deleted_at <= now - KEPT_FOR:
            raise NotFound("There is nothing to restore.")
        self.deleted_at = None

    def restore_place(self, parent: LibraryItem | None) -> None:
        """What comes back lies where it lay, or at the top if that folder is deleted."""
        if parent is not None and parent.deleted_at is not None:
            self.parent_id = None

    @property
    def kind(self) -> str:
        return "file" if self.is_file else "folder"

    @property
    def is_file(self) -> bool:
        return self.rank == 1

    @property
    def content_type(self) -> str | None:
        return self.file.content_type if self.file else None

    @property
    def size(self) -> int | None:
        return self.file.size if self.file else None

    @property
    def checksum(self) -> str | None:
        return self.file.checksum if self.file else None
