"""When a coach offers time: hours of the week, days apart, and why a time is not free."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from flask import request
from flask.typing import ResponseReturnValue

from contracts.calls import availability as calls
from contracts.calls import engagements
from contracts.errors import Invalid
from gateway.api.problems import flat
from gateway.asking import Json
from gateway.portal import clock, show
from gateway.portal.filters import zone_words
from gateway.portal.pages import STAFF, Pages

pages = Pages()

_HOURS = {"minimum_notice_minutes": "notice_hours", "change_notice_minutes": "change_hours"}


@pages.get("/team/<uuid:id>/availability", STAFF)
def availability(id: UUID) -> ResponseReturnValue:
    return _availability(id)


def _availability(id: UUID, **again: Any) -> ResponseReturnValue:
    """With `?at=`, a time on the reader's clock, also whether that time is free, and if not why."""
    now = clock.now()
    fortnight = {"from": clock.as_text(now), "to": clock.as_text(now + dt.timedelta(days=14))}
    asked = {
        "coach": (engagements.get_coach, {"id": str(id)}),
        "availability": (calls.get_availability, {"id": str(id)}),
        "slots": (calls.list_slots, {"id": str(id), **fortnight}),
    }
    wrong: Json = {}
    if at := show.query("at").get("at"):
        try:
            asked["why"] = (calls.why_not_free, {"id": str(id), "starts_at": clock.typed_instant("at")})
        except Invalid as error:
            wrong = flat(error.errors)
    found = show.look(**asked)
    given = found.need("availability")
    values = {
        **given,
        **{name: f"{given[minutes] / 60:g}" for minutes, name in _HOURS.items()},
        "location_kind": given["location"]["kind"],
        "location_detail": given["location"]["detail"],
    }
    return show.page(
        "pages/availability.html",
        coach=found.need("coach"),
        version=given["version"],
        slots=found.need("slots")["items"],
        zone=zone_words(now),
        at=at,
        turn=show.query("at_turn").get("at_turn"),
        why=found.need("why") if "why" in asked else None,
        **{"values": values, "errors": wrong, **again},
    )


@pages.post("/team/<uuid:id>/availability", STAFF)
def set_availability(id: UUID) -> ResponseReturnValue:
    given = {
        "id": str(id),
        **show.form("time_zone"),
        "weekly": [
            {**show.whole({"weekday": weekday}), "from": begin, "to": _end(end)}
            for weekday, begin, end in _rows("weekday", "from", "to")
        ],
        "exceptions": [
            {"date": day, "from": begin or None, "to": _end(end) or None}
            for day, begin, end in _rows("date", "date_from", "date_to")
        ],
        **show.whole(show.form("slot_minutes", "buffer_minutes", "horizon_days")),
        **{minutes: _minutes(name) for minutes, name in _HOURS.items()},
        "location": {"kind": request.form.get("location_kind", ""), "detail": request.form.get("location_detail", "")},
    }
    return show.attempt(
        calls.set_availability,
        given,
        lambda _: show.done(f"/team/{id}/availability", "Saved"),
        lambda **again: _availability(id, **_in_form(again, given)),
    )


def _rows(first: str, *others: str) -> list[tuple[str, ...]]:
    """The rows of the form whose first field is filled."""
    columns = (request.form.getlist(name) for name in (first, *others))
    return [tuple(cell.strip() for cell in row) for row in zip(*columns, strict=False) if row[0].strip()]


def _end(typed: str) -> str:
    """Midnight at the end of a day is 24:00; a field for a time knows it only as 00:00."""
    return "24:00" if typed == "00:00" else typed


def _minutes(name: str) -> Any:
    """Hours as whole minutes; what is no number stays, to be refused beside its field."""
    typed = request.form.get(name, "").strip()
    try:
        return round(float(typed.replace(",", ".")) * 60)
    except (ValueError, OverflowError):
        return typed


def _in_form(again: Json, given: Json) -> Json:
    """The form's own names for what the schema calls `weekly.0.from` and `minimum_notice_minutes`."""
    errors: dict[str, list[str]] = {}
    for name, messages in again["errors"].items():
        first = name.split(".")[0]
        shown = first if first in ("weekly", "exceptions") else _HOURS.get(first, name.replace(".", "_"))
        errors.setdefault(shown, []).extend(messages)
    typed = {"weekly": given["weekly"], "exceptions": given["exceptions"]}
    return {**again, "errors": errors, "values": {**again["values"], **typed}}
