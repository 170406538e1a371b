"""Events of the engagements service about feedback on goals. Never what was answered."""

from __future__ import annotations

from marshmallow import fields

from contracts.events import EventData


class StakeholderFacts(EventData):
    engagement_id = fields.UUID(required=True)
    goal_id = fields.UUID(required=True)


class StakeholderAdded(StakeholderFacts):
    """Somebody was added who can be asked for feedback on a goal (rule S1.27); nobody was mailed."""

    type = "engagements.stakeholder.added.v1"


class StakeholderRemoved(StakeholderFacts):
    """A stakeholder is asked no more; answers stay."""

    type = "engagements.stakeholder.removed.v1"


class FeedbackFacts(StakeholderFacts):
    stakeholder_id = fields.UUID(required=True)
    round = fields.Integer(required=True, metadata={"description": "of this goal, from 1 (rule C18)"})


class FeedbackRequested(FeedbackFacts):
    """A stakeholder was asked for feedback on a goal (rule S1.27)."""

    type = "engagements.feedback.requested.v1"


class FeedbackReceived(FeedbackFacts):
    """A stakeholder answered (rule S1.28)."""

    type = "engagements.feedback.received.v1"
