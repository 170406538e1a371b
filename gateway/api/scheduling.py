"""Routes of sessions, their attendees and invites (API.md, Sessions)."""

from __future__ import annotations

from uuid import UUID

from flask import Response
from flask.typing import ResponseReturnValue

from contracts.calls import availability, bookings, calendars
from contracts.calls import scheduling as calls
from gateway.api.expose import ApiRequest, Routes

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
routes.post("/engagements/<uuid:engagement_id>/bookings", bookings.book, status=201)
routes.get("/engagements/<uuid:engagement_id>/booking-terms", bookings.get_booking_terms)
routes.get("/me/calendar", calendars.get_calendar)
routes.put("/me/calendar", calendars.connect_calendar)
routes.post("/me/calendar/sync", calendars.sync_calendar, status=202)
routes.delete("/me/calendar", calendars.disconnect_calendar)


@routes.view("GET", "/sessions/<uuid:id>/invite.ics", calls.get_invite, produces="text/calendar")
def invite(api: ApiRequest, id: UUID) -> ResponseReturnValue:
    """The session as a file for calendars."""
    answer = api.ask(calls.get_invite, {"id": str(id)})
    response = Response(
        answer["content"].encode(), content_type=f"text/calendar; charset=utf-8; method={answer['method']}"
    )
    response.headers["Content-Disposition"] = 'attachment; filename="invite.ics"'
    return response
