"""Events of the engagements service: programs, engagements and what is in these.

Each event carries the object's state after the change, so that a service that keeps a copy needs nothing else.
"""

from __future__ import annotations

from marshmallow import fields

from contracts.events import EventData


class ProgramFacts(EventData):
    privacy = "none"

    name = fields.String(required=True, metadata={"privacy": "none"})
    sessions_total = fields.Integer(required=True)
    archived = fields.Boolean(required=True)


class ProgramCreated(ProgramFacts):
    """A program was written."""

    type = "engagements.program.created.v1"


class ProgramUpdated(ProgramFacts):
    """A program was changed; engagements that run already keep their copy (rule C11)."""

    type = "engagements.program.updated.v1"


class ProgramArchived(ProgramFacts):
    """A program is offered no more."""

    type = "engagements.program.archived.v1"


class EngagementFacts(EventData):
    client_id = fields.UUID(required=True)
    coach_id = fields.UUID(required=True)
    program_id = fields.UUID(allow_none=True, load_default=None)
    program_name = fields.String(required=True, metadata={"privacy": "confidential"})
    sessions_total = fields.Integer(required=True)
    start_date = fields.Date(allow_none=True, load_default=None)
    end_date = fields.Date(allow_none=True, load_default=None)
    status = fields.String(
        required=True, metadata={"privacy": "pseudonymous", "description": "not_started, in_progress or completed"}
    )
    deleted = fields.Boolean(required=True)


class EngagementCreated(EngagementFacts):
    """A client was enrolled in a program (rule S2.1)."""

    type = "engagements.engagement.created.v1"


class EngagementUpdated(EngagementFacts):
    """An engagement's name, dates or planned sessions were changed."""

    type = "engagements.engagement.updated.v1"


class EngagementAssigned(EngagementFacts):
    """An engagement was assigned to another coach (rules S2.9, C10)."""

    type = "engagements.engagement.assigned.v1"

    previous_coach_id = fields.UUID(required=True)
    include_private_notes = fields.Boolean(required=True)


class EngagementStarted(EngagementFacts):
    """An engagement went from Not Started to In Progress (rule C8)."""

    type = "engagements.engagement.started.v1"


class EngagementCompleted(EngagementFacts):
    """An engagement was completed, with its last session or by hand (rule C8)."""

    type = "engagements.engagement.completed.v1"

    sessions_unused = fields.Integer(required=True)


class EngagementReopened(EngagementFacts):
    """A completed engagement was reopened."""

    type = "engagements.engagement.reopened.v1"


class EngagementDeleted(EngagementFacts):
    """An engagement was deleted; for 30 days it can be restored (rule C9)."""

    type = "engagements.engagement.deleted.v1"


class EngagementRestored(EngagementFacts):
    """A deleted engagement was restored."""

    type = "engagements.engagement.restored.v1"


class NoteFacts(EventData):
    """What is written in a note, its title too, stays in the service."""

    engagement_id = fields.UUID(required=True)
    shared = fields.Boolean(required=True, metadata={"description": "the client sees it (rule C16)"})
    deleted = fields.Boolean(required=True)
    file_ids = fields.List(fields.UUID(), required=True, metadata={"description": "the files that it shows"})


class NoteCreated(NoteFacts):
    """A note was begun; it is private (rule S2.30)."""

    type = "engagements.note.created.v1"


class NoteUpdated(NoteFacts):
    """A note was written on, or restored after it was deleted."""

    type = "engagements.note.updated.v1"


class NoteShared(NoteFacts):
    """A note was shared with the client (rule S2.31)."""

    type = "engagements.note.shared.v1"


class NoteUnshared(NoteFacts):
    """A note was taken back from the client (rule S2.32)."""

    type = "engagements.note.unshared.v1"


class NoteDeleted(NoteFacts):
    """A note was deleted (rule S2.33)."""

    type = "engagements.note.deleted.v1"


