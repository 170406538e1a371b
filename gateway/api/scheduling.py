"""Routes of sessions, their attendees and invites (API.md, Sessions)."""

from __future__ import annotations

from uuid import UUID

from flask import jsonify, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import UnsupportedMediaType

from contracts.calls import availability, bookings, calendar_feeds, calendar_replies, calendars
from contracts.calls import scheduling as calls
from contracts.errors import Invalid
from gateway.api.expose import ApiRequest, Routes
from gateway.invites import invite_file

routes = Routes("Sessions")
routes.post("/engagements/<uuid:engagement_id>/sessions", calls.schedule_session, status=201)
routes.post("/engagements/<uuid:engagement_id>/session-series", calls.schedule_series, status=201)
routes.post("/engagements/<uuid:engagement_id>/session-series/preview", calls.preview_series)
routes.get("/engagements/<uuid:engagement_id>/sessions", calls.list_engagement_sessions)
routes.get("/sessions", calls.list_sessions)
routes.get("/sessions/<uuid:id>", calls.get_session)
routes.patch("/sessions/<uuid:id>", calls.update_session)
routes.post("/sessions/<uuid:id>/reschedule", calls.reschedule_session)
routes.post("/sessions/<uuid:id>/cancel", calls.cancel_session)
routes.post("/sessions/<uuid:id>/complete", calls.complete_session)
routes.post("/sessions/<uuid:id>/no-show", calls.no_show_session)
routes.put("/sessions/<uuid:id>/attendees", calls.set_attendees)
routes.get("/coaches/<uuid:id>/availability", availability.get_availability)
routes.put("/coaches/<uuid:id>/availability", availability.set_availability)
routes.get("/coaches/<uuid:id>/slots", availability.list_slots)
routes.get("/coaches/<uuid:id>/slots/why", availability.why_not_free)
routes.get("/coaches/<uuid:id>/busy-times", availability.list_busy_times)
routes.post("/engagements/<uuid:engagement_id>/bookings", bookings.book, status=201)
routes.get("/engagements/<uuid:engagement_id>/booking-terms", bookings.get_booking_terms)
routes.get("/me/calendar", calendars.get_calendar)
routes.put("/me/calendar", calendars.connect_calendar)
routes.post("/me/calendar/sync", calendars.sync_calendar, status=202)
routes.delete("/me/calendar", calendars.disconnect_calendar)
routes.post("/me/calendar-feed", calendar_feeds.make_calendar_feed)
routes.get("/me/calendar-feed", calendar_feeds.get_calendar_feed)
routes.delete("/me/calendar-feed", calendar_feeds.revoke_calendar_feed)


@routes.view("POST", "/calendar-replies", calendar_replies.take_reply, consumes="text/calendar", largest=200_000)
def take_reply(api: ApiRequest) -> ResponseReturnValue:
    """What an attendee answered to an invite, as a mail gateway got it (METHOD:REPLY, RFC 5546)."""
    if request.mimetype != "text/calendar":
        raise UnsupportedMediaType("The body must be text/calendar.")
    try:
        content = request.get_data(cache=False).decode()
    except UnicodeDecodeError as error:
        wrong = {"content": [f"Byte {error.start} is not UTF-8."]}
        raise Invalid("The reply must be in UTF-8.", errors=wrong) from None
    return jsonify(api.ask(calendar_replies.take_reply, {"content": content}))


@routes.view("GET", "/sessions/<uuid:id>/invite.ics", calls.get_invite, produces="text/calendar")
def invite(api: ApiRequest, id: UUID) -> ResponseReturnValue:
    """The session as a file for calendars."""
    return invite_file(api.ask(calls.get_invite, {"id": str(id)}))
