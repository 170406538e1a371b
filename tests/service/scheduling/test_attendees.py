"""Who attends: client and coach always, others by address (S1.10, S1.17)."""

from __future__ import annotations

import pytest

from contracts.calls import scheduling as calls
from contracts.errors import Invalid
from tests.service.scheduling.house import House, addresses, event_in, ics_text
from tests.support import people

COACH, CLIENT = "judith.okonkwo@example.org", "leila.haddad@example.org"


def test_s1_17_anyone_attends_by_address_alone(house: House) -> None:
    session = house.attend(house.schedule(by=people.ADMIN), "anyone@example.net", by=people.ADMIN)
    guest = session["attendees"][2]
    assert guest == {"email": "anyone@example.net", "name": "", "role": "guest", "person_id": None, "answer": None}
    (event,) = house.harness.events("scheduling.attendee.added.v1")
    assert event.data == {
        "session_id": session["id"],
        "engagement_id": str(house.engagement),
        "email": "anyone@example.net",
        "name": "",
        "person_id": None,
    }


def test_s1_10_only_who_attends_is_mailed(house: House) -> None:
    session = house.schedule(attendees=[{"email": "early@example.net"}])
    (request,) = house.requests()
    assert house.mailed("session_scheduled") == [COACH, CLIENT, "early@example.net"]
    assert addresses(event_in(ics_text(request))) == {a["email"] for a in session["attendees"]}


def test_s1_10_s1_17_who_is_new_is_invited_who_is_dropped_is_told_so_and_nobody_else_is_mailed(house: House) -> None:
    session = house.schedule(attendees=[{"email": "stays@example.net"}, {"email": "goes@example.net"}])
    after = house.attend(session, "new@example.net", "stays@example.net")
    assert after["ics_sequence"] == 1
    assert [a["email"] for a in after["attendees"]] == [COACH, CLIENT, "new@example.net", "stays@example.net"]
    assert house.mailed("session_scheduled")[4:] == ["new@example.net"]
    assert house.mailed("session_rescheduled") == []
    assert house.mailed("session_cancelled") == ["goes@example.net"]
    assert [e.data["email"] for e in house.harness.events("scheduling.attendee.removed.v1")] == ["goes@example.net"]


def test_c13_who_is_dropped_is_taken_off_the_meeting_which_is_not_cancelled(house: House) -> None:
    session = house.schedule(attendees=[{"email": "goes@example.net"}])
    house.attend(session)
    (request,) = house.requests("session_cancelled")
    event = event_in(ics_text(request))
    assert request["attachments"][0]["method"] == "CANCEL"
    assert (event["uid"], int(event["sequence"])) == (session["ics_uid"], 1)
    assert addresses(event) == {"goes@example.net"}
    assert "status" not in event
    assert house.get(session)["state"] == "scheduled"


def test_c25_every_mail_of_one_change_has_a_cause_of_its_own(house: House) -> None:
    session = house.schedule(attendees=[{"email": "goes@example.net"}])
    house.attend(session, "new@example.net")
    house.reschedule(session, "2026-12-02T10:00:00Z")
    house.update(session, location={"kind": "phone"})
    house.cancel(session)
    causes = [(r["key"], r["kind"], recipient["email"]) for r in house.requests() for recipient in r["recipients"]]
    assert len(causes) == len(set(causes))
    assert len({r["key"] for r in house.requests()}) == len(house.requests())


def test_an_address_is_the_same_whatever_its_case(house: House) -> None:
    session = house.schedule(attendees=[{"email": "Guest@Example.net"}])
    with pytest.raises(Invalid) as refused:
        house.attend(session, "a@example.net", "A@EXAMPLE.NET")
    assert refused.value.errors == {"attendees": {1: {"email": ["This address is in the list already."]}}}
    respelt = house.attend(session, "guest@example.net")
    assert respelt["attendees"][2]["email"] == "guest@example.net"
    assert house.harness.events("scheduling.attendee.removed.v1") == []
    assert len(house.harness.events("scheduling.attendee.added.v1")) == 1


def test_client_and_coach_are_in_it_already_and_cannot_be_dropped(house: House) -> None:
    session = house.schedule(attendees=[{"email": CLIENT.upper()}, {"email": COACH}])
    assert [a["email"] for a in session["attendees"]] == [COACH, CLIENT]
    assert house.attend(session) == session
    assert house.mailed("session_cancelled") == []


def test_the_same_list_again_changes_nothing(house: House) -> None:
    session = house.schedule(attendees=[{"email": "x@example.net", "name": "X"}, {"email": "y@example.net"}])
    before = len(house.harness.published())
    given = {"attendees": [{"email": "x@example.net", "name": "X"}, {"email": "y@example.net"}]}
    assert house.update({"id": session["id"]}, title=session["title"]) == session
    assert house.harness.call(calls.set_attendees, {"id": session["id"], **given}, house.coach) == session
    assert len(house.harness.published()) == before


def test_a_guest_who_becomes_the_client_by_address_is_mailed_once(house: House) -> None:
    session = house.schedule(attendees=[{"email": "leila@new.example.org"}])
    facts = people.client_facts(house.client, email="Leila@new.example.org")
    house.harness.feed("engagements.client.updated.v1", subject=house.client.id, sequence=2, data=facts)
    house.reschedule(session, "2026-12-04T10:00:00Z")
    assert house.mailed("session_rescheduled") == [COACH, "Leila@new.example.org"]
