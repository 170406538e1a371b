"""Goals and their milestones (rules S2.42–S2.59)."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from sqlalchemy import Date, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from chassis.database import Entity, UtcDateTime
from contracts.errors import Conflict, Invalid
from services.engagements.base import Base
from services.engagements.deletable import Deletable


class GoalCompletedAlready(Conflict):
    """The goal is completed."""


class GoalNotCompleted(Conflict):
    """Only a completed goal can be reopened."""


class MilestoneCompletedAlready(Conflict):
    """The milestone is checked."""


class MilestoneNotCompleted(Conflict):
    """Only a checked milestone can be unchecked."""


class Goal(Entity, Deletable, Base):
    """What a client wants to reach in an engagement. `term` is short, mid or long, or not said (S2.42)."""

    __tablename__ = "goal"
    __table_args__ = (Index("ix_goal_list", "engagement_id", "created_at", "id"),)
    what = "goal"

    engagement_id: Mapped[UUID] = mapped_column(ForeignKey("engagement.id"))
    name: Mapped[str] = mapped_column(String(200))
    description: Mapped[str] = mapped_column(Text)
    due_date: Mapped[dt.date | None] = mapped_column(Date, index=True)
    term: Mapped[str | None] = mapped_column(String(10))
    by_client: Mapped[bool]
    completed_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    all_milestones: Mapped[list[Milestone]] = relationship(back_populates="goal", lazy="selectin")

    @property
    def state(self) -> str:
        return "completed" if self.completed_at else "active"

    @property
    def milestones(self) -> list[Milestone]:
        """Those that are not deleted, in their order."""
        there = [milestone for milestone in self.all_milestones if milestone.deleted_at is None]
        return sorted(there, key=lambda milestone: milestone.position)

    def describe(self, changes: dict[str, Any]) -> bool:
        """Takes over what is given of name, description, due_date and term; answers whether anything differs."""
        different = {name: value for name, value in changes.items() if getattr(self, name) != value}
        for name, value in different.items():
            setattr(self, name, value)
        return bool(different)

    def complete(self, now: dt.datetime) -> None:
        """It is reached (S2.51), whatever its milestones say."""
        if self.completed_at is not None:
            raise GoalCompletedAlready("The goal is completed already.", rule="S2.51")
        self.completed_at = now

    def reopen(self) -> None:
        """It is taken up again."""
        if self.completed_at is None:
            raise GoalNotCompleted("The goal is not completed.", rule="S2.51")
        self.completed_at = None

    def put_in_order(self, ids: list[UUID]) -> None:
        """The milestones in the order of `ids` (S2.59); `Invalid` unless that names each of them once.

        Deleted ones come after them, so that one restored shares its place with none.
        """
        there = {milestone.id: milestone for milestone in self.milestones}
        if len(ids) != len(there) or set(ids) != there.keys():
            raise Invalid("The input is not valid.", errors={"ids": ["Must name each milestone of the goal once."]})
        deleted = [milestone for milestone in self.all_milestones if milestone.deleted_at is not None]
        last = sorted(deleted, key=lambda milestone: milestone.position)
        for position, milestone in enumerate([*(there[id_] for id_ in ids), *last]):
            milestone.position = position

    def facts(self) -> dict[str, Any]:
        """The data of its events."""
        return {
            "engagement_id": self.engagement_id,
            "name": self.name,
            "due_date": self.due_date,
            "state": self.state,
            "deleted": self.deleted_at is not None,
        }


class Milestone(Entity, Deletable, Base):
    """A step towards a goal; checking the last one does not complete the goal (C17)."""

    __tablename__ = "milestone"
    what = "milestone"

    goal_id: Mapped[UUID] = mapped_column(ForeignKey("goal.id"), index=True)
    goal: Mapped[Goal] = relationship(back_populates="all_milestones")
    name: Mapped[str] = mapped_column(String(200))
    due_date: Mapped[dt.date | None] = mapped_column(Date, index=True)
    position: Mapped[int]
    completed_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)

    @property
    def state(self) -> str:
        return "completed" if self.completed_at else "open"

    def describe(self, changes: dict[str, Any]) -> bool:
        """Takes over what is given of name and due_date; answers whether anything differs."""
        different = {name: value for name, value in changes.items() if getattr(self, name) != value}
        for name, value in different.items():
            setattr(self, name, value)
        return bool(different)

    def complete(self, now: dt.datetime) -> None:
        """It is checked (S2.58)."""
        if self.completed_at is not None:
            raise MilestoneCompletedAlready("The milestone is checked already.", rule="S2.58")
        self.completed_at = now

    def reopen(self) -> None:
        """It is unchecked."""
        if self.completed_at is None:
            raise MilestoneNotCompleted("The milestone is not checked.", rule="S2.58")
        self.completed_at = None

    def facts(self) -> dict[str, Any]:
        """The data of its events."""
        return {
            "engagement_id": self.goal.engagement_id,
            "goal_id": self.goal.id,
            "name": self.name,
            "due_date": self.due_date,
            "state": self.state,
            "deleted": self.deleted_at is not None,
        }
