"""The facts of all objects of which other services keep copies."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from chassis.service import Fact
from chassis.work import Work
from contracts.events.engagements import (
    AssignmentDeleted,
    AssignmentUpdated,
    EngagementDeleted,
    EngagementUpdated,
    GoalDeleted,
    GoalUpdated,
    NoteDeleted,
    NoteUpdated,
)
from contracts.events.feedback import FeedbackReceived, StakeholderAdded, StakeholderRemoved
from contracts.events.items import ItemUpdated
from contracts.events.people import ClientErased, ClientUpdated, CoachDeactivated, CoachUpdated, OrganisationUpdated
from services.engagements.assignments.models import Assignment
from services.engagements.engagements.models import Engagement
from services.engagements.feedback.models import FeedbackRequest, Stakeholder
from services.engagements.goals.models import Goal
from services.engagements.items.models import Item
from services.engagements.notes.models import Note
from services.engagements.organisation.models import Organisation
from services.engagements.people.models import Person


def facts(work: Work) -> Iterator[Fact]:
    """People come before what is theirs."""
    for organisation in _all(work, Organisation):
        yield OrganisationUpdated, organisation, organisation.facts()
    for person in _all(work, Person):
        if person.is_client:
            yield ClientErased if person.erased_at else ClientUpdated, person, person.client_facts()
        else:
            yield CoachDeactivated if person.deactivated else CoachUpdated, person, person.coach_facts()
    for engagement in _all(work, Engagement):
        yield EngagementDeleted if engagement.deleted_at else EngagementUpdated, engagement, engagement.facts()
    for item in _all(work, Item):
        yield ItemUpdated, item, item.facts()
    for note in _all(work, Note):
        yield NoteDeleted if note.deleted_at else NoteUpdated, note, note.facts()
    for goal in _all(work, Goal):
        yield GoalDeleted if goal.deleted_at else GoalUpdated, goal, goal.facts()
    for assignment in _all(work, Assignment):
        yield AssignmentDeleted if assignment.deleted_at else AssignmentUpdated, assignment, assignment.facts()
    for stakeholder in _all(work, Stakeholder):
        yield StakeholderRemoved if stakeholder.removed_at else StakeholderAdded, stakeholder, stakeholder.facts()
    for request in _all(work, FeedbackRequest):
        if request.answered_at:
            yield FeedbackReceived, request, request.facts()


def _all(work: Work, model: Any) -> Any:
    return work.session.scalars(select(model).order_by(model.id))
