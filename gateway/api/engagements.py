"""Sign-in and people, programs, engagements (API.md)."""

from __future__ import annotations

from uuid import UUID

from flask import Response, current_app, jsonify, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import UnsupportedMediaType

from contracts.actor import ADMIN, SIGNED_IN
from contracts.calls import engagements as calls
from contracts.calls import erasures, items
from contracts.errors import CoachworksError, Invalid, Unauthenticated
from gateway import exporting
from gateway.api.expose import ApiRequest, Routes
from gateway.asking import ask_all

routes = Routes("People and engagements")

routes.post("/tokens", calls.sign_in, status=201)


@routes.view("DELETE", "/tokens/current", status=204, roles=SIGNED_IN)
def sign_out(api: ApiRequest) -> ResponseReturnValue:
    """Ends the token that the request carries."""
    if api.identity is None:
        raise Unauthenticated("Sign in first.")
    api.ask(calls.sign_out, {"token": api.identity.token})
    return Response(status=204)


routes.get("/me", calls.me)
routes.patch("/me", calls.update_me)
routes.post("/password-resets", calls.request_password_reset, status=202)
routes.get("/password-resets/<token>", calls.get_password_reset)
routes.post("/password-resets/<token>", calls.reset_password)

routes.post("/coaches", calls.add_coach, status=201)
routes.get("/coaches", calls.list_coaches)
routes.get("/coaches/<uuid:id>", calls.get_coach)
routes.patch("/coaches/<uuid:id>", calls.update_coach)
routes.post("/coaches/<uuid:id>/deactivate", calls.deactivate_coach)
routes.post("/coaches/<uuid:id>/invitation", calls.invite_coach, status=202)

routes.get("/organisation", calls.get_organisation)
routes.patch("/organisation", calls.update_organisation)

routes.post("/api-tokens", calls.create_api_token, status=201)
routes.get("/api-tokens", calls.list_api_tokens)
routes.delete("/api-tokens/<uuid:id>", calls.delete_api_token)

routes.post("/clients", calls.add_client, status=201)
routes.get("/clients", calls.list_clients)


@routes.view(
    "POST", "/clients/import", calls.import_clients, consumes="text/csv", largest=5_000_000, query=("preview",)
)
def import_clients(api: ApiRequest) -> ResponseReturnValue:
    """Imports clients from CSV; with ?preview=true it only says what would happen."""
    if request.mimetype != "text/csv":
        raise UnsupportedMediaType("The body must be text/csv.")
    try:
        content = request.get_data(cache=False).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid("The file must be in UTF-8.", errors={"content": [f"Byte {error.start} is not UTF-8."]}) from None
    return jsonify(api.ask(calls.import_clients, api.query() | {"content": content}))


routes.get("/clients/<uuid:id>", calls.get_client)
routes.patch("/clients/<uuid:id>", calls.update_client)
routes.post("/clients/<uuid:id>/disable", calls.disable_client)
routes.post("/clients/<uuid:id>/enable", calls.enable_client)
routes.get("/clients/<uuid:id>/engagements", calls.list_client_engagements)
routes.post("/clients/<uuid:id>/export", erasures.request_client_export, status=202)
routes.post("/clients/<uuid:id>/erase", erasures.erase_client, status=202)
routes.get("/clients/<uuid:id>/erasure", erasures.get_client_erasure)


@routes.view("GET", "/clients/<uuid:id>/export", roles=ADMIN, answers=erasures.ClientExportState)
def client_export(api: ApiRequest, id: UUID) -> ResponseReturnValue:
    """Whether the export that was asked for can be fetched, and where."""
    asked = api.ask(erasures.get_client_export, {"id": str(id), **api.query()})
    found = ask_all(exporting.QUESTIONS)
    answering = {name: not isinstance(answer, CoachworksError) for name, answer in found.items()}
    public_url = current_app.extensions["coachworks.settings"].public_url
    return exporting.state_of(asked, answering, f"{public_url}/api/v1/clients/{id}/export/zip")


@routes.view("GET", "/clients/<uuid:id>/export/zip", roles=ADMIN, produces="application/zip")
def client_archive(api: ApiRequest, id: UUID) -> ResponseReturnValue:
    """Everything that is held on the client in every service, as a ZIP."""
    return exporting.archive(id)


routes.post("/engagements/<uuid:id>/invitation", calls.invite_client, status=202)
routes.delete("/engagements/<uuid:id>/invitation", calls.revoke_invitation)
routes.get("/public/invitations/<token>", calls.get_invitation)
routes.post("/public/invitations/<token>", calls.accept_invitation, status=201)

routes.post("/programs", calls.create_program, status=201)
routes.get("/programs", calls.list_programs)
routes.get("/programs/<uuid:id>", calls.get_program)
routes.patch("/programs/<uuid:id>", calls.update_program)
routes.delete("/programs/<uuid:id>", calls.delete_program)
routes.post("/programs/<uuid:id>/copy", calls.copy_program, status=201)

routes.post("/engagements", calls.create_engagement, status=201)
routes.get("/engagements", calls.list_engagements)
routes.get("/engagements/<uuid:id>", calls.get_engagement)
routes.patch("/engagements/<uuid:id>", calls.update_engagement)
routes.delete("/engagements/<uuid:id>", calls.delete_engagement)
routes.post("/engagements/<uuid:id>/restore", calls.restore_engagement)
routes.post("/engagements/<uuid:id>/assign", calls.assign_engagement)
routes.post("/engagements/<uuid:id>/complete", calls.complete_engagement)
routes.post("/engagements/<uuid:id>/reopen", calls.reopen_engagement)
routes.get("/engagements/<uuid:id>/activity", calls.list_activity)

routes.post("/engagements/<uuid:engagement_id>/items", items.create_item, status=201)
routes.get("/engagements/<uuid:engagement_id>/items", items.list_items)
routes.put("/engagements/<uuid:id>/items/order", items.order_items)
routes.get("/items/<uuid:id>", items.get_item)
routes.patch("/items/<uuid:id>", items.update_item)
routes.delete("/items/<uuid:id>", items.remove_item)
routes.put("/items/<uuid:id>/recipients", items.write_item_recipients)
routes.post("/items/<uuid:id>/send", items.send_item, status=202)
routes.post("/items/<uuid:id>/schedule", items.schedule_item)
routes.post("/items/<uuid:id>/unschedule", items.unschedule_item)
routes.post("/items/<uuid:id>/complete", items.complete_item)
