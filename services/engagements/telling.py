"""Tells a client by mail what staff did in the portal: only one who can see it there (C3, S2.34, S2.55, S2.63)."""

from __future__ import annotations

from typing import Any

from chassis.work import Work
from contracts.actor import Actor
from services.engagements.engagements.models import Engagement


def tell_client(
    work: Work,
    actor: Actor,
    engagement: Engagement,
    *,
    key: str,
    kind: str,
    about: dict[str, Any],
    context: dict[str, Any],
) -> None:
    """Asks for a mail to the engagement's client, if staff acted and the client's portal is active."""
    client = engagement.client
    if not actor.is_staff or client.portal != "active":
        return
    work.request(
        key=key,
        kind=kind,
        recipients=[{"person_id": client.id, "email": client.email, "name": client.name}],
        about=about,
        trigger={"origin": "automatic", "person_id": actor.id},
        engagement_id=engagement.id,
        context=context,
    )
