"""Attendees answer their invites by METHOD:REPLY (RFC 5546 §3.2.3), which a mail gateway brings (C13, C22)."""

from __future__ import annotations

from typing import Any

import pytest

from contracts.actor import Actor
from contracts.calls import calendar_replies as calls
from contracts.errors import Conflict, Forbidden, Invalid, NotFound
from tests.service.scheduling.house import House, event_in, ics_text

LATER = "2026-12-02T15:00:00Z"


def reply_of(session: Any, email: str, answer: str = "ACCEPTED", *, sequence: int = 0, stamp: str = "120000") -> str:
    """What a calendar program mails back."""
    lines = [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Example//Calendar//EN", "METHOD:REPLY", "BEGIN:VEVENT",
        f"UID:{session['ics_uid']}", f"SEQUENCE:{sequence}", f"DTSTAMP:20261125T{stamp}Z", "DTSTART:20261201T150000Z",
        f"ORGANIZER:mailto:{session['attendees'][0]['email']}", f"ATTENDEE;PARTSTAT={answer}:mailto:{email}",
        "END:VEVENT", "END:VCALENDAR", "",
    ]  # fmt: skip
    return "\r\n".join(lines)


def take(house: House, content: str, by: Actor | None = None) -> Any:
    return house.harness.call(calls.take_reply, {"content": content}, by or house.coach)


def answers(house: House, session: Any) -> dict[str, str | None]:
    return {one["email"]: one["answer"] for one in house.get(session)["attendees"]}


def client_of(session: Any) -> str:
    return str(session["attendees"][1]["email"])


def test_the_answers_of_the_client_and_of_a_guest_are_told_apart(house: House) -> None:
    session = house.schedule(attendees=[{"email": "zoe@example.org", "name": "Zoë"}])
    client = client_of(session)
    assert take(house, reply_of(session, client))["answer"] == "accepted"
    assert take(house, reply_of(session, "ZOE@Example.org", "TENTATIVE"))["name"] == "Zoë"
    coach = session["attendees"][0]["email"]
    assert answers(house, session) == {coach: None, client: "accepted", "zoe@example.org": "tentative"}
    told = house.harness.events("scheduling.attendee.replied.v1")
    assert [(event.data["email"], event.data["answer"]) for event in told] == [
        (client, "accepted"), ("zoe@example.org", "tentative"),
    ]  # fmt: skip


def test_c13_a_move_makes_answers_void_and_a_reply_to_the_time_before_is_refused(house: House) -> None:
    session = house.schedule()
    client = client_of(session)
    take(house, reply_of(session, client))
    house.reschedule(session, LATER)
    assert answers(house, session)[client] is None
    with pytest.raises(Conflict, match="another time") as refused:
        take(house, reply_of(session, client, sequence=0))
    assert refused.value.rule == "C13"
    take(house, reply_of(session, client, "DECLINED", sequence=1))
    assert answers(house, session)[client] == "declined"


def test_another_place_keeps_the_answers_and_takes_a_reply_to_the_invite_before(house: House) -> None:
    session = house.schedule(attendees=[{"email": "zoe@example.org"}])
    take(house, reply_of(session, client_of(session)))
    moved = house.update(session, location={"kind": "phone", "detail": "+49 30 1234"})
    assert moved["ics_sequence"] == 1
    take(house, reply_of(session, "zoe@example.org", sequence=0))
    assert set(answers(house, session).values()) == {None, "accepted"}


def test_an_update_does_not_ask_again_whoever_has_answered(house: House) -> None:
    session = house.schedule(attendees=[{"email": "zoe@example.org"}])
    take(house, reply_of(session, "zoe@example.org"))
    house.update(session, location={"kind": "phone", "detail": "+49 30 1234"})
    (request,) = house.requests("session_rescheduled")
    invited = {str(one): one.params for one in event_in(ics_text(request))["attendee"]}
    zoe, client = invited["mailto:zoe@example.org"], invited[f"mailto:{client_of(session)}"]
    assert (zoe["PARTSTAT"], zoe.get("RSVP")) == ("ACCEPTED", None)
    assert (client["PARTSTAT"], client["RSVP"]) == ("NEEDS-ACTION", "TRUE")


