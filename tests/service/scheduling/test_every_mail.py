"""The invite in every mail that scheduling asks for: a second library reads it, and RFC 5545 and 5546 hold (C13)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from contracts.calls.calendar_replies import take_reply
from tests.service.scheduling.house import House, ics_text, read_by_second_library
from tests.service.scheduling.test_replies import reply_of

TEN, ELEVEN = "2026-12-01T09:00:00Z", "2026-12-01T10:00:00Z"
GUEST = [{"email": "zoe@example.org", "name": "Zoë, of “Nord & Süd”; Ltd"}]


def scheduled(house: House) -> Any:
    return house.schedule(TEN, attendees=GUEST, title="Größe; Ziele, \n日本語")


def handed_over(house: House) -> None:
    scheduled(house)
    house.assign(house.coach_called("Carl Colleague"))


def answered_and_moved_to_another_place(house: House) -> None:
    session = scheduled(house)
    house.harness.call(take_reply, {"content": reply_of(session, GUEST[0]["email"], "TENTATIVE")}, house.coach)
    house.update(session, location={"kind": "in_person", "detail": "Room 4\nLindenstraße"})


def booked_moved_and_cancelled_by_the_client(house: House) -> None:
    house.offer()
    session = house.book(TEN)
    house.reschedule(session, ELEVEN, by=house.client)
    house.cancel(session, by=house.client, reason="A cold")


WAYS: dict[str, tuple[Callable[[House], object], list[tuple[str, str]]]] = {
    "scheduled": (scheduled, [("session_scheduled", "REQUEST")]),
    "in_the_second_of_two_equal_hours": (
        lambda house: house.schedule("2026-10-25T01:30:00Z", time_zone="Europe/Berlin"),
        [("session_scheduled", "REQUEST")],
    ),
    "meant_in_utc": (lambda house: house.schedule(TEN, time_zone="UTC"), [("session_scheduled", "REQUEST")]),
    "moved": (
        lambda house: house.reschedule(scheduled(house), ELEVEN),
        [("session_scheduled", "REQUEST"), ("session_rescheduled", "REQUEST")],
    ),
    "at_another_place": (
        answered_and_moved_to_another_place,
        [("session_scheduled", "REQUEST"), ("session_rescheduled", "REQUEST")],
    ),
    "a_guest_dropped": (
        lambda house: house.attend(scheduled(house)),
        [("session_scheduled", "REQUEST"), ("session_cancelled", "CANCEL")],
    ),
    "a_guest_added": (
        lambda house: house.attend(house.schedule(TEN), "zoe@example.org"),
        [("session_scheduled", "REQUEST")] * 2,
    ),
    "cancelled": (
        lambda house: house.cancel(scheduled(house)),
        [("session_scheduled", "REQUEST"), ("session_cancelled", "CANCEL")],
    ),
    "handed_over": (
        handed_over,
        [
            *[("session_scheduled", "REQUEST")] * 2,
            ("session_rescheduled", "REQUEST"),
            ("session_cancelled", "CANCEL"),
        ],
    ),
    "by_the_client": (
        booked_moved_and_cancelled_by_the_client,
        [("session_scheduled", "REQUEST"), ("session_rescheduled", "REQUEST"), ("session_cancelled", "CANCEL")],
    ),
}


@pytest.mark.parametrize("way", WAYS)
def test_c13_every_mails_invite_is_valid(house: House, way: str) -> None:
    act, expected = WAYS[way]
    act(house)
    requests = house.requests()
    found = [(request["kind"], str(read_by_second_library(ics_text(request)).method.value)) for request in requests]
    assert sorted(found) == sorted(expected)
    for request in requests:
        _check(request)


def _check(request: dict[str, Any]) -> None:
    text = ics_text(request)
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n")), "RFC 5545 §3.1: lines are folded"
    assert text.count("\n") == text.count("\r\n")
    calendar = read_by_second_library(text, validate=True)
    (event,) = calendar.vevent_list
    (attachment,) = request["attachments"]
    assert calendar.method.value == attachment["method"]
    assert int(event.sequence.value) == int(request["key"].split("/")[2])
    assert event.dtstamp.value.tzinfo is not None
    told = request["context"]
    assert event.dtstart.value == dt.datetime.fromisoformat(told["starts_at"])
    assert event.dtend.value == dt.datetime.fromisoformat(told["ends_at"])
    assert event.organizer.value.startswith("mailto:")
    attendees = {attendee.value.removeprefix("mailto:").casefold() for attendee in event.attendee_list}
    assert {recipient["email"].casefold() for recipient in request["recipients"]} <= attendees
    named = {line.split(":", 1)[0].split("TZID=")[1] for line in text.split("\r\n") if "TZID=" in line}
    assert named == {zone.tzid.value for zone in getattr(calendar, "vtimezone_list", [])}, "RFC 5545 §3.2.19"
