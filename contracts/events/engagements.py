"""Events of the engagements service: the organisation, people, programs and engagements.

Each event carries the object's state after the change, so that a service that keeps a copy needs nothing else.
"""

from __future__ import annotations

from marshmallow import fields

from contracts.events import EventData
from contracts.schema import Zone


class OrganisationFacts(EventData):
    name = fields.String(required=True)
    colour = fields.String(required=True, metadata={"description": "#rrggbb"})
    currency = fields.String(required=True, metadata={"description": "ISO 4217; the default for new invoices"})
    time_zone = Zone(required=True)
    cancellations_to_internal_records = fields.Boolean(required=True, metadata={"description": "rule C4"})
    no_show_counts = fields.Boolean(required=True, metadata={"description": "rule C7"})
    quiet_after_weeks = fields.Integer(required=True)
    reminder_minutes = fields.List(fields.Integer(), required=True)
    invoice_number_format = fields.String(required=True, metadata={"description": "such as {year}-{number:04d}"})
    invoice_details = fields.String(required=True, metadata={"description": "address, bank and tax id, as printed"})


class OrganisationUpdated(OrganisationFacts):
    """The organisation was set up, or its settings were changed."""

    type = "engagements.organisation.updated.v1"


class PersonFacts(EventData):
    name = fields.String(required=True)
    email = fields.Email(required=True)
    time_zone = Zone(required=True)
    locale = fields.String(required=True)


class CoachFacts(PersonFacts):
    role = fields.String(required=True, metadata={"description": "coach or admin"})
    team = fields.String(allow_none=True, load_default=None)
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
    portal = fields.String(required=True, metadata={"description": "internal_record, invited, active or disabled"})
    coach_id = fields.UUID(allow_none=True, load_default=None, metadata={"description": "who looks after the client"})
    company = fields.String(allow_none=True, load_default=None)


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


class ProgramFacts(EventData):
    name = fields.String(required=True)
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
    program_name = fields.String(required=True)
    sessions_total = fields.Integer(required=True)
    start_date = fields.Date(allow_none=True, load_default=None)
    end_date = fields.Date(allow_none=True, load_default=None)
    status = fields.String(required=True, metadata={"description": "not_started, in_progress or completed"})
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
