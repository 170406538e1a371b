"""Asks stakeholders for feedback: each by a link of its own, in rounds (S1.27, C18)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from chassis.tokens import new_token, token_digest
from chassis.work import Work
from contracts.actor import Actor
from contracts.events.feedback import FeedbackRequested, StakeholderAdded
from contracts.schema import instant_text
from services.engagements.activity.operations import record
from services.engagements.feedback.models import FeedbackRequest, FeedbackRound, Stakeholder
from services.engagements.goals.models import Goal
from services.engagements.goals.operations import goal_address
from services.engagements.items.models import Item
from services.engagements.people.models import email_key


def add_stakeholder(work: Work, actor: Actor, goal: Goal, given: dict[str, Any]) -> Stakeholder:
    """Somebody by address (S1.26), also once more after a removal; raises `AlreadyStakeholder`."""
    stakeholder = _stakeholder_at(work, goal, given["email"])
    if stakeholder is not None:
        stakeholder.add_again(given["name"], given["relation"])
    else:
        new = {name: given[name] for name in ("email", "name", "relation")}
        stakeholder = work.add(Stakeholder(goal=goal, email_key=email_key(given["email"]), removed_at=None, **new))
    work.publish(StakeholderAdded, stakeholder, stakeholder.facts(), actor)
    return stakeholder


def _stakeholder_at(work: Work, goal: Goal, email: str) -> Stakeholder | None:
    there = select(Stakeholder).where(Stakeholder.goal_id == goal.id, Stakeholder.email_key == email_key(email))
    return work.session.scalar(there)


def ask_for_item(work: Work, actor: Actor, goal: Goal, recipients: list[dict[str, Any]], item_id: UUID) -> UUID:
    """A round that asks the recipients of an item of the program, who are stakeholders of the goal from now on.

    Answers the round's id. It ends the links of the round before.
    """
    current = begin_round(work, goal)
    for given in recipients:
        there = _stakeholder_at(work, goal, given["email"])
        is_there = there is not None and there.removed_at is None
        new = {"email": given["email"], "name": given["name"], "relation": there.relation if there else ""}
        stakeholder = there if there and is_there else add_stakeholder(work, actor, goal, new)
        ask(work, actor, current, stakeholder, item_id=item_id)
    return current.id


def begin_round(work: Work, goal: Goal) -> FeedbackRound:
    """A round of the goal as it is now, which ends the links of the one before (C18); its item goes on with the new."""
    latest = latest_round(work, goal)
    for request in latest.requests if latest else []:
        request.revoke(work.now)
    begun = work.add(FeedbackRound.of(goal, latest.number + 1 if latest else 1))
    work.session.flush()
    if latest is not None:
        waiting = update(Item).where(Item.round_id == latest.id, Item.state == "sent")
        work.session.execute(waiting.values(round_id=begun.id))
    return begun


def latest_round(work: Work, goal: Goal) -> FeedbackRound | None:
    """The round that runs."""
    latest = select(FeedbackRound).where(FeedbackRound.goal_id == goal.id).order_by(FeedbackRound.number.desc())
    return work.session.scalars(latest.limit(1)).first()


def ask(
    work: Work,
    actor: Actor,
    current: FeedbackRound,
    stakeholder: Stakeholder,
    before: FeedbackRequest | None = None,
    *,
    item_id: UUID | None = None,
) -> None:
    """Asks one stakeholder in this round, under a new link also one who was asked `before` in it."""
    token = new_token()
    request = before or work.add(FeedbackRequest(round=current, stakeholder=stakeholder))
    request.ask(token_digest(token), work.now)
    work.publish(FeedbackRequested, request, request.facts(), actor)
    goal = current.goal
    work.request(
        key=f"feedback/{request.id}/{request.version}",
        kind="feedback_request",
        recipients=[{"person_id": None, "email": stakeholder.email, "name": stakeholder.name}],
        about={"kind": "goal", "id": goal.id, "version": goal.version},
        trigger={"origin": "staff", "person_id": actor.id},
        engagement_id=goal.engagement_id,
        item_id=item_id,
        context={
            "url": f"{work.settings.public_url}/feedback/{token}",
            "expires_at": instant_text(request.expires_at),
            "name": current.name,
            "description": current.description,
            "request_id": str(request.id),
            "stakeholder_id": str(stakeholder.id),
            "stakeholder_version": stakeholder.version,
        },
    )


def log_of_goal(work: Work, actor: Actor, goal: Goal, verb: str, text: str, *, client_sees: bool = False) -> None:
    """An entry of the activity log about the goal's feedback."""
    record(work, goal.engagement_id, actor, kind="goal", verb=verb, text=text, target=goal.name,
           link=goal_address(goal), client_sees=client_sees)  # fmt: skip
