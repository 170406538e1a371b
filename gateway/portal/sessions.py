"""Sessions: the pane of an engagement, the page of one, and the dialogs that say who is mailed before anybody is."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import request
from flask.typing import ResponseReturnValue

from contracts.calls import Call, engagements, items, notifications
from contracts.calls import scheduling as calls
from contracts.calls.bookings import get_booking_terms
from contracts.errors import Invalid, NotFound
from gateway.api.problems import flat
from gateway.asking import Json, ask, identity
from gateway.invites import invite_file
from gateway.portal import bookings, clock, show, told
from gateway.portal.engagements import look_at
from gateway.portal.filters import zone_words
from gateway.portal.pages import SIGNED_IN, STAFF, Pages
from gateway.typed import typed

pages = Pages()


def _may_notify(engagement_id: str, kind: str, attendees: list[Json] | None = None) -> tuple[Call, Json]:
    """What the gate would say (C2) to everyone concerned: coach and client, or the session's attendees."""
    given: Json = {"engagement_id": str(engagement_id), "kind": kind}
    if attendees:
        given["recipients"] = [
            {
                key: value
                for key, value in (("person_id", one["person_id"]), ("email", one["email"]), ("name", one["name"]))
                if value
            }
            for one in attendees
        ]
    return (notifications.may_notify, given)


def verdicts_of(found: show.Answers) -> list[Json]:
    verdicts: list[Json] = found.need("verdicts")["verdicts"]
    return verdicts


# Lists and pages --------------------------------------------------------------------------------------------------


@pages.get("/engagements/<uuid:id>/sessions", SIGNED_IN)
def sessions(id: UUID) -> ResponseReturnValue:
    given = {"engagement_id": str(id), "when": "past", **show.query("cursor")}
    found, values = look_at(
        id,
        "Sessions",
        past=(calls.list_engagement_sessions, given),
        terms=(get_booking_terms, {"engagement_id": str(id)}),
        items=(items.list_items, {"engagement_id": str(id), "limit": 200}),
    )
    past = found.part("past")
    return show.page(
        "pages/engagement_sessions.html",
        past=past,
        terms=found.part("terms"),
        undated=[item for item in found.part("items")["items"] if _is_undated(item)],
        **show.pager(past),
        **values,
    )


def _is_undated(item: Json) -> bool:
    """Whether it is a session that the program plans and nobody has given a date."""
    return item["kind"] == "session" and item["state"] == "pending"


@pages.get("/sessions/<uuid:id>", SIGNED_IN)
def session(id: UUID) -> ResponseReturnValue:
    """To a client also what it may do with it, where the coach has opened booking."""
    one, terms, values = bookings.look_at_session(id)
    return show.page("pages/session.html", session=one, terms=terms, **values)


@pages.get("/sessions/<uuid:id>/invite.ics", SIGNED_IN)
def invite(id: UUID) -> ResponseReturnValue:
    return invite_file(ask(calls.get_invite, {"id": str(id)}))


# Scheduling -------------------------------------------------------------------------------------------------------


@pages.get("/sessions/new", STAFF)
def choose_engagement() -> ResponseReturnValue:
    """For which engagement? Those of one's own that are not completed, by client."""
    found = show.look(
        started=(engagements.list_engagements, {"status": "in_progress", "limit": 200}),
        waiting=(engagements.list_engagements, {"status": "not_started", "limit": 200}),
    )
    items = [*found.need("started")["items"], *found.need("waiting")["items"]]
    items.sort(key=lambda engagement: (engagement["client"]["name"].casefold(), engagement["program_name"]))
    return show.page("pages/session_choose.html", engagements={"items": items, "next": None})


@pages.get("/engagements/<uuid:id>/sessions/new", STAFF)
def new_session(id: UUID) -> ResponseReturnValue:
    return _new_session(id)


def _new_session(id: UUID, **again: Any) -> ResponseReturnValue:
    """With `?item_id=` the session is that item of the program, which says what it is called and how long it is."""
    asked = {
        "engagement": (engagements.get_engagement, {"id": str(id)}),
        "verdicts": _may_notify(str(id), "session_scheduled"),
    }
    if item_id := show.query("item_id").get("item_id"):
        asked["item"] = (items.get_item, {"id": item_id})
    found = show.look(**asked)
    again.setdefault("refused", [])
    item = found.need("item") if item_id else None
    planned = {"title": item["title"], "duration_minutes": item["duration_minutes"]} if item else {}
    return show.page(
        "pages/session_new.html",
        engagement=found.need("engagement"),
        verdicts=verdicts_of(found),
        zone=zone_words(clock.now()),
        **{"values": {**planned, "item_id": item_id}, **again},
    )


