"""A made-up mail of each kind, to show a wording by."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from services.notifications.outbound.letter import Reader, Scene
from services.notifications.outbound.wording import Wording

_ID = UUID(int=0)
_SESSION = {
    "title": "Session 5",
    "starts_at": "2030-03-05T15:00:00Z",
    "ends_at": "2030-03-05T16:00:00Z",
    "location": {"kind": "phone", "detail": "+49 30 901820", "href": "tel:+4930901820"},
}
_LINK = {"url": "https://example.org/…", "expires_at": "2030-03-19T15:00:00Z"}
CONTEXTS: dict[str, dict[str, Any]] = {
    "session_scheduled": _SESSION,
    "session_rescheduled": {**_SESSION, "previous_starts_at": "2030-03-04T15:00:00Z"},
    "session_cancelled": _SESSION,
    "session_reminder": _SESSION,
    "form_request": {**_LINK, "name": "Before we begin"},
    "feedback_request": {**_LINK, "name": "Lead with calm", "description": "In every meeting"},
    "invoice": {
        "number": "2030-0012", "total": "1190.00", "balance": "1190.00", "currency": "EUR", "due_date": "2030-03-19",
    },
    "payment_received": {"number": "2030-0012", "amount": "1190.00", "currency": "EUR"},
    "invitation": {**_LINK, "message": "I look forward to working with you."},
    "staff_invitation": _LINK,
    "password_reset": _LINK,
    "goal_created": {"name": "Lead with calm"},
    "assignment_shared": {"name": "Values worksheet"},
    "comment_added": {"place": "goal", "name": "Lead with calm"},
    "resource_shared": {"names": ["Welcome packet.pdf"]},
    "coach_changed": {"previous_coach_name": "Judith Okonkwo", "new_coach_name": "Samuel Adler"},
    "item_task": {"name": "Write down three wins"},
    "item_file": {"name": "Values worksheet"},
    "item_link": {"name": "A talk on delegation", "url": "https://example.org/talk"},
}  # fmt: skip


def scene_of(kind: str, wording: Wording, name: str, colour: str, zone: str, public_url: str) -> Scene:
    """A mail of that kind from an organisation of that name, colour and zone."""
    to_staff = kind == "staff_invitation"
    return Scene(
        kind=kind,
        wording=wording,
        reader=Reader(
            name="Judith Okonkwo" if to_staff else "Leila Haddad",
            time_zone=zone,
            is_client=not to_staff,
            is_staff=to_staff,
            has_portal=True,
        ),
        organisation_name=name,
        organisation_colour=colour,
        client_name="Leila Haddad",
        coach_name="Judith Okonkwo",
        program_name="Business Coaching",
        engagement_id=_ID,
        about_id=_ID,
        context=CONTEXTS.get(kind, {}),
        public_url=public_url,
        reply_to_name="" if to_staff else "Judith Okonkwo",
    )
