"""The items of an engagement: added, described, addressed, put in order, scheduled, sent, completed, removed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from chassis.paging import page
from chassis.work import Work
from contracts.actor import Actor
from contracts.calls.items import MOST_ITEMS
from contracts.errors import Conflict, Forbidden, Invalid, NotFound
from contracts.events.items import ItemAdded, ItemRemoved, ItemScheduled, ItemUnscheduled, ItemUpdated
from services.engagements.engagements.access import engagement_for, lock_program
from services.engagements.engagements.models import Engagement
from services.engagements.goals.models import Goal
from services.engagements.items import delivery
from services.engagements.items.content import ItemContent
from services.engagements.items.delivery import go_on, items_of, log
from services.engagements.items.models import Item
from services.engagements.items.named import files_named, unknown_names
from services.engagements.order import moved
from services.engagements.people.access import own_id

Input = dict[str, Any]
#: What a client may say is done; the other kinds are completed by what happens to them.
_DONE_BY_CLIENT = ("task", "file", "link")


class TooManyItems(Conflict):
    """A program has no room for more."""


def item_for(work: Work, actor: Actor, item_id: UUID, *, change: bool = False) -> Item:
    """The item of that id, if it is to be changed then locked, with all of its engagement; `NotFound` also where the
    actor may not see it."""
    item = work.get(Item, item_id, what="item")
    if not _is_seen(work, actor, item):
        raise NotFound("There is no such item.")
    if not change:
        return item
    lock_program(work, item.engagement_id)
    item = work.change(Item, item_id, what="item")
    if not _is_seen(work, actor, item):
        raise NotFound("There is no such item.")  # another took it away while this one waited for the lock
    return item


def _is_seen(work: Work, actor: Actor, item: Item) -> bool:
    engagement = work.session.get_one(Engagement, item.engagement_id)
    is_there = engagement.deleted_at is None and actor.sees(engagement)
    return is_there and (actor.is_staff or item.client_sees)


def list_items(work: Work, actor: Actor, input: Input) -> dict[str, Any]:
    """The items of an engagement in their order; a client sees its sessions and what was sent to it."""
    engagement = engagement_for(work, actor, input["engagement_id"])
    there = select(Item).where(Item.engagement_id == engagement.id)
    if not actor.is_staff:
        seen = [item.id for item in items_of(work, engagement.id) if item.client_sees]
        there = there.where(Item.id.in_(seen))
    listed = there.subquery()
    total, completed = work.session.execute(select(func.count(listed.c.id), func.count(listed.c.completed_at))).one()
    found = page(work, there, input, by=(Item.position, Item.id), descending=False)
    return found | {"items": _views(work, actor, found["items"]), "total": total, "completed": completed}


def show(work: Work, actor: Actor, input: Input) -> dict[str, Any]:
    """One item."""
    return _shown(work, actor, item_for(work, actor, input["id"]))


def create(work: Work, actor: Actor, input: Input) -> dict[str, Any]:
    """Adds an item after the others; nobody is mailed."""
    engagement = engagement_for(work, actor, input["engagement_id"])
    lock_program(work, engagement.id)
    content = {name: value for name, value in input.items() if name not in ("engagement_id", "kind", "delivery")}
    item = _add(work, engagement, input["kind"], content, input["delivery"], items_of(work, engagement.id))
    _check(work, item, input)
    work.publish(ItemAdded, item, item.facts(), actor)
    log(work, actor, item, "added", "added")
    return _shown(work, actor, item)


def copy_program(work: Work, actor: Actor, engagement: Engagement, items: Iterable[ItemContent]) -> None:
    """The engagement begins with a copy of its program's items (C11); none of them has recipients, so none goes out."""
    there: list[Item] = []
    for given in items:
        item = _add(work, engagement, given.kind, given.content(), given.delivery, there)
        there.append(item)
        work.publish(ItemAdded, item, item.facts(), actor)


def _add(
    work: Work, engagement: Engagement, kind: str, content: Input, goes_out: dict[str, Any], there: list[Item]
) -> Item:
    if len(there) >= MOST_ITEMS:
        raise TooManyItems(f"A program has {MOST_ITEMS} items at most.")
    position = max((item.position for item in there), default=0) + 1
    item = Item(engagement=engagement, kind=kind, position=position, state="pending", given=[], files_of=[])
    item.describe(content)
    item.deliver(goes_out)
    return work.add(item)


def update(work: Work, actor: Actor, input: Input) -> dict[str, Any]:
    """Changes what is given of title, content and delivery, as long as the item has not gone out."""
    item = item_for(work, actor, input["id"], change=True)
    item.must_not_be_out()
    differs = item.describe({name: value for name, value in input.items() if name not in ("id", "delivery")})
    if "delivery" in input and input["delivery"] != item.delivery:
        item.deliver(input["delivery"])
        item.set_by = own_id(actor)
        item.settle(work.now, anew=True)
        differs = True
    _check(work, item, input)
    if differs:
        _changed(work, actor, item, "changed", "changed")
    return _shown(work, actor, item)


def write_recipients(work: Work, actor: Actor, input: Input) -> dict[str, Any]:
    """Sets to whom it goes (S1.11); nobody is mailed by that, unless it was set to go out by itself and is due."""
    item = item_for(work, actor, input["id"], change=True)
    item.address(input["recipients"], own_id(actor))
    _changed(work, actor, item, "addressed", "set the recipients of")
    return _shown(work, actor, item)