@pages.post("/engagements/<uuid:id>/sessions/dates", STAFF)
def show_dates(id: UUID) -> ResponseReturnValue:
    """When the sessions of a series would be, for the dialog; nothing is scheduled."""
    try:
        dates = typed(calls.preview_series, ask(calls.preview_series, _times(id) | _rhythm()))["items"]
    except (Invalid, NotFound) as error:
        said = " ".join(message for messages in flat(error.errors).values() for message in messages)
        return _dates(dates=[], problem={"title": error.detail, "detail": said})
    return _dates(dates=dates)


def _dates(**found: Any) -> ResponseReturnValue:
    """With them the question which of two equal times the first is, which belongs beside its field."""
    return show.page("pages/session_dates.html", values=show.typed_values(), **found)


def _times(id: UUID) -> Json:
    return {
        "engagement_id": str(id),
        "starts_at": clock.typed_instant("starts_at"),
        "time_zone": str(clock.reader_zone()),
        **show.whole(show.form("duration_minutes")),
    }


def _rhythm() -> Json:
    """How often it repeats; nothing where it does not."""
    every = show.filled("every")
    return every | show.whole(show.form("count")) if every else {}


@pages.post("/engagements/<uuid:id>/sessions", STAFF)
def schedule(id: UUID) -> ResponseReturnValue:
    back = f"/engagements/{id}/sessions"

    def again(**again: Any) -> ResponseReturnValue:
        return _new_session(id, **_in_form(again))

    try:
        times = _times(id)
    except Invalid as error:
        return show.once_more(error, again)
    given = {
        **times,
        **show.filled("title", "item_id"),
        "location": _location(),
        "attendees": typed_people(),
        "notify": "notify" in request.form,
    }
    guests = given["attendees"] if given["notify"] else []
    if refused := told.refused(id, "session_scheduled", guests):
        return again(status=409, values=show.typed_values(), errors={}, problem=None, refused=refused)
    if rhythm := _rhythm():
        series = {name: value for name, value in given.items() if name != "item_id"} | rhythm
        return show.attempt(
            calls.schedule_series,
            series,
            lambda made: show.done(back, _told(f"{len(made['items'])} sessions are scheduled")),
            again,
        )
    return show.attempt(
        calls.schedule_session,
        given,
        lambda made: show.done(back, _told("The session is scheduled"), show_url=f"/sessions/{made['id']}"),
        again,
    )


# Changing ---------------------------------------------------------------------------------------------------------


def _dialog(template: str, id: UUID, kind: str, again: Json, **more: Any) -> ResponseReturnValue:
    """A dialog about a session: who would be told, and the client's phone for telling the others oneself."""
    one = show.look(session=(calls.get_session, {"id": str(id)})).need("session")
    found = show.look(
        verdicts=_may_notify(one["engagement_id"], kind, one["attendees"]),
        client=(engagements.get_client, {"id": one["client"]["id"]}),
    )
    who = identity()
    client = found.part("client")
    return show.page(
        template,
        session=one,
        verdicts=verdicts_of(found),
        phone=client.get("phone"),
        may_settings=who is not None and who.role == "admin",
        zone=zone_words(one["starts_at"]),
        **{**more, **again},
    )


def _by_its_client() -> bool:
    who = identity()
    return who is not None and who.role == "client"


@pages.get("/sessions/<uuid:id>/reschedule", SIGNED_IN)
def reschedule_form(id: UUID) -> ResponseReturnValue:
    if _by_its_client():
        return bookings.move_form(id)
    asked = show.query("starts_at", "duration_minutes", "next")
    return _dialog("pages/session_reschedule.html", id, "session_rescheduled", {"values": asked})


@pages.post("/sessions/<uuid:id>/reschedule", SIGNED_IN)
def reschedule(id: UUID) -> ResponseReturnValue:
    if _by_its_client():
        return bookings.move(id)

    def again(**again: Any) -> ResponseReturnValue:
        return _dialog("pages/session_reschedule.html", id, "session_rescheduled", _in_form(again))

    try:
        starts_at = clock.typed_instant("starts_at")
    except Invalid as error:
        return show.once_more(error, again)
    given = {
        "id": str(id),
        "starts_at": starts_at,
        **show.whole(show.filled("duration_minutes")),
        **show.nullable("reason"),
        "notify": "notify" in request.form,
    }
    return show.attempt(
        calls.reschedule_session,
        given,
        lambda _: show.done(_next(id), _told("The session is moved"), show_url=f"/sessions/{id}"),
        again,
    )


@pages.get("/sessions/<uuid:id>/cancel", SIGNED_IN)
def cancel_form(id: UUID) -> ResponseReturnValue:
    if _by_its_client():
        return bookings.cancel_form(id)
    return _dialog("pages/session_cancel.html", id, "session_cancelled", {})


