"""An engagement: its panes and what can be done with it as a whole."""

from __future__ import annotations

from itertools import groupby
from typing import Any
from uuid import UUID

from flask import request
from flask.typing import ResponseReturnValue

from contracts.calls import Call, billing, documents, goals, installments, scheduling
from contracts.calls import engagements as calls
from contracts.errors import Conflict, Unavailable
from gateway.asking import Json, ask, identity
from gateway.portal import clock, show
from gateway.portal.clients import coach_choices, coaches_if_admin
from gateway.portal.pages import SIGNED_IN, STAFF, Pages

pages = Pages()

_TABS = (
    ("Activity Log", "", "activity"),
    ("Program", "/program", "list-check"),
    ("Notes", "/notes", "notes"),
    ("Goals", "/goals", "target"),
    ("Assignments", "/assignments", "clipboard-text"),
    ("Resources", "/resources", "folder"),
    ("Sessions", "/sessions", "calendar-event"),
    ("Invoices", "/invoices", "receipt"),
)


def look_at(id: Any, tab: str, **asked: tuple[Call, Json]) -> tuple[show.Answers, Json]:
    """One round for a pane of an engagement: `asked`, and what header and sub-menu show (layout_engagement.html)."""
    one_of = {"engagement_id": str(id), "limit": 1}
    round_: dict[str, tuple[Call, Json]] = {
        "engagement": (calls.get_engagement, {"id": str(id)}),
        "upcoming": (scheduling.list_engagement_sessions, {**one_of, "when": "upcoming", "limit": 200}),
        "resources": (documents.list_resources, one_of),
        "invoices": (billing.list_engagement_invoices, one_of),
        "counts": (goals.count_workspace, {"id": str(id)}),
    }
    found = show.look(**{**round_, **asked})
    engagement, upcoming = found.need("engagement"), found.part("upcoming")
    workspace = found.part("counts")
    counts = {
        "Program": workspace.get("items"),
        "Notes": workspace.get("notes"),
        "Goals": workspace.get("goals"),
        "Assignments": workspace.get("assignments"),
        "Resources": found.beside("resources").get("total"),
        "Sessions": upcoming.get("planned"),
        "Invoices": found.beside("invoices").get("total"),
    }
    tabs = [
        {
            "label": label,
            "href": f"/engagements/{id}{path}",
            "icon": icon,
            "count": counts.get(label),
            "current": label == tab,
        }
        for label, path, icon in _TABS
    ]
    following = upcoming["items"][0] if upcoming["items"] else None
    values = {"upcoming": upcoming, "next": following, "tabs": tabs, "counts": workspace}
    return found, {"engagement": engagement, **values}


def to_the_client(engagement: Json, answer: Json) -> list[Json]:
    """Of the verdicts of notifications.may_notify the one about the engagement's client."""
    return [each for each in answer["verdicts"] if each["recipient"]["person_id"] == engagement["client"]["id"]]


@pages.get("/engagements/<uuid:id>", SIGNED_IN)
def engagement(id: UUID) -> ResponseReturnValue:
    filters = show.query("by", "kind")
    found, values = look_at(
        id, "Activity Log", activity=(calls.list_activity, {"id": str(id), **filters, **show.query("cursor")})
    )
    activity = found.part("activity")
    return show.page(
        "pages/engagement_activity.html",
        activity=activity,
        days=_days(activity["items"]),
        query=filters,
        **show.pager(activity, ("by", "kind")),
        **values,
    )


def _days(entries: list[Json]) -> list[Json]:
    """Newest first, by the reader's day."""
    today = clock.local(clock.now()).date()
    by_day = groupby(entries, key=lambda entry: clock.local(entry["at"]).date())
    return [{"day": clock.day_title(day, today), "entries": list(found)} for day, found in by_day]


@pages.get("/engagements/<uuid:id>/invoices", SIGNED_IN)
def invoices(id: UUID) -> ResponseReturnValue:
    given = {"engagement_id": str(id), **show.query("cursor")}
    asked: dict[str, tuple[Call, Json]] = {"invoices": (billing.list_engagement_invoices, given)}
    who = identity()
    is_staff = who is not None and who.role != "client"
    if is_staff:
        asked["plans"] = (installments.list_installments, {"engagement_id": str(id)})
    found, values = look_at(id, "Invoices", **asked)
    listed, plans = found.part("invoices"), found.items("plans") if is_staff else []
    return show.page("pages/engagement_invoices.html", invoices=listed, plans=plans, **show.pager(listed), **values)


# Starting one -----------------------------------------------------------------------------------------------------


@pages.get("/clients/<uuid:id>/engagements/new", STAFF)
def new_engagement(id: UUID) -> ResponseReturnValue:
    return _new_engagement(id)


def _new_engagement(id: UUID, **again: Any) -> ResponseReturnValue:
    found = show.look(
        client=(calls.get_client, {"id": str(id)}), programs=(calls.list_programs, {"limit": 200}), **coaches_if_admin()
    )
    return show.page(
        "pages/engagement_new.html",
        client=found.need("client"),
        programs=show.choices(found.need("programs")["items"]),
        coaches=coach_choices(found),
        **again,
    )


@pages.post("/clients/<uuid:id>/engagements", STAFF)
def create_engagement(id: UUID) -> ResponseReturnValue:
    given = {"client_id": str(id), **show.filled("program_id", "coach_id", "start_date", "end_date")}
    if "program_id" not in given:
        given |= show.filled("program_name") | show.whole(show.filled("sessions_total"))
    return show.attempt(
        calls.create_engagement,
        given,
        lambda made: show.done(f"/engagements/{made['id']}", "The engagement is started. Nobody was mailed."),
        lambda **again: _new_engagement(id, **again),
    )


