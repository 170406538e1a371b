"""The portal: pages for staff and clients, in Jinja and htmx (templates/README.md)."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from zoneinfo import available_timezones

from flask import Flask, Response
from jinja2 import FileSystemLoader

from contracts.calls import engagements as calls
from contracts.errors import CoachworksError
from gateway import csrf, once
from gateway.asking import ask
from gateway.portal import (
    assignments,
    availability,
    bookings,
    brand,
    calendar,
    client_home,
    clients,
    clock,
    credit_notes,
    dashboard,
    engagements,
    erasures,
    filters,
    forms,
    goals,
    health,
    installments,
    invoice_editor,
    invoices,
    items,
    library,
    note_templates,
    notes,
    notifications,
    own_calendar,
    programs,
    sessions,
    settings,
    sign_in,
    stripe_events,
    suppressions,
    team,
    webhooks,
    wording,
)

_MODULES = (
    sign_in, dashboard, client_home, clients, engagements, notes, goals, assignments, note_templates, sessions, library,
    invoices, invoice_editor, credit_notes, installments, notifications, programs, team, settings, stripe_events,
    wording, forms, items, suppressions, availability, bookings, calendar, own_calendar, webhooks, erasures,
    health,
)  # fmt: skip
_HERE = Path(__file__).parent
_ASSETS = _HERE.parent / "static" / "dist"


def install(app: Flask) -> None:
    """Adds the pages, and what every template finds at hand."""
    app.jinja_loader = FileSystemLoader(_HERE / "templates")
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    filters.install(app)
    app.jinja_env.globals.update(
        asset=asset, csrf_token=csrf.token, once=once.mark, time_zones=sorted(available_timezones())
    )
    app.context_processor(lambda: {"now": clock.now()})
    for module in _MODULES:
        module.pages.install(app)
    app.add_url_rule("/brand.css", "portal.brand", _brand)


def asset(name: str) -> str:
    """The address of a built file, with its hash, so that a new one is never mistaken for an old one."""
    return f"/static/dist/{name}{_digest(name)}"


@cache
def _digest(name: str) -> str:
    file = _ASSETS / name
    return "?" + hashlib.sha256(file.read_bytes()).hexdigest()[:12] if file.is_file() else ""


def _brand() -> Response:
    """The organisation's colour as a style sheet; ours while nobody can tell it."""
    try:
        sheet = brand.style_sheet(ask(calls.public_organisation, {})["colour"])
    except CoachworksError:
        sheet = ""
    return Response(sheet, content_type="text/css; charset=utf-8", headers={"Cache-Control": "max-age=60"})
