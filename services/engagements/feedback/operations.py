"""Feedback on goals: stakeholders are added, then asked (S1.27); what they answer is theirs and the coach's (C18)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from chassis.paging import page
from chassis.tokens import new_token, token_digest
from chassis.work import Work
from contracts.actor import Actor
from contracts.errors import NotFound
from contracts.events.feedback import FeedbackReceived, FeedbackRequested, StakeholderAdded, StakeholderRemoved
from services.engagements.activity.operations import record
from services.engagements.engagements.models import Engagement
from services.engagements.feedback.models import FeedbackRequest, FeedbackRound, NoStakeholders, Stakeholder
from services.engagements.feedback.results import FEWEST_FOR_CLIENT, average, changes, latest_average
from services.engagements.goals.models import Goal
from services.engagements.goals.operations import goal_address, goal_for
from services.engagements.invitations.models import dead_link
from services.engagements.organisation.operations import organisation
from services.engagements.people.models import email_key

Input = dict[str, Any]


def add(work: Work, actor: Actor, input: Input) -> dict[str, Any]:
    """Adds somebody by address (S1.26); nobody is mailed by that (S1.27)."""
    goal = goal_for(work, actor, input["id"], change=True)
    key = email_key(input["email"])
    there = select(Stakeholder).where(Stakeholder.goal_id == goal.id, Stakeholder.email_key == key)
    stakeholder = work.session.scalar(there)
    if stakeholder is not None:
        stakeholder.add_again(input["name"], input["relation"])
    else:
        given = {name: input[name] for name in ("email", "name", "relation")}
        stakeholder = work.add(Stakeholder(goal=goal, email_key=key, removed_at=None, **given))
    work.publish(StakeholderAdded, stakeholder, stakeholder.facts(), actor)
    _log(work, actor, goal, "added", f"added {_called(stakeholder)} as a stakeholder of the goal {goal.name}")
    return _shown(stakeholder, _latest_round(work, goal))


def remove(work: Work, actor: Actor, input: Input) -> None:
    """Takes a stakeholder off; a link that is not answered works no more, an answer stays."""
    stakeholder = work.get(Stakeholder, input["id"], what="stakeholder")
    try:
        goal = goal_for(work, actor, stakeholder.goal_id)
    except NotFound:
        raise NotFound("There is no such stakeholder.") from None
    stakeholder = work.change(Stakeholder, input["id"], what="stakeholder")
    stakeholder.remove(work.now)
    for request in work.session.scalars(
        select(FeedbackRequest).where(FeedbackRequest.stakeholder_id == stakeholder.id).with_for_update()
    ):
        request.revoke(work.now)
    work.publish(StakeholderRemoved, stakeholder, stakeholder.facts(), actor)
    _log(work, actor, goal, "removed", f"took {_called(stakeholder)} off the stakeholders of the goal {goal.name}")


def list_stakeholders(work: Work, actor: Actor, input: Input) -> dict[str, Any]:
    """Those of a goal in the order in which they were added, and what the round that runs has of each."""
    goal = goal_for(work, actor, input["id"])
    there = select(Stakeholder).where(Stakeholder.goal_id == goal.id, Stakeholder.removed_at.is_(None))
    found = page(work, there, input, by=(Stakeholder.created_at, Stakeholder.id), descending=False)
    latest = _latest_round(work, goal)
    return found | {"items": [_shown(stakeholder, latest) for stakeholder in found["items"]]}


def request(work: Work, actor: Actor, input: Input) -> dict[str, Any]:
    """Mails every stakeholder who was not asked in this round; nobody new is no mail. A new round ends the links of
    the one before. Raises `NoStakeholders`."""
    goal = goal_for(work, actor, input["id"], change=True)
    there = select(Stakeholder).where(Stakeholder.goal_id == goal.id, Stakeholder.removed_at.is_(None))
    stakeholders = list(work.session.scalars(there.order_by(Stakeholder.created_at, Stakeholder.id)))
    if not stakeholders:
        raise NoStakeholders("Add stakeholders first, then request feedback.", rule="S1.27")
    current = _round_to_ask_in(work, goal, new=input["new_round"])
    asked = {request.stakeholder_id: request for request in current.requests}
    new = [each for each in stakeholders if each.id not in asked or asked[each.id].revoked_at]
    for stakeholder in new:
        _ask(work, actor, current, stakeholder, asked.get(stakeholder.id))
    if new:
        people = "1 person" if len(new) == 1 else f"{len(new)} people"
        _log(work, actor, goal, "asked", f"asked {people} for feedback on the goal {goal.name}", client_sees=True)
    return {"requested": len(new)}


def _round_to_ask_in(work: Work, goal: Goal, *, new: bool) -> FeedbackRound:
    latest = _latest_round(work, goal)
    if latest is not None and not new:
        return latest
    if latest is not None:
        for request in latest.requests:
            request.revoke(work.now)
    return work.add(FeedbackRound.of(goal, latest.number + 1 if latest else 1))


def _ask(
    work: Work, actor: Actor, current: FeedbackRound, stakeholder: Stakeholder, before: FeedbackRequest | None
) -> None:
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
        context={
            "url": f"{work.settings.public_url}/feedback/{token}",
            "expires_at": request.expires_at.isoformat(timespec="seconds").replace("+00:00", "Z"),
            "name": current.name,
            "description": current.description,
        },
    )


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
    found, _ = _by_token(work, input["token"])
    request = work.change(FeedbackRequest, found.id, what="request")
    request.answer(work.now, input["rating"], input["comment"])
    work.publish(FeedbackReceived, request, request.facts(), actor)
    goal = request.round.goal
    _log(
        work, actor, goal, "answered", f"received feedback from {_called(request.stakeholder)} on the goal {goal.name}"
    )


def _by_token(work: Work, token: str) -> tuple[FeedbackRequest, Engagement]:
    """The request and its engagement; `LinkDead` where one of both, or the goal, is not there any more."""
    request = work.session.scalar(select(FeedbackRequest).where(FeedbackRequest.token_digest == token_digest(token)))
    if request is None or request.round.goal.deleted_at is not None:
        raise dead_link()
    engagement = work.session.get_one(Engagement, request.round.goal.engagement_id)
    if engagement.deleted_at is not None:
        raise dead_link()
    return request, engagement


def _latest_round(work: Work, goal: Goal) -> FeedbackRound | None:
    latest = select(FeedbackRound).where(FeedbackRound.goal_id == goal.id).order_by(FeedbackRound.number.desc())
    return work.session.scalars(latest.limit(1)).first()


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


def _log(work: Work, actor: Actor, goal: Goal, verb: str, text: str, *, client_sees: bool = False) -> None:
    record(work, goal.engagement_id, actor, kind="goal", verb=verb, text=text, target=goal.name,
           link=goal_address(goal), client_sees=client_sees)  # fmt: skip
