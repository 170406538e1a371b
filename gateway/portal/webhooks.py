"""Webhooks, for admins: which other systems hear of what happens, what became of it, trying it and telling it again."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import request
from flask.typing import ResponseReturnValue

from contracts.calls import webhooks as calls
from gateway.portal import show
from gateway.portal.pages import ADMIN, Pages

pages = Pages()


def _address(id: Any) -> str:
    return f"/settings/webhooks/{id}"


@pages.get("/settings/webhooks", ADMIN)
def webhooks() -> ResponseReturnValue:
    return _webhooks()


def _webhooks(**values: Any) -> ResponseReturnValue:
    listed = show.look(endpoints=(calls.list_webhook_endpoints, show.query("cursor"))).part("endpoints")
    errors: dict[str, list[str]] = {}
    for name, messages in values.pop("errors", {}).items():
        errors.setdefault(name.split(".")[0], []).extend(messages)
    return show.page("pages/webhooks.html", endpoints=listed, errors=errors, **show.pager(listed), **values)


@pages.post("/settings/webhooks", ADMIN)
def create_webhook() -> ResponseReturnValue:
    """Its secret is shown once, on the page that answers the form."""
    given = {**show.form("url"), "types": request.form.get("types", "").replace(",", " ").split()}
    return show.attempt(calls.create_webhook_endpoint, given, lambda made: _webhooks(made=made), _webhooks)


@pages.get("/settings/webhooks/<uuid:id>", ADMIN)
def webhook(id: UUID) -> ResponseReturnValue:
    found = show.look(
        endpoint=(calls.get_webhook_endpoint, {"id": str(id)}),
        deliveries=(calls.list_webhook_deliveries, {"id": str(id), **show.query("cursor")}),
    )
    deliveries = found.need("deliveries")
    endpoint = found.need("endpoint")
    return show.page("pages/webhook.html", endpoint=endpoint, deliveries=deliveries, **show.pager(deliveries))


@pages.post("/settings/webhooks/<uuid:id>/test", ADMIN)
def test_webhook(id: UUID) -> ResponseReturnValue:
    return show.act(calls.test_webhook_endpoint, {"id": str(id)}, _address(id), "A test is on its way.")


@pages.post("/settings/webhooks/<uuid:id>/pause", ADMIN)
def pause_webhook(id: UUID) -> ResponseReturnValue:
    given = {"id": str(id), "active": False}
    return show.act(calls.update_webhook_endpoint, given, _address(id), "Paused. What happens waits.")


@pages.post("/settings/webhooks/<uuid:id>/resume", ADMIN)
def resume_webhook(id: UUID) -> ResponseReturnValue:
    given = {"id": str(id), "active": True}
    return show.act(calls.update_webhook_endpoint, given, _address(id), "It goes on with what has waited.")


@pages.get("/settings/webhooks/<uuid:id>/replay", ADMIN)
def replay_form(id: UUID, **again: Any) -> ResponseReturnValue:
    """`after` in the address is the position from which on it is proposed."""
    endpoint = show.look(endpoint=(calls.get_webhook_endpoint, {"id": str(id)})).need("endpoint")
    return show.page("pages/webhook_replay.html", endpoint=endpoint, **{"values": show.query("after"), **again})


@pages.post("/settings/webhooks/<uuid:id>/replay", ADMIN)
def replay_webhook(id: UUID) -> ResponseReturnValue:
    return show.attempt(
        calls.replay_webhook_endpoint,
        {"id": str(id), **show.whole(show.form("after"))},
        lambda endpoint: show.done(_address(id), "All of it is on its way again."),
        lambda **again: replay_form(id, **again),
    )


@pages.get("/settings/webhooks/<uuid:id>/remove", ADMIN)
def ask_to_remove_webhook(id: UUID) -> ResponseReturnValue:
    endpoint = show.look(endpoint=(calls.get_webhook_endpoint, {"id": str(id)})).need("endpoint")
    return show.page("pages/webhook_remove.html", endpoint=endpoint)


@pages.post("/settings/webhooks/<uuid:id>/remove", ADMIN)
def remove_webhook(id: UUID) -> ResponseReturnValue:
    return show.act(calls.delete_webhook_endpoint, {"id": str(id)}, "/settings/webhooks", "The webhook is removed.")
