"""The calendar: sessions by week and month, busy times beside them, and moving by dragging, which asks first."""

from __future__ import annotations

import datetime as dt
import secrets
from typing import Any
from urllib.parse import urlencode

from flask import g, jsonify, request
from flask.typing import ResponseReturnValue

from contracts.calls import availability, calendars, scheduling
from contracts.calls.availability import LONGEST
from contracts.errors import Invalid
from gateway.asking import Json, ask, identity
from gateway.portal import clock, show
from gateway.portal.clients import coach_choices, coaches_if_admin
from gateway.portal.pages import STAFF, Pages
from gateway.typed import typed

pages = Pages()

VIEWS = ("week", "month", "list")


@pages.get("/calendar", STAFF)
def calendar() -> ResponseReturnValue:
    """Without scripts a list of the week; with them the calendar, which asks for what it shows."""
    day, view = _day(), request.args.get("view", "week")
    monday = day - dt.timedelta(days=day.weekday())
    begin = dt.datetime.combine(monday, dt.time(), clock.reader_zone())
    whose = _whose()
    given = {"from": clock.as_text(begin), "to": clock.as_text(begin + dt.timedelta(days=7)), "limit": 200, **whose}
    found = show.look(
        sessions=(scheduling.list_sessions, given), own=(calendars.get_calendar, {}), **coaches_if_admin()
    )
    g.style_nonce = secrets.token_urlsafe(16)

    def address(**changes: Any) -> str:
        return f"/calendar?{urlencode({'view': view, 'date': day.isoformat(), **_chosen(), **changes})}"

    return show.page(
        "pages/calendar.html",
        sessions=found.items("sessions"),
        own=found.part("own"),
        view=view if view in VIEWS else "week",
        day=day,
        today=clock.local(clock.now()).date(),
        monday=monday,
        sunday=monday + dt.timedelta(days=6),
        earlier=monday - dt.timedelta(days=7),
        later=monday + dt.timedelta(days=7),
        address=address,
        coaches=coach_choices(found),
        coach_id=_chosen().get("coach_id", ""),
        zone_name=str(clock.reader_zone()),
        nonce=g.style_nonce,
    )


@pages.get("/calendar/events", STAFF)
def events() -> ResponseReturnValue:
    """What stands in [from, to), dates of the reader: JSON for the calendar, times as the reader's clock shows them."""
    begin, end = _bound("from"), _bound("to")
    if not dt.timedelta(0) < end - begin <= LONGEST:
        raise Invalid("The input is not valid.", errors={"to": [f"At most {LONGEST.days} days after “from”."]})
    within = {"from": clock.as_text(begin), "to": clock.as_text(end)}
    following = _next_one()
    sessions = [one for one in _all_sessions(within) if one["state"] != "cancelled"]
    shown = [_event(one, is_next=one["id"] == following) for one in sessions]
    return jsonify(shown + [_busy(one) for one in _busy_times(within)])


def _next_one() -> str | None:
    """The id of the session that is on or comes next; none lasts longer than a day."""
    now = clock.now()
    given = {"from": clock.as_text(now - dt.timedelta(days=1)), "state": "scheduled", "limit": 50, **_whose()}
    listed = typed(scheduling.list_sessions, ask(scheduling.list_sessions, given))["items"]
    return next((one["id"] for one in listed if one["ends_at"] > now), None)


def _all_sessions(within: Json) -> list[Json]:
    found: list[Json] = []
    cursor: str | None = None
    while True:
        given = {**within, **_whose(), "limit": 200, **({"cursor": cursor} if cursor else {})}
        page = typed(scheduling.list_sessions, ask(scheduling.list_sessions, given))
        found += page["items"]
        cursor = page["next"]
        if cursor is None:
            return found


def _busy_times(within: Json) -> list[Json]:
    """Those of the one coach who is shown; where all are, one's own."""
    who = identity()
    assert who is not None
    answer = ask(availability.list_busy_times, {"id": _whose().get("coach_id", who.person["id"]), **within})
    items: list[Json] = typed(availability.list_busy_times, answer)["items"]
    return items


def _event(session: Json, *, is_next: bool) -> Json:
    state = "conflict" if session["conflict"] else "next" if is_next else session["state"]
    return {
        "id": session["id"],
        "title": session["client"]["name"],
        "start": _local(session["starts_at"]),
        "end": _local(session["ends_at"]),
        "url": f"/sessions/{session['id']}",
        "editable": session["state"] == "scheduled",
        "classNames": [f"event-{state}"],
        "extendedProps": {
            "place": session["location"]["kind"],
            "program": session["program_name"],
            "coach": "" if "coach_id" in _whose() else session["coach"]["name"],
            "state": state,
        },
    }


def _busy(time: Json) -> Json:
    return {
        "title": "Busy",
        "start": _local(time["starts_at"]),
        "end": _local(time["ends_at"]),
        "editable": False,
        "classNames": ["event-busy"],
        "extendedProps": {"state": "busy"},
    }


def _local(instant: dt.datetime) -> str:
    """The reader's clock, without an offset: the calendar in the browser knows no zones."""
    return f"{clock.local(instant):%Y-%m-%dT%H:%M:%S}"


def _day() -> dt.date:
    """The day asked for, if it is one that a calendar can show, else today."""
    day = clock.day_of(request.args.get("date", ""))
    return day or clock.local(clock.now()).date()


def _bound(name: str) -> dt.datetime:
    day = clock.day_of(request.args.get(name, ""))
    if day is None:
        raise Invalid("The input is not valid.", errors={name: ["Not a date like 2026-11-24."]})
    return dt.datetime.combine(day, dt.time(), clock.reader_zone())


def _chosen() -> Json:
    return show.query("coach_id")


def _whose() -> Json:
    """An admin sees all coaches' sessions, or those of the one chosen; a coach own ones."""
    who = identity()
    assert who is not None
    return _chosen() if who.role == "admin" else {"coach_id": who.person["id"]}
