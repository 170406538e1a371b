"""People and facts that tests feed to services."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID, uuid4

from contracts.actor import Actor

ADMIN = Actor(uuid4(), "admin", "Ada Admin")


def coach(name: str = "Judith Okonkwo") -> Actor:
    """A coach who acts."""
    return Actor(uuid4(), "coach", name)


def client(name: str = "Leila Haddad") -> Actor:
    """A client who acts."""
    return Actor(uuid4(), "client", name)


def _address(name: str) -> str:
    return f"{name.lower().replace(' ', '.')}@example.org"


def coach_facts(actor: Actor, **changes: Any) -> dict[str, Any]:
    """The data of an engagements.coach event."""
    return {
        "name": actor.name, "email": _address(actor.name), "time_zone": "Europe/Berlin", "locale": "en",
        "role": actor.role, "team": None, "active": True, **changes,
    }  # fmt: skip


def client_facts(actor: Actor, **changes: Any) -> dict[str, Any]:
    """The data of an engagements.client event; active in the portal unless said otherwise."""
    return {
        "name": actor.name, "email": _address(actor.name), "time_zone": "Europe/London", "locale": "en",
        "portal": "active", "coach_id": None, "company": None, **changes,
    }  # fmt: skip


def engagement_facts(client_id: UUID | None, coach_id: UUID | None, **changes: Any) -> dict[str, Any]:
    """The data of an engagements.engagement event."""
    return {
        "client_id": client_id, "coach_id": coach_id, "program_id": None, "program_name": "Business Coaching",
        "sessions_total": 16, "start_date": None, "end_date": None, "status": "not_started", "deleted": False,
        **changes,
    }  # fmt: skip


def organisation_facts(**changes: Any) -> dict[str, Any]:
    """The data of engagements.organisation.updated."""
    return {
        "name": "Northlight Coaching", "colour": "#0E6B56", "currency": "EUR", "time_zone": "Europe/Berlin",
        "cancellations_to_internal_records": False, "no_show_counts": False, "quiet_after_weeks": 4,
        "reminder_minutes": [1440, 60], "invoice_number_format": "{year}-{number:04d}",
        "invoice_details": "Northlight Coaching GmbH, Lindenstr. 14, Berlin", **changes,
    }  # fmt: skip


def session_facts(engagement_id: UUID, **changes: Any) -> dict[str, Any]:
    """The data of a scheduling.session event; completed unless said otherwise."""
    starts_at = dt.datetime(2026, 11, 20, 9, 0, tzinfo=dt.UTC)
    return {
        "engagement_id": engagement_id, "client_id": uuid4(), "coach_id": uuid4(), "title": "Session", "number": 1,
        "starts_at": starts_at, "ends_at": starts_at + dt.timedelta(hours=1), "time_zone": "Europe/Berlin",
        "location": {"kind": "phone"}, "state": "completed", "ics_uid": str(uuid4()), "ics_sequence": 0, **changes,
    }  # fmt: skip


def item_facts(engagement_id: UUID, kind: str, **changes: Any) -> dict[str, Any]:
    """The data of an engagements.item event."""
    return {
        "engagement_id": engagement_id, "kind": kind, "title": "A step", "position": 1, "state": "pending",
        "delivery": "manual", "send_at": None, "recipients": [], "client_sees": False, "form_id": None, "file_ids": [],
        "url": None, "goal_id": None, "invoice_id": None, "session_id": None, "deleted": False, **changes,
    }  # fmt: skip
