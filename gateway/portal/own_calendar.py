"""A member of staff's own calendar at another server: connecting it, how it does, and leaving it."""

from __future__ import annotations

from typing import Any

from flask import request
from flask.typing import ResponseReturnValue

from contracts.calls import calendars as calls
from gateway.portal import show
from gateway.portal.pages import STAFF, Pages

pages = Pages()

_HOME = "/profile/calendar"


@pages.get(_HOME, STAFF)
def calendar() -> ResponseReturnValue:
    return _calendar()


def _calendar(**again: Any) -> ResponseReturnValue:
    found = show.look(calendar=(calls.get_calendar, {})).part("calendar")
    return show.page("pages/own_calendar.html", calendar=found, **{"values": found, **again})


@pages.post(_HOME, STAFF)
def connect() -> ResponseReturnValue:
    """The password counts as it was typed, blanks and all."""
    given = {"kind": "caldav", **show.form("url", "username"), "password": request.form.get("password", "")}
    return show.attempt(calls.connect_calendar, given, lambda _: show.done(_HOME), _calendar)


@pages.post("/profile/calendar/sync", STAFF)
def sync() -> ResponseReturnValue:
    return show.act(calls.sync_calendar, {}, _HOME, "The calendar is brought up to date in a moment.")


@pages.get("/profile/calendar/disconnect", STAFF)
def ask_to_disconnect() -> ResponseReturnValue:
    return show.page("pages/own_calendar_disconnect.html")


@pages.post("/profile/calendar/disconnect", STAFF)
def disconnect() -> ResponseReturnValue:
    return show.act(calls.disconnect_calendar, {}, _HOME, "Disconnected. Sessions to come are being removed there.")
