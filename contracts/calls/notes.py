"""Calls of the engagements service about notes, and about comments on notes, goals and assignments."""

from __future__ import annotations

import datetime as dt

from marshmallow import fields, validate

from contracts.actor import SIGNED_IN
from contracts.calls import command, query
from contracts.calls.people import PersonRef, search_words
from contracts.schema import ById, Entity, Instant, PageInput, Schema, page_of, text

#: The longest body of a note, in characters of HTML.
LONGEST_BODY = 500_000


class NoteLine(Entity):
    """A note in a list: how it begins stands for its body, or the part about the first word that one looks for."""

    engagement_id = fields.UUID(required=True)
    program_name = fields.String(required=True)
    title = fields.String(required=True)
    excerpt = fields.String(required=True)
    found = fields.List(
        fields.String(),
        required=True,
        metadata={"description": "the words of title and body that one looks for, as they stand there"},
    )
    shared = fields.Boolean(required=True, metadata={"description": "the client sees it (rule S2.35)"})
    edited_at = Instant(required=True)


class Note(NoteLine):
    """A note; `body` is sanitised HTML (rule C16)."""

    body = fields.String(required=True)


class NewNote(Schema):
    engagement_id = fields.UUID(required=True)
    title = text(200, required=True)
    body = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=LONGEST_BODY))
    template_id = fields.UUID(
        load_default=None, allow_none=True, metadata={"description": "what it begins with if there is no body (S2.27)"}
    )


class NoteChanges(ById):
    title = text(200)
    body = fields.String(validate=validate.Length(max=LONGEST_BODY))


#: Days that have a day before and after them in any zone.
_SOME_DAY = validate.Range(dt.date(1900, 1, 1), dt.date(9000, 1, 1))


class NoteSearch(PageInput):
    """Notes that hold words that begin with all of `q`, and were edited last in those days (S2.25, S2.26)."""

    q = search_words()
    edited_from = fields.Date(validate=_SOME_DAY)
    edited_to = fields.Date(validate=_SOME_DAY)


class ListNotes(NoteSearch):
    """The notes of one engagement in their order."""

    engagement_id = fields.UUID(required=True)


class ListClientNotes(NoteSearch):
    """The notes of all engagements with the client `id`, the last edited first (rule S2.22)."""

    id = fields.UUID(required=True)


class NoteOrder(ById):
    """Notes of the engagement `id`, each once: they take the places that they have now, in this order."""

    ids = fields.List(fields.UUID(), required=True)


class OrderedNotes(Schema):
    """All notes of the engagement that one sees, in their order now."""

    ids = fields.List(fields.UUID(), required=True)


class NoteTemplate(Entity):
    """What a note can begin with (rule S2.28)."""

    title = fields.String(required=True)
    body = fields.String(required=True)


class NewNoteTemplate(Schema):
    title = text(200, required=True)
    body = fields.String(required=True, validate=validate.Length(max=LONGEST_BODY))


class NoteTemplateChanges(ById):
    title = text(200)
    body = fields.String(validate=validate.Length(max=LONGEST_BODY))


class CommentAuthor(PersonRef):
    role = fields.String(required=True)


class Comment(Entity):
    """What somebody said about a note, a goal or an assignment."""

    place = fields.String(required=True, validate=validate.OneOf(["note", "goal", "assignment"]))
    place_id = fields.UUID(required=True)
    author = fields.Nested(CommentAuthor, required=True)
    body = fields.String(required=True)
    mine = fields.Boolean(required=True, metadata={"description": "whoever asks wrote it, and may delete it"})


class NewComment(ById):
    """On the note, goal or assignment `id`."""

    body = text(5000, required=True)


class ListComments(PageInput):
    """Those on the note, goal or assignment `id`."""

    id = fields.UUID(required=True)


create_note = command("engagements.create_note", NewNote, Note)
list_notes = query("engagements.list_notes", ListNotes, page_of(NoteLine), roles=SIGNED_IN)
list_client_notes = query("engagements.list_client_notes", ListClientNotes, page_of(NoteLine))
get_note = query("engagements.get_note", ById, Note, roles=SIGNED_IN)
update_note = command("engagements.update_note", NoteChanges, Note)
share_note = command("engagements.share_note", ById, Note)
unshare_note = command("engagements.unshare_note", ById, Note)
order_notes = command("engagements.order_notes", NoteOrder, OrderedNotes)
delete_note = command("engagements.delete_note", ById)
restore_note = command("engagements.restore_note", ById, Note)

list_note_comments = query("engagements.list_note_comments", ListComments, page_of(Comment), roles=SIGNED_IN)
add_note_comment = command("engagements.add_note_comment", NewComment, Comment, roles=SIGNED_IN)
list_goal_comments = query("engagements.list_goal_comments", ListComments, page_of(Comment), roles=SIGNED_IN)
add_goal_comment = command("engagements.add_goal_comment", NewComment, Comment, roles=SIGNED_IN)
list_assignment_comments = query(
    "engagements.list_assignment_comments", ListComments, page_of(Comment), roles=SIGNED_IN
)
add_assignment_comment = command("engagements.add_assignment_comment", NewComment, Comment, roles=SIGNED_IN)
delete_comment = command("engagements.delete_comment", ById, roles=SIGNED_IN)

create_note_template = command("engagements.create_note_template", NewNoteTemplate, NoteTemplate)
list_note_templates = query("engagements.list_note_templates", PageInput, page_of(NoteTemplate))
get_note_template = query("engagements.get_note_template", ById, NoteTemplate)
update_note_template = command("engagements.update_note_template", NoteTemplateChanges, NoteTemplate)
delete_note_template = command("engagements.delete_note_template", ById)
restore_note_template = command("engagements.restore_note_template", ById, NoteTemplate)
