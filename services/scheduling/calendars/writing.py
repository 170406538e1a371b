"""Brings one session's event in a calendar into line, and says what is known of it afterwards.

The calendar is written to from here alone: what its coach changes there is noticed and never taken over. An event that
somebody takes part in came by the mailed invite, whose updates come the same way. It is left alone: its server would
mail everybody about whatever we did to it.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from functools import cached_property
from zoneinfo import ZoneInfo

from icalendar import Calendar

from services.scheduling.calendars.caldav import ChangedThere, Found, Refused, Server
from services.scheduling.calendars.objects import Unreadable, difference, digest_of, has_people, parse, uid_of
from services.scheduling.calendars.wanted import Job, Known
from services.scheduling.sessions.invites import Meeting, stored_ics_of


@dataclass(frozen=True)
class There:
    """An object that was read."""

    found: Found
    calendar: Calendar


@dataclass(frozen=True)
class View:
    """The calendar as it was read: those objects with something in [start, end), and those that cannot be read."""

    collection: str
    zone: ZoneInfo
    start: dt.datetime
    end: dt.datetime
    objects: list[There]
    unreadable: list[tuple[Found, Unreadable]]

    @cached_property
    def by_uid(self) -> dict[str, There]:
        return {uid: each for each in self.objects if (uid := uid_of(each.calendar)) is not None}

    def covers(self, meeting: Meeting) -> bool:
        return meeting.starts_at < self.end and meeting.ends_at > self.start


def bring_into_line(server: Server, view: View, job: Job) -> Known | None:
    """Writes, removes or compares; what is known now, None of an event that is to be forgotten."""
    there = view.by_uid.get(job.uid)
    if job.meeting is None:
        return _remove(server, job, there)
    digest = digest_of(job.meeting)
    if there is not None and has_people(there.calendar):
        moved = difference(job.meeting, there.calendar, view.zone) == "moved"
        found = there.found
        return Known(found.href, found.etag, digest, job.version, invited=True, conflict="invited" if moved else None)
    if job.known is None or job.known.digest != digest:
        return _write(server, view, job, job.meeting, digest, there)
    return replace(_compare(server, view, job.known, job.meeting, there), session_version=job.version)


def _remove(server: Server, job: Job, there: There | None) -> Known | None:
    assert job.known is not None
    if job.known.invited or (there is not None and has_people(there.calendar)):
        return None
    try:
        if there is not None:
            server.delete(there.found.href, etag=there.found.etag)
        else:
            server.delete(job.known.href, etag=None)
    except Refused:
        return replace(job.known, session_version=job.version, conflict="refused")
    except ChangedThere:
        return replace(job.known, session_version=job.version, digest=None)
    return None


def _write(server: Server, view: View, job: Job, meeting: Meeting, digest: str, there: There | None) -> Known:
    href = there.found.href if there else job.known.href if job.known else f"{view.collection}{job.session_id}.ics"
    known = Known(href, None, digest, job.version, invited=False, conflict=None)
    text = stored_ics_of(meeting)
    try:
        try:
            etag = server.put(href, text, instead_of=there.found if there else None)
        except ChangedThere:
            if there is not None:
                raise
            # It lies outside of what was read, or a worker died before it could say that it had written it.
            present = server.get(href)
            if present is not None and _has_people(present):
                return replace(known, invited=True)
            etag = server.put(href, text, instead_of=present)
    except ChangedThere:
        return replace(known, digest=None)
    except Refused:
        return replace(known, conflict="refused")
    return replace(known, etag=etag)


def _compare(server: Server, view: View, known: Known, meeting: Meeting, there: There | None) -> Known:
    if there is None:
        if known.conflict == "refused" or not view.covers(meeting):
            return known
        return replace(known, conflict="moved" if server.get(known.href) else "deleted")
    if there.found.etag is not None and there.found.etag == known.etag and not known.conflict:
        return known
    conflict = difference(meeting, there.calendar, view.zone)
    return replace(known, href=there.found.href, etag=there.found.etag, invited=False, conflict=conflict)


def _has_people(found: Found) -> bool:
    try:
        return has_people(parse(found.text))
    except Unreadable:
        return False
