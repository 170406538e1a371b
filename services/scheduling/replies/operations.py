"""The command by which replies come in: (work, actor, input) → what the contract declares."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from chassis.work import Work
from contracts.actor import SYSTEM, Actor
from contracts.errors import Conflict, NotFound
from contracts.events.scheduling import AttendeeReplied
from services.scheduling.replies.reading import read_reply
from services.scheduling.sessions.mail import attendees_of
from services.scheduling.sessions.operations import lock_session

Input = dict[str, Any]


class ReplyStale(Conflict):
    """The reply answers an invite to another time, or comes after a newer one."""


def take_reply(work: Work, actor: Actor, input: Input) -> Input:
    """Takes the answer of a client or a guest to an invite; a mail gateway brings it, having checked who sent it.

    The same reply again changes nothing. Raises `Invalid`, `NotFound` (no such session, or its attendee) or
    `ReplyStale`.
    """
    reply = read_reply(input["content"])
    session = lock_session(work, actor, _session_id(reply.uid))
    session.must_be_scheduled("answered")
    key = reply.email.casefold()
    who = next((one for one in attendees_of(work, session) if one.email.casefold() == key), None)
    if who is None or who.role == "coach":
        raise NotFound("Nobody of that address is invited to this session.")
    if reply.sequence < session.time_sequence:
        raise ReplyStale("This reply answers an invite to another time.", rule="C13")
    if not session.is_newer(key, reply.stamp):
        raise ReplyStale("A newer reply has come already.")
    shown = {"email": who.email, "name": who.name, "answer": reply.answer}
    is_news = session.answered_by(key) != reply.answer
    session.answer(key, reply.answer, reply.stamp)
    if is_news:
        facts = {"session_id": session.id, "engagement_id": session.engagement_id, "person_id": who.person_id, **shown}
        work.publish(AttendeeReplied, session, facts, SYSTEM)
    return {"session_id": session.id, **shown}


def _session_id(uid: str) -> UUID:
    name, _, home = uid.partition("@")
    try:
        return UUID(name if home == "coachworks" else "")
    except ValueError:
        raise NotFound("There is no such session.") from None
