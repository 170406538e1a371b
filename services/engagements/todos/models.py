"""What is to be done by a day: open goals, milestones and assignments, seen as one list (rules S2.60, S2.77)."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from sqlalchemy import Uuid, literal, select, union_all
from sqlalchemy.orm import Mapped

from services.engagements.assignments.models import Assignment
from services.engagements.base import Base
from services.engagements.goals.models import Goal, Milestone

_GOALS = select(
    literal("goal").label("kind"), Goal.id, Goal.name, Goal.due_date, Goal.engagement_id, Goal.id.label("goal_id")
).where(Goal.due_date.is_not(None), Goal.completed_at.is_(None), Goal.deleted_at.is_(None))
_MILESTONES = (
    select(
        literal("milestone").label("kind"), Milestone.id, Milestone.name, Milestone.due_date, Goal.engagement_id,
        Goal.id.label("goal_id"),
    )
    .join(Goal, Milestone.goal_id == Goal.id)
    .where(
        Milestone.due_date.is_not(None), Milestone.completed_at.is_(None), Milestone.deleted_at.is_(None),
        Goal.completed_at.is_(None), Goal.deleted_at.is_(None),
    )
)  # fmt: skip
_ASSIGNMENTS = select(
    literal("assignment").label("kind"),
    Assignment.id,
    Assignment.name,
    Assignment.due_date,
    Assignment.engagement_id,
    literal(None, Uuid).label("goal_id"),
).where(Assignment.due_date.is_not(None), Assignment.completed_at.is_(None), Assignment.deleted_at.is_(None))
_ALL = union_all(_GOALS, _MILESTONES, _ASSIGNMENTS).subquery("todo")


class Todo(Base):
    """One line of the list; read only, it is no table. `goal_id` is the goal whose page shows it."""

    __table__ = _ALL
    __mapper_args__ = {"primary_key": [_ALL.c.id]}

    id: Mapped[UUID]
    kind: Mapped[str]
    name: Mapped[str]
    due_date: Mapped[dt.date]
    engagement_id: Mapped[UUID]
    goal_id: Mapped[UUID | None]
