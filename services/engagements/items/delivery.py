"""How items go out: by hand, at their time, or after the one before is completed, each exactly once (C12).

Whoever calls holds the lock on the engagement: that makes two completions at the same time wait for each other, so that
each sees what the other did. What an item mails, it asks for in the same transaction; forms and invoices are asked for
by the event itself, which their services listen to.
"""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from uuid import UUID

from sqlalchemy import exists, func, select

from chassis.claims import due_by
from chassis.runtime import Runtime
from chassis.work import Work
from contracts.actor import SYSTEM, Actor
from contracts.calls.items import MAIL_KINDS
from contracts.events.engagements import EngagementStarted
from contracts.events.items import ItemCompleted, ItemSent, ItemUnscheduled
from services.engagements.activity.operations import record
from services.engagements.copies.models import FormCopy, InvoiceCopy
from services.engagements.engagements.models import Engagement
from services.engagements.feedback.asking import ask_for_item
from services.engagements.goals.models import Goal
from services.engagements.items.models import Item, NotReady
from services.engagements.items.named import files_named
from services.engagements.people.access import own_id
from services.engagements.people.models import Person


def items_of(work: Work, engagement_id: UUID) -> list[Item]:
    """All items of an engagement in their order."""
    there = select(Item).where(Item.engagement_id == engagement_id)
    return list(work.session.scalars(there.order_by(Item.position, Item.id)))


def send_now(work: Work, actor: Actor, item: Item) -> None:
    """A member of staff sends it (S1.12); raises `ItemOut`, `NotReady` or `NoRecipients`."""
    item.must_be_ready()
    item.set_by = own_id(actor)
    _send(work, actor, item)


def complete(work: Work, actor: Actor, item: Item, *, at: dt.datetime | None = None) -> None:
    """It is done, and what waits for it goes out (C12)."""
    item.complete(work.now)
    work.publish(ItemCompleted, item, item.facts(), actor)
    log(work, actor, item, "completed", "completed", client_sees=item.client_sees, at=at)
    go_on(work, item.engagement_id)


def go_on(work: Work, engagement_id: UUID) -> None:
    """Sends each item that is set to go out after the one before it, if that is completed."""
    work.session.flush()
    for before, item in pairwise(items_of(work, engagement_id)):
        waits = item.kind != "session" and item.mode == "after_previous" and item.state == "scheduled"
        if waits and before.state == "completed":
            _send_by_itself(work, item)


def send_due(runtime: Runtime) -> int:
    """Sends what is due by its time in one engagement, which one replica takes on; how many items that were.

    Any of the engagements: one whose items cannot be sent for a fault of ours does not keep the others waiting.
    """
    with runtime.work() as work:
        due = (Item.state == "scheduled", Item.kind != "session", Item.mode == "at", Item.send_at <= work.now)
        there = select(Engagement).where(exists().where(Item.engagement_id == Engagement.id, *due))
        engagement = work.session.scalars(
            there.order_by(func.random()).limit(1).with_for_update(skip_locked=True)
        ).first()
        if engagement is None:
            return 0
        of_it = select(Item).where(Item.engagement_id == engagement.id, *due)
        items = list(work.session.scalars(of_it.order_by(Item.send_at, Item.position, Item.id)))
        for item in items:
            _send_by_itself(work, item)
    return len(items)


def backlog(work: Work) -> tuple[int, dt.datetime | None]:
    """Items whose time has come, and since when the first's."""
    return due_by(work, Item.send_at, Item.state == "scheduled", Item.kind != "session", Item.mode == "at")


def _send_by_itself(work: Work, item: Item) -> None:
    """Sends it for whoever set it to go out; one that cannot go out is cancelled, and the log says why."""
    engagement = work.session.get_one(Engagement, item.engagement_id)
    try:
        if engagement.deleted_at is not None:
            raise NotReady("The engagement is deleted.", rule="C9")
        _send(work, SYSTEM, item)
    except NotReady as error:
        item.cancel()
        work.publish(ItemUnscheduled, item, item.facts())
        log(work, SYSTEM, item, "withheld", "could not send", client_sees=False, detail=error.detail)


