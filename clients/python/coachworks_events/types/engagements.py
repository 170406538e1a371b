"""Generated from the contracts of Coachworks by `python -m contracts.docs`; do not edit."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from coachworks_events.facts import Facts


@dataclass(frozen=True, kw_only=True)
class AssignmentFacts(Facts):
    engagement_id: UUID
    name: str
    due_date: dt.date | None = None
    state: str
    deleted: bool
    file_ids: tuple[UUID, ...]


@dataclass(frozen=True, kw_only=True)
class AssignmentCompleted(AssignmentFacts):
    """An assignment was done."""

    type = "engagements.assignment.completed.v1"


@dataclass(frozen=True, kw_only=True)
class AssignmentCreated(AssignmentFacts):
    """A task was given to the client (rule S2.64)."""

    type = "engagements.assignment.created.v1"


@dataclass(frozen=True, kw_only=True)
class AssignmentDeleted(AssignmentFacts):
    """An assignment was deleted."""

    type = "engagements.assignment.deleted.v1"


@dataclass(frozen=True, kw_only=True)
class AssignmentReopened(AssignmentFacts):
    """A completed assignment was taken up again."""

    type = "engagements.assignment.reopened.v1"


@dataclass(frozen=True, kw_only=True)
class AssignmentUpdated(AssignmentFacts):
    """An assignment's name, description, due date or files were changed, or it was restored after it was
    deleted."""

    type = "engagements.assignment.updated.v1"


@dataclass(frozen=True, kw_only=True)
class CommentFacts(Facts):
    engagement_id: UUID
    place: str
    place_id: UUID
    by_client: bool


@dataclass(frozen=True, kw_only=True)
class CommentAdded(CommentFacts):
    """A note, a goal or an assignment was commented on (rules S2.38, S2.54, S2.76)."""

    type = "engagements.comment.added.v1"


@dataclass(frozen=True, kw_only=True)
class CommentDeleted(CommentFacts):
    """A comment was deleted by its author."""

    type = "engagements.comment.deleted.v1"


@dataclass(frozen=True, kw_only=True)
class EngagementFacts(Facts):
    client_id: UUID
    coach_id: UUID
    program_id: UUID | None = None
    program_name: str
    sessions_total: int
    start_date: dt.date | None = None
    end_date: dt.date | None = None
    status: str
    deleted: bool


@dataclass(frozen=True, kw_only=True)
class EngagementAssigned(EngagementFacts):
    """An engagement was assigned to another coach (rules S2.9, C10)."""

    type = "engagements.engagement.assigned.v1"

    previous_coach_id: UUID
    include_private_notes: bool


@dataclass(frozen=True, kw_only=True)
class EngagementCompleted(EngagementFacts):
    """An engagement was completed, with its last session or by hand (rule C8)."""

    type = "engagements.engagement.completed.v1"

    sessions_unused: int


@dataclass(frozen=True, kw_only=True)
class EngagementCreated(EngagementFacts):
    """A client was enrolled in a program (rule S2.1)."""

    type = "engagements.engagement.created.v1"


@dataclass(frozen=True, kw_only=True)
class EngagementDeleted(EngagementFacts):
    """An engagement was deleted; for 30 days it can be restored (rule C9)."""

    type = "engagements.engagement.deleted.v1"


@dataclass(frozen=True, kw_only=True)
class EngagementReopened(EngagementFacts):
    """A completed engagement was reopened."""

    type = "engagements.engagement.reopened.v1"


@dataclass(frozen=True, kw_only=True)
class EngagementRestored(EngagementFacts):
    """A deleted engagement was restored."""

    type = "engagements.engagement.restored.v1"


@dataclass(frozen=True, kw_only=True)
class EngagementStarted(EngagementFacts):
    """An engagement went from Not Started to In Progress (rule C8)."""

    type = "engagements.engagement.started.v1"


@dataclass(frozen=True, kw_only=True)
class EngagementUpdated(EngagementFacts):
    """An engagement's name, dates or planned sessions were changed."""

    type = "engagements.engagement.updated.v1"


