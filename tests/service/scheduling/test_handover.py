"""Rule C10: future sessions go to the new coach's calendar; none is ever lost."""

from __future__ import annotations

import pytest

from contracts.errors import Conflict, NotFound
from tests.service.scheduling.house import START, House, addresses, event_in, ics_text
from tests.support import people

CARL, JUDITH, LEILA = "carl.colleague@example.org", "judith.okonkwo@example.org", "leila.haddad@example.org"


def test_c22_a_refusal_names_no_session_of_an_engagement_that_is_not_ones_own(house: House) -> None:
    other = house.engagement_of(house.client_called("Otto Other"), house.coach)
    house.schedule("2026-11-20T10:00:00Z", engagement_id=str(other), title="Otto's crisis")
    mine = house.schedule("2026-11-21T10:00:00Z")
    new = house.coach_called("Carl Colleague")
    house.assign(new)
    with pytest.raises(Conflict) as refused:
        house.reschedule(mine, "2026-11-20T10:30:00Z", by=new)
    assert (refused.value.rule, refused.value.detail) == ("C15", "Judith Okonkwo is booked at that time already.")


def test_c10_future_sessions_move_and_past_ones_stay(house: House) -> None:
    past, coming = house.schedule("2026-11-20T10:00:00Z"), house.schedule()
    done = house.complete(house.schedule("2026-12-05T10:00:00Z"))
    colleague = house.coach_called("Carl Colleague")
    house.assign(colleague)
    coaches = {s["id"]: s["coach"]["name"] for s in house.listed(by=colleague)["items"]}
    assert coaches == {
        past["id"]: "Judith Okonkwo",
        coming["id"]: "Carl Colleague",
        done["id"]: "Judith Okonkwo",
    }
    with pytest.raises(NotFound):
        house.get(coming)
    with pytest.raises(Conflict):
        house.schedule(by=colleague)


def test_c10_c13_the_invite_changes_calendars(house: House) -> None:
    session = house.schedule(attendees=[{"email": "x@example.net"}])
    house.assign(house.coach_called("Carl Colleague"))
    assert house.mailed("session_scheduled")[3:] == [CARL]
    assert house.mailed("session_rescheduled") == [LEILA, "x@example.net"]
    assert house.mailed("session_cancelled") == [JUDITH]
    invite = event_in(ics_text(house.requests("session_scheduled")[1]))
    assert (invite["uid"], int(invite["sequence"])) == (session["ics_uid"], 1)
    assert str(invite["organizer"]) == f"mailto:{CARL}"
    assert addresses(invite) == {CARL, LEILA, "x@example.net"}
    farewell = event_in(ics_text(house.requests("session_cancelled")[0]))
    assert (str(farewell["organizer"]), farewell["status"]) == (f"mailto:{JUDITH}", "CANCELLED")
    assert addresses(farewell) == {JUDITH}


def test_c3_a_handover_mails_by_itself_so_that_an_internal_record_is_not_reached(house: House) -> None:
    house.schedule()
    house.assign(house.coach_called("Carl Colleague"))
    assert {r["trigger"]["origin"] for r in house.requests()[1:]} == {"automatic"}


def test_c10_a_session_at_a_time_that_is_taken_is_kept_and_shown_as_a_conflict(house: House) -> None:
    session = house.schedule()
    colleague = house.coach_called("Carl Colleague")
    house.schedule(engagement_id=str(house.engagement_of(house.client_called("Otto Other"), colleague)), by=colleague)
    house.assign(colleague)
    kept = house.get(session, by=colleague)
    assert (kept["state"], kept["conflict"], kept["coach"]["name"]) == ("scheduled", True, "Carl Colleague")
    assert house.harness.events("scheduling.session.updated.v1")[0].data["conflict"] is True
    assert house.get(session, by=house.client)["conflict"] is False
    with pytest.raises(Conflict):
        house.reschedule(session, "2026-12-01T15:30:00Z", by=colleague)
    moved = house.reschedule(session, "2026-12-01T18:00:00Z", by=colleague)
    assert moved["conflict"] is False
    with pytest.raises(Conflict):
        house.schedule("2026-12-01T18:30:00Z", by=colleague)


