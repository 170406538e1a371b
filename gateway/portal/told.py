"""Who of those that were typed gets no mail: said in the dialog first, once for each address (C2)."""

from __future__ import annotations

from uuid import UUID

from flask import request

from contracts.calls import notifications
from contracts.errors import CoachworksError
from gateway.asking import Json, ask


def not_told(people: list[Json]) -> list[Json]:
    """Those of whom the dialog has not said that they get no mail."""
    told = {address.lower() for address in request.form.getlist("told")}
    return [one for one in people if one["email"].lower() not in told]


def refused(engagement_id: UUID, kind: str, people: list[Json]) -> list[Json]:
    """The gate's verdicts on those who would get no mail and of whom the dialog has not said so yet."""
    new = not_told(people)
    if not new:
        return []
    try:
        asked = {"engagement_id": str(engagement_id), "kind": kind, "recipients": new}
        verdicts: list[Json] = ask(notifications.may_notify, asked)["verdicts"]
    except CoachworksError:
        return []  # what is wrong with an address, the request itself says
    return [verdict for verdict in verdicts if not verdict["allowed"]]
