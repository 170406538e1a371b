"""The public HTTP API, version 1 (API.md): route tables, its description and the state of the system."""

from __future__ import annotations

from flask import Flask
from flask.typing import ResponseReturnValue

from gateway.access import OPEN
from gateway.api import billing, documents, engagements, notifications, openapi, scheduling, system, workspace
from gateway.api.expose import Route

PREFIX = "/api/v1"
TABLES = (
    engagements.routes,
    workspace.routes,
    scheduling.routes,
    documents.routes,
    billing.routes,
    notifications.routes,
    system.routes,
)


def routes() -> list[Route]:
    """Every route of the API."""
    return [route for table in TABLES for route in table.all]


def install(app: Flask) -> None:
    """Adds all routes. A public one that access.OPEN does not list stops the start."""
    for route in routes():
        if route.is_public != (f"{route.method} {PREFIX}{route.rule}" in OPEN):
            raise RuntimeError(
                f"gateway/access.py must list {route.method} {PREFIX}{route.rule} if and only if it is public"
            )

        def view(_route: Route = route, **path: object) -> ResponseReturnValue:
            return _route.answer(**path)

        view.roles = route.roles  # type: ignore[attr-defined]
        view.largest = route.largest  # type: ignore[attr-defined]
        app.add_url_rule(PREFIX + route.rule, f"api.{route.endpoint}", view, methods=[route.method])
    openapi.install(app, PREFIX, routes())
