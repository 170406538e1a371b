"""Events of the documents service about forms. Never what was asked or answered."""

from __future__ import annotations

from marshmallow import EXCLUDE, fields

from contracts.events import EventData
from contracts.schema import Schema


class FormFacts(EventData):
    privacy = "none"

    title = fields.String(required=True, metadata={"privacy": "none"})
    revision = fields.Integer(required=True, metadata={"description": "counts the edits of its questions"})
    confidential = fields.Boolean(required=True, metadata={"description": "answers are for admins alone"})


class FormCreated(FormFacts):
    """A form was written."""

    type = "documents.form.created.v1"


class FormUpdated(FormFacts):
    """A form's title, secrecy or questions were changed; what was asked before stays as it was."""

    type = "documents.form.updated.v1"


class FormDeleted(FormFacts):
    """A form is offered no more."""

    type = "documents.form.deleted.v1"


class FormRequestFacts(EventData):
    engagement_id = fields.UUID(required=True)
    form_id = fields.UUID(required=True)
    item_id = fields.UUID(required=True, allow_none=True, metadata={"description": "of the program; null: none"})
    state = fields.String(
        required=True, metadata={"privacy": "pseudonymous", "description": "sent, answered or expired"}
    )
    recipients = fields.Integer(required=True, metadata={"description": "how many were asked"})
    answered = fields.Integer(required=True, metadata={"description": "how many have answered"})
    settled = fields.List(
        fields.UUID(),
        load_default=list,
        metadata={"description": "ids of the recipients who are done: answered, or the link revoked (rule C19)"},
    )


class FormRecipientFacts(Schema):
    class Meta:
        unknown = EXCLUDE

    id = fields.UUID(required=True)
    email = fields.String(required=True, metadata={"privacy": "personal"})
    name = fields.String(
        required=True, metadata={"privacy": "personal", "description": "empty where only the address is known"}
    )


class FormRequestSent(FormRequestFacts):
    """A form was asked of some people (rule S1.21); each is mailed a link."""

    type = "documents.form_request.sent.v1"

    people = fields.List(
        fields.Nested(FormRecipientFacts), load_default=list, metadata={"description": "who was asked, in order"}
    )


class FormRequestUpdated(FormRequestFacts):
    """Somebody has answered, or a link was revoked, and others are still to answer."""

    type = "documents.form_request.updated.v1"


class FormRequestAnswered(FormRequestFacts):
    """All who were asked have answered (rule C12), those apart whose links were revoked."""

    type = "documents.form_request.answered.v1"


class FormRequestExpired(FormRequestFacts):
    """No link works any more, expired or revoked, and not all who were asked have answered (rule C19)."""

    type = "documents.form_request.expired.v1"
