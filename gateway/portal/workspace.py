"""Goals and assignments of an engagement: a list, beside it what was chosen with its comments."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import request
from flask.typing import ResponseReturnValue

from contracts.calls import Call, notifications
from contracts.calls import assignments as assignment_calls
from contracts.calls import engagements as calls
from contracts.calls import goals as goal_calls
from contracts.calls import notes as note_calls
from contracts.errors import CoachworksError
from gateway.asking import Json, ask, identity
from gateway.portal import clock, show
from gateway.portal.engagements import look_at
from gateway.portal.pages import SIGNED_IN, STAFF, Pages, View

pages = Pages()


def pane(
    template: str,
    tab: str,
    id: UUID,
    listed: tuple[Call, Json],
    chosen: UUID | None,
    get: Call,
    comments: Call,
    filters: tuple[str, ...] = (),
) -> ResponseReturnValue:
    """The list, and what was chosen of it with its comments, in one round; `filters` are kept in its addresses."""
    asked = {"listed": listed}
    if chosen:
        cursor = {"cursor": request.args["comments"]} if request.args.get("comments") else {}
        asked |= {
            "chosen": (get, {"id": str(chosen)}),
            "comments": (comments, {"id": str(chosen), "limit": 100, **cursor}),
        }
    found, values = look_at(id, tab, **asked)
    return show.page(
        template,
        listed=found.part("listed"),
        chosen=found.need("chosen") if chosen else None,
        comments=found.need("comments") if chosen else None,
        today=clock.local(clock.now()).date(),
        filters=show.query(*filters),
        **show.pager(found.part("listed"), filters),
        **values,
    )


@pages.get("/engagements/<uuid:id>/goals", SIGNED_IN)
def goals(id: UUID, chosen: UUID | None = None) -> ResponseReturnValue:
    listed = (goal_calls.list_goals, {"engagement_id": str(id), "limit": 200})
    template, comments = "pages/engagement_goals.html", note_calls.list_goal_comments
    return pane(template, "Goals", id, listed, chosen, goal_calls.get_goal, comments)


@pages.get("/engagements/<uuid:id>/goals/<uuid:chosen>", SIGNED_IN)
def goal(id: UUID, chosen: UUID) -> ResponseReturnValue:
    return goals(id, chosen)


@pages.get("/engagements/<uuid:id>/assignments", SIGNED_IN)
def assignments(id: UUID, chosen: UUID | None = None) -> ResponseReturnValue:
    listed = (assignment_calls.list_assignments, {"engagement_id": str(id), "limit": 200})
    template, comments = "pages/engagement_assignments.html", note_calls.list_assignment_comments
    return pane(template, "Assignments", id, listed, chosen, assignment_calls.get_assignment, comments)


@pages.get("/engagements/<uuid:id>/assignments/<uuid:chosen>", SIGNED_IN)
def assignment(id: UUID, chosen: UUID) -> ResponseReturnValue:
    return assignments(id, chosen)


# New ones ---------------------------------------------------------------------------------------------------------


def _new(template: str, id: UUID, kind: str, **again: Any) -> ResponseReturnValue:
    """The dialog for a new one; staff is told beforehand whether the client gets a mail."""
    asked: dict[str, tuple[Call, Json]] = {"engagement": (calls.get_engagement, {"id": str(id)})}
    who = identity()
    is_staff = who is not None and who.role != "client"
    if is_staff:
        given = {"engagement_id": str(id), "kind": kind, "origin": "automatic"}
        asked["verdicts"] = (notifications.may_notify, given)
    found = show.look(**asked)
    engagement = found.need("engagement")
    verdicts = to_the_client(engagement, found.need("verdicts")) if is_staff else []
    return show.page(template, engagement=engagement, verdicts=verdicts, **again)


def to_the_client(engagement: Json, answer: Json) -> list[Json]:
    """Of the verdicts of notifications.may_notify the one about the engagement's client."""
    return [each for each in answer["verdicts"] if each["recipient"]["person_id"] == engagement["client"]["id"]]


@pages.get("/engagements/<uuid:id>/goals/new", SIGNED_IN)
def new_goal(id: UUID, **again: Any) -> ResponseReturnValue:
    return _new("pages/goal_new.html", id, "goal_created", **again)


