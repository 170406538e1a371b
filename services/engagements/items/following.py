"""What completes items without a person's saying so (C12): sessions, answers, payments."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select

from chassis.work import Work
from contracts.actor import Actor
from contracts.envelope import Event
from contracts.events.items import ItemScheduled, ItemUpdated
from services.engagements.engagements.access import lock_program
from services.engagements.feedback.models import FeedbackRound
from services.engagements.items.delivery import complete, start
from services.engagements.items.models import Item


def follow_session(work: Work, event: Event, actor: Actor) -> None:
    """A session's item is scheduled with it, completed with it, and pending again when it does not take place.

    The caller holds the lock on the engagement.
    """
    item = _item_of(work, event, "session")
    if item is None:
        return
    state = event.data["state"]
    if state == "completed" and item.state != "completed" and item.session_id in (None, event.subject_id):
        item.session_id = event.subject_id
        complete(work, actor, item, at=event.time)
    elif state != "completed" and item.follow(event.subject_id, state):
        if item.state == "scheduled":
            work.publish(ItemScheduled, item, item.facts(), actor)
        else:
            work.publish(ItemUpdated, item, item.facts(), actor)


def form_sent(work: Work, event: Event) -> None:
    """A form's item that somebody sent from the list of forms has gone out by that, to those who were asked there."""
    if event.data["item_id"] is None:
        return
    lock_program(work, event.data["engagement_id"])
    item = _item_of(work, event, "form")
    if item is not None and not item.is_out:
        _sent_elsewhere(work, event, item, event.data["people"])


def form_answered(work: Work, event: Event) -> None:
    """A form's item is completed when all who were asked have answered."""
    if event.data["item_id"] is None:
        return
    lock_program(work, event.data["engagement_id"])
    item = _item_of(work, event, "form")
    if item is not None and item.state != "completed":
        complete(work, _actor(event), item)


def invoice_sent(work: Work, event: Event) -> None:
    """An invoice's item that somebody sent from the invoice's own page has gone out by that."""
    for item in _items_of_invoice(work, event):
        if not item.is_out:
            _sent_elsewhere(work, event, item, [])


def invoice_paid(work: Work, event: Event) -> None:
    """An invoice's item is completed when nothing is left to pay."""
    for item in _items_of_invoice(work, event):
        if item.state != "completed":
            complete(work, _actor(event), item)


def _items_of_invoice(work: Work, event: Event) -> list[Item]:
    """The items that hold the event's invoice, locked with all of its engagement."""
    lock_program(work, event.data["engagement_id"])
    there = select(Item).where(Item.engagement_id == event.data["engagement_id"], Item.invoice_id == event.subject_id)
    return list(work.session.scalars(there.order_by(Item.position).execution_options(populate_existing=True)))


def _sent_elsewhere(work: Work, event: Event, item: Item, recipients: list[dict[str, Any]]) -> None:
    item.sent_elsewhere(work.now, recipients)
    start(work, _actor(event), item.engagement)
    work.publish(ItemUpdated, item, item.facts(), _actor(event))


def complete_answered(work: Work, actor: Actor, current: FeedbackRound) -> None:
    """The item that a round of feedback belongs to is completed when nobody is left who could still answer.

    The caller holds the lock on the engagement.
    """
    work.session.flush()
    work.session.refresh(current, ["requests"])
    waiting = any(request.answered_at is None and request.revoked_at is None for request in current.requests)
    answered = any(request.answered_at is not None for request in current.requests)
    if waiting or not answered:
        return
    item = work.session.scalar(select(Item).where(Item.round_id == current.id, Item.state == "sent"))
    if item is not None:
        complete(work, actor, item)


def _item_of(work: Work, event: Event, kind: str) -> Item | None:
    """The item that an event names, if it is of that kind, of the event's engagement, and still there."""
    item_id: UUID | None = event.data["item_id"]
    item = work.session.get(Item, item_id, populate_existing=True) if item_id else None
    is_meant = item is not None and item.kind == kind and item.engagement_id == event.data["engagement_id"]
    return item if is_meant else None


def _actor(event: Event) -> Actor:
    return Actor(event.actorid, event.actorrole, "")  # type: ignore[arg-type]
