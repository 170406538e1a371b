"""Events of the engagements service about the organisation, its coaches and its clients."""

from __future__ import annotations

from marshmallow import fields

from contracts.events import EventData
from contracts.schema import Zone


class OrganisationFacts(EventData):
    privacy = "none"

    name = fields.String(required=True, metadata={"privacy": "none"})
    colour = fields.String(required=True, metadata={"privacy": "none", "description": "#rrggbb"})
    currency = fields.String(
        required=True, metadata={"privacy": "none", "description": "ISO 4217; the default for new invoices"}
    )
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
