"""Goals, assignments and notes of an engagement: a list, beside it what was chosen with its comments."""

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


def _pane(
    template: str, tab: str, id: UUID, listed: tuple[Call, Json], chosen: UUID | None, get: Call, comments: Call
) -> ResponseReturnValue:
    """The list, and what was chosen of it with its comments, in one round."""
    asked = {"listed": listed}
    if chosen:
        asked |= {"chosen": (get, {"id": str(chosen)}), "comments": (comments, {"id": str(chosen), "limit": 200})}
    found, values = look_at(id, tab, **asked)
    return show.page(
        template,
        listed=found.part("listed"),
        chosen=found.need("chosen") if chosen else None,
        comments=found.need("comments")["items"] if chosen else [],
        today=clock.local(clock.now()).date(),
        **values,
    )


@pages.get("/engagements/<uuid:id>/goals", SIGNED_IN)
def goals(id: UUID, chosen: UUID | None = None) -> ResponseReturnValue:
    listed = (goal_calls.list_goals, {"engagement_id": str(id), "limit": 200})
    template, comments = "pages/engagement_goals.html", note_calls.list_goal_comments
    return _pane(template, "Goals", id, listed, chosen, goal_calls.get_goal, comments)


@pages.get("/engagements/<uuid:id>/goals/<uuid:chosen>", SIGNED_IN)
def goal(id: UUID, chosen: UUID) -> ResponseReturnValue:
    return goals(id, chosen)


@pages.get("/engagements/<uuid:id>/assignments", SIGNED_IN)
def assignments(id: UUID, chosen: UUID | None = None) -> ResponseReturnValue:
    listed = (assignment_calls.list_assignments, {"engagement_id": str(id), "limit": 200})
    template, comments = "pages/engagement_assignments.html", note_calls.list_assignment_comments
    return _pane(template, "Assignments", id, listed, chosen, assignment_calls.get_assignment, comments)


@pages.get("/engagements/<uuid:id>/assignments/<uuid:chosen>", SIGNED_IN)
def assignment(id: UUID, chosen: UUID) -> ResponseReturnValue:
    return assignments(id, chosen)


@pages.get("/engagements/<uuid:id>/notes", SIGNED_IN)
def notes(id: UUID, chosen: UUID | None = None) -> ResponseReturnValue:
    listed = (note_calls.list_notes, {"engagement_id": str(id), "limit": 200, **show.query("q")})
    template, comments = "pages/engagement_notes.html", note_calls.list_note_comments
    return _pane(template, "Notes", id, listed, chosen, note_calls.get_note, comments)


@pages.get("/engagements/<uuid:id>/notes/<uuid:chosen>", SIGNED_IN)
def note(id: UUID, chosen: UUID) -> ResponseReturnValue:
    return notes(id, chosen)


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
    verdicts = [
        verdict
        for verdict in (found.need("verdicts")["verdicts"] if is_staff else [])
        if verdict["recipient"]["person_id"] == engagement["client"]["id"]
    ]
    return show.page(template, engagement=engagement, verdicts=verdicts, **again)


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


def _does(call: Call, toast: str, *, undo: str = "", fields: tuple[str, ...] = ()) -> View:
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
    pages.post(f"{_at}/complete", SIGNED_IN)(_does(_complete, "Completed", undo=f"/{_thing}/{{id}}/reopen"))
    pages.post(f"{_at}/reopen", SIGNED_IN)(_does(_reopen, "Reopened"))
    pages.post(f"{_at}/delete", _who)(_does(_delete, "Deleted", undo=f"/{_thing}/{{id}}/restore"))
    pages.post(f"{_at}/restore", _who)(_does(_restore, "It is back."))
    if _comment:
        pages.post(f"{_at}/comments", SIGNED_IN)(_does(_comment, "Your comment is there.", fields=("body",)))

pages.post("/notes/<uuid:id>/comments", SIGNED_IN)(
    _does(note_calls.add_note_comment, "Your comment is there.", fields=("body",))
)
pages.post("/notes/<uuid:id>/unshare", STAFF)(_does(note_calls.unshare_note, "Only you see the note now."))
pages.post("/notes/<uuid:id>/share", STAFF)(_does(note_calls.share_note, "The client sees the note and gets a mail."))
pages.post("/notes/<uuid:id>/delete", STAFF)(_does(note_calls.delete_note, "Deleted", undo="/notes/{id}/restore"))
pages.post("/notes/<uuid:id>/restore", STAFF)(_does(note_calls.restore_note, "It is back."))


@pages.post("/goals/<uuid:id>/milestones", SIGNED_IN)
def create_milestone(id: UUID) -> ResponseReturnValue:
    given = {"goal_id": str(id), **show.form("name"), **show.filled("due_date")}
    return show.act(goal_calls.create_milestone, given, show.came_from() or "/", "The milestone is added.")


@pages.post("/goals/<uuid:id>/milestones/order", SIGNED_IN)
def order_milestones(id: UUID) -> ResponseReturnValue:
    given = {"id": str(id), "ids": request.form.getlist("ids")}
    return show.act(goal_calls.order_milestones, given, show.came_from() or "/", "Moved")
