"""Generated from the contracts of Coachworks by `python -m contracts.docs`; do not edit."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from coachworks_events.facts import Facts


@dataclass(frozen=True, kw_only=True)
class StakeholderFacts(Facts):
    engagement_id: UUID
    goal_id: UUID


@dataclass(frozen=True, kw_only=True)
class FeedbackFacts(StakeholderFacts):
    stakeholder_id: UUID
    round: int


@dataclass(frozen=True, kw_only=True)
class FeedbackReceived(FeedbackFacts):
    """A stakeholder answered (rule S1.28)."""

    type = "engagements.feedback.received.v1"


@dataclass(frozen=True, kw_only=True)
class FeedbackRequested(FeedbackFacts):
    """A stakeholder was asked for feedback on a goal (rule S1.27)."""

    type = "engagements.feedback.requested.v1"


@dataclass(frozen=True, kw_only=True)
class StakeholderAdded(StakeholderFacts):
    """Somebody was added who can be asked for feedback on a goal (rule S1.27); nobody was mailed."""

    type = "engagements.stakeholder.added.v1"


@dataclass(frozen=True, kw_only=True)
class StakeholderRemoved(StakeholderFacts):
    """A stakeholder is asked no more; answers stay."""

    type = "engagements.stakeholder.removed.v1"
