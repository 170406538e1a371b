"""From a request to the queue: one mail per cause and recipient, the gate on the way in, the log and who sees it."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import uuid4

import pytest

from contracts.actor import Actor
from contracts.calls import notifications as calls
from contracts.errors import Conflict, Forbidden, Invalid, NotFound, Unauthenticated
from tests.service.notifications.house import GUEST, TOKEN, House
from tests.support import people


def test_a_request_becomes_one_queued_mail_per_recipient(house: House) -> None:
    house.session_mail("session_scheduled", uuid4(), house.client, house.coach, GUEST)
    log = house.log()
    assert {each["state"] for each in log} == {"queued"}
    assert {each["recipient"] for each in log} == {
        "leila.haddad@example.org", "judith.okonkwo@example.org", "tomas.herrera@example.net",
    }  # fmt: skip
    assert {each["recipient_portal"] for each in log} == {"active", "staff", "outsider"}
    assert {each["program_name"] for each in log} == {"Business Coaching"}
    assert all(each["client_id"] == str(house.client.id) for each in log)
    assert log[0]["attachments"] == [{"filename": "invite.ics", "content_type": "text/calendar"}]


def test_c25_the_same_cause_kind_and_recipient_is_queued_once(house: House) -> None:
    for _ in range(3):
        house.request("invoice", house.client, key="invoice/1/sent")
    house.request("invoice", house.client, GUEST, key="invoice/1/sent")
    house.request("payment_received", house.client, key="invoice/1/sent")
    house.request("invoice", house.client, key="invoice/2/sent")
    assert sorted((each["kind"], each["recipient"]) for each in house.log()) == [
        ("invoice", "leila.haddad@example.org"),
        ("invoice", "leila.haddad@example.org"),
        ("invoice", "tomas.herrera@example.net"),
        ("payment_received", "leila.haddad@example.org"),
    ]


def test_c25_an_address_and_the_person_behind_it_are_one_recipient_whatever_its_case(house: House) -> None:
    house.request(
        "invoice", house.client, {"email": "Leila.HADDAD@example.org"}, GUEST, {"email": GUEST["email"].upper()}
    )
    assert len(house.log()) == 2


def test_c2_a_refusal_is_logged_with_its_rule_and_published(house: House) -> None:
    record = house.client_called("Marcus Whitfield", "internal_record")
    house.session_mail("session_cancelled", uuid4(), record, engagement_id=house.engagement_of(record))
    refused = house.only(state="refused")
    assert refused["rule"] == "C4"
    assert "six kinds" in refused["reason"]
    assert refused["subject"] == "Cancelled: your session on Tue 1 December, 15:30 GMT"
    (event,) = house.harness.events("notifications.notification.refused.v1")
    assert (event.data["rule"], event.data["recipient"]) == ("C4", "marcus.whitfield@example.org")
    assert event.sequence == refused["version"] == 1
    assert house.send() == 0


def test_c1_who_is_added_by_the_address_of_an_internal_record_is_that_record(house: House) -> None:
    house.client_called("Marcus Whitfield", "internal_record")
    house.session_mail("session_cancelled", uuid4(), {"email": "marcus.whitfield@example.org", "name": "M."})
    assert house.only()["rule"] == "C4"


def test_c4_the_setting_lets_cancellations_through(house: House) -> None:
    house.organisation_is(cancellations_to_internal_records=True)
    house.session_mail("session_cancelled", uuid4(), house.client_called("Marcus Whitfield", "internal_record"))
    assert house.only()["state"] == "queued"


def test_c3_what_is_automatic_is_refused_to_an_internal_record(house: House) -> None:
    record = house.client_called("Marcus Whitfield", "internal_record")
    house.request("resource_shared", record, origin="automatic")
    house.session_mail("session_scheduled", uuid4(), record, origin="automatic")
    refused = {each["kind"]: each["rule"] for each in house.log(state="refused")}
    assert refused == {"resource_shared": "S1.2", "session_scheduled": "C3"}


def test_c6_a_mail_about_a_cancelled_session_is_cancelled_on_queueing(house: House) -> None:
    session = uuid4()
    house.session_is(session)
    house.session_is(session, state="cancelled", ics_sequence=1)
    house.session_mail("session_scheduled", session, house.client)
    cancelled = house.only()
    assert (cancelled["state"], cancelled["rule"]) == ("cancelled", "C6")
    assert len(house.harness.events("notifications.notification.cancelled.v1")) == 1


def test_a_request_that_names_somebody_unknown_waits_for_the_event_that_brings_them(house: House) -> None:
    stranger = people.client("Not Yet Known")
    with pytest.raises(NotFound) as caught:
        house.request("invoice", stranger)
    assert caught.value.awaited
    assert house.log() == []


def test_a_mail_for_later_is_scheduled(house: House) -> None:
    later = house.harness.clock.now() + dt.timedelta(hours=2)
    house.request("invoice", house.client, send_at=later)
    scheduled = house.only(state="scheduled")
    assert scheduled["next_attempt_at"] == "2026-11-24T11:00:00Z"
    assert house.send() == 0


def test_c22_a_coach_sees_the_mails_of_own_engagements_only(house: House) -> None:
    other = people.coach("Samuel Adler")
    house.coach_is(other)
    house.request("invoice", house.client)
    house.request("password_reset", house.client, engagement_id=None, origin="automatic")
    assert [each["kind"] for each in house.log(house.coach)] == ["invoice"]
    assert house.log(other) == []
    id_ = house.only(kind="invoice")["id"]
    with pytest.raises(NotFound):
        house.detail(id_, other)
    with pytest.raises(NotFound):
        house.harness.call(calls.retry_notification, {"id": id_}, actor=other)
    with pytest.raises(NotFound):
        house.detail(house.only(kind="password_reset")["id"], house.coach)


def test_a_client_may_not_read_the_log_and_nobody_without_signing_in(house: House) -> None:
    with pytest.raises(Forbidden):
        house.log(house.client)
    with pytest.raises(Unauthenticated):
        house.harness.call(calls.list_notifications, {})


def test_the_log_is_filtered_and_paged_newest_first(house: House) -> None:
    other = house.client_called("Grace Mbeki", "invited")
    engagement = house.engagement_of(other)
    for _ in range(3):
        house.request("invoice", house.client)
        house.harness.clock.advance(seconds=1)
    house.request("resource_shared", other, engagement_id=engagement, origin="automatic")
    assert len(house.log(engagement_id=str(engagement))) == 1
    assert len(house.log(client_id=str(house.client.id))) == 3
    assert [each["rule"] for each in house.log(kind="resource_shared")] == ["C1"]
    assert len(house.log(state="queued")) == 3
    first = house.harness.call(calls.list_notifications, {"limit": 3}, actor=people.ADMIN)
    rest = house.harness.call(calls.list_notifications, {"limit": 3, "cursor": first["next"]}, actor=people.ADMIN)
    times = [each["created_at"] for each in first["items"] + rest["items"]]
    assert len(times) == 4
    assert times == sorted(times, reverse=True)
    assert rest["next"] is None
    with pytest.raises(Invalid):
        house.log(state="lost")


def test_the_log_counts_the_mails_of_each_state_on_all_pages_that_its_reader_sees(house: House) -> None:
    for _ in range(3):
        house.request("invoice", house.client)
    house.request("password_reset", house.client, engagement_id=None, origin="automatic")

    def counts(actor: Actor = people.ADMIN, **filters: Any) -> dict[str, int]:
        answer = house.harness.call(calls.list_notifications, {"limit": 1, **filters}, actor=actor)
        return {state: count for state, count in answer["counts"].items() if count}

    assert counts() == counts(state="sent") == {"queued": 4}
    assert counts(kind="invoice") == counts(house.coach) == {"queued": 3}


@pytest.mark.parametrize("kind", ["invitation", "password_reset"])
def test_c19_a_link_that_opens_an_account_is_never_shown(house: House, kind: str) -> None:
    reader = house.client_called("Grace Mbeki", "invited") if kind == "invitation" else house.client
    house.request(kind, reader, origin="staff")
    shown = house.detail(house.only()["id"])
    assert TOKEN not in str(shown)
    assert "https://coach.example/…" in shown["text"]


def test_only_a_failed_mail_can_be_tried_again(house: House) -> None:
    house.request("invoice", house.client)
    with pytest.raises(Conflict):
        house.harness.call(calls.retry_notification, {"id": house.only()["id"]}, actor=house.coach)


def test_c3_dialogs_are_told_beforehand_who_gets_a_mail_and_who_does_not(house: House) -> None:
    record = house.client_called("Marcus Whitfield", "internal_record")
    engagement = house.engagement_of(record)
    asked = {"engagement_id": str(engagement), "kind": "session_cancelled"}
    verdicts = house.harness.call(calls.may_notify, asked, actor=house.coach)["verdicts"]
    assert [(each["recipient"]["name"], each["allowed"], each["rule"]) for each in verdicts] == [
        ("Marcus Whitfield", False, "C4"),
        ("Judith Okonkwo", True, "C2"),
    ]
    asked["recipients"] = [{"email": GUEST["email"], "name": "Tomás"}, {"email": "marcus.whitfield@example.org"}]
    verdicts = house.harness.call(calls.may_notify, asked, actor=house.coach)["verdicts"]
    assert [(each["recipient"]["name"], each["allowed"]) for each in verdicts] == [
        ("Tomás", True),
        ("Marcus Whitfield", False),
    ]
    assert house.log() == []


def test_c22_the_gate_names_no_client_of_another_coach(house: House) -> None:
    other = people.coach("Samuel Adler")
    house.coach_is(other)
    theirs = house.engagement_of(house.client_called("Grace Mbeki", "active"), other)
    asked = {"engagement_id": str(house.engagement), "kind": "invoice"}
    recipients = [{"email": "grace.mbeki@example.org"}]
    (verdict,) = house.harness.call(calls.may_notify, {**asked, "recipients": recipients}, actor=house.coach)[
        "verdicts"
    ]
    assert verdict["recipient"] == {"person_id": None, "name": "", "email": "grace.mbeki@example.org"}
    with pytest.raises(NotFound):
        house.harness.call(calls.may_notify, {**asked, "engagement_id": str(theirs)}, actor=house.coach)
    with pytest.raises(Forbidden):
        house.harness.call(calls.may_notify, asked, actor=house.client)
    with pytest.raises(Invalid):
        house.harness.call(calls.may_notify, {**asked, "recipients": [{"name": "Nobody"}]}, actor=house.coach)


def test_older_news_of_a_person_does_not_undo_newer(house: House) -> None:
    client = people.client("Grace Mbeki")
    for sequence, portal in ((2, "active"), (1, "internal_record")):
        data = people.client_facts(client, portal=portal)
        house.harness.feed("engagements.client.updated.v1", subject=client.id, sequence=sequence, data=data)
    house.request("resource_shared", client, origin="automatic")
    assert house.only()["state"] == "queued"
