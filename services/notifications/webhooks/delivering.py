"""Hands events out to endpoints and delivers them, in the worker alone.

Each endpoint is claimed by one worker, which delivers to it in a thread of its own: a slow one delays no other. Nothing
is asked of the outside inside a transaction. An event is delivered at least once, and a second time only if a process
dies, or the answer is lost, after the endpoint took it; both copies have the same `webhook-id`.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass
from threading import Thread
from uuid import UUID

from sqlalchemy import delete, exists, select

from chassis import context, logs, metrics
from chassis.claims import ClaimLost, claim_due, claimed, due_by
from chassis.database import DOWN
from chassis.outward import Outward, PrivateAddress, Unreachable
from chassis.runtime import Runtime
from chassis.sealing import Unreadable
from chassis.work import Work
from contracts.events.notifications import WebhookEndpointDisabled
from services.notifications.eventlog.models import LoggedEvent, Position
from services.notifications.eventlog.operations import types_matching
from services.notifications.webhooks.models import PAUSES, WebhookDelivery, WebhookEndpoint
from services.notifications.webhooks.operations import MOST_ENDPOINTS, seal_of
from services.notifications.webhooks.signature import body_of, headers_of

log = logs.get(__name__)

#: How long one delivery may take, and how much longer its endpoint stays claimed.
SECONDS, SLACK = 15.0, 15.0
KEPT = dt.timedelta(days=30)
GONE = 410
_AT_ONCE = 500
Claim = tuple[UUID, UUID]


@dataclass(frozen=True)
class _Message:
    """What is sent now."""

    delivery_id: UUID
    message_id: str
    url: str
    secret: str
    body: str
    requestid: str | None
    traceparent: str | None


@dataclass(frozen=True)
class _Outcome:
    """What came of it: the status of HTTP, and why it was not taken."""

    status: int | None
    refused: str = ""


def hand_out(runtime: Runtime) -> int:
    """Gives one endpoint the events that it has not had yet; how many positions of the log it went on.

    The endpoint is locked: two workers hand out no event twice.
    """
    with runtime.work() as work:
        last = work.session.scalar(select(Position.last)) or 0
        behind = (WebhookEndpoint.state == "active", WebhookEndpoint.position < last)
        there = select(WebhookEndpoint).where(*behind).order_by(WebhookEndpoint.position, WebhookEndpoint.id)
        endpoint = work.session.scalars(there.limit(1).with_for_update(skip_locked=True)).first()
        if endpoint is None:
            return 0
        return _hand_out(work, endpoint, last)


def _hand_out(work: Work, endpoint: WebhookEndpoint, last: int) -> int:
    before = endpoint.position
    wanted = select(LoggedEvent.position, LoggedEvent.event_id, LoggedEvent.type).where(
        LoggedEvent.position > before, LoggedEvent.position <= last
    )
    if "#" not in endpoint.types:
        wanted = wanted.where(LoggedEvent.type.in_(types_matching(work, endpoint.types)))
    found = work.session.execute(wanted.order_by(LoggedEvent.position).limit(_AT_ONCE)).all()
    for position, event_id, type_ in found:
        work.session.add(WebhookDelivery.to(endpoint, event_id, type_, work.now, position=position))
    endpoint.position = last if len(found) < _AT_ONCE else found[-1].position
    return endpoint.position - before


def backlog(work: Work) -> tuple[int, dt.datetime | None]:
    """Deliveries that are due, and since when the oldest; what waits for an endpoint that is paused is not."""
    of_active = WebhookDelivery.endpoint_id.in_(select(WebhookEndpoint.id).where(WebhookEndpoint.state == "active"))
    return due_by(work, WebhookDelivery.next_attempt_at, of_active)


def deliver_due(runtime: Runtime) -> int:
    """Begins to deliver to each endpoint that something is due for; to how many."""
    return len(start_delivering(runtime))


def start_delivering(runtime: Runtime) -> list[Thread]:
    """Claims those endpoints and delivers to each in a thread, which ends when nothing is due for it any more."""
    with runtime.work() as work:
        is_due = exists().where(
            WebhookDelivery.endpoint_id == WebhookEndpoint.id, WebhookDelivery.next_attempt_at <= work.now
        )
        due = (WebhookEndpoint.state == "active") & is_due
        order, seconds = WebhookEndpoint.id, SECONDS + SLACK
        claims = claim_due(work, WebhookEndpoint, due, order_by=order, limit=MOST_ENDPOINTS, seconds=seconds)
    threads = [Thread(target=_deliver_all, args=(runtime, claim), name=f"webhook {claim[0]}") for claim in claims]
    for thread in threads:
        thread.start()
    return threads


def _deliver_all(runtime: Runtime, claim: Claim) -> None:
    with context.step():
        try:
            while message := _next(runtime, claim):
                with context.step(message.requestid, message.traceparent):
                    outcome = _send(runtime, message)
                    log.info("webhook_sent", endpoint_id=str(claim[0]), event_id=message.message_id, **asdict(outcome))
                    _settle(runtime, claim, message.delivery_id, outcome)
        except ClaimLost:
            log.warning("webhook_claim_lost", endpoint_id=str(claim[0]))
        except DOWN as error:
            log.warning("database_down", endpoint_id=str(claim[0]), error=str(error.orig).strip())
        except Exception:
            log.exception("webhook_failed", endpoint_id=str(claim[0]))


def _next(runtime: Runtime, claim: Claim) -> _Message | None:
    """What is due first, the claim renewed for it; None, and the claim given back, where nothing is."""
    with runtime.work() as work:
        endpoint = claimed(work, WebhookEndpoint, *claim)
        due = select(WebhookDelivery).where(
            WebhookDelivery.endpoint_id == endpoint.id, WebhookDelivery.next_attempt_at <= work.now
        )
        order = (WebhookDelivery.next_attempt_at, WebhookDelivery.position, WebhookDelivery.id)
        delivery = work.session.scalars(due.order_by(*order).limit(1)).first()
        if delivery is None or endpoint.state != "active":
            return None
        try:
            secret = seal_of(work.settings).open(endpoint.sealed_secret).decode()
        except Unreadable:
            _disable(work, endpoint, "Its secret was sealed under another SECRET_KEY: add the endpoint anew.")
            return None
        logged = None if delivery.position is None else work.session.get_one(LoggedEvent, delivery.position)
        event = logged.envelope if logged is not None else delivery.body or {}
        endpoint.claim = claim[1]
        endpoint.claimed_until = work.now + dt.timedelta(seconds=SECONDS + SLACK)
        trace = event.get("requestid"), event.get("traceparent")
        return _Message(delivery.id, str(delivery.event_id), endpoint.url, secret, body_of(event), *trace)


def _send(runtime: Runtime, message: _Message) -> _Outcome:
    with metrics.reaching_out(runtime.name, "webhook") as reach:
        outcome = _ask(runtime, message)
        reach.failed = bool(outcome.refused)
    return outcome


def _ask(runtime: Runtime, message: _Message) -> _Outcome:
    headers = headers_of(message.secret, message.message_id, message.body, runtime.clock.now())
    allow_private: bool = runtime.settings.allow_private_addresses  # type: ignore[attr-defined]
    try:
        with Outward(allow_private=allow_private, seconds=SECONDS) as outward:
            reply = outward.ask("POST", message.url, headers=headers, body=message.body.encode())
    except PrivateAddress:
        return _Outcome(None, "The address lies in a private network, which is not allowed here.")
    except Unreachable as error:
        return _Outcome(None, str(error))
    if 200 <= reply.status < 300:
        return _Outcome(reply.status)
    astray = " Redirects are not followed." if 300 <= reply.status < 400 else ""
    return _Outcome(reply.status, f"The server answered {reply.status}.{astray}")


def _settle(runtime: Runtime, claim: Claim, delivery_id: UUID, outcome: _Outcome) -> None:
    """Writes down what came of it; an endpoint that is dead is disabled."""
    with runtime.work() as work:
        endpoint = claimed(work, WebhookEndpoint, *claim)
        endpoint.claim = claim[1]
        endpoint.claimed_until = work.now + dt.timedelta(seconds=SLACK)
        delivery = work.session.get(WebhookDelivery, delivery_id, with_for_update=True)
        if delivery is None:
            return  # a replay has put another in its place
        if not outcome.refused and outcome.status is not None:
            endpoint.succeeded()
            delivery.be_delivered(work.now, outcome.status)
            return
        endpoint.failed(work.now)
        is_over = delivery.be_deferred(work.now, outcome.status, outcome.refused)
        if outcome.status == GONE:
            _disable(work, endpoint, "The server says that it is gone for good.")
        elif is_over and endpoint.failing_since and endpoint.failing_since <= work.now - sum(PAUSES, dt.timedelta()):
            _disable(work, endpoint, f"Nothing could be delivered for three days. {outcome.refused}")


def _disable(work: Work, endpoint: WebhookEndpoint, reason: str) -> None:
    if endpoint.disable(reason):
        work.publish(WebhookEndpointDisabled, endpoint, endpoint.facts())


def forget_deliveries(runtime: Runtime) -> int:
    """Deletes what was delivered, or failed, a month ago; how many."""
    with runtime.work() as work:
        over = select(WebhookDelivery.id).where(
            WebhookDelivery.state != "pending", WebhookDelivery.created_at <= work.now - KEPT
        )
        ids = list(work.session.scalars(over.limit(_AT_ONCE).with_for_update(skip_locked=True)))
        work.session.execute(delete(WebhookDelivery).where(WebhookDelivery.id.in_(ids)))
    return len(ids)
