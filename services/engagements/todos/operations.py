"""The to-do's of a client, and for staff those of all their clients; how much there is in an engagement."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import and_, func, select
from sqlalchemy.orm import joinedload

from chassis.paging import page
from chassis.work import Work
from contracts.actor import Actor
from services.engagements.assignments.models import Assignment
from services.engagements.engagements.access import engagement_for, visible_to
from services.engagements.engagements.models import Engagement
from services.engagements.goals.models import Goal
from services.engagements.items.delivery import items_of
from services.engagements.notes.models import Note
from services.engagements.notes.operations import seen_by
from services.engagements.people.access import own_id
from services.engagements.people.models import Person
from services.engagements.todos.models import Todo


def list_todos(work: Work, actor: Actor, input: dict[str, Any]) -> dict[str, Any]:
    """What has a due date in engagements that run, soonest first (S2.60, S2.61, S2.77); overdue by the actor's day."""
    statement = (
        select(Todo)
        .join(Engagement, Todo.engagement_id == Engagement.id)
        .where(visible_to(actor), Engagement.deleted_at.is_(None), Engagement.status != "completed")
    )
    if "client_id" in input:
        statement = statement.where(Engagement.client_id == input["client_id"])
    found = page(work, statement, input, by=(Todo.due_date, Todo.id), descending=False)
    today = work.now.astimezone(ZoneInfo(work.session.get_one(Person, own_id(actor)).time_zone)).date()
    wanted = select(Engagement).where(Engagement.id.in_({todo.engagement_id for todo in found["items"]}))
    rows = work.session.scalars(wanted.options(joinedload(Engagement.client)))
    clients = {engagement.id: engagement.client for engagement in rows}
    return found | {"items": [_shown(todo, clients[todo.engagement_id], today) for todo in found["items"]]}


def count_workspace(work: Work, actor: Actor, input: dict[str, Any]) -> dict[str, int]:
    """How many items, notes, goals and assignments of an engagement the actor sees."""
    engagement = engagement_for(work, actor, input["id"])
    items = sum(actor.is_staff or item.client_sees for item in items_of(work, engagement.id))
    there = and_(Note.engagement_id == engagement.id, Note.deleted_at.is_(None), seen_by(actor))
    counted = {"items": items, "notes": work.session.scalar(select(func.count()).select_from(Note).where(there)) or 0}
    for name, model in (("goals", Goal), ("assignments", Assignment)):
        done = model.completed_at.is_not(None)
        rows = select(done, func.count()).where(model.engagement_id == engagement.id, model.deleted_at.is_(None))
        found = {bool(is_done): number for is_done, number in work.session.execute(rows.group_by(done))}
        counted |= {name: found.get(False, 0), f"{name}_completed": found.get(True, 0)}
    return counted


def _shown(todo: Todo, client: Person, today: dt.date) -> dict[str, Any]:
    names = ("kind", "id", "name", "due_date", "engagement_id", "goal_id")
    shown = {name: getattr(todo, name) for name in names}
    return shown | {"overdue": todo.due_date < today, "client": client}
