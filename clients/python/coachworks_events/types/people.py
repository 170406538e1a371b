"""Generated from the contracts of Coachworks by `python -m contracts.docs`; do not edit."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from coachworks_events.facts import Facts


@dataclass(frozen=True, kw_only=True)
class PersonFacts(Facts):
    name: str
    email: str
    time_zone: str
    locale: str


@dataclass(frozen=True, kw_only=True)
class ClientFacts(PersonFacts):
    portal: str
    coach_id: UUID | None = None
    company: str | None = None


@dataclass(frozen=True, kw_only=True)
class ClientActivated(ClientFacts):
    """A client created a password and is active now (rule C1)."""

    type = "engagements.client.activated.v1"


@dataclass(frozen=True, kw_only=True)
class ClientAdded(ClientFacts):
    """A client was added, as an Internal Record (rule S1.1)."""

    type = "engagements.client.added.v1"


@dataclass(frozen=True, kw_only=True)
class ClientDisabled(ClientFacts):
    """A client's portal access was switched off."""

    type = "engagements.client.disabled.v1"


@dataclass(frozen=True, kw_only=True)
class ClientEnabled(ClientFacts):
    """A client's portal access was switched on again."""

    type = "engagements.client.enabled.v1"


@dataclass(frozen=True, kw_only=True)
class ClientErased(ClientFacts):
    """All that was kept on a client was erased (rule C24); the facts are those of the empty record that is left.
    Whoever keeps data of this client, or of its engagements, erases it too."""

    type = "engagements.client.erased.v1"


@dataclass(frozen=True, kw_only=True)
class ClientInvited(ClientFacts):
    """A client was invited to create an account (rule S1.36)."""

    type = "engagements.client.invited.v1"


@dataclass(frozen=True, kw_only=True)
class ClientUpdated(ClientFacts):
    """A client's name, address, zone, company or coach was changed."""

    type = "engagements.client.updated.v1"


@dataclass(frozen=True, kw_only=True)
class CoachFacts(PersonFacts):
    role: str
    team: str | None = None
    active: bool


@dataclass(frozen=True, kw_only=True)
class CoachAdded(CoachFacts):
    """A coach or an admin was added to the team."""

    type = "engagements.coach.added.v1"


@dataclass(frozen=True, kw_only=True)
class CoachDeactivated(CoachFacts):
    """A coach or an admin can no longer sign in."""

    type = "engagements.coach.deactivated.v1"


@dataclass(frozen=True, kw_only=True)
class CoachUpdated(CoachFacts):
    """A coach's or an admin's name, address, zone, role or team was changed, or the invitation was accepted."""

    type = "engagements.coach.updated.v1"


@dataclass(frozen=True, kw_only=True)
class OrganisationFacts(Facts):
    name: str
    colour: str
    currency: str
    time_zone: str
    cancellations_to_internal_records: bool
    no_show_counts: bool
    late_changes_count: bool = False
    quiet_after_weeks: int
    reminder_minutes: tuple[int, ...]
    invoice_number_format: str
    invoice_details: str
    invoice_due_days: int | None = None
    invoice_paper: str = "a4"


@dataclass(frozen=True, kw_only=True)
class OrganisationUpdated(OrganisationFacts):
    """The organisation was set up, or its settings were changed."""

    type = "engagements.organisation.updated.v1"
