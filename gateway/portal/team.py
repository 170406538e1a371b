"""Coaches and admins; and everybody's own profile."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import request
from flask.typing import ResponseReturnValue

from contracts.calls import calendar_feeds, notifications
from contracts.calls import engagements as calls
from gateway.asking import identity
from gateway.portal import show
from gateway.portal.pages import ADMIN, SIGNED_IN, STAFF, Pages

pages = Pages()


@pages.get("/team", STAFF)
def team() -> ResponseReturnValue:
    listed = show.look(coaches=(calls.list_coaches, show.query("cursor"))).part("coaches")
    who = identity()
    may_change = who is not None and who.role == "admin"
    return show.page("pages/team.html", coaches=listed, may_change=may_change, **show.pager(listed))


@pages.get("/team/new", ADMIN)
def new_coach() -> ResponseReturnValue:
    return _new_coach()


def _new_coach(**again: Any) -> ResponseReturnValue:
    show.look(organisation=(calls.get_organisation, {}))
    return show.page("pages/coach_form.html", coach=None, **again)


@pages.post("/team/new", ADMIN)
def add_coach() -> ResponseReturnValue:
    return show.attempt(
        calls.add_coach,
        show.filled("name", "email", "role", "time_zone", "team"),
        lambda coach: show.done(
            "/team", f"{coach['name']} is added. The invitation is on its way to {coach['email']}."
        ),
        _new_coach,
    )


@pages.get("/team/<uuid:id>", ADMIN)
def edit_form(id: UUID) -> ResponseReturnValue:
    return _edit_form(id)


def _edit_form(id: UUID, **again: Any) -> ResponseReturnValue:
    coach = show.look(coach=(calls.get_coach, {"id": str(id)})).need("coach")
    return show.page("pages/coach_form.html", coach=coach, **{"values": coach, **again})


@pages.post("/team/<uuid:id>", ADMIN)
def edit(id: UUID) -> ResponseReturnValue:
    return show.attempt(
        calls.update_coach,
        {"id": str(id), **show.form("name", "email", "role", "time_zone"), **show.nullable("team")},
        lambda _: show.done("/team", "Saved"),
        lambda **again: _edit_form(id, **again),
    )


@pages.post("/team/<uuid:id>/invite", ADMIN)
def invite(id: UUID) -> ResponseReturnValue:
    return show.act(calls.invite_coach, {"id": str(id)}, "/team", "The invitation is on its way.")


@pages.post("/team/<uuid:id>/deactivate", ADMIN)
def deactivate(id: UUID) -> ResponseReturnValue:
    return show.act(calls.deactivate_coach, {"id": str(id)}, "/team", "The account is switched off.")


@pages.get("/profile", SIGNED_IN)
def profile() -> ResponseReturnValue:
    return _profile()


def _profile(**again: Any) -> ResponseReturnValue:
    found = show.look(
        me=(calls.me, {}), mail=(notifications.get_my_notifications, {}), feed=(calendar_feeds.get_calendar_feed, {})
    )
    parts = {"mail": found.part("mail"), "feed": found.part("feed")}
    return show.page("pages/profile.html", **parts, **{"values": found.need("me"), "feed_url": None, **again})


@pages.post("/profile", SIGNED_IN)
def change_profile() -> ResponseReturnValue:
    return show.attempt(
        calls.update_me,
        show.form("name", "time_zone"),
        lambda _: show.done("/profile", "Saved"),
        _profile,
    )


@pages.post("/profile/calendar-feed", SIGNED_IN)
def make_calendar_feed() -> ResponseReturnValue:
    """Shown once, on the page that answers the form: a redirect would have to keep the address somewhere."""
    return show.attempt(
        calendar_feeds.make_calendar_feed, {}, lambda made: _profile(feed_url=made["url"]), lambda **again: _profile()
    )


@pages.post("/profile/calendar-feed/revoke", SIGNED_IN)
def revoke_calendar_feed() -> ResponseReturnValue:
    return show.act(calendar_feeds.revoke_calendar_feed, {}, "/profile", "The address no longer works.")


@pages.post("/profile/notifications", SIGNED_IN)
def change_notifications() -> ResponseReturnValue:
    """`shown` are the kinds that the form has, `on` those that stay on."""
    kinds = [{"kind": kind, "on": kind in request.form.getlist("on")} for kind in request.form.getlist("shown")]
    return show.act(notifications.update_my_notifications, {"kinds": kinds}, "/profile", "Saved")
