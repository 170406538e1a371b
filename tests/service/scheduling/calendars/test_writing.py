"""Sessions stand in their coach's own calendar: written, moved and removed there, each once (S1.18, C10, C13)."""

from __future__ import annotations

import datetime as dt

import pytest
from icalendar import Calendar

from services.scheduling.calendars import syncing
from tests.service.engagements.test_races import at_once
from tests.service.scheduling.calendars.desk import Desk
from tests.service.scheduling.test_erasures import erase
from tests.support import people
from tests.support.radicale import RadicaleServer

START = "2026-12-01T15:00:00Z"
LATER = "2026-12-02T09:30:00Z"


def instant(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


def test_sessions_to_come_are_written_there_when_it_is_connected_and_others_as_they_are_scheduled(desk: Desk) -> None:
    first = desk.house.schedule(START)
    over = desk.house.schedule("2026-11-02T15:00:00Z")
    cancelled = desk.house.schedule(LATER)
    desk.house.cancel(cancelled)
    assert desk.connect()["state"] == "connecting"
    shown = desk.settled()
    assert (shown["state"], shown["name"], shown["conflicts"]) == ("connected", "Work", [])
    assert [str(event["UID"]) for event in desk.events()] == [first["ics_uid"]]
    second = desk.house.schedule(LATER)
    assert desk.work() == 1, "at once, not when the calendar is looked at again"
    assert [str(event["UID"]) for event in desk.events()] == [first["ics_uid"], second["ics_uid"]]
    assert over["id"] not in str(desk.account.hrefs(desk.calendar))
    assert desk.work() == 0


def test_what_is_stored_says_when_and_where_and_names_nobody_whom_a_server_could_mail(desk: Desk) -> None:
    session = desk.house.schedule(START, title="Presence", attendees=[{"email": "guest@example.org"}])
    desk.connected()
    text = desk.account.text(desk.href(session))
    for word in ("METHOD", "ATTENDEE", "ORGANIZER", "mailto", "guest@"):
        assert word not in text, "RFC 4791 §4.1, and no second invitation"
    (event,) = desk.events()
    assert event["SUMMARY"] == "Presence"
    assert (event["DTSTART"].dt, event["DTEND"].dt) == (instant(START), instant("2026-12-01T16:00:00Z"))
    assert event["DTSTART"].params["TZID"] == "Europe/Berlin"
    assert [str(zone["TZID"]) for zone in Calendar.from_ical(text).walk("VTIMEZONE")] == ["Europe/Berlin"]
    assert event["SEQUENCE"] == session["ics_sequence"]


def test_s1_18_the_mailed_invite_goes_in_addition(desk: Desk) -> None:
    desk.connected()
    desk.house.schedule(START)
    assert "judith.okonkwo@example.org" in desk.house.mailed("session_scheduled")


def test_a_session_is_moved_renamed_and_removed_there(desk: Desk) -> None:
    session = desk.house.schedule(START)
    desk.connected()
    session = desk.house.reschedule(session, LATER)
    desk.work()
    (event,) = desk.events()
    assert (event["DTSTART"].dt, event["SEQUENCE"]) == (instant(LATER), 1)
    desk.house.update(session, title="Another name")
    desk.work()
    (event,) = desk.events()
    assert event["SUMMARY"] == "Another name", "although SEQUENCE does not rise for it"
    desk.house.cancel(session)
    desk.work()
    assert desk.events() == []
    assert desk.shown()["conflicts"] == []


def test_what_took_place_stays_in_the_calendar(desk: Desk) -> None:
    session = desk.house.schedule(START)
    desk.connected()
    desk.house.harness.clock.advance(days=10)
    desk.house.complete(session)
    assert desk.work() == 1
    assert len(desk.events()) == 1
    assert desk.work() == 0


def test_a_deleted_engagements_sessions_leave_the_calendar_and_come_back_with_it(desk: Desk) -> None:
    desk.house.schedule(START)
    desk.connected()
    desk.house.delete()
    desk.work()
    assert desk.events() == []
    desk.house.restore()
    desk.work()
    assert len(desk.events()) == 1


def test_c10_a_session_goes_to_the_calendar_of_the_coach_whom_the_engagement_is_handed_to(
    desk: Desk, radicale: RadicaleServer
) -> None:
    other = Desk(desk.house, radicale.account())
    coach = desk.house.coach_called("Noor Haddad")
    over = desk.house.schedule("2026-11-24T10:00:00Z")
    session = desk.house.schedule(START)
    desk.connect()
    other.connect(by=coach)
    desk.work()
    assert ([str(e["UID"]) for e in desk.events()], other.events()) == ([over["ics_uid"], session["ics_uid"]], [])
    desk.house.harness.clock.advance(hours=3)
    desk.house.assign(coach)
    desk.work()
    assert [str(event["UID"]) for event in desk.events()] == [over["ics_uid"]], "what is over stays where it was"
    assert [str(event["UID"]) for event in other.events()] == [session["ics_uid"]]


def test_c10_what_becomes_later_of_a_session_from_before_a_handover_stays_out_of_the_former_coachs_calendar(
    desk: Desk,
) -> None:
    coach = desk.house.coach_called("Noor Haddad")
    begun = desk.house.schedule("2026-11-24T08:30:00Z")
    desk.connected()
    before = desk.account.text(desk.href(begun))
    desk.house.assign(coach)
    desk.house.update(begun, by=coach, title="Not for the one before")
    assert (desk.work(), desk.later()["conflicts"]) == (0, [])
    assert desk.account.text(desk.href(begun)) == before


def test_c10_a_session_from_before_a_handover_is_not_written_to_a_calendar_that_is_connected_later(desk: Desk) -> None:
    coach = desk.house.coach_called("Noor Haddad")
    desk.house.schedule("2026-11-24T08:30:00Z")
    desk.house.assign(coach)
    desk.connected()
    desk.later()
    assert desk.events() == []


def test_c10_a_difference_that_was_shown_is_not_shown_to_the_former_coach(desk: Desk) -> None:
    begun = desk.house.schedule("2026-11-24T08:30:00Z")
    desk.connected()
    desk.account.delete(desk.href(begun))
    assert len(desk.later()["conflicts"]) == 1
    desk.house.assign(desk.house.coach_called("Noor Haddad"))
    assert desk.shown()["conflicts"] == []


def test_replicas_and_repetitions_write_each_session_once(desk: Desk) -> None:
    for day in range(1, 9):
        desk.house.schedule(f"2026-12-0{day}T15:00:00Z")
    desk.connect()
    assert at_once(*[desk.work] * 4) == {"done": 4}
    desk.later()
    uids = [str(event["UID"]) for event in desk.events()]
    assert len(uids) == len(set(uids)) == 8
    assert len(desk.told("connected")) == 1


def test_what_a_worker_wrote_that_died_before_it_could_say_so_is_not_written_twice(desk: Desk) -> None:
    session = desk.house.schedule(START)
    lines = ["DTSTART:20261201T150000Z", "DTEND:20261201T160000Z", "SUMMARY:Old"]
    desk.account.put(desk.calendar, *lines, uid=session["ics_uid"])
    desk.connected()
    (event,) = desk.events()
    assert event["SUMMARY"] == "Business Coaching"
    assert desk.conflicts() == []


def test_an_event_that_the_mailed_invite_brought_is_left_to_the_mail(desk: Desk) -> None:
    session = desk.house.schedule(START)
    lines = ["DTSTART:20261201T150000Z", "DTEND:20261201T160000Z", "SUMMARY:Business Coaching"]
    people = ["ORGANIZER:mailto:judith.okonkwo@example.org", "ATTENDEE:mailto:leila.haddad@example.org"]
    href = desk.account.put(desk.calendar, *lines, *people, uid=session["ics_uid"])
    before = desk.account.text(href)
    desk.connected()
    assert desk.conflicts() == []
    desk.house.reschedule(session, LATER)
    desk.work()
    assert desk.conflicts() == [(session["id"], "invited")]
    desk.sync()
    desk.work()
    desk.house.cancel(session)
    desk.work()
    assert desk.account.text(href) == before
    assert desk.conflicts() == []


def test_one_that_came_by_mail_and_was_deleted_there_is_shown_and_written_on_demand(desk: Desk) -> None:
    session = desk.house.schedule(START)
    lines = ["DTSTART:20261201T150000Z", "DTEND:20261201T160000Z", "ATTENDEE:mailto:leila.haddad@example.org"]
    href = desk.account.put(desk.calendar, *lines, uid=session["ics_uid"])
    desk.connected()
    desk.account.delete(href)
    desk.later()
    assert desk.conflicts() == [(session["id"], "deleted")]
    desk.sync()
    desk.work()
    assert "ATTENDEE" not in desk.events()[0]
    assert desk.conflicts() == []


def test_however_many_there_are_all_are_written_and_none_has_to_wait_for_long(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(syncing, "AT_ONCE", 2)
    for day in range(1, 8):
        desk.house.schedule(f"2026-12-0{day}T15:00:00Z")
    desk.connect()
    assert desk.work() == 4, "in turns, other calendars in between"
    assert len(desk.events()) == 7


def test_a_calendar_that_is_left_loses_what_is_to_come_and_keeps_what_is_over(desk: Desk) -> None:
    over, to_come = desk.house.schedule("2026-11-24T10:00:00Z"), desk.house.schedule(START)
    desk.account.put(desk.calendar, "DTSTART:20261201T080000Z", "DTEND:20261201T090000Z", "SUMMARY:Mine")
    desk.connected()
    desk.house.harness.clock.advance(hours=3)
    assert to_come["ics_uid"] in [str(event["UID"]) for event in desk.events()]
    desk.disconnect()
    assert desk.shown()["state"] == "none"
    desk.work()
    assert [str(event["UID"]) for event in desk.ours()] == [over["ics_uid"]]
    assert len(desk.events()) == 2, "the coach's own events are left alone"
    assert len(desk.told("disconnected")) == 1
    assert desk.work() == 0


def test_another_calendar_in_place_of_the_first_takes_everything_over(desk: Desk) -> None:
    desk.house.schedule(START)
    desk.connected()
    second = desk.account.make_calendar("Second")
    desk.connect(second)
    desk.work()
    assert (desk.ours(), len(desk.account.events(second))) == ([], 1)


def test_a_calendar_that_is_left_and_connected_again_at_once_has_everything_once(desk: Desk) -> None:
    desk.house.schedule(START)
    desk.connected()
    desk.disconnect()
    desk.connect()
    assert desk.settled()["state"] == "connected"
    assert len(desk.ours()) == 1
    assert desk.conflicts() == []


def test_a_coach_who_is_switched_off_leaves_the_calendar(desk: Desk) -> None:
    desk.house.schedule(START)
    desk.connected()
    facts = people.coach_facts(desk.house.coach, active=False)
    desk.house.harness.feed("engagements.coach.deactivated.v1", subject=desk.house.coach.id, sequence=2, data=facts)
    desk.work()
    assert desk.events() == []
    assert desk.shown()["state"] == "none"


def test_c24_of_an_erased_client_no_word_is_left_there_and_what_was_to_come_leaves(desk: Desk) -> None:
    over = desk.house.schedule(START, title="canary-7391")
    desk.house.schedule("2026-12-20T15:00:00Z", title="canary-7391")
    desk.connected()
    desk.house.harness.clock.advance(days=10)
    desk.house.complete(over)
    desk.work()
    assert len(desk.events()) == 2
    erase(desk.house)
    desk.work()
    (event,) = desk.events()
    assert (event["UID"], event["SUMMARY"]) == (over["ics_uid"], "Session")
    assert "canary" not in desk.account.text(desk.href(over))
