"""Events of the scheduling service: sessions, those who attend them, and coaches' calendars.

Each session event carries the session's state after the change.
"""

from __future__ import annotations

from marshmallow import EXCLUDE, fields, validate

from contracts.events import EventData
from contracts.schema import Instant, Schema, Zone


class LocationFacts(Schema):
    class Meta:
        unknown = EXCLUDE

    kind = fields.String(
        required=True,
        metadata={"privacy": "pseudonymous", "description": "phone, in_person, zoom, skype, meet, teams or other"},
    )
    detail = fields.String(
        allow_none=True, load_default=None, metadata={"privacy": "personal", "description": "as a person typed it"}
    )
    href = fields.String(
        allow_none=True,
        load_default=None,
        metadata={"privacy": "personal", "description": "a safe https:, tel: or skype: link, or null"},
    )


class SessionFacts(EventData):
    engagement_id = fields.UUID(required=True)
    client_id = fields.UUID(required=True)
    coach_id = fields.UUID(required=True, metadata={"description": "whose time it takes"})
    title = fields.String(required=True, metadata={"privacy": "confidential"})
    number = fields.Integer(
        allow_none=True,
        load_default=None,
        metadata={"description": "its place among the engagement's sessions by start; null when cancelled"},
    )
    starts_at = Instant(required=True)
    ends_at = Instant(required=True)
    time_zone = Zone(
        required=True, metadata={"privacy": "pseudonymous", "description": "the zone that it was meant in (C14)"}
    )
    location = fields.Nested(LocationFacts, required=True)
    state = fields.String(
        required=True,
        validate=validate.OneOf(["scheduled", "completed", "cancelled", "no_show"]),
        metadata={"privacy": "pseudonymous"},
    )
    item_id = fields.UUID(allow_none=True, load_default=None, metadata={"description": "of the program, or null"})
    ics_uid = fields.String(
        required=True, metadata={"privacy": "pseudonymous", "description": "iCalendar UID, the same for life (C13)"}
    )
    ics_sequence = fields.Integer(required=True, metadata={"description": "iCalendar SEQUENCE, from 0 (C13)"})
    reason = fields.String(
        allow_none=True,
        load_default=None,
        metadata={"privacy": "confidential", "description": "why it was last moved or cancelled, if said"},
    )
    conflict = fields.Boolean(
        load_default=False,
        metadata={"description": "its coach was booked already when the engagement was handed over or restored"},
    )
    late_changes = fields.Integer(
        load_default=0,
        metadata={"description": "changes by the client within the coach's notice; each uses up a session"},
    )


class SessionScheduled(SessionFacts):
    """A session was put into the calendar (rules S1.15, S2.98)."""

    type = "scheduling.session.scheduled.v1"


class SessionRescheduled(SessionFacts):
    """A session was moved to another time; its id and UID stay (rules S1.20, C13)."""

    type = "scheduling.session.rescheduled.v1"

    previous_starts_at = Instant(required=True)


class SessionUpdated(SessionFacts):
    """A session's title, place, attendees or coach was changed; its time is the same."""

    type = "scheduling.session.updated.v1"


class SessionCancelled(SessionFacts):
    """A session will not take place; its time is free again (rule S2.97)."""

    type = "scheduling.session.cancelled.v1"


class SessionCompleted(SessionFacts):
    """A session took place (rule C7)."""

    type = "scheduling.session.completed.v1"


class SessionMissed(SessionFacts):
    """The client did not show up (rule C7)."""

    type = "scheduling.session.missed.v1"


class AttendeeFacts(EventData):
    session_id = fields.UUID(required=True)
    engagement_id = fields.UUID(required=True)
    email = fields.String(required=True, metadata={"privacy": "personal"})
    name = fields.String(
        required=True, metadata={"privacy": "personal", "description": "empty where only the address is known"}
    )
    person_id = fields.UUID(allow_none=True, load_default=None, metadata={"description": "null for a guest"})


class AttendeeAdded(AttendeeFacts):
    """Somebody besides client and coach will attend a session (rule S1.17)."""

    type = "scheduling.attendee.added.v1"


class AttendeeReplied(AttendeeFacts):
    """An attendee answered the invite. Another time of the session makes all answers void (rule C13).

    Its subject is the session, whose version is its `sequence`.
    """

    type = "scheduling.attendee.replied.v1"

    answer = fields.String(
        required=True,
        validate=validate.OneOf(["accepted", "declined", "tentative"]),
        metadata={"privacy": "pseudonymous"},
    )


class AttendeeRemoved(AttendeeFacts):
    """Somebody no longer attends a session."""

    type = "scheduling.attendee.removed.v1"


class CalendarFacts(EventData):
    coach_id = fields.UUID(required=True, metadata={"description": "whose calendar it is"})
    kind = fields.String(required=True, metadata={"privacy": "pseudonymous", "description": "caldav"})


class CalendarConnected(CalendarFacts):
    """A coach's calendar is in step with Coachworks: for the first time, or again after it failed."""

    type = "scheduling.calendar.connected.v1"


class CalendarDisconnected(CalendarFacts):
    """A coach's calendar is no longer used; what was written there is being removed."""

    type = "scheduling.calendar.disconnected.v1"


class CalendarFailed(CalendarFacts):
    """A coach's calendar cannot be kept in step; it is tried again by itself, and told once until it works again."""

    type = "scheduling.calendar.failed.v1"

    reason = fields.String(required=True, metadata={"privacy": "personal", "description": "a sentence for a person"})