def test_the_newest_answer_counts_in_whatever_order_they_come(house: House) -> None:
    session = house.schedule()
    client = client_of(session)
    take(house, reply_of(session, client, "ACCEPTED", stamp="120000"))
    take(house, reply_of(session, client, "ACCEPTED", stamp="140000"))
    with pytest.raises(Conflict, match="newer"):
        take(house, reply_of(session, client, "DECLINED", stamp="130000"))
    take(house, reply_of(session, client, "ACCEPTED", stamp="140000"))
    assert answers(house, session)[client] == "accepted"
    assert len(house.harness.events("scheduling.attendee.replied.v1")) == 1, "the same answer is no news"


def test_who_is_taken_off_and_added_again_has_not_answered(house: House) -> None:
    session = house.schedule(attendees=[{"email": "zoe@example.org"}])
    take(house, reply_of(session, "zoe@example.org"))
    house.attend(session)
    house.attend(session, "zoe@example.org")
    assert answers(house, session)["zoe@example.org"] is None


def test_only_who_is_invited_answers_and_only_to_what_is_to_come(house: House) -> None:
    session = house.schedule()
    for email in ("stranger@example.org", session["attendees"][0]["email"]):
        with pytest.raises(NotFound):
            take(house, reply_of(session, email))
    house.cancel(session)
    with pytest.raises(Conflict, match="cancelled"):
        take(house, reply_of(session, client_of(session)))


def test_c22_staff_bring_replies_to_own_sessions_alone(house: House) -> None:
    session = house.schedule()
    content = reply_of(session, client_of(session))
    with pytest.raises(NotFound):
        take(house, content, house.coach_called("Carl Colleague"))
    with pytest.raises(Forbidden):
        take(house, content, house.client)
    assert set(answers(house, session).values()) == {None}


@pytest.mark.parametrize("uid", ["", "no-uuid@coachworks", "5d8c2f8e-1f57-4f0c-9a0b-7f1d2a3b4c5d@elsewhere"])
def test_a_reply_to_what_is_not_ours_is_not_found(house: House, uid: str) -> None:
    session = house.schedule()
    with pytest.raises(NotFound):
        take(house, reply_of({**session, "ics_uid": uid}, client_of(session)))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("METHOD:REPLY", "METHOD:REQUEST"),
        ("METHOD:REPLY\r\n", ""),
        ("BEGIN:VCALENDAR", "BEGIN:NOTHING"),
        ("PARTSTAT=ACCEPTED", "PARTSTAT=DELEGATED"),
        ("PARTSTAT=ACCEPTED", "ROLE=CHAIR"),
        ("ATTENDEE;", "ATTENDEE;PARTSTAT=ACCEPTED:mailto:two@example.org\r\nATTENDEE;"),
        ("SEQUENCE:0", "SEQUENCE:soon"),
        ("DTSTAMP:20261125T120000Z", "DTSTAMP:20261125"),
        ("DTSTAMP:20261125T120000Z\r\n", ""),
        ("DTSTART", "RECURRENCE-ID:20261201T150000Z\r\nDTSTART"),
        (":mailto:", ":tel:"),
        ("END:VCALENDAR\r\n", ""),
    ],
)
def test_what_is_no_reply_of_one_attendee_is_refused_and_changes_nothing(house: House, before: str, after: str) -> None:
    session = house.schedule()
    content = reply_of(session, client_of(session))
    assert before in content
    with pytest.raises(Invalid) as refused:
        take(house, content.replace(before, after))
    assert list(refused.value.errors) == ["content"]
    assert set(answers(house, session).values()) == {None}
