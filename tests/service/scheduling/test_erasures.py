"""Erasing a client (rule C24): sessions stay as numbers and times, and say nothing any more."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from contracts.calls.calendar_feeds import make_calendar_feed, read_calendar_feed
from contracts.calls.calendar_replies import take_reply
from contracts.calls.erasures import export_from_scheduling
from contracts.errors import Forbidden, NotFound
from tests.service.scheduling.house import House
from tests.service.scheduling.test_replies import reply_of
from tests.support import people
from tests.support.harness import Harness
from tests.support.people import ADMIN
from tests.support.traces import relayed, traces

CANARY = "canary-7391"
ADDRESS = "leila.haddad@example.org"
NAMED = ("Leila", "Haddad", ADDRESS, CANARY)


@pytest.fixture
def house(scheduling: Harness) -> House:
    """A client with sessions in an engagement that is over, who is also a guest in another's."""
    house = House(scheduling)
    place = {"kind": "other", "detail": CANARY}
    guests = [{"email": f"{CANARY}@example.org", "name": CANARY}]
    coming = house.schedule(title=f"About {CANARY}", location=place, attendees=guests)
    house.complete(house.schedule("2026-12-03T15:00:00Z", title=CANARY))
    house.cancel(house.schedule("2026-12-04T15:00:00Z"), reason=CANARY)
    other = house.engagement_of(house.client_called("Omar Aziz"), house.coach)
    theirs = house.schedule(
        "2026-12-02T15:00:00Z",
        engagement_id=str(other),
        attendees=[{"email": ADDRESS.upper(), "name": "Leila Haddad"}, {"email": "ana@example.org", "name": "Ana"}],
    )
    for session in (coming, theirs):
        house.harness.call(take_reply, {"content": reply_of(session, ADDRESS)}, house.coach)
    fail(house)
    relayed(scheduling)
    return house


def fail(house: House) -> None:
    """An event about her that could not be handled lies parked."""
    with house.harness.runtime.work() as work:
        row: dict[str, Any] = {
            "event_id": uuid4(), "routing_key": "engagements.client.updated.v1", "content_type": "application/json",
            "headers": "{}", "body": f'{{"subject": "{house.client.id}", "name": "Leila"}}'.encode(), "error": "no",
            "attempts": 6, "parked": True, "created_at": work.now,
        }  # fmt: skip
        work.session.execute(house.harness.runtime.tables["failed_event"].insert().values(row))


def erase(house: House) -> None:
    """As engagements tells of it: first the engagement is gone, then the client."""
    house.delete()
    facts = people.client_facts(house.client, name="Erased client", email=nobody(house), portal="disabled")
    house.harness.feed("engagements.client.erased.v1", subject=house.client.id, sequence=9, data=facts, actor=ADMIN)


def nobody(house: House) -> str:
    return f"{house.client.id}@erased.invalid"


def test_c24_nothing_is_left_that_names_the_client_or_was_typed_about_its_sessions(house: House) -> None:
    assert len(traces(house.harness.database, *NAMED)) > 8, "else there is nothing to be erased"
    erase(house)
    assert traces(house.harness.database, *NAMED) == []


def test_c24_what_is_left_of_the_sessions_is_told_and_nobody_is_mailed(house: House) -> None:
    erase(house)
    told = house.harness.events("scheduling.session.updated.v1")
    assert {event.data["title"] for event in told} == {"Session", "Business Coaching"}
    assert house.requests() == []
    last = house.harness.events()[-1]
    assert (last.type, last.subject) == ("scheduling.client.erased.v1", str(house.client.id))


def test_c24_other_guests_of_a_session_stay_and_its_invite_counts_on(house: House) -> None:
    erase(house)
    (session,) = [event for event in house.harness.events("scheduling.session.updated.v1") if
                  event.data["title"] == "Business Coaching"]  # fmt: skip
    shown = house.get({"id": session.subject})
    assert [one["email"] for one in shown["attendees"] if one["role"] == "guest"] == ["ana@example.org"]
    assert shown["ics_sequence"] == 1


def test_c24_an_older_event_that_comes_late_does_not_bring_the_client_back(house: House) -> None:
    erase(house)
    facts = people.client_facts(house.client)
    house.harness.feed("engagements.client.updated.v1", subject=house.client.id, sequence=8, data=facts)
    assert traces(house.harness.database, *NAMED) == []


def test_c24_its_calendar_feed_ends(house: House) -> None:
    url = house.harness.call(make_calendar_feed, {}, house.client)["url"]
    erase(house)
    token = url.rsplit("/", 1)[1].removesuffix(".ics")
    with pytest.raises(NotFound):
        house.harness.call(read_calendar_feed, {"token": token})


def test_c24_an_export_shows_the_sessions_to_admins_alone(house: House) -> None:
    given = {"id": str(house.client.id)}
    data = house.harness.call(export_from_scheduling, given, ADMIN)["data"]
    assert data["client"][0]["email"] == ADDRESS
    assert f"About {CANARY}" in [session["title"] for session in data["sessions"]]
    assert [one["answer"] for one in data["answers"]] == ["accepted", "accepted"]
    assert sorted(guest["email"] for guest in data["guests"]) == [ADDRESS.upper(), f"{CANARY}@example.org"]
    for who in (house.coach, house.client):
        with pytest.raises(Forbidden):
            house.harness.call(export_from_scheduling, given, who)


def test_c24_a_client_that_was_never_heard_of_is_erased_all_the_same(scheduling: Harness) -> None:
    stranger = people.client()
    facts = people.client_facts(stranger, name="Erased client", email="x@erased.invalid", portal="disabled")
    scheduling.feed("engagements.client.erased.v1", subject=stranger.id, data=facts, actor=ADMIN)
    assert len(scheduling.events("scheduling.client.erased.v1")) == 1