def _send(work: Work, actor: Actor, item: Item) -> None:
    sender = _sender_of(work, item)
    goal = _check_what_it_names(work, item)
    item.send(work.now)
    start(work, actor, item.engagement)
    work.publish(ItemSent, item, item.facts() | {"sender_id": sender.id, "sender_name": sender.name}, actor)
    if item.kind in ("task", "file", "link"):
        _mail(work, item, sender)
    elif goal is not None:
        item.round_id = ask_for_item(work, _as_actor(sender), goal, item.recipients, item.id)
    count = len(item.recipients)
    people = item.recipients[0]["name"] or item.recipients[0]["email"] if count == 1 else f"{count} people"
    log(work, actor, item, "sent", "sent", client_sees=item.client_sees, to=people)


def start(work: Work, actor: Actor, engagement: Engagement) -> None:
    """The first item that is sent starts its engagement (C8)."""
    if engagement.start(work.now):
        work.publish(EngagementStarted, engagement, engagement.facts(), actor)


def _sender_of(work: Work, item: Item) -> Person:
    """In whose name it goes: of who sent it or set it to go out, unless another coach has taken over since (C10)."""
    sender = work.session.get_one(Person, item.set_by)
    engagement = work.session.get_one(Engagement, item.engagement_id)
    still_may = sender.role == "admin" or sender.id == engagement.coach_id
    return sender if still_may and not sender.deactivated else engagement.coach


def _check_what_it_names(work: Work, item: Item) -> Goal | None:
    """Raises `NotReady` where what the item stands for is gone by now; the goal of one that asks for feedback."""
    if item.kind == "form":
        form = work.session.get(FormCopy, item.form_id)
        if form is None or form.deleted:
            raise NotReady("The form is not there any more: choose another one.")
    if item.kind == "file" and len(files_named(work, item.file_ids, item.engagement_id)) < len(item.file_ids):
        raise NotReady("One of the files is not there any more: choose again.")
    if item.kind == "invoice":
        invoice = work.session.get(InvoiceCopy, item.invoice_id)
        if invoice is None or invoice.state != "draft":
            raise NotReady("The invoice is no draft any more: choose another one.", rule="C21")
    if item.kind != "feedback":
        return None
    goal = work.session.get_one(Goal, item.goal_id, with_for_update=True, populate_existing=True)
    if goal.deleted_at is not None:
        raise NotReady("The goal is not there any more: choose another one.")
    return goal


def _mail(work: Work, item: Item, sender: Person) -> None:
    work.request(
        key=f"item/{item.id}/sent",
        kind=MAIL_KINDS[item.kind],
        recipients=item.recipients,
        about={"kind": "item", "id": item.id, "version": item.version},
        trigger={"origin": "staff", "person_id": sender.id},
        engagement_id=item.engagement_id,
        item_id=item.id,
        context={"name": item.title} | ({"url": item.url} if item.kind == "link" else {}),
    )


def _as_actor(person: Person) -> Actor:
    return Actor(person.id, person.role, person.name)  # type: ignore[arg-type]


def log(
    work: Work,
    actor: Actor,
    item: Item,
    verb: str,
    did: str,
    *,
    client_sees: bool = False,
    to: str = "",
    detail: str | None = None,
    at: dt.datetime | None = None,
) -> None:
    """An entry of the activity log: who did what to the item, `to` whom. Recipients are for staff alone."""
    record(
        work, item.engagement_id, actor, kind="item", verb=verb, text=f"{did} {item.title}", target=item.title,
        link=f"/engagements/{item.engagement_id}/program", detail=f"To {to}" if to else detail,
        client_sees=client_sees, at=at,
    )  # fmt: skip
