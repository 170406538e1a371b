"""Comments: made and read by whoever sees what they are about, deleted by their author."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from chassis.paging import page
from chassis.service import Operation
from chassis.work import Work
from contracts.actor import Actor
from contracts.errors import Forbidden, NotFound
from contracts.events.engagements import CommentAdded, CommentDeleted
from services.engagements.activity.operations import record
from services.engagements.assignments.operations import assignment_address, assignment_for
from services.engagements.comments.models import Comment
from services.engagements.engagements.access import lock_program
from services.engagements.engagements.models import Engagement
from services.engagements.goals.operations import goal_address, goal_for
from services.engagements.notes.operations import client_sees, note_address, note_for
from services.engagements.people.access import own_id
from services.engagements.people.models import Person
from services.engagements.telling import tell_client

Input = dict[str, Any]


class NotYourComment(Forbidden):
    """Only who wrote a comment can delete it."""


@dataclass(frozen=True)
class Place:
    """What a comment is about: its version, name and page, and whether the client may know of it (S2.39)."""

    engagement_id: UUID
    version: int
    name: str
    link: str
    client_sees: bool = True


def _note(work: Work, actor: Actor, id: UUID) -> Place:
    note = note_for(work, actor, id)
    return Place(note.engagement_id, note.version, note.title, note_address(note), client_sees(note))


def _goal(work: Work, actor: Actor, id: UUID) -> Place:
    goal = goal_for(work, actor, id)
    return Place(goal.engagement_id, goal.version, goal.name, goal_address(goal))


def _assignment(work: Work, actor: Actor, id: UUID) -> Place:
    assignment = assignment_for(work, actor, id)
    return Place(assignment.engagement_id, assignment.version, assignment.name, assignment_address(assignment))


_PLACES: dict[str, Callable[[Work, Actor, UUID], Place]] = {"note": _note, "goal": _goal, "assignment": _assignment}


def _staying(work: Work, actor: Actor, kind: str, id: UUID) -> Place:
    """The place of a comment that is added or deleted: nobody takes it back before this transaction ends, for what the
    log says of the comment is as the note is (C16)."""
    lock_program(work, _PLACES[kind](work, actor, id).engagement_id)
    work.session.expire_all()  # another may have taken it away meanwhile
    return _PLACES[kind](work, actor, id)


def list_on(kind: str) -> Operation:
    """The operation that lists the comments on one thing of that kind, the first one first."""

    def list_comments(work: Work, actor: Actor, input: Input) -> dict[str, Any]:
        _PLACES[kind](work, actor, input["id"])
        statement = select(Comment).where(Comment.place == kind, Comment.place_id == input["id"])
        found = page(work, statement, input, by=(Comment.created_at, Comment.id), descending=False)
        return found | {"items": [_shown(comment, actor) for comment in found["items"]]}

    return list_comments


def add_to(kind: str) -> Operation:
    """The operation that comments on one thing of that kind; a client with an active portal is told by mail."""

    def add_comment(work: Work, actor: Actor, input: Input) -> dict[str, Any]:
        place = _staying(work, actor, kind, input["id"])
        author = work.session.get_one(Person, own_id(actor))
        comment = work.add(
            Comment(
                engagement_id=place.engagement_id, place=kind, place_id=input["id"], author=author, body=input["body"]
            )
        )
        work.publish(CommentAdded, comment, comment.facts(), actor)
        _log(work, actor, place, "commented", "commented on")
        if place.client_sees:
            engagement = work.session.get_one(Engagement, place.engagement_id)
            # A note may be taken back before the mail goes out: its title stays in the portal (C16).
            context = {"place": kind, "comment_id": str(comment.id)} | ({} if kind == "note" else {"name": place.name})
            tell_client(work, actor, engagement, key=f"comment/{comment.id}/added", kind="comment_added",
                        about={"kind": kind, "id": input["id"], "version": place.version}, context=context)  # fmt: skip
        return _shown(comment, actor)

    return add_comment


def delete(work: Work, actor: Actor, input: Input) -> None:
    """Deletes an own comment; `NotYourComment` for anybody else's, `NotFound` for one that the actor does not see."""
    comment = work.get(Comment, input["id"], what="comment")
    try:
        place = _staying(work, actor, comment.place, comment.place_id)
    except NotFound:
        raise NotFound("There is no such comment.") from None
    comment = work.change(Comment, input["id"], what="comment")
    if comment.author_id != actor.id:
        raise NotYourComment("Only who wrote a comment can delete it.")
    work.publish(CommentDeleted, comment, comment.facts(), actor)
    work.session.delete(comment)
    _log(work, actor, place, "deleted", "deleted a comment on")


def _log(work: Work, actor: Actor, place: Place, verb: str, words: str) -> None:
    record(work, place.engagement_id, actor, kind="comment", verb=verb, text=f"{words} {place.name}",
           target=place.name, link=place.link, client_sees=place.client_sees)  # fmt: skip


def _shown(comment: Comment, actor: Actor) -> dict[str, Any]:
    names = ("id", "created_at", "updated_at", "version", "place", "place_id", "author", "body")
    return {name: getattr(comment, name) for name in names} | {"mine": comment.author.id == actor.id}
