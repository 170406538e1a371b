"""Calls of the scheduling service: sessions, their attendees and their calendar invites."""

from __future__ import annotations

import datetime as dt

from marshmallow import ValidationError, fields, validate

from contracts.actor import SIGNED_IN
from contracts.calls import command, query
from contracts.schema import ById, Email, Entity, Instant, PageInput, Schema, Zone, page_of, text

LOCATION_KINDS = ("phone", "in_person", "zoom", "skype", "meet", "teams", "other")
ANSWERS = ("accepted", "declined", "tentative")
SESSION_STATES = ("scheduled", "completed", "cancelled", "no_show")
_FIRST = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
_LAST = dt.datetime(2100, 1, 1, tzinfo=dt.UTC)


def _within_reach(instant: dt.datetime) -> None:
    if not _FIRST <= instant < _LAST:
        raise ValidationError("Must lie between the years 2000 and 2099.")


def session_start(**kwargs: object) -> Instant:
    return Instant(validate=_within_reach, **kwargs)  # type: ignore[arg-type]


def session_minutes(**kwargs: object) -> fields.Integer:
    return fields.Integer(strict=True, validate=validate.Range(5, 1440), **kwargs)  # type: ignore[arg-type]


def _reason() -> fields.String:
    return text(1000, load_default=None, allow_none=True, metadata={"description": "told to everybody who is mailed"})


def _notify() -> fields.Boolean:
    return fields.Boolean(load_default=True, metadata={"description": "false: nobody is mailed"})


class LocationInput(Schema):
    """Where a session takes place; `detail` is what a person types: a link, a number, a name, an address."""

    kind = fields.String(required=True, validate=validate.OneOf(LOCATION_KINDS))
    detail = text(500, shortest=0, load_default=None, allow_none=True)


class Location(Schema):
    """`href` is the safe link that opens the call (https:, tel: or skype:), null where there is none (S2.93, S2.94)."""

    kind = fields.String(required=True)
    detail = fields.String(required=True, allow_none=True)
    href = fields.String(required=True, allow_none=True)


class AttendeeInput(Schema):
    """Anybody with a mail address (S1.17)."""

    email = Email(required=True)
    name = text(200, shortest=0, load_default="")


class Attendee(Schema):
    """Who takes part: the coach, the client, or a guest known by address alone (`person_id` null)."""

    email = fields.String(required=True)
    name = fields.String(required=True)
    role = fields.String(required=True, validate=validate.OneOf(["coach", "client", "guest"]))
    person_id = fields.UUID(required=True, allow_none=True)
    answer = fields.String(
        required=True,
        allow_none=True,
        validate=validate.OneOf(ANSWERS),
        metadata={"description": "to the invite to the present time; null: none yet"},
    )


class Party(Schema):
    id = fields.UUID(required=True)
    name = fields.String(required=True)


class Session(Entity):
    """A session. Instants are UTC; `time_zone` is the zone that it was meant in (C14)."""

    engagement_id = fields.UUID(required=True)
    program_name = fields.String(required=True, metadata={"description": "as the engagement calls it now"})
    sessions_total = fields.Integer(required=True, metadata={"description": "sessions that the engagement provides"})
    client = fields.Nested(Party, required=True)
    coach = fields.Nested(Party, required=True)
    title = fields.String(required=True)
    number = fields.Integer(
        required=True,
        allow_none=True,
        metadata={"description": "its place among the engagement's sessions by start; null when cancelled"},
    )
    starts_at = Instant(required=True)
    ends_at = Instant(required=True)
    duration_minutes = fields.Integer(required=True)
    time_zone = fields.String(required=True)
    location = fields.Nested(Location, required=True)
    attendees = fields.List(fields.Nested(Attendee), required=True)
    state = fields.String(required=True, validate=validate.OneOf(SESSION_STATES))
    item_id = fields.UUID(required=True, allow_none=True, metadata={"description": "of the program; null: none"})
    reason = fields.String(
        required=True, allow_none=True, metadata={"description": "why it was moved or cancelled last, if somebody said"}
    )
    conflict = fields.Boolean(
        required=True,
        metadata={
            "description": "true (to staff only) when the coach was booked already as the engagement was handed over "
            "or restored: this session wants another time"
        },
    )
    late_changes = fields.Integer(
        required=True,
        metadata={"description": "changes by the client within the coach's notice; each uses up a session"},
    )
    ics_uid = fields.String(required=True, metadata={"description": "iCalendar UID, the same for life (C13)"})
    ics_sequence = fields.Integer(required=True, metadata={"description": "iCalendar SEQUENCE, from 0 (C13)"})


class ScheduleSession(Schema):
    """Client and coach attend besides the `attendees` named; `time_zone` is the coach's when none is given."""

    engagement_id = fields.UUID(required=True)
    starts_at = session_start(required=True)
    duration_minutes = session_minutes(required=True)
    time_zone = Zone(load_default=None, allow_none=True)
    title = text(200, load_default=None, allow_none=True, metadata={"description": "the program's name if none"})
    location = fields.Nested(LocationInput, required=True)
    attendees = fields.List(fields.Nested(AttendeeInput), load_default=list, validate=validate.Length(max=100))
    item_id = fields.UUID(load_default=None, allow_none=True, metadata={"description": "of the program: it is this"})
    notify = _notify()


