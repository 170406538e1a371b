"""Calls of the engagements service about goals, their milestones, and what is to be done by when."""

from __future__ import annotations

from marshmallow import fields, validate

from contracts.actor import SIGNED_IN
from contracts.calls import command, query
from contracts.calls.people import PersonRef
from contracts.schema import ById, Entity, Instant, PageInput, Schema, page_of, text

TERMS = ("short", "mid", "long")
#: The longest name of a goal, a milestone or an assignment, in characters.
LONGEST_NAME = 200


class Milestone(Entity):
    """A step towards a goal."""

    goal_id = fields.UUID(required=True)
    name = fields.String(required=True)
    due_date = fields.Date(required=True, allow_none=True)
    state = fields.String(required=True, validate=validate.OneOf(["open", "completed"]))
    completed_at = Instant(required=True, allow_none=True)
    position = fields.Integer(required=True)


class Goal(Entity):
    """What a client wants to reach; its milestones in their order."""

    engagement_id = fields.UUID(required=True)
    name = fields.String(required=True)
    description = fields.String(required=True)
    due_date = fields.Date(required=True, allow_none=True)
    term = fields.String(required=True, allow_none=True, metadata={"description": "short, mid or long (rule S2.42)"})
    state = fields.String(required=True, validate=validate.OneOf(["active", "completed"]))
    completed_at = Instant(required=True, allow_none=True)
    by_client = fields.Boolean(required=True, metadata={"description": "the client set it (rule S2.46)"})
    milestones = fields.List(fields.Nested(Milestone), required=True)


class NewGoal(Schema):
    engagement_id = fields.UUID(required=True)
    name = text(LONGEST_NAME, required=True)
    description = text(5000, shortest=0, load_default="")
    due_date = fields.Date(load_default=None, allow_none=True)
    term = fields.String(load_default=None, allow_none=True, validate=validate.OneOf(TERMS))


class GoalChanges(ById):
    name = text(LONGEST_NAME)
    description = text(5000, shortest=0)
    due_date = fields.Date(allow_none=True)
    term = fields.String(allow_none=True, validate=validate.OneOf(TERMS))


class ListGoals(PageInput):
    """The goals of one engagement, all of them or those of a state."""

    engagement_id = fields.UUID(required=True)
    state = fields.String(validate=validate.OneOf(["active", "completed"]))


class NewMilestone(Schema):
    goal_id = fields.UUID(required=True)
    name = text(LONGEST_NAME, required=True)
    due_date = fields.Date(load_default=None, allow_none=True)


class MilestoneChanges(ById):
    name = text(LONGEST_NAME)
    due_date = fields.Date(allow_none=True)


class MilestoneOrder(ById):
    """The milestones of the goal `id`, each once."""

    ids = fields.List(fields.UUID(), required=True)


class Todo(Schema):
    """A goal, a milestone or an assignment that is open and has a due date."""

    kind = fields.String(required=True, validate=validate.OneOf(["goal", "milestone", "assignment"]))
    id = fields.UUID(required=True)
    name = fields.String(required=True)
    due_date = fields.Date(required=True)
    overdue = fields.Boolean(required=True, metadata={"description": "by the day in the reader's zone"})
    engagement_id = fields.UUID(required=True)
    goal_id = fields.UUID(required=True, allow_none=True, metadata={"description": "the goal that it belongs to"})
    client = fields.Nested(PersonRef, required=True)


class ListTodos(PageInput):
    """Those of one client, or for staff of all of them."""

    client_id = fields.UUID()


class WorkspaceCounts(Schema):
    """How many items, notes, goals and assignments an engagement has, of those that one sees."""

    items = fields.Integer(required=True, metadata={"description": "of the program"})
    notes = fields.Integer(required=True)
    goals = fields.Integer(required=True, metadata={"description": "active ones"})
    goals_completed = fields.Integer(required=True)
    assignments = fields.Integer(required=True, metadata={"description": "open ones"})
    assignments_completed = fields.Integer(required=True)


create_goal = command("engagements.create_goal", NewGoal, Goal, roles=SIGNED_IN)
list_goals = query("engagements.list_goals", ListGoals, page_of(Goal), roles=SIGNED_IN)
get_goal = query("engagements.get_goal", ById, Goal, roles=SIGNED_IN)
update_goal = command("engagements.update_goal", GoalChanges, Goal, roles=SIGNED_IN)
complete_goal = command("engagements.complete_goal", ById, Goal, roles=SIGNED_IN)
reopen_goal = command("engagements.reopen_goal", ById, Goal, roles=SIGNED_IN)
delete_goal = command("engagements.delete_goal", ById, roles=SIGNED_IN)
restore_goal = command("engagements.restore_goal", ById, Goal, roles=SIGNED_IN)

create_milestone = command("engagements.create_milestone", NewMilestone, Milestone, roles=SIGNED_IN)
update_milestone = command("engagements.update_milestone", MilestoneChanges, Milestone, roles=SIGNED_IN)
complete_milestone = command("engagements.complete_milestone", ById, Milestone, roles=SIGNED_IN)
reopen_milestone = command("engagements.reopen_milestone", ById, Milestone, roles=SIGNED_IN)
delete_milestone = command("engagements.delete_milestone", ById, roles=SIGNED_IN)
restore_milestone = command("engagements.restore_milestone", ById, Milestone, roles=SIGNED_IN)
order_milestones = command("engagements.order_milestones", MilestoneOrder, Goal, roles=SIGNED_IN)

list_todos = query("engagements.list_todos", ListTodos, page_of(Todo), roles=SIGNED_IN)
count_workspace = query("engagements.count_workspace", ById, WorkspaceCounts, roles=SIGNED_IN)
