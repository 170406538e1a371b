"""Forms in their revisions, requests to fill them in, and the answers."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import JSON, Boolean, ForeignKey, Integer, String, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column, relationship

from chassis.database import Entity, UtcDateTime
from contracts.errors import Conflict, Invalid, NotFound, dead_link
from services.documents.base import Base


class RecipientAnswered(Conflict):
    """Who has answered has no link any more that could be revoked; the answers stay."""


class Form(Entity, Base):
    """A form that all staff share."""

    __tablename__ = "form"

    title: Mapped[str] = mapped_column(String(200), index=True)
    confidential: Mapped[bool] = mapped_column(Boolean)
    deleted_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime, default=None)
    revisions: Mapped[list[FormRevision]] = relationship(
        back_populates="form", order_by="FormRevision.number", lazy="selectin"
    )

    @property
    def current(self) -> FormRevision:
        return self.revisions[-1]

    @property
    def revision(self) -> int:
        return self.current.number

    @property
    def questions(self) -> list[dict[str, Any]]:
        return self.current.questions

    def revise(self, questions: list[dict[str, Any]]) -> bool:
        """Other questions from now on, in a revision of their own; answers keep theirs. Whether they are others.

        Raises `Invalid` for a choice of nothing, and for a question that stands there twice.
        """
        known = {question["id"] for revision in self.revisions for question in revision.questions}
        numbered = [_numbered(place, question, known) for place, question in enumerate(questions)]
        if len({question["id"] for question in numbered}) < len(numbered):
            raise Invalid("The input is not valid.", errors={"questions": ["One of the questions stands there twice."]})
        if self.revisions and self.questions == numbered:
            return False
        number = self.revision + 1 if self.revisions else 1
        self.revisions.append(FormRevision(number=number, questions=numbered))
        return True

    def describe(self, changes: dict[str, Any]) -> bool:
        """Takes over what is given of title and secrecy; whether anything differs."""
        different = {name: value for name, value in changes.items() if getattr(self, name) != value}
        for name, value in different.items():
            setattr(self, name, value)
        return bool(different)

    def delete(self, now: dt.datetime) -> None:
        """It is offered no more; what was asked with it goes on."""
        if self.deleted_at is not None:
            raise NotFound("There is no such form.")
        self.deleted_at = now

    def facts(self) -> dict[str, Any]:
        """The data of its events."""
        return {"title": self.title, "revision": self.revision, "confidential": self.confidential}


def _numbered(place: int, question: dict[str, Any], known: set[str]) -> dict[str, Any]:
    """The question with its id: that of one of this form, or a new one."""
    question = {**question, "options": [option.strip() for option in question["options"]]}
    if question["kind"] in ("choice", "choices") and len(set(question["options"])) < 2:
        wrong = {place: {"options": ["Two different options at least."]}}
        raise Invalid("The input is not valid.", errors={"questions": wrong})
    id_ = str(question["id"]) if str(question.get("id")) in known else str(uuid4())
    return {**question, "id": id_}


class FormRevision(Base):
    """The questions that a form asked from one edit to the next. Never changes."""

    __tablename__ = "form_revision"
    __table_args__ = (UniqueConstraint("form_id", "number"),)

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=uuid4)
    form_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("form.id"))
    form: Mapped[Form] = relationship(back_populates="revisions")
    number: Mapped[int] = mapped_column(Integer)
    questions: Mapped[list[dict[str, Any]]] = mapped_column(JSON)


class FormRequest(Entity, Base):
    """A form as it was, asked of some people on behalf of an engagement."""

    __tablename__ = "form_request"

    engagement_id: Mapped[UUID] = mapped_column(Uuid, index=True)
    revision_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("form_revision.id"))
    revision: Mapped[FormRevision] = relationship(lazy="selectin")
    title: Mapped[str] = mapped_column(String(200))
    confidential: Mapped[bool] = mapped_column(Boolean)
    item_id: Mapped[UUID | None] = mapped_column(Uuid)
    asked_by: Mapped[str] = mapped_column(String)
    state: Mapped[str] = mapped_column(String(10), index=True)
    expires_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    recipients: Mapped[list[FormRecipient]] = relationship(
        back_populates="request", order_by="FormRecipient.position", lazy="selectin"
    )

    @property
    def form_id(self) -> UUID:
        return self.revision.form_id

    @property
    def questions(self) -> list[dict[str, Any]]:
        return self.revision.questions

    def settle(self) -> bool:
        """Whether nobody is left to wait for: then it is answered (C12), or over where nobody has answered.

        Who has answered or whose link was revoked is not waited for (C19).
        """
        if self.state != "sent" or not all(each.is_settled for each in self.recipients):
            return False
        self.state = "answered" if any(each.answered_at for each in self.recipients) else "expired"
        return True

    def expire(self) -> None:
        """Nobody can answer any more."""
        self.state = "expired"

    def facts(self) -> dict[str, Any]:
        """The data of its events: how many have answered, never what."""
        return {
            "engagement_id": self.engagement_id,
            "form_id": self.revision.form.id,
            "item_id": self.item_id,
            "state": self.state,
            "recipients": len(self.recipients),
            "answered": sum(recipient.answered_at is not None for recipient in self.recipients),
            "settled": [recipient.id for recipient in self.recipients if recipient.is_settled],
        }


class FormRecipient(Base):
    """One person who was asked, by a link, and what that person answered. `client_id`: it is the engagement's client,
    who also answers in the portal, whatever the address is by then (C23)."""

    __tablename__ = "form_recipient"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=uuid4)
    request_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("form_request.id"), index=True)
    request: Mapped[FormRequest] = relationship(back_populates="recipients")
    position: Mapped[int] = mapped_column(Integer)
    client_id: Mapped[UUID | None] = mapped_column(Uuid, index=True)
    email: Mapped[str] = mapped_column(String(254))
    name: Mapped[str] = mapped_column(String(200))
    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    answered_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime, default=None)
    revoked_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime, default=None)
    answers: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True), default=None)

    @property
    def engagement_id(self) -> UUID:
        return self.request.engagement_id

    @property
    def title(self) -> str:
        return self.request.title

    @property
    def asked_by(self) -> str:
        return self.request.asked_by

    @property
    def created_at(self) -> dt.datetime:
        return self.request.created_at

    @property
    def expires_at(self) -> dt.datetime:
        return self.request.expires_at

    @property
    def questions(self) -> list[dict[str, Any]]:
        return self.request.questions

    @property
    def is_settled(self) -> bool:
        """Whether nothing is to come: answered, or the link revoked (C19)."""
        return self.answered_at is not None or self.revoked_at is not None

    def check(self, now: dt.datetime) -> None:
        """`LinkDead` unless its link still works."""
        if self.is_settled or now >= self.request.expires_at:
            raise dead_link()

    def answer(self, now: dt.datetime, answers: dict[str, Any]) -> None:
        """Answered, once; raises `LinkDead`."""
        self.check(now)
        self.answered_at, self.answers = now, answers

    def revoke(self, now: dt.datetime) -> bool:
        """Its link works no more (C19); whether it did until now. Raises `RecipientAnswered`."""
        if self.answered_at is not None:
            raise RecipientAnswered("The answer came first; it stays.", rule="C19")
        if self.revoked_at is not None:
            return False
        self.revoked_at = now
        return True

    def erase(self, instead: str) -> None:
        """Who it was is erased (C24); what was answered about somebody else stays with that one."""
        self.email, self.name = instead, ""
