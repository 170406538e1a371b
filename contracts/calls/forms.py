"""Calls of the documents service about forms: written, asked for, answered (S1.6, S1.21–S1.24)."""

from __future__ import annotations

from marshmallow import fields, validate

from contracts.actor import ANYONE, CLIENT
from contracts.calls import command, query
from contracts.calls.people import Token
from contracts.schema import ById, Email, Entity, Instant, PageInput, Schema, line, page_of, text

QUESTION_KINDS = ("text", "long_text", "rating", "choice", "choices", "yes_no", "number", "date")
MOST_QUESTIONS = 100
MOST_OPTIONS = 50
HIGHEST_SCALE = 10
MOST_REMINDERS = 5
MOST_DAYS = 30
STATES = ("sent", "answered", "expired")


class Question(Schema):
    """One question. `scale` is the top of a rating from 1; `options` are what a choice offers."""

    id = fields.UUID(metadata={"description": "given back in an edit, the question stays the same one"})
    label = line(500, required=True)
    kind = fields.String(required=True, validate=validate.OneOf(QUESTION_KINDS))
    required = fields.Boolean(load_default=False)
    help = text(1000, shortest=0, load_default="")
    section = text(200, shortest=0, load_default="", metadata={"description": "a heading above it"})
    options = fields.List(line(200), load_default=list, validate=validate.Length(max=MOST_OPTIONS))
    scale = fields.Integer(load_default=5, strict=True, validate=validate.Range(2, HIGHEST_SCALE))


class Form(Entity):
    """A form as it is now; `revision` counts its edits, and answers keep the one that they were given to."""

    title = fields.String(required=True)
    confidential = fields.Boolean(required=True, metadata={"description": "answers are for admins alone"})
    revision = fields.Integer(required=True)
    questions = fields.List(fields.Nested(Question), required=True)


def _questions(**kwargs: object) -> fields.List:
    return fields.List(fields.Nested(Question), validate=validate.Length(1, MOST_QUESTIONS), **kwargs)  # type: ignore[arg-type]


class NewForm(Schema):
    title = line(200, required=True)
    questions = _questions(required=True)
    confidential = fields.Boolean(load_default=False)


class FormChanges(ById):
    title = line(200)
    questions = _questions()
    confidential = fields.Boolean()


class FormRecipient(Schema):
    """Anyone with an address (S1.23)."""

    email = Email(required=True)
    name = text(200, shortest=0, load_default="")


class Reminders(Schema):
    """Whoever has not answered is reminded at most `count` times, with at least `every_days` days between; after the
    links have expired, nobody is."""

    count = fields.Integer(required=True, strict=True, validate=validate.Range(1, MOST_REMINDERS))
    every_days = fields.Integer(required=True, strict=True, validate=validate.Range(1, MOST_DAYS))


class PlannedReminders(Reminders):
    """`sent` of them have gone out; `next_at` is null when there are none to come."""

    sent = fields.Integer(required=True)
    next_at = Instant(required=True, allow_none=True)
    stopped_at = Instant(required=True, allow_none=True, metadata={"description": "when staff switched them off"})


class NewFormRequest(Schema):
    """Mails the form to each recipient, with a link of its own."""

    engagement_id = fields.UUID(required=True)
    form_id = fields.UUID(required=True)
    recipients = fields.List(fields.Nested(FormRecipient), required=True, validate=validate.Length(1, 100))
    item_id = fields.UUID(load_default=None, allow_none=True, metadata={"description": "of the program"})
    reminders = fields.Nested(
        Reminders, load_default=None, allow_none=True, metadata={"description": "none unless they are switched on"}
    )


class AskedRecipient(FormRecipient):
    """Who was asked; whose link was revoked is not waited for (C19)."""

    id = fields.UUID(required=True)
    answered_at = Instant(required=True, allow_none=True)
    revoked_at = Instant(required=True, allow_none=True)


class FormResponse(Schema):
    """One person's answers, by the ids of the questions."""

    recipient = fields.Nested(FormRecipient, required=True)
    answers = fields.Dict(required=True)
    at = Instant(required=True)


class FormRequest(Entity):
    """`state` is `answered` when all recipients have whose links were not revoked, `expired` when nobody can any more.

    Of a confidential form only admins see `responses`.
    """

    engagement_id = fields.UUID(required=True)
    form_id = fields.UUID(required=True)
    item_id = fields.UUID(required=True, allow_none=True)
    title = fields.String(required=True)
    confidential = fields.Boolean(required=True)
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    expires_at = Instant(required=True)
    questions = fields.List(fields.Nested(Question), required=True)
    recipients = fields.List(fields.Nested(AskedRecipient), required=True)
    reminders = fields.Nested(PlannedReminders, required=True, allow_none=True)
    responses = fields.List(fields.Nested(FormResponse), required=True)


class RevokedRecipient(ById):
    """The link of one recipient of the request `id` is to work no more."""

    recipient_id = fields.UUID(required=True)


class ListFormRequests(PageInput):
    """Those of one engagement, newest first."""

    engagement_id = fields.UUID(required=True)


class MyForm(Schema):
    """A form that a client was asked to fill in; `answers` are null until it has. One that was revoked is over."""

    id = fields.UUID(required=True)
    engagement_id = fields.UUID(required=True)
    title = fields.String(required=True)
    asked_by = fields.String(required=True)
    created_at = Instant(required=True)
    expires_at = Instant(required=True)
    answered_at = Instant(required=True, allow_none=True)
    revoked_at = Instant(required=True, allow_none=True)
    questions = fields.List(fields.Nested(Question), required=True)
    answers = fields.Dict(required=True, allow_none=True)


class MyFormAnswers(ById):
    """As for a link; `id` is that of the client's own form."""

    answers = fields.Dict(keys=fields.String(), required=True)


class FormPage(Schema):
    """What the page of a link shows."""

    title = fields.String(required=True)
    asked_by = fields.String(required=True)
    expires_at = Instant(required=True)
    questions = fields.List(fields.Nested(Question), required=True)


class FormAnswers(Token):
    """By the ids of the questions: text, a whole number for a rating, one or several options, true or false, a number,
    a date as YYYY-MM-DD. `Invalid` is keyed by the id of the question."""

    answers = fields.Dict(keys=fields.String(), required=True)


create_form = command("documents.create_form", NewForm, Form)
list_forms = query("documents.list_forms", PageInput, page_of(Form))
get_form = query("documents.get_form", ById, Form)
update_form = command("documents.update_form", FormChanges, Form)
delete_form = command("documents.delete_form", ById)
request_form = command("documents.request_form", NewFormRequest, FormRequest)
list_form_requests = query("documents.list_form_requests", ListFormRequests, page_of(FormRequest))
get_form_request = query("documents.get_form_request", ById, FormRequest)
stop_form_reminders = command("documents.stop_form_reminders", ById, FormRequest)
revoke_form_recipient = command("documents.revoke_form_recipient", RevokedRecipient, FormRequest)
list_my_forms = query("documents.list_my_forms", ListFormRequests, page_of(MyForm), roles=CLIENT)
get_my_form = query("documents.get_my_form", ById, MyForm, roles=CLIENT)
answer_my_form = command("documents.answer_my_form", MyFormAnswers, MyForm, roles=CLIENT)
get_form_page = query("documents.get_form_page", Token, FormPage, roles=ANYONE)
answer_form = command("documents.answer_form", FormAnswers, roles=ANYONE)
