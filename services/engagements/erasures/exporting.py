"""All that this service holds on a client (rule C24)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import or_, select

from chassis.records import records_of
from chassis.work import Work
from contracts.actor import Actor
from services.engagements.activity.models import Activity
from services.engagements.assignments.models import Assignment, AssignmentFile
from services.engagements.comments.models import Comment
from services.engagements.engagements.models import Engagement
from services.engagements.feedback.models import FeedbackRequest, FeedbackRound, Stakeholder
from services.engagements.goals.models import Goal, Milestone
from services.engagements.items.models import Item
from services.engagements.notes.models import Note
from services.engagements.people.access import client_for
from services.engagements.sign_ins.models import SignIn

#: What serves to find or to secure a row, and says nothing about anybody.
_TECHNICAL = ("password_hash", "token_digest", "email_key", "search", "position")


def export(work: Work, actor: Actor, input: dict[str, Any]) -> dict[str, Any]:
    """The client, its sign-ins, and everything in its engagements, deleted ones too."""
    client = client_for(work, actor, input["id"])
    mine = select(Engagement.id).where(Engagement.client_id == client.id)
    goals = select(Goal.id).where(Goal.engagement_id.in_(mine))
    wanted = {
        "sign_ins": select(SignIn).where(SignIn.person_id == client.id),
        "engagements": select(Engagement).where(Engagement.client_id == client.id),
        "program_items": select(Item).where(Item.engagement_id.in_(mine)),
        "notes": select(Note).where(Note.engagement_id.in_(mine)),
        "goals": select(Goal).where(Goal.engagement_id.in_(mine)),
        "milestones": select(Milestone).where(Milestone.goal_id.in_(goals)),
        "stakeholders": select(Stakeholder).where(
            or_(Stakeholder.goal_id.in_(goals), Stakeholder.email_key == client.email_key)
        ),
        "feedback_rounds": select(FeedbackRound).where(FeedbackRound.goal_id.in_(goals)),
        "feedback": select(FeedbackRequest)
        .join(Stakeholder)
        .where(or_(Stakeholder.goal_id.in_(goals), Stakeholder.email_key == client.email_key)),
        "assignments": select(Assignment).where(Assignment.engagement_id.in_(mine)),
        "assignment_files": select(AssignmentFile)
        .join(Assignment, AssignmentFile.assignment_id == Assignment.id)
        .where(Assignment.engagement_id.in_(mine)),
        "comments": select(Comment).where(Comment.engagement_id.in_(mine)),
        "activity": select(Activity).where(Activity.engagement_id.in_(mine)),
    }
    found = {name: records_of(work.session.scalars(rows), without=_TECHNICAL) for name, rows in wanted.items()}
    return {"data": {"client": records_of([client], without=_TECHNICAL)[0], **found}}
