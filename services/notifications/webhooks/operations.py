"""Endpoints: added, shown, changed, paused, tested, replayed, removed. All for admins."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from sqlalchemy import delete, func, select, update

from chassis import addresses
from chassis.paging import page
from chassis.sealing import Seal
from chassis.service import beforehand
from chassis.work import Work
from contracts.actor import Actor
from contracts.errors import Invalid
from contracts.schema import instant_text
from services.notifications.eventlog.models import Position
from services.notifications.eventlog.operations import check_patterns
from services.notifications.settings import Settings
from services.notifications.webhooks.models import TooManyEndpoints, WebhookDelivery, WebhookEndpoint
from services.notifications.webhooks.signature import new_secret

Input = dict[str, Any]
#: Each may keep a thread of a worker busy.
MOST_ENDPOINTS = 50
_SHOWN = (
    "id", "created_at", "updated_at", "version", "url", "types", "state", "reason", "failing_since", "position",
)  # fmt: skip
_TEST = "notifications.webhook_endpoint.tested.v1"


def seal_of(settings: Settings) -> Seal:
    """Seals the secrets of endpoints."""
    return Seal("webhook", settings.secret_keys)


def must_lead_outside(settings: Settings, input: Input) -> None:
    """Raises `Invalid` for an address within our own networks, unless these are allowed."""
    if settings.allow_private_addresses or "url" not in input:
        return
    addresses.must_lead_outside(input["url"])


@beforehand(must_lead_outside)
def create(work: Work, actor: Actor, input: Input) -> Input:
    """Adds one, which gets what happens from now on; its secret is answered this once."""
    check_patterns(input["types"])
    if (work.session.scalar(select(func.count(WebhookEndpoint.id))) or 0) >= MOST_ENDPOINTS:
        raise TooManyEndpoints(f"There are {MOST_ENDPOINTS} endpoints at most.")
    secret = new_secret()
    sealed = seal_of(work.settings).seal(secret.encode())
    endpoint = WebhookEndpoint(url=input["url"], types=input["types"], sealed_secret=sealed, position=_last(work))
    work.add(endpoint)
    work.changed(endpoint)
    return _shown(endpoint) | {"secret": secret}


def list_all(work: Work, actor: Actor, input: Input) -> Input:
    """All of them, the newest first."""
    return page(work, select(WebhookEndpoint), input, by=(WebhookEndpoint.created_at, WebhookEndpoint.id))


def show(work: Work, actor: Actor, input: Input) -> WebhookEndpoint:
    """One of them, never its secret."""
    return work.get(WebhookEndpoint, input["id"], what="endpoint")


@beforehand(must_lead_outside)
def change(work: Work, actor: Actor, input: Input) -> WebhookEndpoint:
    """Another address, other types, paused or going on."""
    endpoint = work.change(WebhookEndpoint, input["id"], what="endpoint")
    if "types" in input:
        check_patterns(input["types"])
    for name in ("url", "types"):
        if name in input:
            setattr(endpoint, name, input[name])
    if input.get("active") is False:
        endpoint.pause()
    elif input.get("active") and endpoint.go_on():
        mine = WebhookDelivery.endpoint_id == endpoint.id, WebhookDelivery.state == "pending"
        work.session.execute(update(WebhookDelivery).where(*mine).values(next_attempt_at=work.now))
    work.changed(endpoint)
    return endpoint


def remove(work: Work, actor: Actor, input: Input) -> None:
    """Removes it with all that was or was to be delivered to it."""
    endpoint = work.change(WebhookEndpoint, input["id"], what="endpoint")
    work.session.execute(delete(WebhookDelivery).where(WebhookDelivery.endpoint_id == endpoint.id))
    work.session.delete(endpoint)


def send_test(work: Work, actor: Actor, input: Input) -> WebhookDelivery:
    """Delivers an event that has not happened; raises `NotActive`."""
    endpoint = work.change(WebhookEndpoint, input["id"], what="endpoint")
    endpoint.must_be_active()
    event_id = uuid4()
    event = {
        "specversion": "1.0",
        "id": str(event_id),
        "type": _TEST,
        "source": "/coachworks/notifications",
        "subject": str(endpoint.id),
        "time": instant_text(work.now),
        "datacontenttype": "application/json",
        "sequence": endpoint.version,
        "data": {"text": "This is a test."},
    }
    delivery = WebhookDelivery.to(endpoint, event_id, _TEST, work.now, body=event)
    work.session.add(delivery)
    return delivery


def list_deliveries(work: Work, actor: Actor, input: Input) -> Input:
    """What was and is to be delivered to one endpoint, the newest first."""
    endpoint = work.get(WebhookEndpoint, input["id"], what="endpoint")
    there = select(WebhookDelivery).where(WebhookDelivery.endpoint_id == endpoint.id)
    if "state" in input:
        there = there.where(WebhookDelivery.state == input["state"])
    return page(work, there, input, by=(WebhookDelivery.created_at, WebhookDelivery.id))


def replay(work: Work, actor: Actor, input: Input) -> WebhookEndpoint:
    """Everything after that position is delivered again, in place of what waits; raises `NotActive`."""
    endpoint = work.change(WebhookEndpoint, input["id"], what="endpoint")
    endpoint.must_be_active()
    if input["after"] > _last(work):
        raise Invalid("The input is not valid.", errors={"after": ["The log is not as long as that."]})
    waits = WebhookDelivery.state == "pending", WebhookDelivery.position > input["after"]
    work.session.execute(delete(WebhookDelivery).where(WebhookDelivery.endpoint_id == endpoint.id, *waits))
    endpoint.position = input["after"]
    work.changed(endpoint)
    return endpoint


def _last(work: Work) -> int:
    return work.session.scalar(select(Position.last)) or 0


def _shown(endpoint: WebhookEndpoint) -> Input:
    return {name: getattr(endpoint, name) for name in _SHOWN}
