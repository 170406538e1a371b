"""Keeps calendars in step, each in a thread of its own: one whose server is slow or down keeps no other waiting.

Any number of workers may do so at once: a calendar is claimed in the database first. What was done is written down
event by event, under the claim. A worker that dies in between or takes too long has failed: it is done again after
a pause, whatever has our UID is overwritten, and nothing is written twice.
"""

from __future__ import annotations

import datetime as dt
import re
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from operator import itemgetter
from typing import Any, TypeVar
from urllib.parse import unquote, urlsplit
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import delete, func, or_, select

from chassis import context, logs, metrics, sealing
from chassis.claims import ClaimLost, claim_due, claimed, due_by, lapsed
from chassis.outward import Outward
from chassis.runtime import Runtime
from chassis.work import Work
from contracts.events.scheduling import CalendarConnected, CalendarFailed
from services.scheduling.availability.slots import merged
from services.scheduling.calendars.busy import replace_busy
from services.scheduling.calendars.caldav import (
    ChangedThere,
    CollectionGone,
    Failed,
    Found,
    Refused,
    Server,
    SignInRefused,
)
from services.scheduling.calendars.models import EVERY, Calendar, CalendarEntry
from services.scheduling.calendars.objects import Unreadable, first_day_of, parse, times_taken, uid_of
from services.scheduling.calendars.operations import facts_of, seal_of
from services.scheduling.calendars.wanted import BEHIND, Known, is_due, jobs_of
from services.scheduling.calendars.writing import There, View, bring_into_line
from services.scheduling.copies.models import Coach
from services.scheduling.sessions.invites import one_line
from services.scheduling.sessions.models import Session

log = logs.get(__name__)

THREADS = 8
#: How long one calendar may take at a time, and how long it is claimed.
SECONDS = 40.0
CLAIM_SECONDS = 120.0
#: After this a round takes on no more, so that it ends.
ROUND_SECONDS = 30.0
#: How many events are written at a time, if half of the time is enough, before others have their turn.
AT_ONCE = 50
AHEAD = dt.timedelta(days=400)
SOON = dt.timedelta(seconds=10)
_OURS = re.compile(r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})@coachworks")
Claim = tuple[UUID, UUID]
LeftOut = dict[str, Any]
Thing = TypeVar("Thing")


def sync_due(runtime: Runtime) -> int:
    """Puts in step what is due, and what becomes due while others take long; how many calendars it took on."""
    until = time.monotonic() + ROUND_SECONDS
    taken = 0
    running: set[Future[None]] = set()
    with ThreadPoolExecutor(max_workers=THREADS, thread_name_prefix="calendar") as pool:
        while True:
            free = THREADS - len(running)
            claims = _claim(runtime, free) if free and time.monotonic() < until else []
            running |= {pool.submit(_sync, runtime, claim) for claim in claims}
            taken += len(claims)
            if not running:
                return taken
            done, running = wait(running, timeout=1, return_when=FIRST_COMPLETED)
            for each in done:
                each.result()


def _claim(runtime: Runtime, limit: int) -> list[Claim]:
    with runtime.work() as work:
        for calendar in lapsed(work, Calendar):
            _fail(work, calendar, Failed("It took too long to put this calendar in step."))
        order = Calendar.next_sync_at
        return claim_due(work, Calendar, is_due(work.now), order_by=order, limit=limit, seconds=CLAIM_SECONDS)


def backlog(work: Work) -> tuple[int, dt.datetime | None]:
    """Calendars that are due to be put in step, and since when the first."""
    return due_by(work, Calendar.next_sync_at)


def _sync(runtime: Runtime, claim: Claim) -> None:
    with context.step():
        try:
            _talk(runtime, claim)
        except ClaimLost:
            log.warning("calendar_claim_lost", calendar_id=str(claim[0]))


