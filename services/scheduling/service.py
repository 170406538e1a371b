"""Scheduling as data: what it answers and what it listens to."""

from __future__ import annotations

from chassis.service import Backlog, Every, Mirror, On, Service
from contracts.calls import availability as availability_calls
from contracts.calls import bookings as booking_calls
from contracts.calls import calendar_feeds as feed_calls
from contracts.calls import calendar_replies as reply_calls
from contracts.calls import calendars as calendar_calls
from contracts.calls import erasures as erasure_calls
from contracts.calls import scheduling as calls
from services.scheduling.availability import operations as availability
from services.scheduling.base import Base
from services.scheduling.bookings import operations as bookings
from services.scheduling.calendars import operations as calendars
from services.scheduling.calendars import syncing
from services.scheduling.calendars.models import Calendar
from services.scheduling.copies import operations as copies
from services.scheduling.erasures import operations as erasures
from services.scheduling.facts import facts
from services.scheduling.feeds import operations as feeds
from services.scheduling.reminders import operations as reminders
from services.scheduling.replies import operations as replies
from services.scheduling.sessions import operations as sessions
from services.scheduling.sessions import series
from services.scheduling.settings import Settings

service = Service(
    name="scheduling",
    base=Base,
    settings=Settings,
    answers={
        calls.schedule_session: sessions.schedule,
        calls.schedule_series: series.schedule_series,
        calls.preview_series: series.preview_series,
        calls.update_session: sessions.update,
        calls.reschedule_session: sessions.reschedule,
        calls.cancel_session: sessions.cancel,
        calls.complete_session: sessions.complete,
        calls.no_show_session: sessions.no_show,
        calls.set_attendees: sessions.set_attendees,
        calls.get_session: sessions.get,
        calls.get_invite: sessions.get_invite,
        calls.list_engagement_sessions: sessions.list_of_engagement,
        calls.list_sessions: sessions.list_all,
        availability_calls.get_availability: availability.get_availability,
        availability_calls.set_availability: availability.set_availability,
        availability_calls.list_slots: availability.list_slots,
        availability_calls.why_not_free: availability.why_not_free,
        availability_calls.list_busy_times: availability.list_busy_times,
        booking_calls.book: bookings.book,
        booking_calls.get_booking_terms: bookings.get_terms,
        calendar_calls.get_calendar: calendars.get,
        calendar_calls.connect_calendar: calendars.connect,
        calendar_calls.sync_calendar: calendars.sync,
        calendar_calls.disconnect_calendar: calendars.disconnect,
        feed_calls.make_calendar_feed: feeds.make_feed,
        feed_calls.get_calendar_feed: feeds.get_feed,
        feed_calls.revoke_calendar_feed: feeds.revoke_feed,
        feed_calls.read_calendar_feed: feeds.read_feed,
        reply_calls.take_reply: replies.take_reply,
        erasure_calls.export_from_scheduling: erasures.export,
    },
    listens=[
        Mirror("engagements.organisation.*.v1", copies.organisation_changed),
        On("engagements.coach.*.v1", copies.coach_changed, mirrors=copies.mirror_coach),
        On("engagements.client.erased.v1", erasures.erase),  # before the copy is, which has the address
        On("engagements.client.*.v1", copies.client_changed, mirrors=copies.mirror_client),
        On("engagements.engagement.*.v1", copies.engagement_changed, mirrors=copies.mirror_engagement),
        Mirror("engagements.item.*.v1", copies.item_changed),
    ],
    every=[Every(30, reminders.remind), Every(2, syncing.sync_due)],
    seals={"calendar": Calendar.password},
    facts=facts,
    backlogs=[Backlog("calendars", syncing.backlog)],
)
