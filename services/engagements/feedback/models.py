"""Stakeholders of a goal, the rounds in which they are asked, and their answers (S1.26–S1.29, C18)."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from chassis.database import Entity, UtcDateTime
from contracts.errors import Conflict, NotFound, dead_link
from contracts.notification import ANSWER_LIFETIME
from services.engagements.base import Base
from services.engagements.goals.models import Goal


class AlreadyStakeholder(Conflict):
    """That address is a stakeholder of the goal already."""


class NoStakeholders(Conflict):
    """There is nobody to ask (S1.27)."""


class RoundStarted(Conflict):
    """A newer round has begun than the one that was to be followed (C18)."""


class Stakeholder(Entity, Base):
    """Somebody who is asked about a goal, known by an address alone; one who was removed can be added again."""

    __tablename__ = "stakeholder"
    __table_args__ = (UniqueConstraint("goal_id", "email_key"),)

    goal_id: Mapped[UUID] = mapped_column(ForeignKey("goal.id"))
    goal: Mapped[Goal] = relationship()
    email: Mapped[str] = mapped_column(String(254))
    email_key: Mapped[str] = mapped_column(String(254))
    name: Mapped[str] = mapped_column(String(200))
    relation: Mapped[str] = mapped_column(String(100))
    removed_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)

    def remove(self, now: dt.datetime) -> None:
        """Is asked no more; `NotFound` the second time."""
        if self.removed_at is not None:
            raise NotFound("There is no such stakeholder.")
        self.removed_at = now

    def add_again(self, name: str, relation: str) -> None:
        """Back after a removal; raises `AlreadyStakeholder` for one who is there."""
        if self.removed_at is None:
            raise AlreadyStakeholder("This address is among the stakeholders of the goal already.", rule="S1.27")
        self.removed_at, self.name, self.relation = None, name, relation

    def facts(self) -> dict[str, Any]:
        """The data of its events."""
        return {"engagement_id": self.goal.engagement_id, "goal_id": self.goal.id}


class FeedbackRound(Entity, Base):
    """One round, with the goal's name and description as they were when it began (C18)."""

    __tablename__ = "feedback_round"
    __table_args__ = (UniqueConstraint("goal_id", "number"),)

    goal_id: Mapped[UUID] = mapped_column(ForeignKey("goal.id"))
    goal: Mapped[Goal] = relationship()
    number: Mapped[int]
    name: Mapped[str] = mapped_column(String(200))
    description: Mapped[str] = mapped_column(Text)
    requests: Mapped[list[FeedbackRequest]] = relationship(back_populates="round", lazy="selectin")

    @classmethod
    def of(cls, goal: Goal, number: int) -> FeedbackRound:
        """The goal as it is now."""
        return cls(goal=goal, number=number, name=goal.name, description=goal.description, requests=[])

    @property
    def ratings(self) -> list[int]:
        return [request.rating for request in self.requests if request.rating is not None]


class FeedbackRequest(Entity, Base):
    """What one stakeholder was asked in a round, by a link, and what was answered."""

    __tablename__ = "feedback_request"
    __table_args__ = (UniqueConstraint("round_id", "stakeholder_id"),)

    round_id: Mapped[UUID] = mapped_column(ForeignKey("feedback_round.id"))
    round: Mapped[FeedbackRound] = relationship(back_populates="requests")
    stakeholder_id: Mapped[UUID] = mapped_column(ForeignKey("stakeholder.id"), index=True)
    stakeholder: Mapped[Stakeholder] = relationship(lazy="selectin")
    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    asked_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    answered_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    rating: Mapped[int | None]
    comment: Mapped[str] = mapped_column(Text, default="")

    def ask(self, token_digest: str, now: dt.datetime) -> None:
        """Asked under this link; also once more, after its stakeholder was removed and added again."""
        self.token_digest, self.asked_at, self.revoked_at = token_digest, now, None
        self.expires_at = now + ANSWER_LIFETIME

    def check(self, now: dt.datetime) -> None:
        """`LinkDead` unless its link still works."""
        if self.answered_at or self.revoked_at or now >= self.expires_at:
            raise dead_link()

    def answer(self, now: dt.datetime, rating: int, comment: str) -> None:
        """Answered, once (C18); raises `LinkDead`."""
        self.check(now)
        self.answered_at, self.rating, self.comment = now, rating, comment

    def revoke(self, now: dt.datetime) -> None:
        """Its link works no more; an answer stays."""
        if self.answered_at is None:
            self.revoked_at = self.revoked_at or now

    def facts(self) -> dict[str, Any]:
        """The data of its events: that there is an answer, never which."""
        return {
            "engagement_id": self.round.goal.engagement_id,
            "goal_id": self.round.goal.id,
            "stakeholder_id": self.stakeholder.id,
            "round": self.round.number,
        }
