"""Clients book free slots, and move and cancel within the rules of their coach and of the organisation."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from contracts.actor import Actor
from contracts.calls import availability
from contracts.calls.bookings import get_booking_terms
from contracts.errors import Conflict, Forbidden, Invalid, NotFound
from tests.service.scheduling.house import ZOOM, House, event_in, ics_text
from tests.support import people

NINE, TEN, ELEVEN = (f"2026-12-01T{hour}:00:00Z" for hour in ("08", "09", "10"))


def terms(house: House, by: Actor | None = None) -> Any:
    return house.harness.call(get_booking_terms, {"engagement_id": str(house.engagement)}, by or house.client)


def resize(house: House, total: int, status: str = "in_progress", sequence: int = 2) -> None:
    """The engagement provides that many sessions now."""
    facts = people.engagement_facts(house.client.id, house.coach.id, sessions_total=total, status=status)
    house.harness.feed("engagements.engagement.updated.v1", subject=house.engagement, sequence=sequence, data=facts)


def shortly_before(house: House, starts_at: str, minutes: int) -> None:
    house.harness.clock.instant = dt.datetime.fromisoformat(starts_at) - dt.timedelta(minutes=minutes)


def test_a_booked_slot_is_a_session_and_both_get_the_invite(house: House) -> None:
    house.offer(location=ZOOM)
    session = house.book(TEN)
    assert (session["starts_at"], session["duration_minutes"], session["state"]) == (TEN, 60, "scheduled")
    assert (session["time_zone"], session["location"]["kind"]) == ("Europe/Berlin", "zoom")
    assert session["title"] == "Business Coaching"
    (request,) = house.requests("session_scheduled")
    assert [one["email"] for one in request["recipients"]] == [one["email"] for one in session["attendees"]]
    assert str(event_in(ics_text(request))["uid"]) == session["ics_uid"]
    (event,) = house.harness.events("scheduling.session.scheduled.v1")
    assert (event.actorid, event.actorrole) == (house.client.id, "client")


def test_c3_what_a_client_does_is_not_on_purpose_of_staff(house: House) -> None:
    house.offer()
    session = house.book(TEN)
    house.reschedule(session, ELEVEN, by=house.client)
    house.cancel(session, by=house.client)
    assert {request["trigger"]["origin"] for request in house.requests()} == {"automatic"}
    assert len(house.requests()) == 3


def test_c13_guests_are_told_too_for_the_coach_has_put_them_there(house: House) -> None:
    house.offer()
    session = house.schedule(TEN, attendees=[{"email": "hr@example.org", "name": "HR"}])
    house.reschedule(session, ELEVEN, by=house.client)
    house.cancel(session, by=house.client)
    for kind in ("session_rescheduled", "session_cancelled"):
        parties, guests = house.requests(kind)
        assert [one["email"] for one in guests["recipients"]] == ["hr@example.org"]
        assert (guests["trigger"]["origin"], guests["trigger"]["person_id"]) == ("staff", str(house.coach.id))
        assert (parties["trigger"]["origin"], len(parties["recipients"])) == ("automatic", 2)
        assert ics_text(guests) == ics_text(parties), "the invite names everybody"
        assert guests["key"] == parties["key"]


def test_a_reason_is_told_of_the_change_that_it_was_given_for_and_of_no_other(house: House) -> None:
    house.offer()
    session = house.book(TEN)
    house.reschedule(session, ELEVEN, by=house.client, reason="A treatment")
    house.update(session, location=ZOOM)
    house.attend(session, "boss@example.org")
    house.attend(session)
    house.cancel(session)
    told = [(request["kind"], request["context"].get("reason")) for request in house.requests()]
    assert [kind for kind, reason in told if reason] == ["session_rescheduled"]
    assert len(told) == 6


@pytest.mark.parametrize(
    ("starts_at", "why"),
    [
        ("2026-12-01T08:30:00Z", "No slot starts"),
        ("2026-12-01T11:00:00Z", "offers no hours"),
        ("2026-12-02T09:00:00Z", "offers no hours"),
        ("2026-11-24T09:30:00Z", "too soon"),
        ("2027-02-02T09:00:00Z", "too far ahead"),
        ("2026-12-08T09:00:00Z", "day off"),
    ],
)
def test_only_a_free_slot_is_booked_and_the_refusal_says_why(house: House, starts_at: str, why: str) -> None:
    house.offer(exceptions=[{"date": "2026-12-08"}])
    with pytest.raises(Conflict, match=why):
        house.book(starts_at)
    assert house.listed()["items"] == []


def test_c15_a_slot_that_somebody_else_has_is_refused_without_a_word_on_whose_it_is(house: House) -> None:
    house.offer(buffer_minutes=15)
    other = house.engagement_of(house.client_called("Otto Other"), house.coach)
    house.schedule(TEN, engagement_id=str(other), title="Otto's crisis")
    for taken in (NINE, TEN, ELEVEN):
        with pytest.raises(Conflict) as refused:
            house.book(taken)
        assert (refused.value.rule, refused.value.detail) == ("C15", "The coach is not free at that time.")


def test_booking_is_closed_where_the_coach_has_not_said_when(house: House) -> None:
    with pytest.raises(Conflict, match="plans the sessions"):
        house.book(TEN)
    session = house.schedule(TEN)
    for change in (lambda: house.reschedule(session, ELEVEN, by=house.client), lambda: cancel(house, session)):
        with pytest.raises(Conflict, match="plans the sessions"):
            change()
    assert terms(house)["is_open"] is False


def test_a_coach_who_takes_all_hours_back_closes_booking(house: House) -> None:
    house.offer()
    session = house.book(TEN)
    house.offer(weekly=[], exceptions=[{"date": "2026-12-24"}])
    assert terms(house)["is_open"] is False
    with pytest.raises(Conflict, match="plans the sessions"):
        cancel(house, session)
    house.offer(weekly=[], exceptions=[{"date": "2026-12-03", "from": "09:00", "to": "10:00"}])
    assert house.book("2026-12-03T08:00:00Z")["state"] == "scheduled"


def test_a_client_books_only_while_the_engagement_has_sessions_left(house: House) -> None:
    house.offer()
    resize(house, 2)
    first = house.book(NINE)
    house.book(TEN)
    with pytest.raises(Conflict, match="All 2 sessions"):
        house.book(ELEVEN)
    assert (terms(house)["left"], house.listed()["left"]) == (0, 0)
    house.cancel(first, by=house.client)
    assert terms(house)["left"] == 1
    assert house.book(ELEVEN)["number"] == 2


def test_a_completed_engagement_is_not_booked(house: House) -> None:
    house.offer()
    resize(house, 16, status="completed")
    with pytest.raises(Conflict, match="completed"):
        house.book(TEN)


def test_what_is_left_of_a_completed_engagement_is_cancelled_and_not_moved(house: House) -> None:
    house.offer()
    session = house.book(TEN)
    resize(house, 16, status="completed")
    with pytest.raises(Conflict, match="completed"):
        house.reschedule(session, ELEVEN, by=house.client)
    assert cancel(house, session)["state"] == "cancelled"


def test_c9_to_its_client_a_deleted_engagement_is_not_there(house: House) -> None:
    house.offer()
    session = house.book(TEN)
    house.delete()
    for act in (lambda: house.book(ELEVEN), lambda: cancel(house, session), lambda: terms(house)):
        with pytest.raises(NotFound):
            act()


def test_c22_nobody_books_in_anothers_engagement_and_staff_schedule(house: House) -> None:
    house.offer()
    with pytest.raises(NotFound):
        house.book(TEN, by=house.client_called("Stranger"))
    for staff in (house.coach, people.ADMIN):
        with pytest.raises(Forbidden):
            house.book(TEN, by=staff)


def test_c22_a_strangers_session_is_neither_moved_nor_cancelled(house: House) -> None:
    house.offer()
    session, stranger = house.book(TEN), house.client_called("Stranger")
    for change in (lambda: house.reschedule(session, ELEVEN, by=stranger), lambda: cancel(house, session, stranger)):
        with pytest.raises(NotFound):
            change()


def cancel(house: House, session: Any, by: Actor | None = None) -> Any:
    return house.cancel(session, by=by or house.client)


def test_c13_a_client_moves_a_session_to_a_free_slot_and_everybody_is_told(house: House) -> None:
    house.offer()
    session = house.book(TEN)
    moved = house.reschedule(session, ELEVEN, by=house.client, reason="The school called")
    assert (moved["id"], moved["starts_at"], moved["ics_sequence"]) == (session["id"], ELEVEN, 1)
    assert moved["ics_uid"] == session["ics_uid"]
    (request,) = house.requests("session_rescheduled")
    assert len(request["recipients"]) == 2
    assert request["context"]["reason"] == "The school called"


def test_a_session_may_move_over_its_own_time(house: House) -> None:
    house.offer(slot_minutes=30, weekly=[{"weekday": 1, "from": "09:00", "to": "10:30"}])
    session = house.schedule(NINE, 60)
    given = {"id": str(house.coach.id), "from": NINE, "to": ELEVEN, "duration_minutes": 60}
    asked = {**given, "session_id": session["id"]}
    slots = house.harness.call(availability.list_slots, asked, house.client)["items"]
    assert [slot["starts_at"] for slot in slots] == [NINE, "2026-12-01T08:30:00Z"]
    assert house.reschedule(session, "2026-12-01T08:30:00Z", by=house.client)["starts_at"] == "2026-12-01T08:30:00Z"


def test_c22_whose_session_it_is_not_does_not_see_its_time_as_free(house: House) -> None:
    house.offer()
    otto = house.client_called("Otto Other")
    other = house.schedule(TEN, engagement_id=str(house.engagement_of(otto, house.coach)))
    given = {"id": str(house.coach.id), "from": NINE, "to": ELEVEN, "session_id": other["id"]}
    with pytest.raises(NotFound):
        house.harness.call(availability.list_slots, given, house.client)


def test_a_client_moves_a_session_only_onto_a_free_slot_and_as_it_is(house: House) -> None:
    house.offer()
    session = house.book(TEN)
    house.book(ELEVEN)
    with pytest.raises(Conflict):
        house.reschedule(session, ELEVEN, by=house.client)
    with pytest.raises(Conflict, match="offers no hours"):
        house.reschedule(session, "2026-12-02T09:00:00Z", by=house.client)
    with pytest.raises(Invalid) as refused:
        house.reschedule(session, NINE, by=house.client, duration_minutes=90)
    assert list(refused.value.errors) == ["duration_minutes"]
    for change in (house.reschedule, lambda s, *_, **more: house.cancel(s, **more)):
        with pytest.raises(Invalid) as refused:
            change(session, NINE, by=house.client, notify=False)
        assert list(refused.value.errors) == ["notify"]
    assert house.get(session) == session


def test_c13_a_client_cancels_in_time_and_both_get_the_cancellation(house: House) -> None:
    house.offer()
    session = cancel(house, house.book(TEN))
    assert (session["state"], session["late_changes"]) == ("cancelled", 0)
    (request,) = house.requests("session_cancelled")
    assert event_in(ics_text(request))["status"] == "CANCELLED"
    assert house.book(TEN)["state"] == "scheduled"


def test_a_late_change_is_refused_unless_the_organisation_says_otherwise(house: House) -> None:
    house.offer(change_notice_minutes=1440)
    session = house.book(TEN)
    shortly_before(house, TEN, 1440)
    assert house.reschedule(session, ELEVEN, by=house.client)["late_changes"] == 0
    shortly_before(house, ELEVEN, 1439)
    with pytest.raises(Conflict, match="until 24 hours before"):
        house.reschedule(session, NINE, by=house.client)
    with pytest.raises(Conflict, match="until 24 hours before"):
        cancel(house, session)
    assert house.cancel(session)["late_changes"] == 0, "the coach may cancel at any time"


def test_a_late_cancellation_uses_up_a_session_where_the_organisation_says_so(house: House) -> None:
    house.policy(late_changes_count=True)
    house.offer(change_notice_minutes=1440)
    resize(house, 2)
    session = house.book(TEN)
    shortly_before(house, TEN, 90)
    assert terms(house)["late_changes_count"] is True
    assert cancel(house, session)["late_changes"] == 1
    assert terms(house)["left"] == 1
    assert house.harness.events("scheduling.session.cancelled.v1")[-1].data["late_changes"] == 1


def test_a_late_move_needs_a_session_that_is_left(house: House) -> None:
    house.policy(late_changes_count=True)
    house.offer(change_notice_minutes=1440)
    resize(house, 2)
    session = house.book(TEN)
    shortly_before(house, TEN, 90)
    assert house.reschedule(session, ELEVEN, by=house.client)["late_changes"] == 1
    with pytest.raises(Conflict, match="used up"):
        house.reschedule(session, NINE, by=house.client)
    assert house.get(session)["late_changes"] == 1


def allowed(house: House, session: Any, by: Actor | None = None) -> tuple[bool, bool]:
    """Whether the client is told that it may move the session, and cancel it."""
    given = {"engagement_id": str(house.engagement), "session_id": session["id"]}
    found = house.harness.call(get_booking_terms, given, by or house.client)["changes"]
    return found["may_move"], found["may_cancel"]


def test_what_a_client_is_told_that_it_may_do_is_what_it_may_do(house: House) -> None:
    session = house.schedule(TEN)
    assert allowed(house, session) == (False, False), "booking is closed"
    house.offer(change_notice_minutes=1440)
    assert allowed(house, session) == (True, True)
    shortly_before(house, TEN, 90)
    assert allowed(house, session) == (False, False), "late, which is refused"
    house.policy(late_changes_count=True)
    assert allowed(house, session) == (True, True)
    resize(house, 1)
    assert allowed(house, session) == (False, True), "a late move needs one more that is left"
    with pytest.raises(Conflict):
        house.reschedule(session, ELEVEN, by=house.client)
    resize(house, 16, status="completed", sequence=3)
    assert allowed(house, session) == (False, True)
    shortly_before(house, TEN, 0)
    assert allowed(house, session) == (False, False), "it has begun"
    assert terms(house)["changes"] is None


def test_c22_nobody_is_told_of_a_session_of_another_engagement(house: House) -> None:
    other = house.engagement_of(house.client_called("Otto Other"), house.coach)
    theirs = house.schedule(TEN, engagement_id=str(other))
    with pytest.raises(NotFound):
        allowed(house, theirs)


def test_a_session_that_has_begun_is_not_changed_by_its_client_at_any_price(house: House) -> None:
    house.policy(late_changes_count=True)
    house.offer(change_notice_minutes=0)
    session = house.book(TEN)
    shortly_before(house, TEN, 0)
    for change in (lambda: house.reschedule(session, ELEVEN, by=house.client), lambda: cancel(house, session)):
        with pytest.raises(Conflict, match="has begun"):
            change()


def test_c10_after_a_handover_the_new_coachs_hours_hold(house: House) -> None:
    house.offer()
    session = house.book(TEN)
    new = house.coach_called("Carl Colleague")
    house.assign(new)
    with pytest.raises(Conflict, match="Carl Colleague"):
        house.reschedule(session, ELEVEN, by=house.client)
    house.coach = new
    house.offer(weekly=[{"weekday": 2, "from": "09:00", "to": "10:00"}])
    assert terms(house)["coach"]["name"] == "Carl Colleague"
    assert house.reschedule(session, "2026-12-02T08:00:00Z", by=house.client)["coach"]["name"] == "Carl Colleague"
