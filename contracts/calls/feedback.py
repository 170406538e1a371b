"""Calls of the engagements service about feedback on goals: stakeholders, rounds of requests, answers (S1.26–S1.29)."""

from __future__ import annotations

from marshmallow import fields, validate

from contracts.actor import ANYONE, SIGNED_IN
from contracts.calls import command, query
from contracts.calls.people import Token
from contracts.schema import ById, Email, Entity, Instant, PageInput, Schema, page_of, text

HIGHEST_RATING = 5
LONGEST_COMMENT = 5000


class Stakeholder(Entity):
    """Somebody who sees how a goal comes along, known by an address; asked and answered are of the round that runs."""

    goal_id = fields.UUID(required=True)
    email = fields.String(required=True)
    name = fields.String(required=True)
    relation = fields.String(required=True)
    asked_at = Instant(required=True, allow_none=True)
    answered_at = Instant(required=True, allow_none=True)


class NewStakeholder(ById):
    """`id` is the goal's."""

    email = Email(required=True)
    name = text(200, shortest=0, load_default="")
    relation = text(100, shortest=0, load_default="", metadata={"description": "to the client: partner, report, …"})


class ListStakeholders(PageInput):
    """`id` is the goal's."""

    id = fields.UUID(required=True)


class FeedbackRequest(ById):
    """Asks every stakeholder of the goal `id` who was not asked in this round; `new_round` begins one (C18)."""

    new_round = fields.Boolean(load_default=False)
    round = fields.Integer(
        load_default=None,
        allow_none=True,
        strict=True,
        validate=validate.Range(min=0),
        metadata={"description": "the round that runs, 0 for none; where a newer one has begun, nobody is asked (409)"},
    )


class FeedbackRequested(Schema):
    requested = fields.Integer(required=True, metadata={"description": "how many are asked now"})


class Respondent(Schema):
    email = fields.String(required=True)
    name = fields.String(required=True)
    relation = fields.String(required=True)


class FeedbackResponse(Schema):
    """One answer."""

    stakeholder = fields.Nested(Respondent, required=True)
    rating = fields.Integer(required=True)
    comment = fields.String(required=True)
    at = Instant(required=True)
    round = fields.Integer(required=True)


class FeedbackRound(Schema):
    """One round, which asked about the goal as it was then; `change` is against the round before that has answers."""

    round = fields.Integer(required=True)
    requested_at = Instant(required=True)
    requested = fields.Integer(required=True)
    answered = fields.Integer(required=True)
    average = fields.Float(required=True, allow_none=True)
    change = fields.Float(required=True, allow_none=True)


class Feedback(Schema):
    """`average` is that of the latest round with answers, rounded to two places.

    A client is answered `average` alone, of rounds with three answers or more (C18).
    """

    average = fields.Float(required=True, allow_none=True)
    rounds = fields.List(fields.Nested(FeedbackRound))
    responses = fields.List(fields.Nested(FeedbackResponse))


class AskedGoal(Schema):
    name = fields.String(required=True)
    description = fields.String(required=True)


class Asking(Schema):
    coach_name = fields.String(required=True)
    organisation = fields.String(required=True)


class FeedbackPage(Schema):
    """All that a stakeholder is told (S1.29)."""

    goal = fields.Nested(AskedGoal, required=True)
    sender = fields.Nested(Asking, required=True, data_key="from")


class FeedbackAnswer(Token):
    rating = fields.Integer(required=True, strict=True, validate=validate.Range(1, HIGHEST_RATING))
    comment = text(LONGEST_COMMENT, shortest=0, load_default="")


list_stakeholders = query("engagements.list_stakeholders", ListStakeholders, page_of(Stakeholder))
add_stakeholder = command("engagements.add_stakeholder", NewStakeholder, Stakeholder)
remove_stakeholder = command("engagements.remove_stakeholder", ById)
request_feedback = command("engagements.request_feedback", FeedbackRequest, FeedbackRequested)
get_feedback = query("engagements.get_feedback", ById, Feedback, roles=SIGNED_IN)
get_feedback_page = query("engagements.get_feedback_page", Token, FeedbackPage, roles=ANYONE)
answer_feedback = command("engagements.answer_feedback", FeedbackAnswer, roles=ANYONE)
