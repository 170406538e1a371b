"""Feedback on goals: stakeholders are added, then asked (S1.27); what they answer is theirs and the coach's (C18)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from chassis.paging import page
from chassis.tokens import token_digest
from chassis.work import Work
from contracts.actor import Actor
from contracts.errors import NotFound, dead_link
from contracts.events.feedback import FeedbackReceived, StakeholderRemoved
from services.engagements.engagements.access import lock_program
from services.engagements.engagements.models import Engagement
from services.engagements.feedback.asking import add_stakeholder, ask, begin_round, latest_round, log_of_goal
from services.engagements.feedback.models import (
    FeedbackRequest,
    FeedbackRound,
    NoStakeholders,
    RoundStarted,
    Stakeholder,
)
from services.engagements.feedback.results import FEWEST_FOR_CLIENT, average, changes, latest_average
from services.engagements.goals.operations import goal_for
from services.engagements.items.following import complete_answered
from services.engagements.organisation.operations import organisation

Input = dict[str, Any]


def add(work: Work, actor: Actor, input: Input) -> dict[str, Any]:
    """Adds somebody by address (S1.26); nobody is mailed by that (S1.27)."""
    goal = goal_for(work, actor, input["id"], change=True)
    stakeholder = add_stakeholder(work, actor, goal, input)
    log_of_goal(work, actor, goal, "added", f"added {_called(stakeholder)} as a stakeholder of the goal {goal.name}")
    return _shown(stakeholder, latest_round(work, goal))


def remove(work: Work, actor: Actor, input: Input) -> None:
    """Takes a stakeholder off; a link that is not answered works no more, an answer stays."""
    stakeholder = work.get(Stakeholder, input["id"], what="stakeholder")
    try:
        goal = goal_for(work, actor, stakeholder.goal_id)
    except NotFound:
        raise NotFound("There is no such stakeholder.") from None
    lock_program(work, goal.engagement_id)
    stakeholder = work.change(Stakeholder, input["id"], what="stakeholder")
    stakeholder.remove(work.now)
    for request in work.session.scalars(
        select(FeedbackRequest).where(FeedbackRequest.stakeholder_id == stakeholder.id).with_for_update()
    ):
        request.revoke(work.now)
    work.publish(StakeholderRemoved, stakeholder, stakeholder.facts(), actor)
    log_of_goal(
        work, actor, goal, "removed", f"took {_called(stakeholder)} off the stakeholders of the goal {goal.name}"
    )
    if latest := latest_round(work, goal):
        complete_answered(work, actor, latest)


def list_stakeholders(work: Work, actor: Actor, input: Input) -> dict[str, Any]:
    """Those of a goal in the order in which they were added, and what the round that runs has of each."""
    goal = goal_for(work, actor, input["id"])
    there = select(Stakeholder).where(Stakeholder.goal_id == goal.id, Stakeholder.removed_at.is_(None))
    found = page(work, there, input, by=(Stakeholder.created_at, Stakeholder.id), descending=False)
    latest = latest_round(work, goal)
    return found | {"items": [_shown(stakeholder, latest) for stakeholder in found["items"]]}


def request(work: Work, actor: Actor, input: Input) -> dict[str, Any]:
    """Mails every stakeholder who was not asked in this round; nobody new is no mail. A new round ends the links of
    the one before. Raises `NoStakeholders`, and `RoundStarted` where a newer round runs than the `round` that is named:
    the same wish twice mails nobody twice (C25)."""
    goal = goal_for(work, actor, input["id"], change=True)
    there = select(Stakeholder).where(Stakeholder.goal_id == goal.id, Stakeholder.removed_at.is_(None))
    stakeholders = list(work.session.scalars(there.order_by(Stakeholder.created_at, Stakeholder.id)))
    if not stakeholders:
        raise NoStakeholders("Add stakeholders first, then request feedback.", rule="S1.27")
    latest = latest_round(work, goal)
    if input["round"] is not None and latest is not None and latest.number > input["round"]:
        raise RoundStarted(f"Round {latest.number} has begun already; nobody was asked again.", rule="C18")
    current = begin_round(work, goal) if latest is None or input["new_round"] else latest
    asked = {request.stakeholder_id: request for request in current.requests}
    new = [each for each in stakeholders if each.id not in asked or asked[each.id].revoked_at]
    for stakeholder in new:
        ask(work, actor, current, stakeholder, asked.get(stakeholder.id))
    if new:
        people = "1 person" if len(new) == 1 else f"{len(new)} people"
        log_of_goal(
            work, actor, goal, "asked", f"asked {people} for feedback on the goal {goal.name}", client_sees=True
        )
    return {"requested": len(new)}


def show(work: Work, actor: Actor, input: Input) -> dict[str, Any]:
    """What was answered, to staff with names; to a client averages alone, from three answers on (C18)."""
    goal = goal_for(work, actor, input["id"])
    in_order = select(FeedbackRound).where(FeedbackRound.goal_id == goal.id).order_by(FeedbackRound.number)
    rounds = list(work.session.scalars(in_order))
    ratings = [each.ratings for each in rounds]
    if not actor.is_staff:
        return {"average": latest_average(ratings, fewest=FEWEST_FOR_CLIENT)}
    shown = [
        {
            "round": each.number,
            "requested_at": each.created_at,
            "requested": len(each.requests),
            "answered": len(each.ratings),
            "average": average(each.ratings),
            "change": change,
        }
        for each, change in zip(rounds, changes(ratings), strict=True)
    ]
    answered = [request for each in rounds for request in each.requests if request.answered_at]
    answered.sort(key=lambda request: (request.answered_at, request.id), reverse=True)
    responses = [
        {
            "stakeholder": request.stakeholder,
            "rating": request.rating,
            "comment": request.comment,
            "at": request.answered_at,
            "round": request.round.number,
        }
        for request in answered
    ]
    return {"average": latest_average(ratings), "rounds": shown, "responses": responses}


def page_of(work: Work, actor: Actor, input: Input) -> dict[str, Any]:
    """What the page of a link shows: the goal's name and description, and who asks (S1.29); else `LinkDead`."""
    request, engagement = _by_token(work, input["token"])
    request.check(work.now)
    asked = request.round
    return {
        "goal": {"name": asked.name, "description": asked.description},
        "sender": {"coach_name": engagement.coach.name, "organisation": organisation(work).name},
    }


