"""Generated from the contracts of Coachworks by `python -m contracts.docs`; do not edit."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from coachworks_events.facts import Facts


@dataclass(frozen=True, kw_only=True)
class FormFacts(Facts):
    title: str
    revision: int
    confidential: bool


@dataclass(frozen=True, kw_only=True)
class FormCreated(FormFacts):
    """A form was written."""

    type = "documents.form.created.v1"


@dataclass(frozen=True, kw_only=True)
class FormDeleted(FormFacts):
    """A form is offered no more."""

    type = "documents.form.deleted.v1"


@dataclass(frozen=True, kw_only=True)
class FormUpdated(FormFacts):
    """A form's title, secrecy or questions were changed; what was asked before stays as it was."""

    type = "documents.form.updated.v1"


@dataclass(frozen=True, kw_only=True)
class FormRequestFacts(Facts):
    engagement_id: UUID
    form_id: UUID
    item_id: UUID | None
    state: str
    recipients: int
    answered: int
    settled: tuple[UUID, ...] = ()


@dataclass(frozen=True, kw_only=True)
class FormRequestAnswered(FormRequestFacts):
    """All who were asked have answered (rule C12), those apart whose links were revoked."""

    type = "documents.form_request.answered.v1"


@dataclass(frozen=True, kw_only=True)
class FormRequestExpired(FormRequestFacts):
    """No link works any more, expired or revoked, and not all who were asked have answered (rule C19)."""

    type = "documents.form_request.expired.v1"


@dataclass(frozen=True, kw_only=True)
class FormRecipientFacts(Facts):
    id: UUID
    email: str
    name: str


@dataclass(frozen=True, kw_only=True)
class FormRequestSent(FormRequestFacts):
    """A form was asked of some people (rule S1.21); each is mailed a link."""

    type = "documents.form_request.sent.v1"

    people: tuple[FormRecipientFacts, ...] = ()


@dataclass(frozen=True, kw_only=True)
class FormRequestUpdated(FormRequestFacts):
    """Somebody has answered, or a link was revoked, and others are still to answer."""

    type = "documents.form_request.updated.v1"
