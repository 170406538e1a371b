"""Addresses that get no mail, for admins: who, why and since when, and taking one off the list."""

from __future__ import annotations

from uuid import UUID

from flask.typing import ResponseReturnValue

from contracts.calls import suppressions as calls
from gateway.portal import show
from gateway.portal.pages import ADMIN, Pages

pages = Pages()


@pages.get("/settings/suppressions", ADMIN)
def suppressions() -> ResponseReturnValue:
    listed = show.look(suppressions=(calls.list_suppressions, show.query("cursor"))).part("suppressions")
    return show.page("pages/suppressions.html", suppressions=listed, **show.pager(listed))


@pages.get("/settings/suppressions/<uuid:id>/remove", ADMIN)
def ask_to_remove(id: UUID) -> ResponseReturnValue:
    found = show.look(suppression=(calls.get_suppression, {"id": str(id)}))
    return show.page("pages/suppression_remove.html", suppression=found.need("suppression"))


@pages.post("/settings/suppressions/<uuid:id>/remove", ADMIN)
def remove(id: UUID) -> ResponseReturnValue:
    back = "/settings/suppressions"
    return show.act(calls.remove_suppression, {"id": str(id)}, back, "The address may get mail again.")