def _talk(runtime: Runtime, claim: Claim) -> None:
    settings: Any = runtime.settings
    with runtime.read() as work:
        calendar = work.session.get(Calendar, claim[0])
        if calendar is None or calendar.claim != claim[1]:
            raise ClaimLost(f"Calendar {claim[0]}")
        coach = work.copy(Coach, calendar.coach_id, what="coach")
    try:
        auth = calendar.username, seal_of(settings).open(calendar.password).decode()
        with (
            metrics.reaching_out(runtime.name, "calendar", answers=(ClaimLost,)),
            Outward(allow_private=settings.allow_private_addresses, seconds=SECONDS, auth=auth) as outward,
        ):
            server = Server(outward, calendar.url, only_tls=not settings.allow_private_addresses)
            if calendar.state == "disconnecting":
                _leave(runtime, claim, server)
            else:
                _keep_in_step(runtime, claim, server, calendar, coach)
    except ClaimLost:
        raise
    except Failed as error:
        _settle_failed(runtime, claim, error)
    except sealing.Unreadable:
        _settle_failed(runtime, claim, Failed("The password can no longer be read. Connect the calendar again."))
    except Exception as error:
        log.exception("calendar_broken", calendar_id=str(claim[0]))
        _settle_failed(runtime, claim, Failed(f"Something is wrong with this calendar: {type(error).__name__}."))


@contextmanager
def _ours(runtime: Runtime, claim: Claim) -> Iterator[tuple[Work, Calendar]]:
    """A transaction in which the calendar is still ours, as it will be for a while after it."""
    with runtime.work() as work:
        calendar = claimed(work, Calendar, *claim)
        calendar.claim, calendar.claimed_until = claim[1], work.now + dt.timedelta(seconds=CLAIM_SECONDS)
        yield work, calendar


def _keep_in_step(runtime: Runtime, claim: Claim, server: Server, calendar: Calendar, coach: Coach) -> None:
    view = _read(runtime, claim, server, calendar, ZoneInfo(coach.time_zone))
    _keep_busy_times(runtime, claim, server, view, coach, calendar)
    with runtime.read() as work:
        jobs = jobs_of(work, calendar.id, calendar.coach_id)
    changes = 0
    again: dt.timedelta | None = None
    for job in jobs:
        if changes == AT_ONCE or (changes and server.seconds_left < SECONDS / 2):
            again = dt.timedelta(0)
            break
        known = bring_into_line(server, view, job)
        if known != job.known:
            changes += 1
            _note(runtime, claim, job.session_id, known)
        if known is not None and known.digest is None:
            again = SOON
    with runtime.work() as work:
        mine = claimed(work, Calendar, *claim)
        if mine.be_in_step(work.now, again_at=work.now + (EVERY if again is None else again)):
            work.publish(CalendarConnected, mine, facts_of(mine))


def _read(runtime: Runtime, claim: Claim, server: Server, calendar: Calendar, zone: ZoneInfo) -> View:
    now = runtime.clock.now()
    start, end = now - BEHIND, now + AHEAD
    collection = calendar.collection or _find(runtime, claim, server, calendar.url)
    try:
        found = server.read(collection, start, end)
    except CollectionGone:
        if calendar.collection is None:
            raise
        collection = _find(runtime, claim, server, calendar.url)
        found = server.read(collection, start, end)
    objects: list[There] = []
    unreadable: list[tuple[Found, Unreadable]] = []
    for each in _in_time(server, found):
        try:
            objects.append(There(each, parse(each.text)))
        except Unreadable as error:
            unreadable.append((each, error))
    return View(collection, zone, start, end, objects, unreadable)


def _in_time(server: Server, things: Iterable[Thing]) -> Iterator[Thing]:
    """One after the other, as long as there is time."""
    for each in things:
        if server.seconds_left <= 0:
            raise Failed("The calendar holds more than can be worked through in time.")
        yield each


def _left_out(found: Found, error: Unreadable, begins_on: dt.date | None = None) -> LeftOut:
    """What its coach is told of an object whose time does not count: not what it says, which is no business of ours."""
    log.warning("calendar_object_unreadable", reason=str(error))
    address = one_line(unquote(urlsplit(found.href).path.rstrip("/").rsplit("/", 1)[-1]))[:200]
    return {"address": address, "begins_on": begins_on.isoformat() if begins_on else None, "reason": error.reason}


