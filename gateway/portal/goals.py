"""Goals of an engagement and their milestones; what is to be done by when."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask.typing import ResponseReturnValue

from contracts.calls import Call, feedback, notes, notifications
from contracts.calls import goals as calls
from contracts.errors import CoachworksError
from gateway.asking import Json, ask, identity
from gateway.portal import show
from gateway.portal.pages import SIGNED_IN, STAFF, Pages
from gateway.portal.workspace import buttons, dialog, does, pane

pages = Pages()


@pages.get("/engagements/<uuid:id>/goals", SIGNED_IN)
def goals(id: UUID, chosen: UUID | None = None) -> ResponseReturnValue:
    """Active ones first (S2.43); `?state=completed` shows the others."""
    state = "completed" if show.query("state").get("state") == "completed" else "active"
    listed = (calls.list_goals, {"engagement_id": str(id), "limit": 100, "state": state, **show.query("cursor")})
    template, comments = "pages/engagement_goals.html", notes.list_goal_comments
    who = identity()
    more = {"feedback": feedback.get_feedback}
    if who is not None and who.role != "client":
        more["stakeholders"] = feedback.list_stakeholders

    def then(found: show.Answers) -> dict[str, tuple[Call, Json]]:
        """What the gate says of those who would be asked for feedback next (C2)."""
        everyone = found.part("stakeholders")["items"] if "stakeholders" in more else []
        people = [one for one in everyone if not one["asked_at"]] or everyone
        recipients = [{"email": one["email"], "name": one["name"]} for one in people]
        asked = {"engagement_id": str(id), "kind": "feedback_request", "recipients": recipients}
        return {"verdicts": (notifications.may_notify, asked)} if recipients else {}

    return pane(
        template, "Goals", id, listed, chosen, calls.get_goal, comments, filters=("state",), more=more, then=then
    )


@pages.get("/engagements/<uuid:id>/goals/<uuid:chosen>", SIGNED_IN)
def goal(id: UUID, chosen: UUID) -> ResponseReturnValue:
    return goals(id, chosen)


@pages.get("/engagements/<uuid:id>/goals/new", SIGNED_IN)
def new_goal(id: UUID, **again: Any) -> ResponseReturnValue:
    return dialog("pages/goal_new.html", id, "goal_created", **again)


@pages.post("/engagements/<uuid:id>/goals", SIGNED_IN)
def create_goal(id: UUID) -> ResponseReturnValue:
    given = {"engagement_id": str(id), **show.form("name", "description"), **show.filled("due_date", "term")}
    return show.attempt(
        calls.create_goal,
        given,
        lambda made: show.done(f"/engagements/{id}/goals/{made['id']}", "The goal is set."),
        lambda **again: new_goal(id, **again),
    )


@pages.get("/goals/<uuid:id>/edit", SIGNED_IN)
def edit_goal_form(id: UUID, **again: Any) -> ResponseReturnValue:
    goal = show.look(goal=(calls.get_goal, {"id": str(id)})).need("goal")
    return show.page("pages/goal_edit.html", goal=goal, **{"values": goal, **again})


@pages.post("/goals/<uuid:id>/edit", SIGNED_IN)
def edit_goal(id: UUID) -> ResponseReturnValue:
    return show.attempt(
        calls.update_goal,
        {"id": str(id), **show.form("name", "description"), **show.nullable("due_date", "term")},
        lambda goal: show.done(_address(goal["engagement_id"], id), "Saved"),
        lambda **again: edit_goal_form(id, **again),
    )


buttons(
    pages,
    "goals",
    {
        "complete": calls.complete_goal,
        "reopen": calls.reopen_goal,
        "delete": calls.delete_goal,
        "restore": calls.restore_goal,
    },
    SIGNED_IN,
)
pages.post("/goals/<uuid:id>/comments", SIGNED_IN)(
    does(notes.add_goal_comment, "Your comment is there.", fields=("body",))
)

# Milestones -------------------------------------------------------------------------------------------------------


def _address(id: Any, goal: UUID) -> str:
    return f"/engagements/{id}/goals/{goal}"


@pages.get("/engagements/<uuid:id>/goals/<uuid:chosen>/milestones/new", SIGNED_IN)
def new_milestone(id: UUID, chosen: UUID, **again: Any) -> ResponseReturnValue:
    goal = show.look(goal=(calls.get_goal, {"id": str(chosen)})).need("goal")
    return show.page("pages/milestone_form.html", goal=goal, milestone=None, **again)


@pages.post("/engagements/<uuid:id>/goals/<uuid:chosen>/milestones", SIGNED_IN)
def create_milestone(id: UUID, chosen: UUID) -> ResponseReturnValue:
    return show.attempt(
        calls.create_milestone,
        {"goal_id": str(chosen), **show.form("name"), **show.filled("due_date")},
        lambda _: show.done(_address(id, chosen), "The milestone is added."),
        lambda **again: new_milestone(id, chosen, **again),
    )


@pages.get("/engagements/<uuid:id>/goals/<uuid:chosen>/milestones/<uuid:step>", SIGNED_IN)
def edit_milestone_form(id: UUID, chosen: UUID, step: UUID, **again: Any) -> ResponseReturnValue:
    goal = show.look(goal=(calls.get_goal, {"id": str(chosen)})).need("goal")
    milestone = show.one_of(goal["milestones"], step)
    return show.page("pages/milestone_form.html", goal=goal, milestone=milestone, **{"values": milestone, **again})


@pages.post("/engagements/<uuid:id>/goals/<uuid:chosen>/milestones/<uuid:step>", SIGNED_IN)
def edit_milestone(id: UUID, chosen: UUID, step: UUID) -> ResponseReturnValue:
    return show.attempt(
        calls.update_milestone,
        {"id": str(step), **show.form("name"), **show.nullable("due_date")},
        lambda _: show.done(_address(id, chosen), "Saved"),
        lambda **again: edit_milestone_form(id, chosen, step, **again),
    )


buttons(
    pages,
    "milestones",
    {
        "complete": calls.complete_milestone,
        "reopen": calls.reopen_milestone,
        "delete": calls.delete_milestone,
        "restore": calls.restore_milestone,
    },
    SIGNED_IN,
)


@pages.post("/goals/<uuid:id>/milestones/order", SIGNED_IN)
def order_milestones(id: UUID) -> ResponseReturnValue:
    return show.put_in_order(calls.order_milestones, id)


# Feedback ---------------------------------------------------------------------------------------------------------


@pages.get("/engagements/<uuid:id>/goals/<uuid:chosen>/stakeholders/new", STAFF)
def new_stakeholder(id: UUID, chosen: UUID, **again: Any) -> ResponseReturnValue:
    goal = show.look(goal=(calls.get_goal, {"id": str(chosen)})).need("goal")
    return show.page("pages/stakeholder_new.html", goal=goal, **again)


@pages.post("/goals/<uuid:id>/stakeholders", STAFF)
def add_stakeholder(id: UUID) -> ResponseReturnValue:
    back = show.came_from() or "/"
    return show.attempt(
        feedback.add_stakeholder,
        {"id": str(id), **show.form("email", "name", "relation")},
        lambda _: show.done(back, "Added. Nobody was mailed."),
        lambda **again: new_stakeholder(id, id, **again),
    )


pages.post("/stakeholders/<uuid:id>/remove", STAFF)(does(feedback.remove_stakeholder, "Taken off."))


@pages.post("/goals/<uuid:id>/feedback-requests", STAFF)
def request_feedback(id: UUID) -> ResponseReturnValue:
    """Asks those who are new, or all in a new round; pressed twice, the second finds the `round` overtaken (C25)."""
    back, new_round = show.came_from() or "/", show.filled("new_round").get("new_round") == "true"
    given = {"id": str(id), "new_round": new_round, **show.whole(show.filled("round"))}
    try:
        asked = ask(feedback.request_feedback, given)["requested"]
    except CoachworksError as error:
        return show.refused(error, back)
    said = {0: "All were asked already.", 1: "1 person is asked."}
    return show.done(back, said.get(asked, f"{asked} people are asked."))


# What is to be done -----------------------------------------------------------------------------------------------


@pages.get("/todos", SIGNED_IN)
def todos() -> ResponseReturnValue:
    """Of all clients for staff, of oneself for a client; overdue ones first (S2.60, S2.61, S2.77)."""
    filters = show.query("client_id")
    todos = show.look(todos=(calls.list_todos, {"limit": 50, **filters, **show.query("cursor")})).need("todos")
    return show.page("pages/todos.html", todos=todos, filters=filters, **show.pager(todos, ("client_id",)))