@pages.post("/engagements/<uuid:id>/goals", SIGNED_IN)
def create_goal(id: UUID) -> ResponseReturnValue:
    given = {"engagement_id": str(id), **show.form("name", "description"), **show.filled("due_date", "term")}
    return show.attempt(
        goal_calls.create_goal,
        given,
        lambda made: show.done(f"/engagements/{id}/goals/{made['id']}", "The goal is set."),
        lambda **again: new_goal(id, **again),
    )


@pages.get("/engagements/<uuid:id>/assignments/new", STAFF)
def new_assignment(id: UUID, **again: Any) -> ResponseReturnValue:
    return _new("pages/assignment_new.html", id, "assignment_shared", **again)


@pages.post("/engagements/<uuid:id>/assignments", STAFF)
def create_assignment(id: UUID) -> ResponseReturnValue:
    given = {"engagement_id": str(id), **show.form("name", "description"), **show.filled("due_date")}
    return show.attempt(
        assignment_calls.create_assignment,
        given,
        lambda made: show.done(f"/engagements/{id}/assignments/{made['id']}", "The assignment is given."),
        lambda **again: new_assignment(id, **again),
    )


# Buttons that do one thing at once --------------------------------------------------------------------------------


def _back(id: UUID, gone: bool) -> str:
    """The page that the button is on, or the list that it leaves behind."""
    came_from = show.came_from() or "/"
    return came_from.removesuffix(f"/{id}") if gone else came_from


def does(call: Call, toast: str, *, undo: str = "", fields: tuple[str, ...] = ()) -> View:
    """The view of a button that makes the call; `undo` is where the toast's button posts to."""

    def view(id: UUID) -> ResponseReturnValue:
        given = {"id": str(id), **show.filled(*fields)}
        address = _back(id, gone=call.name.startswith("delete"))
        try:
            ask(call, given)
        except CoachworksError as error:
            return show.refused(error, address)
        return show.done(address, toast, undo_url=undo.format(id=id))

    view.__name__ = call.name
    return view


for _thing, _complete, _reopen, _delete, _restore, _comment, _who in (
    ("goals", goal_calls.complete_goal, goal_calls.reopen_goal, goal_calls.delete_goal, goal_calls.restore_goal,
     note_calls.add_goal_comment, SIGNED_IN),
    ("assignments", assignment_calls.complete_assignment, assignment_calls.reopen_assignment,
     assignment_calls.delete_assignment, assignment_calls.restore_assignment, note_calls.add_assignment_comment, STAFF),
    ("milestones", goal_calls.complete_milestone, goal_calls.reopen_milestone, goal_calls.delete_milestone,
     goal_calls.restore_milestone, None, SIGNED_IN),
):  # fmt: skip
    _at = f"/{_thing}/<uuid:id>"
    pages.post(f"{_at}/complete", SIGNED_IN)(does(_complete, "Completed", undo=f"/{_thing}/{{id}}/reopen"))
    pages.post(f"{_at}/reopen", SIGNED_IN)(does(_reopen, "Reopened"))
    pages.post(f"{_at}/delete", _who)(does(_delete, "Deleted", undo=f"/{_thing}/{{id}}/restore"))
    pages.post(f"{_at}/restore", _who)(does(_restore, "It is back."))
    if _comment:
        pages.post(f"{_at}/comments", SIGNED_IN)(does(_comment, "Your comment is there.", fields=("body",)))


pages.post("/comments/<uuid:id>/delete", SIGNED_IN)(does(note_calls.delete_comment, "The comment is deleted."))


@pages.post("/goals/<uuid:id>/milestones", SIGNED_IN)
def create_milestone(id: UUID) -> ResponseReturnValue:
    given = {"goal_id": str(id), **show.form("name"), **show.filled("due_date")}
    return show.act(goal_calls.create_milestone, given, show.came_from() or "/", "The milestone is added.")


@pages.post("/goals/<uuid:id>/milestones/order", SIGNED_IN)
def order_milestones(id: UUID) -> ResponseReturnValue:
    return show.put_in_order(goal_calls.order_milestones, id)
