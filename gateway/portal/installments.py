"""Packages in instalments: set up and stopped, beside an engagement's invoices."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import request
from flask.typing import ResponseReturnValue

from contracts.calls import Call, engagements
from contracts.calls import installments as calls
from gateway.asking import Json
from gateway.portal import clock, show
from gateway.portal.invoice_editor import CURRENCIES
from gateway.portal.pages import STAFF, Pages

pages = Pages()


@pages.get("/engagements/<uuid:id>/installments/new", STAFF)
def installments_form(id: UUID) -> ResponseReturnValue:
    return _form(id)


def _form(id: UUID, **again: Any) -> ResponseReturnValue:
    organisation: tuple[Call, Json] = (engagements.get_organisation, {})
    found = show.look(engagement=(engagements.get_engagement, {"id": str(id)}), organisation=organisation)
    about = found.need("engagement")
    first = {
        "description": about["program_name"],
        "currency": found.need("organisation")["currency"],
        "first_due": clock.local(clock.now()).date().isoformat(),
        "count": 3,
    }
    values = {"values": first, **again}
    return show.page("pages/installments_new.html", engagement=about, currencies=CURRENCIES, **values)


@pages.post("/engagements/<uuid:id>/installments", STAFF)
def set_up_installments(id: UUID) -> ResponseReturnValue:
    decimals: Json = {name: typed.replace(",", ".") for name, typed in show.filled("total", "tax_rate").items()}
    given = {
        "engagement_id": str(id),
        **show.form("description", "currency", "first_due", "every"),
        **show.whole(show.filled("count", "due_days")),
        **decimals,
        "send": "send" in request.form,
        "card_payment": "card_payment" in request.form,
    }
    return show.attempt(
        calls.set_up_installments,
        given,
        lambda plan: show.done(f"/engagements/{id}/invoices", f"{len(plan['installments'])} instalments are set up."),
        lambda **again: _form(id, **again),
    )


@pages.post("/engagements/<uuid:id>/installments/<uuid:plan>/stop", STAFF)
def stop_installments(id: UUID, plan: UUID) -> ResponseReturnValue:
    return show.act(calls.stop_installments, {"id": str(plan)}, f"/engagements/{id}/invoices", "No more are written.")
