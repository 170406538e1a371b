"""What a coach changes there of our events is shown and never taken over; our next change overwrites it."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.service.scheduling.calendars.desk import Desk

START = "2026-12-01T15:00:00Z"
ELSEWHERE = "20261203T"


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("20261201T", "20261203T", "moved"),
        ("20261201T", "20291203T", "moved"),
        ("SUMMARY:Business Coaching", "SUMMARY:Something else", "changed"),
        ("STATUS:CONFIRMED", "STATUS:CANCELLED", "changed"),
        ("STATUS:CONFIRMED", "STATUS:CONFIRMED\r\nRRULE:FREQ=WEEKLY", "changed"),
    ],
    ids=["moved", "moved far away", "renamed", "cancelled", "repeated"],
)
def test_a_change_there_is_shown_and_changes_nothing_here(desk: Desk, old: str, new: str, what: str) -> None:
    session = desk.house.schedule(START)
    desk.connected()
    desk.account.change(desk.href(session), old, new)
    (conflict,) = desk.later()["conflicts"]
    assert conflict == {"session_id": session["id"], "title": "Business Coaching", "starts_at": START, "what": what}
    assert desk.house.get(session) == session
    text = desk.account.text(desk.href(session))
    desk.later()
    assert desk.account.text(desk.href(session)) == text, "nor is it written over by itself"


def test_one_deleted_there_is_shown_and_not_written_again_by_itself(desk: Desk) -> None:
    session = desk.house.schedule(START)
    desk.connected()
    desk.account.delete(desk.href(session))
    desk.later()
    assert desk.conflicts() == [(session["id"], "deleted")]
    desk.later()
    assert (desk.events(), desk.conflicts()) == ([], [(session["id"], "deleted")])


def test_what_a_program_adds_for_itself_is_no_conflict(desk: Desk) -> None:
    session = desk.house.schedule(START)
    desk.connected()
    desk.account.change(desk.href(session), "STATUS:CONFIRMED", "STATUS:CONFIRMED\r\nX-MOZ-LASTACK:20261201T145500Z")
    desk.later()
    assert desk.conflicts() == []


def test_put_back_as_it_was_it_is_no_conflict_any_more(desk: Desk) -> None:
    session = desk.house.schedule(START)
    desk.connected()
    desk.account.change(desk.href(session), "20261201T", ELSEWHERE)
    desk.later()
    desk.account.change(desk.href(session), ELSEWHERE, "20261201T")
    assert desk.later()["conflicts"] == []


@pytest.mark.parametrize("change", ["moved", "deleted"])
def test_sync_writes_ours_again_where_a_difference_was_shown(desk: Desk, change: str) -> None:
    session = desk.house.schedule(START)
    desk.connected()
    if change == "moved":
        desk.account.change(desk.href(session), "20261201T", ELSEWHERE)
    else:
        desk.account.delete(desk.href(session))
    desk.sync()
    desk.work()
    assert desk.conflicts() == [(session["id"], change)], "what nobody has seen yet is shown first"
    desk.sync()
    desk.work()
    assert desk.conflicts() == []
    assert [event["DTSTART"].dt for event in desk.events()] == [dt.datetime.fromisoformat(START)]


@pytest.mark.parametrize("change", ["moved", "deleted"])
def test_the_next_change_of_the_session_overwrites(desk: Desk, change: str) -> None:
    session = desk.house.schedule(START)
    desk.connected()
    if change == "moved":
        desk.account.change(desk.href(session), "20261201T", ELSEWHERE)
    else:
        desk.account.delete(desk.href(session))
    desk.later()
    desk.house.reschedule(session, "2026-12-08T15:00:00Z")
    desk.work()
    assert desk.conflicts() == []
    assert [event["DTSTART"].dt.isoformat() for event in desk.events()] == ["2026-12-08T16:00:00+01:00"]


def test_cancelled_here_it_goes_although_it_was_changed_there(desk: Desk) -> None:
    session = desk.house.schedule(START)
    desk.connected()
    desk.account.change(desk.href(session), "20261201T", "20291203T")
    desk.later()
    desk.house.cancel(session)
    desk.work()
    assert (desk.events(), desk.conflicts()) == ([], [])


@pytest.mark.parametrize("is_noticed", [False, True], ids=["unnoticed", "noticed"])
@pytest.mark.parametrize(
    ("old", "new"), [("SUMMARY:Business Coaching", "SUMMARY:My own words"), ("20261201T", ELSEWHERE)]
)
def test_a_calendar_that_is_left_keeps_what_its_coach_has_changed(
    desk: Desk, old: str, new: str, is_noticed: bool
) -> None:
    session = desk.house.schedule(START)
    desk.connected()
    desk.account.change(desk.href(session), old, new)
    text = desk.account.text(desk.href(session))
    if is_noticed:
        desk.later()
    desk.disconnect()
    desk.work()
    assert desk.account.text(desk.href(session)) == text


def test_a_conflict_is_shown_until_the_session_is_over(desk: Desk) -> None:
    session = desk.house.schedule(START)
    desk.connected()
    desk.account.delete(desk.href(session))
    assert len(desk.later()["conflicts"]) == 1
    assert desk.later(days=8)["conflicts"] == []
