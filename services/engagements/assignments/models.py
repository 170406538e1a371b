"""Assignments: tasks that staff give to a client, and what belongs to them (rules S2.62–S2.77)."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from sqlalchemy import Date, ForeignKey, Index, String, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column, relationship

from chassis.database import Entity, UtcDateTime
from contracts.errors import Conflict, NotFound
from services.engagements.base import Base
from services.engagements.deletable import Deletable


class AssignmentCompletedAlready(Conflict):
    """The assignment is completed."""


class AssignmentNotCompleted(Conflict):
    """Only a completed assignment can be reopened."""


class Assignment(Entity, Deletable, Base):
    """A specific task (S2.62)."""

    __tablename__ = "assignment"
    __table_args__ = (Index("ix_assignment_list", "engagement_id", "created_at", "id"),)
    what = "assignment"

    engagement_id: Mapped[UUID] = mapped_column(ForeignKey("engagement.id"))
    name: Mapped[str] = mapped_column(String(200))
    description: Mapped[str] = mapped_column(Text)
    due_date: Mapped[dt.date | None] = mapped_column(Date, index=True)
    completed_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    files: Mapped[list[AssignmentFile]] = relationship(
        order_by="AssignmentFile.created_at, AssignmentFile.id", cascade="all, delete-orphan", lazy="selectin"
    )

    @property
    def state(self) -> str:
        return "completed" if self.completed_at else "open"

    def describe(self, changes: dict[str, Any]) -> bool:
        """Takes over what is given of name, description and due_date; answers whether anything differs."""
        different = {name: value for name, value in changes.items() if getattr(self, name) != value}
        for name, value in different.items():
            setattr(self, name, value)
        return bool(different)

    def complete(self, now: dt.datetime) -> None:
        """It is done."""
        if self.completed_at is not None:
            raise AssignmentCompletedAlready("The assignment is completed already.", rule="S2.62")
        self.completed_at = now

    def reopen(self) -> None:
        """It is taken up again."""
        if self.completed_at is None:
            raise AssignmentNotCompleted("The assignment is not completed.", rule="S2.62")
        self.completed_at = None

    def take_off(self, file_id: UUID) -> AssignmentFile:
        """Takes the file with that id (its own, not the stored one's) off; `NotFound` if there is none."""
        for file in self.files:
            if file.id == file_id:
                self.files.remove(file)
                return file
        raise NotFound("There is no such file in the assignment.")

    def facts(self) -> dict[str, Any]:
        """The data of its events."""
        return {
            "engagement_id": self.engagement_id,
            "name": self.name,
            "due_date": self.due_date,
            "state": self.state,
            "deleted": self.deleted_at is not None,
            "file_ids": list(dict.fromkeys(file.file_id for file in self.files if file.file_id)),
        }


class AssignmentFile(Entity, Base):
    """A stored file or a link elsewhere, with the coach's message beside it (S2.67–S2.70)."""

    __tablename__ = "assignment_file"

    assignment_id: Mapped[UUID] = mapped_column(ForeignKey("assignment.id"), index=True)
    file_id: Mapped[UUID | None] = mapped_column(Uuid)
    url: Mapped[str | None] = mapped_column(String(2000))
    title: Mapped[str] = mapped_column(String(255))
    message: Mapped[str] = mapped_column(Text)
