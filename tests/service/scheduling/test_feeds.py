"""Secret calendar feeds: own sessions alone, parsed by two libraries, revocable (C14, C19, C22)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from icalendar import Calendar

from contracts.actor import Actor
from contracts.calls import calendar_feeds as calls
from contracts.errors import NotFound
from tests.service.scheduling.house import House, at, read_by_second_library
from tests.support import people


def make(house: House, by: Actor) -> str:
    """The token of a new feed."""
    url = str(house.harness.call(calls.make_calendar_feed, {}, by)["url"])
    assert url.startswith("https://coach.example/calendar-feeds/")
    assert url.endswith(".ics")
    return url.rsplit("/", 1)[1].removesuffix(".ics")


def read(house: House, token: str) -> str:
    return str(house.harness.call(calls.read_calendar_feed, {"token": token})["content"])


def events_of(text: str) -> list[Any]:
    return list(Calendar.from_ical(text).walk("VEVENT"))


def test_a_feed_holds_ones_own_sessions_with_the_time_and_zone_that_they_were_meant_in(house: House) -> None:
    first = house.schedule("2026-12-01T15:00:00Z", title="Kick-off")
    house.schedule("2027-07-01T14:00:00Z", time_zone="America/New_York")
    feed = read(house, make(house, house.client))
    one, two = events_of(feed)
    assert (str(one["uid"]), str(one["summary"])) == (first["ics_uid"], "Kick-off")
    assert one.decoded("dtstart") == at("2026-12-01T15:00:00Z")
    assert two["dtstart"].params["TZID"] == "America/New_York"
    calendar = Calendar.from_ical(feed)
    assert {str(zone["tzid"]) for zone in calendar.walk("VTIMEZONE")} == {"America/New_York", "Europe/Berlin"}
    assert "METHOD" not in calendar
    assert "ATTENDEE" not in feed
    assert "REFRESH-INTERVAL;VALUE=DURATION:PT1H" in feed


def test_c14_a_second_library_reads_the_same_instants_over_years_of_clock_changes(house: House) -> None:
    starts = [f"{year}-{month:02}-15T09:00:00Z" for year in (2026, 2027, 2028) for month in (1, 4, 7, 10)]
    starts = [start for start in starts if start > "2026-09"]
    for start in starts:
        house.schedule(start)
    parsed = read_by_second_library(read(house, make(house, house.coach)))
    found = [event.dtstart.value.astimezone(dt.UTC) for event in parsed.vevent_list]
    assert found == [at(start) for start in starts]


def test_a_coach_reads_whose_session_it_is_and_sees_those_of_all_own_engagements(house: House) -> None:
    other = house.engagement_of(house.client_called("Otto Other"), house.coach)
    house.schedule("2026-12-01T15:00:00Z", title="Kick-off")
    house.schedule("2026-12-01T17:00:00Z", title="Review", engagement_id=str(other))
    titles = [str(event["summary"]) for event in events_of(read(house, make(house, house.coach)))]
    assert titles == ["Leila Haddad, Kick-off", "Otto Other, Review"]


def test_c22_nobody_reads_the_sessions_of_others(house: House) -> None:
    house.schedule()
    admin = people.coach_facts(people.ADMIN)
    house.harness.feed("engagements.coach.added.v1", subject=people.ADMIN.id, data=admin)
    for stranger in (house.client_called("Otto Other"), house.coach_called("Carl Colleague"), people.ADMIN):
        assert "BEGIN:VEVENT" not in read(house, make(house, stranger))


def test_c10_after_a_handover_the_former_coach_reads_nothing_of_it_not_even_what_was(house: House) -> None:
    house.schedule("2026-11-20T10:00:00Z")
    house.schedule()
    former = make(house, house.coach)
    assert len(events_of(read(house, former))) == 2
    new = house.coach_called("Carl Colleague")
    house.assign(new)
    assert events_of(read(house, former)) == []
    assert len(events_of(read(house, make(house, new)))) == 1
    assert len(events_of(read(house, make(house, house.client)))) == 2


def test_cancelled_sessions_and_those_of_deleted_engagements_are_not_in_it(house: House) -> None:
    token = make(house, house.client)
    house.cancel(house.schedule())
    assert events_of(read(house, token)) == []
    house.schedule("2026-12-02T15:00:00Z")
    assert len(events_of(read(house, token))) == 1
    house.delete()
    assert events_of(read(house, token)) == []


def test_a_moved_session_keeps_its_uid_and_what_has_not_changed_reads_the_same_to_the_byte(house: House) -> None:
    session, token = house.schedule(), make(house, house.client)
    before = read(house, token)
    house.harness.clock.advance(hours=1)
    assert read(house, token) == before
    house.reschedule(session, "2026-12-03T15:00:00Z")
    (event,) = events_of(read(house, token))
    assert (str(event["uid"]), event["sequence"]) == (session["ics_uid"], 1)


def test_c19_a_new_address_revokes_the_old_one_and_only_digests_are_stored(house: House) -> None:
    old = make(house, house.client)
    new = make(house, house.client)
    assert new != old
    with pytest.raises(NotFound) as refused:
        read(house, old)
    assert refused.value.rule == "C19"
    assert "BEGIN:VCALENDAR" in read(house, new)
    with house.harness.runtime.read() as work:
        rows = work.session.connection().exec_driver_sql("SELECT * FROM calendar_feed").all()
    assert len(rows) == 1
    assert new not in str(rows)


def test_a_feed_can_be_ended_and_its_owner_sees_whether_there_is_one(house: House) -> None:
    def since() -> Any:
        return house.harness.call(calls.get_calendar_feed, {}, house.client)["since"]

    assert since() is None
    token = make(house, house.client)
    assert since() is not None
    for _ in range(2):
        house.harness.call(calls.revoke_calendar_feed, {}, house.client)
    assert since() is None
    with pytest.raises(NotFound):
        read(house, token)


def test_who_can_no_longer_sign_in_reads_no_feed(house: House) -> None:
    client, coach = make(house, house.client), make(house, house.coach)
    facts = people.client_facts(house.client, portal="disabled")
    house.harness.feed("engagements.client.disabled.v1", subject=house.client.id, sequence=2, data=facts)
    gone = people.coach_facts(house.coach, active=False)
    house.harness.feed("engagements.coach.deactivated.v1", subject=house.coach.id, sequence=2, data=gone)
    for token in (client, coach):
        with pytest.raises(NotFound):
            read(house, token)
