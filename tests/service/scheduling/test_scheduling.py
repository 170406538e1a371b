"""Scheduling, moving and ending sessions."""

from __future__ import annotations

from uuid import uuid4

import pytest

from contracts.actor import Actor
from contracts.calls import scheduling as calls
from contracts.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from tests.service.scheduling.house import START, ZOOM, House, event_in, ics_text
from tests.support import people


def test_a_scheduled_session_answers_as_the_api_says(house: House) -> None:
    session = house.schedule(attendees=[{"email": "mentor@example.net", "name": "Mo Mentor"}])
    assert session["engagement_id"] == str(house.engagement)
    assert (session["starts_at"], session["ends_at"]) == (START, "2026-12-01T16:00:00Z")
    assert session["duration_minutes"] == 60
    assert session["location"] == {**ZOOM, "href": ZOOM["detail"]}
    assert session["state"] == "scheduled"
    assert session["title"] == "Business Coaching"
    assert (session["number"], session["ics_sequence"], session["version"]) == (1, 0, 1)
    assert [(a["role"], a["email"], a["person_id"]) for a in session["attendees"]] == [
        ("coach", "judith.okonkwo@example.org", str(house.coach.id)),
        ("client", "leila.haddad@example.org", str(house.client.id)),
        ("guest", "mentor@example.net", None),
    ]
    assert house.get(session) == session


def test_s1_15_one_action_schedules_the_session_and_sends_the_notice(house: House) -> None:
    session = house.schedule()
    (request,) = house.requests()
    assert request["kind"] == "session_scheduled"
    assert request["key"] == f"session/{session['id']}/0/scheduled"
    assert request["engagement_id"] == str(house.engagement)
    assert request["about"] == {"kind": "session", "id": session["id"], "version": session["version"]}
    (event,) = house.harness.events("scheduling.session.scheduled.v1")
    assert (event.subject, event.sequence, event.actorid) == (session["id"], 1, house.coach.id)
    assert event.data["coach_id"] == str(house.coach.id)
    assert event.data["client_id"] == str(house.client.id)
    assert event.data["number"] == 1


def test_s1_4_c3_the_notice_says_which_member_of_staff_scheduled_it(house: House) -> None:
    house.schedule(by=people.ADMIN)
    assert house.requests("session_scheduled")[0]["trigger"] == {
        "origin": "staff",
        "person_id": str(people.ADMIN.id),
    }


def test_the_notice_carries_what_its_wording_needs(house: House) -> None:
    house.schedule(time_zone="America/New_York", title="Kick-off")
    assert house.requests()[0]["context"] == {
        "title": "Kick-off",
        "number": 1,
        "starts_at": START,
        "ends_at": "2026-12-01T16:00:00Z",
        "time_zone": "America/New_York",
        "location": {**ZOOM, "href": ZOOM["detail"]},
        "reason": None,
    }


def test_s1_16_the_notice_carries_an_ics_file(house: House) -> None:
    session = house.schedule()
    (request,) = house.requests()
    (attachment,) = request["attachments"]
    assert (attachment["filename"], attachment["content_type"], attachment["method"]) == (
        "invite.ics",
        "text/calendar",
        "REQUEST",
    )
    assert event_in(ics_text(request))["uid"] == session["ics_uid"]


def test_nobody_is_mailed_without_notify(house: House) -> None:
    session = house.schedule(notify=False)
    house.reschedule(session, "2026-12-02T15:00:00Z", notify=False)
    house.update(session, location={"kind": "phone"}, notify=False)
    house.attend(session, "x@example.net", notify=False)
    house.cancel(session, notify=False)
    assert house.requests() == []


def test_c14_the_zone_is_the_coachs_unless_another_is_given(house: House) -> None:
    assert house.schedule()["time_zone"] == "Europe/Berlin"
    assert house.schedule("2026-12-02T15:00:00Z", time_zone="Asia/Tokyo")["time_zone"] == "Asia/Tokyo"


def test_a_time_in_the_past_is_allowed_to_staff(house: House) -> None:
    assert house.schedule("2020-01-01T10:00:00Z")["state"] == "scheduled"


def test_s1_20_a_session_is_moved_and_everybody_told(house: House) -> None:
    session = house.schedule()
    moved = house.reschedule(session, "2026-12-03T08:30:00+01:00", reason="Train strike")
    assert (moved["id"], moved["ics_uid"]) == (session["id"], session["ics_uid"])
    assert (moved["starts_at"], moved["ends_at"]) == ("2026-12-03T07:30:00Z", "2026-12-03T08:30:00Z")
    assert moved["ics_sequence"] == 1
    (request,) = house.requests("session_rescheduled")
    assert request["context"]["previous_starts_at"] == START
    assert request["context"]["reason"] == "Train strike"
    assert house.mailed("session_rescheduled") == ["judith.okonkwo@example.org", "leila.haddad@example.org"]
    (event,) = house.harness.events("scheduling.session.rescheduled.v1")
    assert event.data["previous_starts_at"] == START