class GoalFacts(EventData):
    engagement_id = fields.UUID(required=True)
    name = fields.String(required=True, metadata={"privacy": "confidential"})
    due_date = fields.Date(allow_none=True, load_default=None)
    state = fields.String(required=True, metadata={"privacy": "pseudonymous", "description": "active or completed"})
    deleted = fields.Boolean(required=True)


class GoalCreated(GoalFacts):
    """A goal was set, by coach or client (rules S2.44, S2.46)."""

    type = "engagements.goal.created.v1"


class GoalUpdated(GoalFacts):
    """A goal's name, description or due date was changed, or it was restored after it was deleted."""

    type = "engagements.goal.updated.v1"


class GoalCompleted(GoalFacts):
    """A goal was marked as complete (rule S2.51)."""

    type = "engagements.goal.completed.v1"


class GoalReopened(GoalFacts):
    """A completed goal was taken up again."""

    type = "engagements.goal.reopened.v1"


class GoalDeleted(GoalFacts):
    """A goal was deleted (rule S2.50)."""

    type = "engagements.goal.deleted.v1"


class MilestoneFacts(EventData):
    engagement_id = fields.UUID(required=True)
    goal_id = fields.UUID(required=True)
    name = fields.String(required=True, metadata={"privacy": "confidential"})
    due_date = fields.Date(allow_none=True, load_default=None)
    state = fields.String(required=True, metadata={"privacy": "pseudonymous", "description": "open or completed"})
    deleted = fields.Boolean(required=True)


class MilestoneCreated(MilestoneFacts):
    """A goal got a milestone (rule S2.53)."""

    type = "engagements.milestone.created.v1"


class MilestoneUpdated(MilestoneFacts):
    """A milestone's name or due date was changed (rule S2.56), or it was restored after it was deleted."""

    type = "engagements.milestone.updated.v1"


class MilestoneCompleted(MilestoneFacts):
    """A milestone was checked (rule S2.58)."""

    type = "engagements.milestone.completed.v1"


class MilestoneReopened(MilestoneFacts):
    """A milestone was unchecked."""

    type = "engagements.milestone.reopened.v1"


class MilestoneDeleted(MilestoneFacts):
    """A milestone was deleted (rule S2.57)."""

    type = "engagements.milestone.deleted.v1"


class AssignmentFacts(EventData):
    engagement_id = fields.UUID(required=True)
    name = fields.String(required=True, metadata={"privacy": "confidential"})
    due_date = fields.Date(allow_none=True, load_default=None)
    state = fields.String(required=True, metadata={"privacy": "pseudonymous", "description": "open or completed"})
    deleted = fields.Boolean(required=True)
    file_ids = fields.List(fields.UUID(), required=True, metadata={"description": "the files that belong to it"})


class AssignmentCreated(AssignmentFacts):
    """A task was given to the client (rule S2.64)."""

    type = "engagements.assignment.created.v1"


class AssignmentUpdated(AssignmentFacts):
    """An assignment's name, description, due date or files were changed, or it was restored after it was deleted."""

    type = "engagements.assignment.updated.v1"


class AssignmentCompleted(AssignmentFacts):
    """An assignment was done."""

    type = "engagements.assignment.completed.v1"


class AssignmentReopened(AssignmentFacts):
    """A completed assignment was taken up again."""

    type = "engagements.assignment.reopened.v1"


class AssignmentDeleted(AssignmentFacts):
    """An assignment was deleted."""

    type = "engagements.assignment.deleted.v1"


class CommentFacts(EventData):
    """What a comment says stays in the service."""

    engagement_id = fields.UUID(required=True)
    place = fields.String(
        required=True, metadata={"privacy": "pseudonymous", "description": "note, goal or assignment"}
    )
    place_id = fields.UUID(required=True)
    by_client = fields.Boolean(required=True)


class CommentAdded(CommentFacts):
    """A note, a goal or an assignment was commented on (rules S2.38, S2.54, S2.76)."""

    type = "engagements.comment.added.v1"


class CommentDeleted(CommentFacts):
    """A comment was deleted by its author."""

    type = "engagements.comment.deleted.v1"
