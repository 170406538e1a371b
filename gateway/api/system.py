"""The state of the system."""

from __future__ import annotations

from typing import Any

from flask.typing import ResponseReturnValue

from contracts.actor import ANYONE
from contracts.calls.health import health_of
from contracts.errors import CoachworksError
from contracts.events import SERVICES
from gateway.api.expose import ApiRequest, Routes
from gateway.asking import ask_all, client

routes = Routes("System")


@routes.view("GET", "/health", roles=ANYONE)
def health(api: ApiRequest) -> ResponseReturnValue:
    """The state of all services and of the broker"""
    return state_of_system()


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
