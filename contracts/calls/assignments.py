"""Calls of the engagements service about assignments."""

from __future__ import annotations

from marshmallow import fields, validate

from contracts.actor import SIGNED_IN
from contracts.calls import command, query
from contracts.calls.goals import LONGEST_NAME
from contracts.schema import ById, Entity, Instant, PageInput, Schema, page_of, text


class AssignmentFile(Entity):
    """A stored file or a link elsewhere, with a message for the client (rules S2.67–S2.70)."""

    file_id = fields.UUID(required=True, allow_none=True, metadata={"description": "for GET /files/FILE_ID/content"})
    url = fields.String(required=True, allow_none=True)
    title = fields.String(required=True)
    message = fields.String(required=True)


class Assignment(Entity):
    """A task of a client."""

    engagement_id = fields.UUID(required=True)
    name = fields.String(required=True)
    description = fields.String(required=True)
    due_date = fields.Date(required=True, allow_none=True)
    state = fields.String(required=True, validate=validate.OneOf(["open", "completed"]))
    completed_at = Instant(required=True, allow_none=True)
    files = fields.List(fields.Nested(AssignmentFile), required=True)


class NewAssignment(Schema):
    engagement_id = fields.UUID(required=True)
    name = text(LONGEST_NAME, required=True)
    description = text(5000, shortest=0, load_default="")
    due_date = fields.Date(load_default=None, allow_none=True)


class AssignmentChanges(ById):
    name = text(LONGEST_NAME)
    description = text(5000, shortest=0)
    due_date = fields.Date(allow_none=True)


class ListAssignments(PageInput):
    """The assignments of one engagement, all of them or those of a state."""

    engagement_id = fields.UUID(required=True)
    state = fields.String(validate=validate.OneOf(["open", "completed"]))


class NewAssignmentFile(ById):
    """For the assignment `id`: a file of the library, or of its engagement, by its `file_id`; or a link."""

    library_file_id = fields.UUID(load_default=None, allow_none=True)
    url = fields.URL(
        load_default=None, allow_none=True, schemes={"http", "https"}, require_tld=False,
        validate=validate.Length(max=2000),
    )  # fmt: skip
    title = text(255, load_default=None, allow_none=True)
    message = text(5000, shortest=0, load_default="")


create_assignment = command("engagements.create_assignment", NewAssignment, Assignment)
list_assignments = query("engagements.list_assignments", ListAssignments, page_of(Assignment), roles=SIGNED_IN)
get_assignment = query("engagements.get_assignment", ById, Assignment, roles=SIGNED_IN)
update_assignment = command("engagements.update_assignment", AssignmentChanges, Assignment)
complete_assignment = command("engagements.complete_assignment", ById, Assignment, roles=SIGNED_IN)
reopen_assignment = command("engagements.reopen_assignment", ById, Assignment, roles=SIGNED_IN)
delete_assignment = command("engagements.delete_assignment", ById)
restore_assignment = command("engagements.restore_assignment", ById, Assignment)
add_assignment_file = command("engagements.add_assignment_file", NewAssignmentFile, AssignmentFile)
remove_assignment_file = command("engagements.remove_assignment_file", ById)
