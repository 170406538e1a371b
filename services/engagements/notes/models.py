"""Notes of an engagement (rules S2.21–S2.41, C16)."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from chassis.database import Entity, UtcDateTime
from contracts.errors import Conflict
from services.engagements.base import Base
from services.engagements.deletable import Deletable
from services.engagements.engagements.models import Engagement
from services.engagements.notes.sanitise import file_ids, plain_text, sanitise
from services.engagements.notes.words import excerpt, found_in, words_of


class NotShareable(Conflict):
    """The client has no portal account that could show it."""


class SharedAlready(Conflict):
    """The client sees it already."""


class NotShared(Conflict):
    """Only a shared note can be taken back."""


class NoteWords(Base):
    """The folded words of a note, title first, a blank between them: the whole-text index reads them from here.

    It is called `note_words_fts`: on SQLite a table of FTS5 that triggers keep, on PostgreSQL a GIN index.
    """

    __tablename__ = "note_words"

    id: Mapped[int] = mapped_column(primary_key=True)  # FTS5 needs a whole number that stays
    note_id: Mapped[UUID] = mapped_column(ForeignKey("note.id"), unique=True)
    words: Mapped[str] = mapped_column(Text)


class Note(Entity, Deletable, Base):
    """A note, private until it is shared. `coach_id` is whose private note it is (C10)."""

    __tablename__ = "note"
    __table_args__ = (Index("ix_note_list", "engagement_id", "position", "id"),)
    what = "note"

    engagement_id: Mapped[UUID] = mapped_column(ForeignKey("engagement.id"))
    engagement: Mapped[Engagement] = relationship()
    coach_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    title: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text)
    words: Mapped[NoteWords] = relationship(cascade="all, delete-orphan")
    shared: Mapped[bool]
    position: Mapped[int]
    edited_at: Mapped[dt.datetime] = mapped_column(UtcDateTime, index=True)

    #: The folded words that the reader looks for; no column.
    wanted: tuple[str, ...] = ()

    @property
    def found(self) -> list[str]:
        """The words of title and body that the reader looks for, as they stand there."""
        return found_in(f"{self.title} {plain_text(self.body)}", self.wanted)

    @property
    def excerpt(self) -> str:
        """How it begins, or what stands about the first word that the reader looks for."""
        return excerpt(plain_text(self.body), self.found)

    @property
    def program_name(self) -> str:
        return self.engagement.program_name

    def write(self, now: dt.datetime, changes: dict[str, Any]) -> bool:
        """Takes over what is given of title and body, the latter sanitised; answers whether anything differs."""
        if "body" in changes:
            changes = changes | {"body": sanitise(changes["body"])}
        different = {name: value for name, value in changes.items() if getattr(self, name) != value}
        for name, value in different.items():
            setattr(self, name, value)
        if different:
            self.edited_at = now
            self.words.words = " ".join(words_of(f"{self.title} {plain_text(self.body)}"))
        return bool(different)

    def share(self, portal: str | None) -> None:
        """The client sees it from now on; only one with an active portal can (S2.34)."""
        if self.shared:
            raise SharedAlready("The note is shared already.", rule="S2.31")
        if portal != "active":
            sentence = "The client has no active portal account: notes can be shared once there is one."
            raise NotShareable(sentence, rule="S2.34")
        self.shared = True

    def unshare(self) -> None:
        """It is private again, its comments with it (S2.32, C16)."""
        if not self.shared:
            raise NotShared("The note is not shared.", rule="S2.32")
        self.shared = False

    def facts(self) -> dict[str, Any]:
        """The data of its events."""
        return {
            "engagement_id": self.engagement_id,
            "shared": self.shared,
            "deleted": self.deleted_at is not None,
            "file_ids": file_ids(self.body),
        }