def test_s1_5_the_notice_of_a_moved_session_was_sent_by_staff(house: House) -> None:
    house.reschedule(house.schedule(), "2026-12-03T08:00:00Z")
    assert house.requests("session_rescheduled")[0]["trigger"]["origin"] == "staff"


def test_a_moved_session_may_take_longer(house: House) -> None:
    moved = house.reschedule(house.schedule(), START, duration_minutes=90)
    assert (moved["ends_at"], moved["ics_sequence"]) == ("2026-12-01T16:30:00Z", 1)


def test_moving_to_the_same_time_changes_nothing(house: House) -> None:
    session = house.schedule()
    assert house.reschedule(session, START) == session
    assert house.requests("session_rescheduled") == []


def test_c13_a_new_place_raises_the_sequence_and_a_new_title_does_not(house: House) -> None:
    session = house.schedule()
    assert house.update(session, title="Another title")["ics_sequence"] == 0
    assert house.requests("session_rescheduled") == []
    updated = house.update(session, location={"kind": "in_person", "detail": "Room 4"})
    assert updated["ics_sequence"] == 1
    assert updated["location"] == {"kind": "in_person", "detail": "Room 4", "href": None}
    assert "previous_starts_at" not in house.requests("session_rescheduled")[0]["context"]
    assert [e.data["title"] for e in house.harness.events("scheduling.session.updated.v1")] == ["Another title"] * 2


def test_an_update_that_changes_nothing_tells_nobody(house: House) -> None:
    session = house.schedule()
    assert house.update(session, title=session["title"], location=ZOOM) == session
    assert house.harness.events("scheduling.session.updated.v1") == []


def test_s2_97_a_cancelled_session_is_told_to_all_with_a_cancel(house: House) -> None:
    session = house.schedule(attendees=[{"email": "x@example.net"}])
    cancelled = house.cancel(session, reason="Ill")
    assert (cancelled["state"], cancelled["reason"], cancelled["number"]) == ("cancelled", "Ill", None)
    assert cancelled["ics_sequence"] == 1
    (request,) = house.requests("session_cancelled")
    assert request["attachments"][0]["method"] == "CANCEL"
    event = event_in(ics_text(request))
    assert (event["uid"], event["status"], int(event["sequence"])) == (session["ics_uid"], "CANCELLED", 1)
    assert len(house.mailed("session_cancelled")) == 3


def test_c4_a_cancellation_says_that_staff_did_it_so_that_the_gate_can_decide(house: House) -> None:
    house.cancel(house.schedule())
    (request,) = house.requests("session_cancelled")
    assert request["trigger"] == {"origin": "staff", "person_id": str(house.coach.id)}
    assert request["about"]["kind"] == "session"


def test_c7_a_completed_and_a_missed_session_are_told_to_the_world(house: House) -> None:
    first, second = house.schedule(), house.schedule("2026-12-02T15:00:00Z")
    assert house.complete(first)["state"] == "completed"
    assert house.miss(second)["state"] == "no_show"
    assert [e.subject for e in house.harness.events("scheduling.session.completed.v1")] == [first["id"]]
    assert [e.subject for e in house.harness.events("scheduling.session.missed.v1")] == [second["id"]]
    assert len(house.requests()) == 2  # the invites alone


@pytest.mark.parametrize("ending", ["complete", "miss", "cancel"])
def test_a_session_that_is_over_changes_no_more(house: House, ending: str) -> None:
    session = house.schedule()
    over = getattr(house, ending)(session)
    for again in (
        lambda: house.complete(session),
        lambda: house.miss(session),
        lambda: house.cancel(session),
        lambda: house.reschedule(session, "2026-12-05T10:00:00Z"),
        lambda: house.update(session, title="New"),
        lambda: house.update(session, title=session["title"]),
        lambda: house.attend(session, "late@example.net"),
    ):
        with pytest.raises(Conflict, match="only a scheduled one"):
            again()
    assert house.get(session) == over


