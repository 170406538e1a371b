"""The demo's plan fits whatever the hour: nobody is booked twice, and there is always something today."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from itertools import pairwise

import pytest

from deploy.demo.calendar import ZONE, Calendar
from deploy.demo.engagements import ENGAGEMENTS, Today, sessions_of
from deploy.demo.people import CLIENTS, COACHES

MONDAY = dt.datetime(2026, 3, 23, tzinfo=ZONE)  # the clocks change on the Sunday that follows
HOURS = [MONDAY + dt.timedelta(hours=hours) for hours in range(0, 14 * 24, 5)]


@pytest.mark.parametrize("began", HOURS, ids=lambda began: began.strftime("%a-%H"))
def test_c15_nobody_is_booked_twice(began: dt.datetime) -> None:
    calendar = Calendar(began)
    booked: dict[str, list[tuple[dt.datetime, dt.datetime, str]]] = {}
    for engagement in ENGAGEMENTS:
        for title, session in sessions_of(engagement):
            for when in {session.when, session.moved_from or session.when}:
                start = calendar.instant(when)
                end = start + dt.timedelta(minutes=session.minutes)
                booked.setdefault(engagement.coach, []).append((start, end, f"{engagement.client}: {title}"))
    for times in booked.values():
        times.sort()
        for (_, end, one), (start, _, other) in pairwise(times):
            assert end <= start, f"{one} and {other}"


@pytest.mark.parametrize("began", HOURS, ids=lambda began: began.strftime("%a-%H"))
def test_what_is_done_is_over_and_what_is_to_come_is_to_come(began: dt.datetime) -> None:
    calendar = Calendar(began)
    for engagement in ENGAGEMENTS:
        for _, session in sessions_of(engagement):
            start = calendar.instant(session.when)
            end = start + dt.timedelta(minutes=session.minutes)
            if isinstance(session.when, Today):
                assert end <= began or start > began
            else:
                assert (start > began) == (session.outcome in (None, "cancelled"))


def test_the_next_session_is_in_ten_to_twenty_five_minutes() -> None:
    for minute in range(60):
        began = MONDAY.replace(hour=9, minute=minute, second=31).astimezone(dt.UTC)
        ahead = Calendar(began).instant(Today(0)) - began
        assert dt.timedelta(minutes=10) <= ahead <= dt.timedelta(minutes=25)


def test_people_are_told_apart_and_each_place_is_used() -> None:
    assert len({person.email for person in (*CLIENTS, *COACHES)}) == len(CLIENTS) + len(COACHES) == 28
    assert Counter(client.portal for client in CLIENTS) == {
        "internal_record": 9, "invited": 3, "active": 11, "disabled": 2,
    }  # fmt: skip
    assert {client.name for client in CLIENTS} >= {engagement.client for engagement in ENGAGEMENTS}
    today = {session.place.kind for one in ENGAGEMENTS for session in one.sessions if isinstance(session.when, Today)}
    assert today == {"zoom", "meet", "teams", "phone", "in_person", "skype"}


def test_sessions_are_told_apart_by_their_titles() -> None:
    for engagement in ENGAGEMENTS:
        titles = [title for title, _ in sessions_of(engagement)]
        assert len(titles) == len(set(titles)), engagement.client
