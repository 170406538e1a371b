"""Goals: set, listed, changed, completed, reopened, deleted, restored. A client may do what the coach may (C17)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select

from chassis.paging import page
from chassis.work import Work
from contracts.actor import Actor
from contracts.errors import NotFound
from contracts.events.engagements import GoalCompleted, GoalCreated, GoalDeleted, GoalReopened, GoalUpdated
from services.engagements.activity.operations import record
from services.engagements.engagements.access import engagement_for, lock_program
from services.engagements.engagements.models import Engagement
from services.engagements.goals.models import Goal
from services.engagements.telling import tell_client

Input = dict[str, Any]


def goal_for(work: Work, actor: Actor, goal_id: UUID, *, change: bool = False, deleted: bool = False) -> Goal:
    """The goal of that id, locked if it is to be changed, its engagement before it; `NotFound` also where the actor may
    not see it.

    A deleted one is not there either, unless `deleted` asks for it.
    """
    goal = work.get(Goal, goal_id, what="goal")
    engagement = work.session.get_one(Engagement, goal.engagement_id)
    _check_seen(actor, engagement, goal, deleted=deleted)
    if change:
        lock_program(work, engagement.id)
        goal = work.change(Goal, goal_id, what="goal")
        _check_seen(actor, engagement, goal, deleted=deleted)  # another may have taken it away meanwhile
    return goal


def _check_seen(actor: Actor, engagement: Engagement, goal: Goal, *, deleted: bool) -> None:
    gone = goal.deleted_at is not None and not deleted
    if gone or not actor.sees(engagement) or engagement.deleted_at is not None:
        raise NotFound("There is no such goal.")


def create(work: Work, actor: Actor, input: Input) -> Goal:
    """Sets a goal (S2.44, S2.46); one by staff is mailed to a client with an active portal (S2.55)."""
    engagement = engagement_for(work, actor, input["engagement_id"])
    goal = work.add(Goal(by_client=actor.role == "client", all_milestones=[], **input))
    work.publish(GoalCreated, goal, goal.facts(), actor)
    _log(work, actor, goal, "created", f"set the goal {goal.name}")
    tell_client(work, actor, engagement, key=f"goal/{goal.id}/created", kind="goal_created",
                about={"kind": "goal", "id": goal.id, "version": goal.version},
                context={"name": goal.name})  # fmt: skip
    return goal


def list_goals(work: Work, actor: Actor, input: Input) -> dict[str, Any]:
    """The goals of an engagement, newest first."""
    engagement = engagement_for(work, actor, input["engagement_id"])
    statement = select(Goal).where(Goal.engagement_id == engagement.id, Goal.deleted_at.is_(None))
    if "state" in input:
        is_active = Goal.completed_at.is_(None)
        statement = statement.where(is_active if input["state"] == "active" else ~is_active)
    return page(work, statement, input, by=(Goal.created_at, Goal.id))


def show(work: Work, actor: Actor, input: Input) -> Goal:
    """One goal with its milestones."""
    return goal_for(work, actor, input["id"])


def update(work: Work, actor: Actor, input: Input) -> Goal:
    """Changes name, description, due date or term (S2.49)."""
    goal = goal_for(work, actor, input["id"], change=True)
    if goal.describe({name: value for name, value in input.items() if name != "id"}):
        work.publish(GoalUpdated, goal, goal.facts(), actor)
        _log(work, actor, goal, "changed", f"changed the goal {goal.name}")
    return goal


def complete(work: Work, actor: Actor, input: Input) -> Goal:
    """Marks it as complete (S2.51)."""
    goal = goal_for(work, actor, input["id"], change=True)
    goal.complete(work.now)
    work.publish(GoalCompleted, goal, goal.facts(), actor)
    _log(work, actor, goal, "completed", f"completed the goal {goal.name}")
    return goal


def reopen(work: Work, actor: Actor, input: Input) -> Goal:
    """Takes it up again."""
    goal = goal_for(work, actor, input["id"], change=True)
    goal.reopen()
    work.publish(GoalReopened, goal, goal.facts(), actor)
    _log(work, actor, goal, "reopened", f"reopened the goal {goal.name}")
    return goal


def delete(work: Work, actor: Actor, input: Input) -> None:
    """Deletes it (S2.50); for 30 days that can be undone."""
    goal = goal_for(work, actor, input["id"], change=True)
    goal.delete(work.now)
    work.publish(GoalDeleted, goal, goal.facts(), actor)
    _log(work, actor, goal, "deleted", f"deleted the goal {goal.name}")


def restore(work: Work, actor: Actor, input: Input) -> Goal:
    """Undoes the deletion."""
    goal = goal_for(work, actor, input["id"], change=True, deleted=True)
    goal.restore(work.now)
    work.publish(GoalUpdated, goal, goal.facts(), actor)
    _log(work, actor, goal, "restored", f"restored the goal {goal.name}")
    return goal


def goal_address(goal: Goal) -> str:
    """The path of its page in the portal."""
    return f"/engagements/{goal.engagement_id}/goals/{goal.id}"


def _log(work: Work, actor: Actor, goal: Goal, verb: str, text: str) -> None:
    record(work, goal.engagement_id, actor, kind="goal", verb=verb, text=text, target=goal.name,
           link=goal_address(goal))  # fmt: skip
