"""Rule C15: however many book, move and cancel at once, and on however many replicas, nothing ever overlaps."""

from __future__ import annotations

import datetime as dt
import random
from copy import copy
from itertools import pairwise
from typing import Any

from contracts.calls import availability
from contracts.errors import Conflict
from tests.service.scheduling.house import House, at, at_once
from tests.support import people
from tests.support.harness import Harness

EVERY_DAY = [{"weekday": day, "from": "08:00", "to": "18:00"} for day in range(7)]


def rivals(house: House, count: int) -> list[Any]:
    """So many clients, each with an engagement of its own: pairs of client and engagement."""
    clients = [house.client_called(f"Client {number}") for number in range(count)]
    return [(client, str(house.engagement_of(client, house.coach))) for client in clients]


def test_c15_of_fifty_who_book_one_slot_at_once_one_gets_it_and_the_others_see_fresh_slots(house: House) -> None:
    house.offer()
    booked = "2026-12-01T09:00:00Z"
    clients = rivals(house, 50)
    outcomes = at_once(
        [lambda who=who, where=where: house.book(booked, by=who, engagement_id=where) for who, where in clients]
    )
    assert outcomes.count(None) == 1
    refused = [error for error in outcomes if error is not None]
    assert all(isinstance(error, Conflict) and error.rule == "C15" for error in refused)
    day = {"id": str(house.coach.id), "from": "2026-12-01T00:00:00Z", "to": "2026-12-02T00:00:00Z"}
    for who, _ in clients:
        slots = house.harness.call(availability.list_slots, day, who)["items"]
        assert [slot["starts_at"] for slot in slots] == ["2026-12-01T08:00:00Z", "2026-12-01T10:00:00Z"]
    assert len(house.requests("session_scheduled")) == 1


def test_c15_two_hundred_random_bookings_moves_and_cancellations_on_two_replicas_overlap_nowhere(house: House) -> None:
    house.offer(weekly=EVERY_DAY, buffer_minutes=10, slot_minutes=30, change_notice_minutes=0)
    clients = rivals(house, 8)
    first = house.harness
    second = Harness(first.service, first.database.url.render_as_string(hide_password=False))
    # Each client is one thread: 25 steps on one day with room for ten sessions, on either replica.
    outcomes = at_once(
        [
            lambda who=who, where=where, seed=seed: _restless(house, [first, second], who, where, seed)
            for seed, (who, where) in enumerate(clients)
        ]
    )
    second.database.dispose()
    assert outcomes == [None] * len(clients)
    found = [one for who, where in clients for one in _sessions(house, where)]
    held = sorted((at(one["starts_at"]), at(one["ends_at"])) for one in found if one["state"] == "scheduled")
    assert len(held) > 3
    for before, after in pairwise(held):
        assert after[0] - before[1] >= dt.timedelta(minutes=10), "the buffer lies between any two"
    assert all(one["state"] in ("scheduled", "cancelled") and not one["conflict"] for one in found)
    told = [request["about"]["id"] for request in house.requests("session_scheduled")]
    assert sorted(told) == sorted(one["id"] for one in found), "each booking was mailed once, a refused one never"


def _restless(house: House, replicas: list[Harness], who: Any, where: str, seed: int) -> None:
    """Books, moves and cancels at random; only a refusal by a rule may come of it."""
    dice = random.Random(seed)
    own: list[str] = []
    mine = copy(house)
    for _ in range(25):
        mine.harness = dice.choice(replicas)
        wish = dice.choice(["book", "book", "move", "cancel"])
        starts_at = f"2026-12-01T{dice.randrange(7, 17):02}:{dice.choice(['00', '30'])}:00Z"
        try:
            if wish == "book":
                own.append(mine.book(starts_at, by=who, engagement_id=where)["id"])
            elif own and wish == "move":
                mine.reschedule({"id": dice.choice(own)}, starts_at, by=who)
            elif own:
                mine.cancel({"id": own.pop()}, by=who)
        except Conflict:
            continue


def _sessions(house: House, engagement: str) -> list[Any]:
    answer = house.listed(by=people.ADMIN, engagement_id=engagement, limit=200)
    return list(answer["items"])
