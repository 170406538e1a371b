"""What Stripe has told, for admins: what of it could not be done, why, and trying it again."""

from __future__ import annotations

from urllib.parse import quote

from flask import request
from flask.typing import ResponseReturnValue

from contracts.calls import cards as calls
from gateway.portal import show
from gateway.portal.pages import ADMIN, Pages

pages = Pages()

_ADDRESS = "/settings/stripe"


@pages.get(_ADDRESS, ADMIN)
def stripe_events() -> ResponseReturnValue:
    """Those that need somebody, unless the address says otherwise; an empty `state` is all."""
    state = request.args.get("state", "parked")
    wanted = {**({"state": state} if state else {}), **show.query("cursor")}
    listed = show.look(events=(calls.list_stripe_events, wanted)).part("events")
    return show.page("pages/stripe_events.html", events=listed, state=state, **show.pager(listed, ("state",)))


@pages.post(f"{_ADDRESS}/<id>/retry", ADMIN)
def retry_stripe_event(id: str) -> ResponseReturnValue:
    address = f"{_ADDRESS}?state={quote(request.form.get('state', 'parked'))}"
    return show.act(calls.retry_stripe_event, {"id": id}, address, "It is tried again now.")