def _find(runtime: Runtime, claim: Claim, server: Server, url: str) -> str:
    """Finds the calendar anew; what was written to another one is forgotten."""
    found = server.find(url)
    collection = found.url.rstrip("/") + "/"
    with _ours(runtime, claim) as (work, calendar):
        calendar.collection, calendar.name = collection, found.name
        elsewhere = ~CalendarEntry.href.startswith(collection, autoescape=True)
        work.session.execute(delete(CalendarEntry).where(CalendarEntry.calendar_id == calendar.id, elsewhere))
    return collection


def _keep_busy_times(
    runtime: Runtime,
    claim: Claim,
    server: Server,
    view: View,
    coach: Coach,
    calendar: Calendar,
) -> None:
    """Stores when the coach is busy, by whatever is not a session that this calendar has from us, and what is left out
    of that because nobody could tell."""
    with runtime.read() as work:
        ours = _our_uids(work, view, calendar)
    me = frozenset({coach.email.casefold(), calendar.username.casefold()})
    taken, left_out = [], [_left_out(*each) for each in view.unreadable]
    for each in _in_time(server, view.objects):
        if uid_of(each.calendar) in ours:
            continue
        try:
            taken += times_taken(each.calendar, view.zone, me, view.start, view.end)
        except Unreadable as error:
            left_out.append(_left_out(each.found, error, first_day_of(each.calendar)))
    with _ours(runtime, claim) as (work, mine):
        replace_busy(work, mine.id, merged(taken))
        mine.leave_out(sorted(left_out, key=itemgetter("address")))


def _our_uids(work: Work, view: View, calendar: Calendar) -> set[str]:
    """The UIDs of sessions of this coach, and of those that were written here when they were."""
    ids = [UUID(found.group(1)) for uid in view.by_uid if (found := _OURS.fullmatch(uid))]
    written = select(CalendarEntry.session_id).where(CalendarEntry.calendar_id == calendar.id)
    mine = select(Session.id).where(
        Session.id.in_(ids), or_(Session.coach_id == calendar.coach_id, Session.id.in_(written))
    )
    return {f"{id_}@coachworks" for id_ in work.session.scalars(mine)}


def _note(runtime: Runtime, claim: Claim, session_id: UUID, known: Known | None) -> None:
    with _ours(runtime, claim) as (work, calendar):
        entry = work.session.get(CalendarEntry, (calendar.id, session_id))
        if known is None:
            if entry is not None:
                work.session.delete(entry)
            return
        if entry is None:
            entry = work.add(CalendarEntry(calendar_id=calendar.id, session_id=session_id))
        entry.href, entry.etag, entry.digest = known.href, known.etag, known.digest
        entry.session_version, entry.invited, entry.conflict = known.session_version, known.invited, known.conflict


def _leave(runtime: Runtime, claim: Claim, server: Server) -> None:
    """Takes away what is to come of ours, unless its coach has changed it; then all about the calendar is forgotten."""
    with runtime.read() as work:
        to_come = select(CalendarEntry).join(Session, Session.id == CalendarEntry.session_id)
        to_come = to_come.where(CalendarEntry.calendar_id == claim[0], Session.ends_at > work.now)
        theirs = CalendarEntry.invited | func.coalesce(CalendarEntry.conflict, "").in_(("moved", "changed"))
        entries = list(work.session.scalars(to_come.where(~theirs)))
    for entry in entries:
        try:
            server.delete(entry.href, etag=entry.etag)
        except (ChangedThere, Refused):
            log.info("calendar_event_left", calendar_id=str(claim[0]))
        _note(runtime, claim, entry.session_id, None)
    _forget(runtime, claim)


def _forget(runtime: Runtime, claim: Claim) -> None:
    with runtime.work() as work:
        work.session.delete(claimed(work, Calendar, *claim))


def _settle_failed(runtime: Runtime, claim: Claim, error: Failed) -> None:
    with runtime.work() as work:
        _fail(work, claimed(work, Calendar, *claim), error)


def _fail(work: Work, calendar: Calendar, error: Failed) -> None:
    log.info("calendar_failed", calendar_id=str(calendar.id), reason=str(error))
    if calendar.state == "disconnecting":
        if calendar.fail_to_leave(work.now, str(error)) or isinstance(error, SignInRefused):
            work.session.delete(calendar)
    elif calendar.fail(work.now, str(error)):
        work.publish(CalendarFailed, calendar, {**facts_of(calendar), "reason": str(error)})