@dataclass(frozen=True, kw_only=True)
class GoalFacts(Facts):
    engagement_id: UUID
    name: str
    due_date: dt.date | None = None
    state: str
    deleted: bool


@dataclass(frozen=True, kw_only=True)
class GoalCompleted(GoalFacts):
    """A goal was marked as complete (rule S2.51)."""

    type = "engagements.goal.completed.v1"


@dataclass(frozen=True, kw_only=True)
class GoalCreated(GoalFacts):
    """A goal was set, by coach or client (rules S2.44, S2.46)."""

    type = "engagements.goal.created.v1"


@dataclass(frozen=True, kw_only=True)
class GoalDeleted(GoalFacts):
    """A goal was deleted (rule S2.50)."""

    type = "engagements.goal.deleted.v1"


@dataclass(frozen=True, kw_only=True)
class GoalReopened(GoalFacts):
    """A completed goal was taken up again."""

    type = "engagements.goal.reopened.v1"


@dataclass(frozen=True, kw_only=True)
class GoalUpdated(GoalFacts):
    """A goal's name, description or due date was changed, or it was restored after it was deleted."""

    type = "engagements.goal.updated.v1"


@dataclass(frozen=True, kw_only=True)
class MilestoneFacts(Facts):
    engagement_id: UUID
    goal_id: UUID
    name: str
    due_date: dt.date | None = None
    state: str
    deleted: bool


@dataclass(frozen=True, kw_only=True)
class MilestoneCompleted(MilestoneFacts):
    """A milestone was checked (rule S2.58)."""

    type = "engagements.milestone.completed.v1"


@dataclass(frozen=True, kw_only=True)
class MilestoneCreated(MilestoneFacts):
    """A goal got a milestone (rule S2.53)."""

    type = "engagements.milestone.created.v1"


@dataclass(frozen=True, kw_only=True)
class MilestoneDeleted(MilestoneFacts):
    """A milestone was deleted (rule S2.57)."""

    type = "engagements.milestone.deleted.v1"


@dataclass(frozen=True, kw_only=True)
class MilestoneReopened(MilestoneFacts):
    """A milestone was unchecked."""

    type = "engagements.milestone.reopened.v1"


@dataclass(frozen=True, kw_only=True)
class MilestoneUpdated(MilestoneFacts):
    """A milestone's name or due date was changed (rule S2.56), or it was restored after it was deleted."""

    type = "engagements.milestone.updated.v1"


@dataclass(frozen=True, kw_only=True)
class NoteFacts(Facts):
    engagement_id: UUID
    shared: bool
    deleted: bool
    file_ids: tuple[UUID, ...]


@dataclass(frozen=True, kw_only=True)
class NoteCreated(NoteFacts):
    """A note was begun; it is private (rule S2.30)."""

    type = "engagements.note.created.v1"


@dataclass(frozen=True, kw_only=True)
class NoteDeleted(NoteFacts):
    """A note was deleted (rule S2.33)."""

    type = "engagements.note.deleted.v1"


@dataclass(frozen=True, kw_only=True)
class NoteShared(NoteFacts):
    """A note was shared with the client (rule S2.31)."""

    type = "engagements.note.shared.v1"


@dataclass(frozen=True, kw_only=True)
class NoteUnshared(NoteFacts):
    """A note was taken back from the client (rule S2.32)."""

    type = "engagements.note.unshared.v1"


@dataclass(frozen=True, kw_only=True)
class NoteUpdated(NoteFacts):
    """A note was written on, or restored after it was deleted."""

    type = "engagements.note.updated.v1"


@dataclass(frozen=True, kw_only=True)
class ProgramFacts(Facts):
    name: str
    sessions_total: int
    archived: bool


@dataclass(frozen=True, kw_only=True)
class ProgramArchived(ProgramFacts):
    """A program is offered no more."""

    type = "engagements.program.archived.v1"


@dataclass(frozen=True, kw_only=True)
class ProgramCreated(ProgramFacts):
    """A program was written."""

    type = "engagements.program.created.v1"


@dataclass(frozen=True, kw_only=True)
class ProgramUpdated(ProgramFacts):
    """A program was changed; engagements that run already keep their copy (rule C11)."""

    type = "engagements.program.updated.v1"