class Rhythm(Schema):
    """How often: `count` sessions at the same wall-clock time of the zone that they are meant in (C14)."""

    every = fields.String(required=True, validate=validate.OneOf(["week", "fortnight"]))
    count = fields.Integer(required=True, strict=True, validate=validate.Range(2, 52))


class ScheduleSeries(ScheduleSession, Rhythm):
    """As one session; `starts_at` is the first one's."""

    class Meta:
        exclude = ("item_id",)


class PreviewSeries(Rhythm):
    engagement_id = fields.UUID(required=True)
    starts_at = session_start(required=True)
    duration_minutes = session_minutes(required=True)
    time_zone = Zone(load_default=None, allow_none=True)


class PlannedTime(Schema):
    """`is_taken`: the coach is booked then already (C15); `is_busy`: not free by the coach's own calendar."""

    starts_at = Instant(required=True)
    ends_at = Instant(required=True)
    is_taken = fields.Boolean(required=True)
    is_busy = fields.Boolean(required=True)


class PlannedTimes(Schema):
    items = fields.List(fields.Nested(PlannedTime), required=True)


class SessionSeries(Schema):
    items = fields.List(fields.Nested(Session), required=True)


class UpdateSession(ById):
    title = text(200)
    location = fields.Nested(LocationInput)
    notify = _notify()


class RescheduleSession(ById):
    """Without `duration_minutes` the session stays as long as it was.

    A client moves a session of its own to a free slot, as it is, and everybody is told of it.
    """

    starts_at = session_start(required=True)
    duration_minutes = session_minutes(load_default=None, allow_none=True)
    reason = _reason()
    notify = _notify()


class CancelSession(ById):
    reason = _reason()
    notify = _notify()


class SetAttendees(ById):
    """`attendees` is the whole list of those besides client and coach; who is new is invited, who is dropped told."""

    attendees = fields.List(fields.Nested(AttendeeInput), required=True, validate=validate.Length(max=100))
    notify = _notify()


class ListEngagementSessions(PageInput):
    """`upcoming`: still to take place, soonest first. `past`: all others, latest first. Neither: all, by start."""

    engagement_id = fields.UUID(required=True)
    when = fields.String(load_default=None, allow_none=True, validate=validate.OneOf(["upcoming", "past"]))


class ListSessions(PageInput):
    """Sessions that start in [from, to), by start, of everybody whom the actor may see."""

    from_ = Instant(data_key="from", load_default=None, allow_none=True)
    to = Instant(load_default=None, allow_none=True)
    coach_id = fields.UUID(load_default=None, allow_none=True)
    state = fields.String(load_default=None, allow_none=True, validate=validate.OneOf(SESSION_STATES))
    unsettled = fields.Boolean(
        load_default=False, metadata={"description": "true: only those that are over and of which nobody has said how"}
    )


SessionPage = page_of(Session)


class EngagementSessionPage(Schema):
    """A page of an engagement's sessions with its counters (S2.99, C7), which span all pages."""

    items = fields.List(fields.Nested(Session), required=True)
    next = fields.String(allow_none=True)
    planned = fields.Integer(required=True, metadata={"description": "sessions made so far, cancelled ones apart"})
    completed = fields.Integer(required=True, metadata={"description": "those that count as done"})
    total = fields.Integer(required=True, metadata={"description": "sessions that the program provides"})
    left = fields.Integer(required=True, metadata={"description": "neither planned nor used up by late changes"})


class Invite(Schema):
    """The iCalendar object of a session as RFC 5545 text with CRLF line ends."""

    content = fields.String(required=True)
    method = fields.String(required=True, metadata={"description": "REQUEST, or CANCEL for a cancelled session"})


schedule_series = command("scheduling.schedule_series", ScheduleSeries, SessionSeries)
preview_series = query("scheduling.preview_series", PreviewSeries, PlannedTimes)
schedule_session = command("scheduling.schedule_session", ScheduleSession, Session)
update_session = command("scheduling.update_session", UpdateSession, Session)
reschedule_session = command("scheduling.reschedule_session", RescheduleSession, Session, roles=SIGNED_IN)
cancel_session = command("scheduling.cancel_session", CancelSession, Session, roles=SIGNED_IN)
complete_session = command("scheduling.complete_session", ById, Session)
no_show_session = command("scheduling.no_show_session", ById, Session)
set_attendees = command("scheduling.set_attendees", SetAttendees, Session)
get_session = query("scheduling.get_session", ById, Session, roles=SIGNED_IN)
get_invite = query("scheduling.get_invite", ById, Invite, roles=SIGNED_IN)
list_engagement_sessions = query(
    "scheduling.list_engagement_sessions", ListEngagementSessions, EngagementSessionPage, roles=SIGNED_IN
)
list_sessions = query("scheduling.list_sessions", ListSessions, SessionPage, roles=SIGNED_IN)
