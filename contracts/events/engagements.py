"""Events of the engagements service: the organisation, people, programs and engagements.

Each event carries the object's state after the change, so that a service that keeps a copy needs nothing else.
"""

from __future__ import annotations

from marshmallow import fields

from contracts.events import EventData
from contracts.schema import Zone


class OrganisationFacts(EventData):
    privacy = "none"
    name = fields.String(required=True, metadata={"privacy": "none"})
    colour = fields.String(required=True, metadata={"privacy": "none", "description": "#rrggbb"})
    currency = fields.String(required=True, metadata={"privacy": "none", "description": "ISO 4217, of new invoices"})
    time_zone = Zone(required=True, metadata={"privacy": "none"})
    cancellations_to_internal_records = fields.Boolean(required=True, metadata={"description": "rule C4"})
    no_show_counts = fields.Boolean(required=True, metadata={"description": "rule C7"})
    late_changes_count = fields.Boolean(
        load_default=False,
        metadata={"description": "a client's late change of a session uses one up; false: it is refused"},
    )
    quiet_after_weeks = fields.Integer(required=True)
    reminder_minutes = fields.List(fields.Integer(), required=True)
    invoice_number_format = fields.String(
        required=True, metadata={"privacy": "none", "description": "such as {year}-{number:04d}"}
    )
    invoice_details = fields.String(
        required=True, metadata={"privacy": "personal", "description": "address, bank and tax id, as printed"}
    )
    invoice_due_days = fields.Integer(
        allow_none=True, load_default=None, metadata={"description": "to pay an invoice in, if it says nothing else"}
    )
    invoice_paper = fields.String(load_default="a4", metadata={"privacy": "none", "description": "a4 or letter"})


class OrganisationUpdated(OrganisationFacts):
    """The organisation was set up, or its settings were changed."""

    type = "engagements.organisation.updated.v1"


class PersonFacts(EventData):
    name = fields.String(required=True, metadata={"privacy": "personal"})
    email = fields.Email(required=True, metadata={"privacy": "personal"})
    time_zone = Zone(required=True, metadata={"privacy": "personal"})
    locale = fields.String(required=True, metadata={"privacy": "pseudonymous"})


class CoachFacts(PersonFacts):
    role = fields.String(required=True, metadata={"privacy": "pseudonymous", "description": "coach or admin"})
    team = fields.String(allow_none=True, load_default=None, metadata={"privacy": "pseudonymous"})
    active = fields.Boolean(required=True)


class CoachAdded(CoachFacts):
    """A coach or an admin was added to the team."""

    type = "engagements.coach.added.v1"


class CoachUpdated(CoachFacts):
    """A coach's or an admin's name, address, zone, role or team was changed, or the invitation was accepted."""

    type = "engagements.coach.updated.v1"


class CoachDeactivated(CoachFacts):
    """A coach or an admin can no longer sign in."""

    type = "engagements.coach.deactivated.v1"


class ClientFacts(PersonFacts):
    portal = fields.String(
        required=True,
        metadata={"privacy": "pseudonymous", "description": "internal_record, invited, active or disabled"},
    )
    coach_id = fields.UUID(allow_none=True, load_default=None, metadata={"description": "who looks after the client"})
    company = fields.String(allow_none=True, load_default=None, metadata={"privacy": "personal"})


class ClientAdded(ClientFacts):
    """A client was added, as an Internal Record (rule S1.1)."""

    type = "engagements.client.added.v1"


class ClientUpdated(ClientFacts):
    """A client's name, address, zone, company or coach was changed."""

    type = "engagements.client.updated.v1"


class ClientInvited(ClientFacts):
    """A client was invited to create an account (rule S1.36)."""

    type = "engagements.client.invited.v1"


class ClientActivated(ClientFacts):
    """A client created a password and is active now (rule C1)."""

    type = "engagements.client.activated.v1"


class ClientDisabled(ClientFacts):
    """A client's portal access was switched off."""

    type = "engagements.client.disabled.v1"


class ClientEnabled(ClientFacts):
    """A client's portal access was switched on again."""

    type = "engagements.client.enabled.v1"


class ClientErased(ClientFacts):
    """All that was kept on a client was erased (rule C24); the facts are those of the empty record that is left.

    Whoever keeps data of this client, or of its engagements, erases it too.
    """

    type = "engagements.client.erased.v1"


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