def answer(work: Work, actor: Actor, input: Input) -> None:
    """Takes an answer, once (C18); else `LinkDead`."""
    found, engagement = _by_token(work, input["token"])
    lock_program(work, engagement.id)
    request = work.change(FeedbackRequest, found.id, what="request")
    request.answer(work.now, input["rating"], input["comment"])
    work.publish(FeedbackReceived, request, request.facts(), actor)
    goal = request.round.goal
    words = f"received feedback from {_called(request.stakeholder)} on the goal {goal.name}"
    log_of_goal(work, actor, goal, "answered", words)
    complete_answered(work, actor, request.round)


def _by_token(work: Work, token: str) -> tuple[FeedbackRequest, Engagement]:
    """The request and its engagement; `LinkDead` where one of both, or the goal, is not there any more."""
    request = work.session.scalar(select(FeedbackRequest).where(FeedbackRequest.token_digest == token_digest(token)))
    if request is None or request.round.goal.deleted_at is not None:
        raise dead_link()
    engagement = work.session.get_one(Engagement, request.round.goal.engagement_id)
    if engagement.deleted_at is not None:
        raise dead_link()
    return request, engagement


def _shown(stakeholder: Stakeholder, latest: FeedbackRound | None) -> dict[str, Any]:
    names = ("id", "created_at", "updated_at", "version", "goal_id", "email", "name", "relation")
    asked = next((each for each in latest.requests if each.stakeholder_id == stakeholder.id), None) if latest else None
    is_asked = asked is not None and asked.revoked_at is None
    return {name: getattr(stakeholder, name) for name in names} | {
        "asked_at": asked.asked_at if asked and is_asked else None,
        "answered_at": asked.answered_at if asked else None,
    }


def _called(stakeholder: Stakeholder) -> str:
    return stakeholder.name or stakeholder.email