def test_every_version_of_a_session_is_one_event(house: House) -> None:
    session = house.schedule()
    house.update(session, title="New")
    house.reschedule(session, "2026-12-05T10:00:00Z")
    house.attend(session, "x@example.net")
    last = house.cancel(session)
    about_it = [e for e in house.harness.events() if e.subject == session["id"]]
    assert [e.sequence for e in about_it] == [1, 2, 3, 4, 5]
    assert last["version"] == 5


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("duration_minutes", 4),
        ("duration_minutes", 1441),
        ("duration_minutes", 30.5),
        ("duration_minutes", "sixty"),
        ("starts_at", "2026-12-01T15:00:00"),
        ("starts_at", "tomorrow"),
        ("starts_at", "9999-12-31T23:59:00Z"),
        ("time_zone", "Mars/Olympus"),
        ("title", "  "),
        ("title", "x" * 201),
        ("location", {"kind": "pigeon"}),
        ("location", {"detail": "somewhere"}),
        ("attendees", [{"email": "no address"}]),
        ("attendees", [{"name": "nobody"}]),
        ("colour", "blue"),
    ],
)
def test_bad_input_is_named_by_its_field_and_leaves_nothing(house: House, field: str, value: object) -> None:
    given = {"starts_at": START, "minutes": 60}
    more = {field: value}
    if field == "starts_at":
        given.pop("starts_at")
    with pytest.raises(Invalid) as refused:
        house.schedule(**given, **more)  # type: ignore[arg-type]
    assert list(refused.value.errors) == [field]
    assert house.listed()["items"] == []


def test_a_stale_version_is_refused(house: House) -> None:
    session = house.schedule()
    house.update(session, title="New")
    with pytest.raises(Stale):
        house.harness.call(calls.cancel_session, {"id": session["id"]}, house.coach, if_match=session["version"])
    assert house.get(session)["state"] == "scheduled"


def test_the_same_key_schedules_once(house: House) -> None:
    given = {"engagement_id": str(house.engagement), "starts_at": START, "duration_minutes": 60, "location": ZOOM}
    first, second = (house.harness.call(calls.schedule_session, given, house.coach, key="k") for _ in range(2))
    assert first == second
    assert len(house.requests()) == 1


def test_c22_what_is_not_ones_own_is_not_found(house: House) -> None:
    session = house.schedule()
    stranger = house.coach_called("Sam Stranger")
    other_client = house.client_called("Otto Other")
    for actor in (stranger, other_client):
        with pytest.raises(NotFound):
            house.get(session, by=actor)
        with pytest.raises(NotFound):
            house.invite(session, by=actor)
        with pytest.raises(NotFound):
            house.listed(by=actor)
    for refused in (
        lambda: house.schedule("2026-12-09T10:00:00Z", by=stranger),
        lambda: house.cancel(session, by=stranger),
        lambda: house.attend(session, "x@example.net", by=stranger),
        lambda: house.reschedule(session, "2026-12-09T10:00:00Z", by=stranger),
    ):
        with pytest.raises(NotFound):
            refused()
    assert house.get(session, by=people.ADMIN) == session


def test_a_client_sees_own_sessions_and_changes_only_when_they_are(house: House) -> None:
    """Which it may as tests/service/scheduling/test_bookings.py says."""
    session = house.schedule()
    for refused in (
        lambda: house.schedule("2026-12-09T10:00:00Z", by=house.client),
        lambda: house.update(session, title="Mine", by=house.client),
        lambda: house.attend(session, by=house.client),
    ):
        with pytest.raises(Forbidden):
            refused()


def test_a_client_sees_own_sessions(house: House) -> None:
    session = house.schedule()
    assert house.get(session, by=house.client) == session
    assert house.listed(by=house.client)["items"] == [session]
    assert house.invite(session, by=house.client)["method"] == "REQUEST"


def test_an_engagement_that_events_have_yet_to_bring_is_awaited(house: House) -> None:
    with pytest.raises(NotFound) as unknown:
        house.schedule(engagement_id=str(uuid4()))
    assert unknown.value.awaited


def test_an_unknown_session_is_not_found(house: House) -> None:
    nowhere = {"id": str(uuid4())}
    for act in (house.get, house.cancel, house.complete, house.invite):
        with pytest.raises(NotFound):
            act(nowhere)


def test_a_deleted_engagement_gets_no_sessions_and_hides_those_it_has(house: House) -> None:
    session = house.schedule()
    house.delete()
    with pytest.raises(Conflict, match="Restore it first"):
        house.schedule("2026-12-02T15:00:00Z")
    with pytest.raises(Conflict, match="Restore it first"):
        house.cancel(session)
    with pytest.raises(NotFound):
        house.get(session)
    with pytest.raises(NotFound):
        house.listed()
    assert house.harness.call(calls.list_sessions, {}, people.ADMIN)["items"] == []
    house.restore()
    assert house.get(session)["state"] == "scheduled"


def test_c23_a_changed_address_is_used_from_then_on(house: House) -> None:
    session = house.schedule()
    facts = people.client_facts(house.client, email="leila@new.example.org")
    house.harness.feed("engagements.client.updated.v1", subject=house.client.id, sequence=2, data=facts)
    house.reschedule(session, "2026-12-04T10:00:00Z")
    assert "leila@new.example.org" in house.mailed("session_rescheduled")


def test_the_public_may_read_a_feed_whose_secret_it_knows_and_nothing_else(house: House) -> None:
    public = Actor(None, "public", "")
    assert [call.name for call in house.harness.service.answers if public.role in call.roles] == ["read_calendar_feed"]
