"""Assignments: given, listed, changed, completed, reopened, deleted, restored; files put to them and taken off."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select

from chassis.paging import page
from chassis.work import Work
from contracts.actor import Actor
from contracts.errors import Invalid, NotFound
from contracts.events.engagements import (
    AssignmentCompleted,
    AssignmentCreated,
    AssignmentDeleted,
    AssignmentReopened,
    AssignmentUpdated,
)
from services.engagements.activity.operations import record
from services.engagements.assignments.models import Assignment, AssignmentFile
from services.engagements.copies.models import FileCopy
from services.engagements.engagements.access import engagement_for, lock_program
from services.engagements.engagements.models import Engagement
from services.engagements.telling import tell_client

Input = dict[str, Any]


def assignment_for(
    work: Work, actor: Actor, assignment_id: UUID, *, change: bool = False, deleted: bool = False
) -> Assignment:
    """The assignment of that id, locked if it is to be changed, its engagement before it; `NotFound` also where the
    actor may not see it.

    A deleted one is not there either, unless `deleted` asks for it.
    """
    assignment = work.get(Assignment, assignment_id, what="assignment")
    engagement = work.session.get_one(Engagement, assignment.engagement_id)
    _check_seen(actor, engagement, assignment, deleted=deleted)
    if change:
        lock_program(work, engagement.id)
        assignment = work.change(Assignment, assignment_id, what="assignment")
        _check_seen(actor, engagement, assignment, deleted=deleted)  # another may have taken it away meanwhile
    return assignment


def _check_seen(actor: Actor, engagement: Engagement, assignment: Assignment, *, deleted: bool) -> None:
    gone = assignment.deleted_at is not None and not deleted
    if gone or not actor.sees(engagement) or engagement.deleted_at is not None:
        raise NotFound("There is no such assignment.")


def create(work: Work, actor: Actor, input: Input) -> Assignment:
    """Gives a task (S2.64); a client with an active portal is told by mail (S2.63)."""
    engagement = engagement_for(work, actor, input["engagement_id"])
    assignment = work.add(Assignment(files=[], **input))
    work.publish(AssignmentCreated, assignment, assignment.facts(), actor)
    _log(work, actor, assignment, "created", "gave the assignment")
    tell_client(work, actor, engagement, key=f"assignment/{assignment.id}/created", kind="assignment_shared",
                about={"kind": "assignment", "id": assignment.id, "version": assignment.version},
                context={"name": assignment.name})  # fmt: skip
    return assignment


def list_assignments(work: Work, actor: Actor, input: Input) -> dict[str, Any]:
    """The assignments of an engagement, newest first."""
    engagement = engagement_for(work, actor, input["engagement_id"])
    statement = select(Assignment).where(Assignment.engagement_id == engagement.id, Assignment.deleted_at.is_(None))
    if "state" in input:
        is_open = Assignment.completed_at.is_(None)
        statement = statement.where(is_open if input["state"] == "open" else ~is_open)
    return page(work, statement, input, by=(Assignment.created_at, Assignment.id))


def show(work: Work, actor: Actor, input: Input) -> Assignment:
    """One assignment with its files."""
    return assignment_for(work, actor, input["id"])


def update(work: Work, actor: Actor, input: Input) -> Assignment:
    """Changes name, description or due date."""
    assignment = assignment_for(work, actor, input["id"], change=True)
    if assignment.describe({name: value for name, value in input.items() if name != "id"}):
        work.publish(AssignmentUpdated, assignment, assignment.facts(), actor)
        _log(work, actor, assignment, "changed", "changed the assignment")
    return assignment


def complete(work: Work, actor: Actor, input: Input) -> Assignment:
    """It is done, as client or coach says."""
    assignment = assignment_for(work, actor, input["id"], change=True)
    assignment.complete(work.now)
    work.publish(AssignmentCompleted, assignment, assignment.facts(), actor)
    _log(work, actor, assignment, "completed", "completed the assignment")
    return assignment


def reopen(work: Work, actor: Actor, input: Input) -> Assignment:
    """Takes it up again."""
    assignment = assignment_for(work, actor, input["id"], change=True)
    assignment.reopen()
    work.publish(AssignmentReopened, assignment, assignment.facts(), actor)
    _log(work, actor, assignment, "reopened", "reopened the assignment")
    return assignment


def delete(work: Work, actor: Actor, input: Input) -> None:
    """Deletes it; for 30 days that can be undone."""
    assignment = assignment_for(work, actor, input["id"], change=True)
    assignment.delete(work.now)
    work.publish(AssignmentDeleted, assignment, assignment.facts(), actor)
    _log(work, actor, assignment, "deleted", "deleted the assignment")


def restore(work: Work, actor: Actor, input: Input) -> Assignment:
    """Undoes the deletion."""
    assignment = assignment_for(work, actor, input["id"], change=True, deleted=True)
    assignment.restore(work.now)
    work.publish(AssignmentUpdated, assignment, assignment.facts(), actor)
    _log(work, actor, assignment, "restored", "restored the assignment")
    return assignment


def add_file(work: Work, actor: Actor, input: Input) -> AssignmentFile:
    """Puts a file of the library or of the engagement (S2.71, S2.72) or a link (S2.68) to it, with a message beside
    it (S2.70)."""
    assignment = assignment_for(work, actor, input["id"], change=True)
    file = work.add(_new_file(work, assignment, input))
    assignment.files.append(file)
    work.publish(AssignmentUpdated, assignment, assignment.facts(), actor)
    _log(work, actor, assignment, "added", f"added {file.title} to the assignment")
    return file


def _new_file(work: Work, assignment: Assignment, input: Input) -> AssignmentFile:
    given = {name for name in ("library_file_id", "url") if input[name] is not None}
    if len(given) != 1:
        raise Invalid("The input is not valid.", errors={"library_file_id": ["Give either this or a url."]})
    if input["url"] is not None:
        return AssignmentFile(url=input["url"], title=input["title"] or input["url"][:255], message=input["message"])
    found = work.copy(FileCopy, input["library_file_id"], what="file in the library")
    if found.deleted or found.engagement_id not in (None, assignment.engagement_id):
        raise NotFound("There is no such file in the library.", awaited=True)
    return AssignmentFile(file_id=found.id, title=input["title"] or found.name, message=input["message"])


def remove_file(work: Work, actor: Actor, input: Input) -> None:
    """Takes a file off it."""
    file = work.get(AssignmentFile, input["id"], what="file in an assignment")
    assignment = assignment_for(work, actor, file.assignment_id)
    lock_program(work, assignment.engagement_id)
    assignment = work.session.get_one(Assignment, assignment.id, with_for_update=True, populate_existing=True)
    taken = assignment.take_off(file.id)
    work.publish(AssignmentUpdated, assignment, assignment.facts(), actor)
    _log(work, actor, assignment, "removed", f"removed {taken.title} from the assignment")


def assignment_address(assignment: Assignment) -> str:
    """The path of its page in the portal."""
    return f"/engagements/{assignment.engagement_id}/assignments/{assignment.id}"


def _log(work: Work, actor: Actor, assignment: Assignment, verb: str, words: str) -> None:
    record(work, assignment.engagement_id, actor, kind="assignment", verb=verb, text=f"{words} {assignment.name}",
           target=assignment.name, link=assignment_address(assignment))  # fmt: skip
