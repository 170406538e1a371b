"""What stands in a coach's own calendar takes the time away that clients could book."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from services.scheduling.calendars import models
from tests.service.scheduling.calendars import servers
from tests.service.scheduling.calendars.desk import Desk
from tests.support import people

ALL = ["09:00", "10:00", "11:00"]


@pytest.fixture
def desk(desk: Desk) -> Desk:
    """The coach offers Tuesdays from nine to noon."""
    desk.opens()
    return desk


def test_a_busy_time_blocks_its_slots_and_gives_them_back_when_it_is_gone(desk: Desk) -> None:
    href = desk.account.put(desk.calendar, "DTSTART:20261201T083000Z", "DTEND:20261201T093000Z", "SUMMARY:Dentist")
    assert desk.free() == ALL
    desk.connected()
    assert desk.free() == ["11:00"]
    assert desk.why("2026-12-01T09:00:00Z") == "taken", "and never why (C22)"
    desk.account.delete(href)
    desk.later()
    assert desk.free() == ALL


@pytest.mark.parametrize(
    ("lines", "left"),
    [
        (["DTSTART:20261201T080000Z", "DTEND:20261201T090000Z"], ["10:00", "11:00"]),
        (["DTSTART:20261201T100000", "DURATION:PT1H"], ["09:00", "11:00"]),
        (
            ["DTSTART;TZID=America/New_York:20261201T040000", "DTEND;TZID=America/New_York:20261201T050000"],
            ALL[:1] + ALL[2:],
        ),
        (["DTSTART;VALUE=DATE:20261201"], []),
        (["DTSTART;VALUE=DATE:20261130", "DTEND;VALUE=DATE:20261201"], ALL),
        (["DTSTART;VALUE=DATE:20261201", "TRANSP:TRANSPARENT"], ALL),
        (["DTSTART:20261201T080000Z", "DTEND:20261201T110000Z", "STATUS:CANCELLED"], ALL),
        (["DTSTART:20261201T080000Z", "DTEND:20261201T110000Z", "STATUS:TENTATIVE"], []),
        (["DTSTART:20261103T080000Z", "DTEND:20261103T090000Z", "RRULE:FREQ=WEEKLY"], ["10:00", "11:00"]),
        (
            ["DTSTART:20261103T080000Z", "DTEND:20261103T090000Z", "RRULE:FREQ=WEEKLY", "EXDATE:20261201T080000Z"],
            ALL,
        ),
    ],
    ids=["instant", "floating", "zone", "day", "day before", "free", "cancelled", "tentative", "weekly", "excepted"],
)
def test_what_takes_time_and_what_does_not(desk: Desk, lines: list[str], left: list[str]) -> None:
    desk.account.put(desk.calendar, *lines, "SUMMARY:Something")
    desk.connected()
    assert desk.free() == left


def test_a_declined_invitation_takes_no_time_an_accepted_one_does(desk: Desk) -> None:
    times = ["DTSTART:20261201T080000Z", "DTEND:20261201T090000Z", "ORGANIZER:mailto:boss@example.org"]
    desk.account.put(desk.calendar, *times, "ATTENDEE;PARTSTAT=DECLINED:mailto:Judith.Okonkwo@example.org")
    times = ["DTSTART:20261201T090000Z", "DTEND:20261201T100000Z", "ORGANIZER:mailto:boss@example.org"]
    desk.account.put(desk.calendar, *times, "ATTENDEE;PARTSTAT=ACCEPTED:mailto:judith.okonkwo@example.org")
    desk.connected()
    assert desk.free() == ["09:00", "11:00"]


def test_one_meeting_of_a_series_that_was_moved_takes_the_time_that_it_was_moved_to(desk: Desk) -> None:
    series = ["UID:standup", "DTSTAMP:20261101T000000Z", "DTSTART:20261103T080000Z", "DTEND:20261103T090000Z"]
    moved = ["UID:standup", "DTSTAMP:20261101T000000Z", "RECURRENCE-ID:20261201T080000Z"]
    moved += ["DTSTART:20261201T100000Z", "DTEND:20261201T110000Z"]
    events = [["BEGIN:VEVENT", *series, "RRULE:FREQ=WEEKLY", "END:VEVENT"], ["BEGIN:VEVENT", *moved, "END:VEVENT"]]
    desk.account.put_text(f"{desk.calendar}standup.ics", "\r\n".join(line for event in events for line in event))
    desk.connected()
    assert desk.free() == ["09:00", "10:00"]


def test_our_own_sessions_there_are_not_counted_twice(desk: Desk) -> None:
    session = desk.house.schedule("2026-12-01T08:00:00Z")
    desk.connected()
    desk.later()
    assert desk.free() == ["10:00", "11:00"]
    desk.house.cancel(session)
    assert desk.free() == ALL, "at once, although the calendar does not know yet"
    desk.work()
    assert desk.free() == ALL


def test_another_coachs_session_that_this_one_was_invited_to_does_take_time(desk: Desk) -> None:
    other = desk.house.coach_called("Noor Haddad")
    theirs = desk.house.engagement_of(desk.house.client, other)
    session = desk.house.schedule("2026-12-01T08:00:00Z", engagement_id=str(theirs), by=other)
    desk.account.put(desk.calendar, "DTSTART:20261201T080000Z", "DTEND:20261201T090000Z", uid=session["ics_uid"])
    desk.connected()
    assert desk.free() == ["10:00", "11:00"]


@pytest.mark.parametrize("rule", ["MINUTELY;COUNT=3", "HOURLY;COUNT=3"])
def test_what_costs_too_much_keeps_nothing_else_from_being_read_and_is_named_to_its_coach(
    desk: Desk, rule: str
) -> None:
    lines = ["DTSTART:20261201T060000Z", "DURATION:PT1M", f"RRULE:FREQ={rule}", "SUMMARY:With Leila"]
    href = desk.account.put(desk.calendar, *lines)
    desk.account.put(desk.calendar, "DTSTART:20261201T080000Z", "DTEND:20261201T090000Z")
    shown = desk.connected()
    assert shown["state"] == "connected"
    assert desk.free() == ["10:00", "11:00"]
    named = {"address": href.rsplit("/", 1)[1], "begins_on": "2026-12-01", "reason": "repeats"}
    assert (shown["left_out"], shown["left_out_total"]) == ([named], 1)
    assert "Leila" not in str(shown), "its words are not kept (C24)"
    desk.account.delete(href)
    assert desk.later()["left_out"] == []


@pytest.mark.parametrize(
    ("line", "reason", "day"),
    [
        ("DTSTART:soon", "unreadable", None),
        ("DTSTART:20261201T080000Z\r\nRRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "repeats", "2026-12-01"),
        (
            "DTSTART:20261201T080000Z\r\nEND:VEVENT\r\nBEGIN:VTIMEZONE\r\nTZID:Own\r\nBEGIN:STANDARD\r\n"
            "DTSTART:19700101T000000\r\nTZOFFSETFROM:+0500\r\nTZOFFSETTO:+0500\r\nRRULE:FREQ=HOURLY\r\n"
            "END:STANDARD\r\nEND:VTIMEZONE\r\nBEGIN:VEVENT\r\nUID:other",
            "clocks",
            None,
        ),
    ],
    ids=["nonsense", "never", "clocks"],
)
def test_why_an_event_blocks_no_time_is_said(desk: Desk, line: str, reason: str, day: str | None) -> None:
    """Radicale takes no such events, so a server in between makes them so."""

    def with_that_line(handler: servers.Handler) -> None:
        say, plain = handler.say, b"DTSTART:20261201T080000Z"
        written = line.encode()
        handler.say = lambda status, body=b"", **headers: say(status, body.replace(plain, written), **headers)  # type: ignore[method-assign]
        servers.passing_on(desk.account)(handler)

    href = desk.account.put(desk.calendar, "DTSTART:20261201T080000Z", "DTEND:20261201T090000Z")
    with servers.server(with_that_line) as between:
        shown = desk.connected(url=between.url.removesuffix("/judith/") + urlsplit(desk.calendar).path)
    assert shown["left_out"] == [{"address": href.rsplit("/", 1)[1], "begins_on": day, "reason": reason}]
    assert desk.free() == ALL


def test_of_many_that_are_left_out_some_are_named_and_all_are_counted(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(models, "NAMED", 2)
    for _ in range(3):
        desk.account.put(desk.calendar, "DTSTART:20261201T060000Z", "DURATION:PT1M", "RRULE:FREQ=HOURLY;COUNT=3")
    shown = desk.connected()
    assert (len(shown["left_out"]), shown["left_out_total"]) == (2, 3)
    other = desk.connect(password="another")
    assert (other["left_out"], other["left_out_total"]) == ([], 0)


def test_c22_another_coach_and_admins_see_nothing_of_ones_calendar(desk: Desk) -> None:
    desk.connected()
    for other in (desk.house.coach_called("Noor Haddad"), people.ADMIN):
        assert desk.shown(by=other)["state"] == "none"


def test_a_calendar_that_is_left_takes_no_time_any_more(desk: Desk) -> None:
    desk.account.put(desk.calendar, "DTSTART;VALUE=DATE:20261201")
    desk.connected()
    assert desk.free() == []
    desk.disconnect()
    assert desk.free() == ALL
