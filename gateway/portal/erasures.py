"""Exporting and erasing a client, for admins (rule C24)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import request
from flask.typing import ResponseReturnValue

from contracts.calls import engagements
from contracts.calls import erasures as calls
from contracts.errors import NotFound
from gateway import exporting
from gateway.portal import show
from gateway.portal.clients import record
from gateway.portal.pages import ADMIN, Pages

pages = Pages()

_HEALTH = {f"{service}_health": question for service, question in exporting.QUESTIONS.items()}


@pages.get("/clients/<uuid:id>/export", ADMIN)
def export(id: UUID) -> ResponseReturnValue:
    found, values = record(id, "", export=(calls.get_client_export, {"id": str(id)}), **_HEALTH)
    answering = {name: bool(found.beside(f"{name}_health")) for name in exporting.QUESTIONS}
    try:
        state = exporting.state_of(found.need("export"), answering, f"/clients/{id}/export/zip")
    except NotFound:
        state = None
    return show.page("pages/client_export.html", export=state, **values)


@pages.post("/clients/<uuid:id>/export", ADMIN)
def ask_for_export(id: UUID) -> ResponseReturnValue:
    address = f"/clients/{id}/export"
    return show.act(calls.request_client_export, {"id": str(id)}, address, "The export is at hand.")


@pages.get("/clients/<uuid:id>/export/zip", ADMIN)
def archive(id: UUID) -> ResponseReturnValue:
    return exporting.archive(id)


@pages.get("/clients/<uuid:id>/erase", ADMIN)
def ask_to_erase(id: UUID) -> ResponseReturnValue:
    return _ask_to_erase(id)


def _ask_to_erase(id: UUID, **again: Any) -> ResponseReturnValue:
    client = show.look(client=(engagements.get_client, {"id": str(id)})).need("client")
    return show.page("pages/client_erase.html", client=client, **again)


@pages.post("/clients/<uuid:id>/erase", ADMIN)
def erase(id: UUID) -> ResponseReturnValue:
    client = show.look(client=(engagements.get_client, {"id": str(id)})).need("client")
    if " ".join(request.form.get("name", "").split()) != " ".join(client["name"].split()):
        errors = {"name": ["This is not the client's name."]}
        return _ask_to_erase(id, status=422, values=show.typed_values(), errors=errors)
    return show.attempt(
        calls.erase_client,
        {"id": str(id)},
        lambda _: show.done(f"/clients/{id}/erasure"),
        lambda **again: _ask_to_erase(id, **again),
    )


@pages.get("/clients/<uuid:id>/erasure", ADMIN)
def erasure(id: UUID) -> ResponseReturnValue:
    found, values = record(id, "", erasure=(calls.get_client_erasure, {"id": str(id)}))
    return show.page("pages/client_erasure.html", erasure=found.need("erasure"), **values)