@pages.post("/sessions/<uuid:id>/cancel", SIGNED_IN)
def cancel(id: UUID) -> ResponseReturnValue:
    if _by_its_client():
        return bookings.cancel(id)
    given = {"id": str(id), **show.nullable("reason"), "notify": "notify" in request.form}
    return show.attempt(
        calls.cancel_session,
        given,
        lambda cancelled: show.done(
            f"/engagements/{cancelled['engagement_id']}/sessions",
            _told("The session is cancelled"),
            show_url=f"/sessions/{id}",
        ),
        lambda **again: _dialog("pages/session_cancel.html", id, "session_cancelled", again),
    )


@pages.get("/sessions/<uuid:id>/edit", STAFF)
def edit_form(id: UUID) -> ResponseReturnValue:
    one = show.look(session=(calls.get_session, {"id": str(id)})).need("session")
    values = {
        "title": one["title"],
        "location_kind": one["location"]["kind"],
        "location_detail": one["location"]["detail"],
        "attendees": _guests(one),
    }
    return _dialog("pages/session_edit.html", id, "session_rescheduled", {"values": values})


@pages.post("/sessions/<uuid:id>/edit", STAFF)
def edit(id: UUID) -> ResponseReturnValue:
    """What changed is sent, as one change or two: the session's own words, and who attends."""
    one = show.look(session=(calls.get_session, {"id": str(id)})).need("session")
    notify = "notify" in request.form
    changes = show.form("title") | {"location": _location()}
    before = {
        "title": one["title"],
        "location": {"kind": one["location"]["kind"], "detail": one["location"]["detail"] or ""},
    }
    guests = typed_people()

    def again(**again: Any) -> ResponseReturnValue:
        return _dialog("pages/session_edit.html", id, "session_rescheduled", _in_form(again))

    if notify and (refused := _refused_by_changes(one, guests)):
        return again(status=409, values=show.typed_values(), errors={}, problem=None, refused=refused)

    def attendees_too(_: Any) -> ResponseReturnValue:
        if guests == _guests(one):
            return saved(None)
        return show.attempt(calls.set_attendees, {"id": str(id), "attendees": guests, "notify": notify}, saved, again)

    def saved(_: Any) -> ResponseReturnValue:
        return show.done(f"/sessions/{id}", _told("Saved"))

    changed = {name: value for name, value in changes.items() if value != before[name]}
    if not changed:
        return attendees_too(None)
    return show.attempt(calls.update_session, {"id": str(id), **changed, "notify": notify}, attendees_too, again)


def _refused_by_changes(one: Json, guests: list[Json]) -> list[Json]:
    """The gate's verdicts on those who are added and those who are dropped but would not be told so (C2)."""
    before, after = ({guest["email"].lower() for guest in people} for people in (_guests(one), guests))
    added = [guest for guest in guests if guest["email"].lower() not in before]
    dropped = [guest for guest in _guests(one) if guest["email"].lower() not in after]
    engagement = one["engagement_id"]
    return [
        *told.refused(engagement, "session_scheduled", added),
        *told.refused(engagement, "session_cancelled", dropped),
    ]


@pages.post("/sessions/<uuid:id>/complete", STAFF)
def complete(id: UUID) -> ResponseReturnValue:
    return show.act(
        calls.complete_session, {"id": str(id)}, _back(id), "The session is completed.", show_url=f"/sessions/{id}"
    )


@pages.post("/sessions/<uuid:id>/no-show", STAFF)
def no_show(id: UUID) -> ResponseReturnValue:
    return show.act(
        calls.no_show_session, {"id": str(id)}, _back(id), "Marked as a no-show.", show_url=f"/sessions/{id}"
    )


def _next(id: UUID) -> str:
    """Where the dialog was asked to lead, as the calendar does, else to the session."""
    asked = request.form.get("next", "")
    return show.safe_address(asked) if asked else f"/sessions/{id}"


def _back(id: UUID) -> str:
    """To the page that the button was on."""
    return show.came_from() or f"/sessions/{id}"


def _told(what: str) -> str:
    return f"{what}, and the mails are on their way." if "notify" in request.form else f"{what}. Nobody was mailed."


def _location() -> Json:
    return {"kind": request.form.get("location_kind", ""), "detail": request.form.get("location_detail", "").strip()}


def typed_people() -> list[Json]:
    """The rows of the form that are not empty."""
    rows = zip(request.form.getlist("attendee_email"), request.form.getlist("attendee_name"), strict=False)
    return [{"email": email.strip(), "name": name.strip()} for email, name in rows if email.strip() or name.strip()]


def _guests(one: Json) -> list[Json]:
    return [{"email": who["email"], "name": who["name"]} for who in one["attendees"] if who["role"] == "guest"]


def _in_form(again: Json) -> Json:
    """The form's own names for what the schema calls `location.detail` and `attendees.0.email`."""
    errors: dict[str, list[str]] = {}
    for name, messages in again["errors"].items():
        shown = "attendees" if name.startswith("attendees") else name.replace(".", "_")
        errors.setdefault(shown, []).extend(messages)
    values = {**again["values"], "attendees": typed_people(), "notify": "notify" in request.form}
    return {**again, "errors": errors, "values": values}
