"""The state of the system, and the description of its events."""

from __future__ import annotations

import json
from typing import Any

from flask import Response, jsonify
from flask.typing import ResponseReturnValue

from contracts import asyncapi, json_schema
from contracts.actor import ANYONE
from contracts.calls.health import health_of
from contracts.docs import public_events
from contracts.errors import CoachworksError, NotFound
from contracts.events import SERVICES
from gateway.api.expose import ApiRequest, Routes
from gateway.asking import ask_all, client

routes = Routes("System")


@routes.view("GET", "/health", roles=ANYONE)
def health(api: ApiRequest) -> ResponseReturnValue:
    """The state of all services and of the broker"""
    return state_of_system()


@routes.view("GET", "/asyncapi.json", roles=ANYONE)
def describe_events(api: ApiRequest) -> ResponseReturnValue:
    """All public events, as AsyncAPI 3.0"""
    return jsonify(asyncapi.document(public_events()))


@routes.view("GET", "/schemas/<type>.json", roles=ANYONE, produces="application/schema+json")
def describe_event(api: ApiRequest, type: str) -> ResponseReturnValue:
    """One type of event, such as billing.invoice.paid.v1, as JSON Schema (2020-12)"""
    found = next((event for event in public_events() if event.type == type), None)
    if found is None:
        raise NotFound(f"There is no event {type}.")
    return Response(json.dumps(json_schema.of_event(found)), content_type="application/schema+json")


def state_of_system() -> dict[str, Any]:
    """`{status, services: {name: {status, ...}}, broker}`; all services are asked at once."""
    answers = ask_all({service: (health_of(service), {}) for service in SERVICES})
    services = {
        name: {"status": "down", "detail": answer.detail} if isinstance(answer, CoachworksError) else answer
        for name, answer in answers.items()
    }
    broker = "ok" if client().connected() else "down"
    fine = broker == "ok" and all(service["status"] == "ok" for service in services.values())
    return {"status": "ok" if fine else "degraded", "services": services, "broker": broker}