# Changing it ------------------------------------------------------------------------------------------------------


def _dialog(template: str, id: UUID, again: Json, **asked: tuple[Call, Json]) -> ResponseReturnValue:
    found = show.look(engagement=(calls.get_engagement, {"id": str(id)}), **asked)
    others = {name: found.need(name) for name in asked}
    return show.page(template, engagement=found.need("engagement"), **others, **again)


@pages.get("/engagements/<uuid:id>/edit", STAFF)
def edit_form(id: UUID) -> ResponseReturnValue:
    found = show.look(engagement=(calls.get_engagement, {"id": str(id)}))
    engagement = found.need("engagement")
    return show.page("pages/engagement_edit.html", engagement=engagement, values=engagement)


@pages.post("/engagements/<uuid:id>/edit", STAFF)
def edit(id: UUID) -> ResponseReturnValue:
    given = {
        "id": str(id),
        **show.form("program_name"),
        **show.whole(show.form("sessions_total")),
        **show.nullable("start_date", "end_date"),
    }
    return show.attempt(
        calls.update_engagement,
        given,
        lambda _: show.done(f"/engagements/{id}", "Saved"),
        lambda **again: _dialog("pages/engagement_edit.html", id, again),
    )


@pages.get("/engagements/<uuid:id>/assign", STAFF)
def assign_form(id: UUID) -> ResponseReturnValue:
    return _assign_form(id)


def _assign_form(id: UUID, **again: Any) -> ResponseReturnValue:
    found = show.look(engagement=(calls.get_engagement, {"id": str(id)}), coaches=(calls.list_coaches, {"limit": 200}))
    engagement = found.need("engagement")
    others = [
        coach
        for coach in found.need("coaches")["items"]
        if coach["state"] != "deactivated" and coach["id"] != engagement["coach"]["id"]
    ]
    return show.page("pages/engagement_assign.html", engagement=engagement, coaches=show.choices(others), **again)


@pages.post("/engagements/<uuid:id>/assign", STAFF)
def assign(id: UUID) -> ResponseReturnValue:
    given = {"id": str(id), **show.form("coach_id"), "include_private_notes": "include_private_notes" in request.form}
    who = identity()

    def assigned(engagement: Json) -> ResponseReturnValue:
        sees_it = who is not None and (who.role == "admin" or who.person["id"] == engagement["coach"]["id"])
        address = f"/engagements/{id}" if sees_it else "/clients"
        return show.done(
            address, f"{engagement['coach']['name']} coaches this engagement now. Both coaches get a mail."
        )

    return show.attempt(calls.assign_engagement, given, assigned, lambda **again: _assign_form(id, **again))


@pages.get("/engagements/<uuid:id>/complete", STAFF)
def complete_form(id: UUID) -> ResponseReturnValue:
    return _dialog("pages/engagement_complete.html", id, {})


@pages.post("/engagements/<uuid:id>/complete", STAFF)
def complete(id: UUID) -> ResponseReturnValue:
    return show.attempt(
        calls.complete_engagement,
        {"id": str(id), **show.nullable("reason")},
        lambda _: show.done(f"/engagements/{id}", "Completed", undo_url=f"/engagements/{id}/reopen"),
        lambda **again: _dialog("pages/engagement_complete.html", id, again),
    )


@pages.post("/engagements/<uuid:id>/reopen", STAFF)
def reopen(id: UUID) -> ResponseReturnValue:
    return show.act(calls.reopen_engagement, {"id": str(id)}, f"/engagements/{id}", "Reopened")


@pages.post("/engagements/<uuid:id>/delete", STAFF)
def delete(id: UUID) -> ResponseReturnValue:
    """Soft for 30 days (rule C9): the toast offers an undo."""
    engagement = show.look(engagement=(calls.get_engagement, {"id": str(id)})).need("engagement")
    address = f"/clients/{engagement['client']['id']}"
    try:
        ask(calls.delete_engagement, {"id": str(id)})
    except (Conflict, Unavailable) as error:
        return show.refused(error, f"/engagements/{id}")
    return show.done(address, f"{engagement['program_name']} is deleted.", undo_url=f"/engagements/{id}/restore")


@pages.post("/engagements/<uuid:id>/restore", STAFF)
def restore(id: UUID) -> ResponseReturnValue:
    return show.act(calls.restore_engagement, {"id": str(id)}, f"/engagements/{id}", "The engagement is back.")


# Inviting its client ----------------------------------------------------------------------------------------------


@pages.get("/engagements/<uuid:id>/invitation", STAFF)
def invitation_form(id: UUID) -> ResponseReturnValue:
    return _invitation_form(id)


@pages.post("/engagements/<uuid:id>/invitation/revoke", STAFF)
def revoke_invitation(id: UUID) -> ResponseReturnValue:
    return show.act(
        calls.revoke_invitation, {"id": str(id)}, f"/engagements/{id}", "The invitation's link works no more."
    )


def _invitation_form(id: UUID, **again: Any) -> ResponseReturnValue:
    engagement = show.look(engagement=(calls.get_engagement, {"id": str(id)})).need("engagement")
    client = show.look(client=(calls.get_client, {"id": engagement["client"]["id"]})).need("client")
    return show.page("pages/invite.html", engagement=engagement, client=client, **again)


@pages.post("/engagements/<uuid:id>/invitation", STAFF)
def invite(id: UUID) -> ResponseReturnValue:
    return show.attempt(
        calls.invite_client,
        {"id": str(id), **show.nullable("message")},
        lambda client: show.done(f"/engagements/{id}", f"The invitation is on its way to {client['email']}."),
        lambda **again: _invitation_form(id, **again),
    )