def _changed(work: Work, actor: Actor, item: Item, verb: str, did: str) -> None:
    item.settle(work.now)
    work.publish(ItemUpdated, item, item.facts(), actor)
    log(work, actor, item, verb, did)
    go_on(work, item.engagement_id)


def remove(work: Work, actor: Actor, input: Input) -> None:
    """Takes it out of the program; what was sent stays sent. What follows it follows the one before it from now on."""
    item = item_for(work, actor, input["id"], change=True)
    engagement_id = item.engagement_id
    work.publish(ItemRemoved, item, item.facts(deleted=True), actor)
    log(work, actor, item, "removed", "removed")
    work.session.delete(item)
    go_on(work, engagement_id)


def put_in_order(work: Work, actor: Actor, input: Input) -> dict[str, Any]:
    """Puts items in the order of `ids`: they take the places that they had among them; others stay where they are."""
    engagement = engagement_for(work, actor, input["id"])
    lock_program(work, engagement.id)
    there = items_of(work, engagement.id)
    by_id, places = {item.id: item for item in there}, [item.position for item in there]
    ids = moved(list(by_id), input["ids"])
    for place, id_ in zip(places, ids, strict=True):
        if by_id[id_].position != place:
            by_id[id_].position = place
            work.publish(ItemUpdated, by_id[id_], by_id[id_].facts(), actor)
    go_on(work, engagement.id)
    return {"ids": ids}


def send(work: Work, actor: Actor, input: Input) -> dict[str, Any]:
    """The airplane: it goes out now (S1.12, S1.24)."""
    item = item_for(work, actor, input["id"], change=True)
    _choose_goal(work, item)
    delivery.send_now(work, actor, item)
    return _shown(work, actor, item)


def schedule(work: Work, actor: Actor, input: Input) -> dict[str, Any]:
    """It goes out at a time, or once the item before it is completed, which may be now (S1.12, S1.22)."""
    item = item_for(work, actor, input["id"], change=True)
    is_timed = "send_at" in input
    when = {"mode": "at", "send_at": input["send_at"]} if is_timed else {"mode": "after_previous"}
    _choose_goal(work, item)
    item.schedule(when, work.now, own_id(actor))
    work.publish(ItemScheduled, item, item.facts(), actor)
    log(work, actor, item, "scheduled", "scheduled", detail=None if is_timed else "After the item before it.")
    go_on(work, item.engagement_id)
    return _shown(work, actor, item)


def unschedule(work: Work, actor: Actor, input: Input) -> dict[str, Any]:
    """It waits for a person again."""
    item = item_for(work, actor, input["id"], change=True)
    item.unschedule()
    work.publish(ItemUnscheduled, item, item.facts(), actor)
    log(work, actor, item, "unscheduled", "took off the schedule")
    return _shown(work, actor, item)


def complete(work: Work, actor: Actor, input: Input) -> dict[str, Any]:
    """It is done, as staff say of any item, and the client of a task, a file or a link (C12)."""
    item = item_for(work, actor, input["id"], change=True)
    if not actor.is_staff and item.kind not in _DONE_BY_CLIENT:
        raise Forbidden("Your coach completes this.")
    delivery.complete(work, actor, item)
    return _shown(work, actor, item)


def _choose_goal(work: Work, item: Item) -> None:
    """Feedback that names no goal is about the engagement's active goal, if there is just one."""
    if item.kind == "feedback" and item.goal_id is None and not item.is_out:
        active = select(Goal.id).where(Goal.engagement_id == item.engagement_id, Goal.completed_at.is_(None))
        ids = work.session.scalars(active.where(Goal.deleted_at.is_(None)).limit(2)).all()
        item.goal_id = ids[0] if len(ids) == 1 else None


def _check(work: Work, item: Item, given: Input) -> None:
    """`Invalid` where what is `given` names what is not there, or another engagement's; events may yet bring it."""
    engagement_id = item.engagement.id
    with work.session.no_autoflush:  # what is not there must not reach the database's own keys
        unknown = unknown_names(
            work, item, engagement_id=engagement_id, goal_id=item.goal_id, invoice_id=item.invoice_id
        )
    errors = {name: wrong for name, wrong in unknown.items() if name in given}
    if errors:
        raise Invalid("The input is not valid.", errors=errors, awaited="goal_id" not in errors)


def _shown(work: Work, actor: Actor, item: Item) -> dict[str, Any]:
    work.session.flush()
    return _views(work, actor, [item])[0]


def _views(work: Work, actor: Actor, items: list[Item]) -> list[dict[str, Any]]:
    names = ("id", "created_at", "updated_at", "version", "engagement_id", "kind", "title", "state", "position",
             "delivery", "recipients", "form_id", "file_ids", "url", "duration_minutes", "goal_id", "invoice_id",
             "session_id", "sent_at", "completed_at", "missing")  # fmt: skip
    ids = [id_ for item in items for id_ in item.file_ids]
    files = files_named(work, ids, items[0].engagement_id) if ids else {}
    views = []
    for item in items:
        view = {name: getattr(item, name) for name in names}
        view["files"] = [{"id": id_, "name": files[id_].name} for id_ in item.file_ids if id_ in files]
        if not actor.is_staff:
            view |= {"recipients": [], "delivery": {"mode": "manual"}, "missing": None}
        views.append(view)
    return views