@pytest.mark.parametrize("ending", ["cancel", "reschedule"])
def test_a_conflict_ends_when_the_time_becomes_free(house: House, ending: str) -> None:
    session = house.schedule()
    colleague = house.coach_called("Carl Colleague")
    elsewhere = house.engagement_of(house.client_called("Otto Other"), colleague)
    other = house.schedule(engagement_id=str(elsewhere), by=colleague)
    house.assign(colleague)
    if ending == "cancel":
        house.cancel(other, by=colleague)
    else:
        house.reschedule(other, "2026-12-09T10:00:00Z", by=colleague)
    assert house.get(session, by=colleague)["conflict"] is False
    with pytest.raises(Conflict):
        house.schedule(by=colleague)


def test_a_conflict_ends_when_the_other_engagement_is_handed_on(house: House) -> None:
    session = house.schedule()
    colleague = house.coach_called("Carl Colleague")
    elsewhere = house.engagement_of(house.client, colleague)
    house.schedule(engagement_id=str(elsewhere), by=colleague)
    house.assign(colleague)
    assert house.get(session, by=colleague)["conflict"] is True
    house.assign(house.coach_called("Third Coach"), engagement=elsewhere)
    assert house.get(session, by=colleague)["conflict"] is False


def test_c10_a_session_that_the_former_coach_left_behind_goes_to_the_new_one_with_its_new_time(house: House) -> None:
    left = house.schedule("2026-11-20T10:00:00Z")
    colleague = house.coach_called("Carl Colleague")
    house.assign(colleague)
    elsewhere = str(house.engagement_of(house.client, house.coach))
    house.schedule(engagement_id=elsewhere)  # the former coach's own time does not matter
    moved = house.reschedule(left, START, by=colleague)
    assert (moved["coach"]["name"], moved["ics_sequence"]) == ("Carl Colleague", 1)
    assert house.schedule("2026-11-20T10:00:00Z", engagement_id=elsewhere)["state"] == "scheduled"
    corrected = house.reschedule(left, "2026-11-21T10:00:00Z", by=colleague)
    assert corrected["coach"]["name"] == "Carl Colleague"


def test_an_older_event_that_comes_late_moves_nothing_back(house: House) -> None:
    session = house.schedule()
    colleague, third = house.coach_called("Carl Colleague"), house.coach_called("Third Coach")
    house.assign(third, sequence=3)
    house.assign(colleague, sequence=2)
    assert house.get(session, by=third)["coach"]["name"] == "Third Coach"


def test_a_handover_to_a_coach_not_yet_known_is_tried_again_later(house: House) -> None:
    session = house.schedule()
    unknown = people.coach("Not Yet")
    with pytest.raises(NotFound) as awaited:
        house.assign(unknown)
    assert awaited.value.awaited
    facts = people.coach_facts(unknown)
    house.harness.feed("engagements.coach.added.v1", subject=unknown.id, data=facts)
    house.assign(unknown)
    assert house.get(session, by=unknown)["coach"]["id"] == str(unknown.id)


def test_c9_sessions_of_a_deleted_engagement_free_their_time_and_come_back_with_it(house: House) -> None:
    session = house.schedule()
    house.delete()
    elsewhere = house.engagement_of(house.client, house.coach)
    other = house.schedule(engagement_id=str(elsewhere))
    house.restore()
    assert house.get(session)["conflict"] is True
    house.cancel(other)
    assert house.get(session)["conflict"] is False
    with pytest.raises(Conflict):
        house.schedule(START)
    assert house.mailed("session_cancelled") == [JUDITH, LEILA]  # of the other one alone
