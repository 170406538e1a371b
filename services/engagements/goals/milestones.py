"""Milestones of a goal: added, changed, checked, put in order, deleted, restored, by coach and client alike (C17)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from chassis.work import Work
from contracts.actor import Actor
from contracts.errors import NotFound
from contracts.events.engagements import (
    GoalUpdated,
    MilestoneCompleted,
    MilestoneCreated,
    MilestoneDeleted,
    MilestoneReopened,
    MilestoneUpdated,
)
from services.engagements.activity.operations import record
from services.engagements.engagements.access import lock_program
from services.engagements.goals.models import Goal, Milestone
from services.engagements.goals.operations import goal_address, goal_for

Input = dict[str, Any]


def create(work: Work, actor: Actor, input: Input) -> Milestone:
    """Adds a milestone at the end of the goal's (S2.53)."""
    goal = goal_for(work, actor, input["goal_id"], change=True)
    position = max((milestone.position for milestone in goal.all_milestones), default=-1) + 1
    milestone = work.add(Milestone(goal=goal, name=input["name"], due_date=input["due_date"], position=position))
    work.publish(MilestoneCreated, milestone, milestone.facts(), actor)
    _log(work, actor, milestone, "added", "added the milestone")
    return milestone


def update(work: Work, actor: Actor, input: Input) -> Milestone:
    """Changes name or due date (S2.56)."""
    milestone = _milestone_for(work, actor, input["id"])
    if milestone.describe({name: value for name, value in input.items() if name != "id"}):
        work.publish(MilestoneUpdated, milestone, milestone.facts(), actor)
        _log(work, actor, milestone, "changed", "changed the milestone")
    return milestone


def complete(work: Work, actor: Actor, input: Input) -> Milestone:
    """Checks it (S2.58); the goal stays as it is (C17)."""
    milestone = _milestone_for(work, actor, input["id"])
    milestone.complete(work.now)
    work.publish(MilestoneCompleted, milestone, milestone.facts(), actor)
    _log(work, actor, milestone, "completed", "checked the milestone")
    return milestone


def reopen(work: Work, actor: Actor, input: Input) -> Milestone:
    """Unchecks it."""
    milestone = _milestone_for(work, actor, input["id"])
    milestone.reopen()
    work.publish(MilestoneReopened, milestone, milestone.facts(), actor)
    _log(work, actor, milestone, "reopened", "unchecked the milestone")
    return milestone


def delete(work: Work, actor: Actor, input: Input) -> None:
    """Deletes it (S2.57); for 30 days that can be undone."""
    milestone = _milestone_for(work, actor, input["id"])
    milestone.delete(work.now)
    work.publish(MilestoneDeleted, milestone, milestone.facts(), actor)
    _log(work, actor, milestone, "deleted", "deleted the milestone")


def restore(work: Work, actor: Actor, input: Input) -> Milestone:
    """Undoes the deletion; it stands where it stood, or last if the others were put in order meanwhile."""
    milestone = _milestone_for(work, actor, input["id"], deleted=True)
    milestone.restore(work.now)
    work.publish(MilestoneUpdated, milestone, milestone.facts(), actor)
    _log(work, actor, milestone, "restored", "restored the milestone")
    return milestone


def put_in_order(work: Work, actor: Actor, input: Input) -> Goal:
    """Puts the milestones of a goal in the order of `ids` (S2.59)."""
    goal = goal_for(work, actor, input["id"], change=True)
    goal.put_in_order(input["ids"])
    work.publish(GoalUpdated, goal, goal.facts(), actor)
    text = f"put the milestones of the goal {goal.name} in order"
    record(work, goal.engagement_id, actor, kind="goal", verb="changed", text=text, target=goal.name,
           link=goal_address(goal))  # fmt: skip
    return goal


def _milestone_for(work: Work, actor: Actor, milestone_id: UUID, *, deleted: bool = False) -> Milestone:
    """The milestone of that id, locked after its engagement; `NotFound` also where the actor may not see its goal."""
    milestone = work.get(Milestone, milestone_id, what="milestone")
    if milestone.deleted_at is not None and not deleted:
        raise NotFound("There is no such milestone.")
    try:
        goal = goal_for(work, actor, milestone.goal_id)
    except NotFound:
        raise NotFound("There is no such milestone.") from None
    lock_program(work, goal.engagement_id)
    milestone = work.change(Milestone, milestone_id, what="milestone")
    if milestone.deleted_at is not None and not deleted:
        raise NotFound("There is no such milestone.")  # another deleted it while this one waited for the lock
    return milestone


def _log(work: Work, actor: Actor, milestone: Milestone, verb: str, words: str) -> None:
    goal = milestone.goal
    text = f"{words} {milestone.name} of the goal {goal.name}"
    record(work, goal.engagement_id, actor, kind="goal", verb=verb, text=text, target=goal.name,
           link=goal_address(goal))  # fmt: skip
