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

_EXCERPT = 160


class NotShareable(Conflict):
    """The client has no portal account that could show it."""


class SharedAlready(Conflict):
    """The client sees it already."""


class NotShared(Conflict):
    """Only a shared note can be taken back."""


class Note(Entity, Deletable, Base):
    """A note, private until it is shared. `coach_id` is whose private note it is (C10); `search` its words in lower
    case, title first."""

    __tablename__ = "note"
    __table_args__ = (Index("ix_note_list", "engagement_id", "position", "id"),)
    what = "note"

    engagement_id: Mapped[UUID] = mapped_column(ForeignKey("engagement.id"))
    engagement: Mapped[Engagement] = relationship()
    coach_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    title: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text)
    search: Mapped[str] = mapped_column(Text)
    shared: Mapped[bool]
    position: Mapped[int]
    edited_at: Mapped[dt.datetime] = mapped_column(UtcDateTime, index=True)

    @property
    def excerpt(self) -> str:
        """How it begins."""
        words = plain_text(self.body)
        return words if len(words) <= _EXCERPT else f"{words[: _EXCERPT - 1].rstrip()}…"

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
            self.search = f"{self.title}\n{plain_text(self.body)}".lower()
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
