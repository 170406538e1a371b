"""The gate of sharing (rule C2): whether anything may be shared with a client, and which rule refuses."""

from __future__ import annotations

from contracts.errors import Conflict

_WHY = {
    "internal_record": "has not been invited to create an account",
    "invited": "has not created an account yet",
    "disabled": "has no access to the portal at present",
}


class PortalNotActive(Conflict):
    """Resources are shared only with a client who has a portal account (rule S2.79)."""


def check_may_share(client_name: str, portal: str) -> None:
    """Raises `PortalNotActive` unless the portal is active; awaited, for the client may have signed up just now."""
    if portal != "active":
        sentence = (
            f"{client_name} {_WHY.get(portal, 'has no active portal')}: files can be shared once the portal is active."
        )
        raise PortalNotActive(sentence, rule="S2.79", awaited=True)
