"""A client books, moves and cancels: free slots by day, in the reader's zone, and what is asked before."""

from __future__ import annotations

import datetime as dt
from itertools import groupby
from typing import Any
from uuid import UUID

from flask import request
from flask.typing import ResponseReturnValue

from contracts.calls import availability, engagements, scheduling
from contracts.calls import bookings as calls
from contracts.calls.availability import LONGEST
from gateway.asking import Json
from gateway.portal import clock, show
from gateway.portal.engagements import look_at
from gateway.portal.filters import zone_words
from gateway.portal.pages import CLIENT, Pages

pages = Pages()

#: So many days that have free slots stand on one page.
_DAYS = 7


@pages.get("/engagements/<uuid:id>/book", CLIENT)
def book_form(id: UUID) -> ResponseReturnValue:
    return _book_form(id)


def _book_form(id: UUID, **again: Any) -> ResponseReturnValue:
    found, values = look_at(id, "Sessions", terms=(calls.get_booking_terms, {"engagement_id": str(id)}))
    terms = found.need("terms")
    return show.page("pages/booking.html", terms=terms, session=None, **_free(terms), **values, **again)


@pages.post("/engagements/<uuid:id>/book", CLIENT)
def book(id: UUID) -> ResponseReturnValue:
    return show.attempt(
        calls.book,
        {"engagement_id": str(id), **show.form("starts_at")},
        lambda made: show.done(
            f"/engagements/{id}/sessions", "Booked. The invite is on its way.", show_url=f"/sessions/{made['id']}"
        ),
        lambda **again: _book_form(id, **again),
    )


def move_form(id: UUID, **again: Any) -> ResponseReturnValue:
    """The free slots to which a client can move the session, which must be an own one."""
    one, terms, values = look_at_session(id)
    taken: Json = {"session_id": str(id), "duration_minutes": one["duration_minutes"]}
    free = _free(terms, **taken) if terms["changes"]["may_move"] else _NOTHING_FREE
    return show.page("pages/booking.html", terms=terms, session=one, **free, **values, **again)


def move(id: UUID) -> ResponseReturnValue:
    return show.attempt(
        scheduling.reschedule_session,
        {"id": str(id), **show.form("starts_at"), **show.nullable("reason")},
        lambda _: show.done(f"/sessions/{id}", "The session is moved. The new invite is on its way."),
        lambda **again: move_form(id, **again),
    )


def cancel_form(id: UUID, **again: Any) -> ResponseReturnValue:
    one, terms, _ = look_at_session(id)
    return show.page("pages/booking_cancel.html", terms=terms, session=one, **again)


def cancel(id: UUID) -> ResponseReturnValue:
    return show.attempt(
        scheduling.cancel_session,
        {"id": str(id), **show.nullable("reason")},
        lambda cancelled: show.done(
            f"/engagements/{cancelled['engagement_id']}/sessions",
            "The session is cancelled, and the mails are on their way.",
        ),
        lambda **again: cancel_form(id, **again),
    )


def look_at_session(id: UUID) -> tuple[Json, Json, Json]:
    """The session, the terms under which its client may change it, and the values of its page."""
    one = show.look(session=(scheduling.get_session, {"id": str(id)})).need("session")
    engagement = str(one["engagement_id"])
    found, values = look_at(
        engagement,
        "Sessions",
        terms=(calls.get_booking_terms, {"engagement_id": engagement, "session_id": str(id)}),
        history=(engagements.list_activity, {"id": engagement, "link": f"/sessions/{id}", "limit": 50}),
    )
    return one, found.need("terms"), {**values, "history": found.items("history")}


_NOTHING_FREE: Json = {"days": [], "next_href": None, "first_href": None, "zone": ""}


def _free(terms: Json, **more: Any) -> Json:
    """`days` with free slots from `?from=` on, and where the days after these stand."""
    asked = clock.day_of(request.args.get("from", ""))
    begin = max(dt.datetime.combine(asked, dt.time(), clock.reader_zone()), clock.now()) if asked else clock.now()
    until = min(begin + LONGEST, terms["bookable_until"] + dt.timedelta(minutes=1))
    if not terms["is_open"] or until <= begin:
        return {**_NOTHING_FREE, "first_href": request.path if asked else None}
    given = {"id": terms["coach"]["id"], "from": clock.as_text(begin), "to": clock.as_text(until), **more}
    slots = show.look(slots=(availability.list_slots, given)).need("slots")["items"]
    by_day = [(day, list(each)) for day, each in groupby(slots, key=lambda slot: clock.local(slot["starts_at"]).date())]
    after = by_day[_DAYS][0] if len(by_day) > _DAYS else clock.local(until).date()
    more_to_come = len(by_day) > _DAYS or until <= terms["bookable_until"]
    return {
        "days": [{"day": slots[0]["starts_at"], "slots": slots} for _, slots in by_day[:_DAYS]],
        "next_href": f"{request.path}?from={after.isoformat()}" if more_to_come else None,
        "first_href": request.path if asked else None,
        "zone": zone_words(begin),
    }
