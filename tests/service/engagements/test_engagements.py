"""Enrolling, listing, changing, assigning, ending, deleting engagements."""

from __future__ import annotations

import datetime as dt
from uuid import uuid4

import pytest

from contracts.actor import Actor
from contracts.calls import engagements as calls
from contracts.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from tests.service.engagements.house import House


def program(house: House, **given: object) -> dict[str, object]:
    wanted = {"name": "Leadership Transition", "description": "For new leaders.", "sessions_total": 10, **given}
    return house.call(calls.create_program, wanted)


def test_programs_are_written_changed_copied_and_archived(house: House) -> None:
    made = program(house)
    assert (made["name"], made["description"], made["sessions_total"]) == (
        "Leadership Transition",
        "For new leaders.",
        10,
    )
    changed = house.call(calls.update_program, {"id": made["id"], "sessions_total": 12}, if_match=1)
    assert (changed["sessions_total"], changed["version"]) == (12, 2)
    assert house.call(calls.update_program, {"id": made["id"], "sessions_total": 12}) == changed
    copied = house.call(calls.copy_program, {"id": made["id"]})
    assert (copied["name"], copied["sessions_total"]) == ("Leadership Transition (copy)", 12)
    with pytest.raises(Stale):
        house.call(calls.delete_program, {"id": made["id"]}, if_match=1)
    house.call(calls.delete_program, {"id": made["id"]}, if_match=2)
    with pytest.raises(NotFound):
        house.call(calls.get_program, {"id": made["id"]})
    assert house.call(calls.list_programs)["items"] == [copied]
    kinds = [event.type.split(".")[2] for event in house.harness.events() if ".program." in event.type]
    assert kinds == ["created", "updated", "created", "archived"]


def test_programs_of_a_full_length_name_can_be_copied(house: House) -> None:
    copied = house.call(calls.copy_program, {"id": program(house, name="x" * 150)["id"]})
    assert len(copied["name"]) == 150


def test_clients_see_no_programs(house: House) -> None:
    for call, given in [(calls.list_programs, {}), (calls.get_program, {"id": str(uuid4())})]:
        with pytest.raises(Forbidden):
            house.call(call, given, by=house.client)


def test_s2_11_an_engagement_shows_its_parties_dates_status_and_progress(house: House) -> None:
    shown = house.get()
    assert {key: shown[key] for key in shown if key not in ("id", "created_at", "updated_at")} == {
        "version": 1,
        "client": {"id": str(house.client.id), "name": "Leila Haddad", "portal": "internal_record"},
        "coach": {"id": str(house.coach.id), "name": "Judith Okonkwo"},
        "program_id": None,
        "program_name": "Business Coaching",
        "sessions_total": 16,
        "start_date": None,
        "end_date": None,
        "status": "not_started",
        "progress": {"completed": 0, "total": 16, "percent": 0},
        "completed_at": None,
        "ended_reason": None,
        "sessions_unused": None,
    }


def test_c11_an_engagement_is_a_copy_of_its_program(house: House) -> None:
    chosen = program(house)
    made = house.call(calls.create_engagement, {"client_id": str(house.client.id), "program_id": chosen["id"]})
    assert (made["program_name"], made["sessions_total"]) == ("Leadership Transition", 10)
    house.call(calls.update_program, {"id": chosen["id"], "name": "Renamed", "sessions_total": 3})
    house.call(calls.delete_program, {"id": chosen["id"]})
    assert house.get(made["id"]) == made


def test_c5_enrolling_an_internal_record_notifies_nobody(house: House) -> None:
    before = len(house.harness.requests())
    house.enrol(house.client)
    assert len(house.harness.requests()) == before


def test_enrolling_needs_a_program_or_a_name_and_dates_in_order(house: House) -> None:
    with pytest.raises(Invalid) as caught:
        house.call(calls.create_engagement, {"client_id": str(house.client.id)})
    assert "program_name" in caught.value.errors
    with pytest.raises(Invalid) as caught:
        house.enrol(house.client, start_date="2026-12-01", end_date="2026-11-30")
    assert "end_date" in caught.value.errors
    for field in ("client_id", "program_id", "coach_id"):
        with pytest.raises(NotFound):
            house.enrol(house.client, **{field: str(uuid4())})


def test_the_coach_of_a_new_engagement(house: House) -> None:
    other = house.coach_called("Tomas Herrera")
    unled = house.client_called("Marcus Whitfield", by=house.admin)
    assert house.enrol(house.client)["coach"]["id"] == str(house.coach.id)
    assert house.enrol(house.client, by=house.admin)["coach"]["id"] == str(house.coach.id)
    assert house.enrol(unled, by=house.admin)["coach"]["id"] == str(house.admin.id)
    assert house.enrol(unled, by=house.admin, coach_id=str(other.id))["coach"]["id"] == str(other.id)
    house.call(calls.deactivate_coach, {"id": str(house.coach_called("Gone Coach").id)}, by=house.admin)
    gone = house.call(calls.list_coaches, {"q": "gone"})["items"][0]["id"]
    with pytest.raises(Conflict):
        house.enrol(unled, by=house.admin, coach_id=gone)


def test_engagements_are_changed_field_by_field(house: House) -> None:
    given = {"id": house.engagement, "start_date": "2026-10-27", "sessions_total": 12}
    changed = house.call(calls.update_engagement, given, if_match=1)
    assert (changed["start_date"], changed["end_date"], changed["progress"]["total"]) == ("2026-10-27", None, 12)
    with pytest.raises(Stale):
        house.call(calls.update_engagement, {"id": house.engagement, "end_date": "2027-04-30"}, if_match=1)
    with pytest.raises(Invalid):
        house.call(calls.update_engagement, {"id": house.engagement, "end_date": "2026-10-26"})
    texts = {entry["text"] for entry in house.activity()}
    assert "changed the start and planned sessions of Business Coaching" in texts
    cleared = house.call(calls.update_engagement, {"id": house.engagement, "start_date": None})
    assert cleared["start_date"] is None
    assert len(house.harness.events("engagements.engagement.updated.v1")) == 2


def test_s2_3_the_list_is_filtered_by_status_coach_client_and_words(house: House) -> None:
    other = house.coach_called("Tomas Herrera")
    marcus = house.client_called("Marcus Ångström", by=house.admin)
    theirs = house.enrol(marcus, by=house.admin, coach_id=str(other.id), program_name="Executive Presence")["id"]
    started = house.enrol(house.client, program_name="First 90 Days")["id"]
    house.session(engagement=started)

    def found(**given: str) -> set[str]:
        return {item["id"] for item in house.call(calls.list_engagements, given, by=house.admin)["items"]}

    assert found() == {house.engagement, theirs, started}
    assert found(status="in_progress") == {started}
    assert found(coach_id=str(other.id)) == {theirs}
    assert found(client_id=str(house.client.id)) == {house.engagement, started}
    assert found(q="ÅNGSTRÖM") == {theirs}
    assert found(q="first 90") == {started}
    assert found(q="_") == set()
    assert found(q="haddad", status="not_started") == {house.engagement}


def test_lists_of_engagements_go_page_by_page_newest_first(house: House) -> None:
    ids = [house.engagement]
    for _ in range(4):
        house.clock.advance(seconds=1)
        ids.append(house.enrol(house.client)["id"])
    seen, cursor = [], None
    while True:
        answer = house.call(calls.list_client_engagements, {"id": str(house.client.id), "limit": 2, "cursor": cursor})
        seen += [item["id"] for item in answer["items"]]
        cursor = answer["next"]
        if cursor is None:
            break
    assert seen == ids[::-1]


def test_c10_assigning_tells_both_coaches_and_the_old_one_sees_nothing_from_then_on(house: House) -> None:
    other = house.coach_called("Tomas Herrera")
    house.session()
    given = {"id": house.engagement, "coach_id": str(other.id), "include_private_notes": True}
    assert house.call(calls.assign_engagement, given)["coach"]["name"] == "Tomas Herrera"
    (event,) = house.harness.events("engagements.engagement.assigned.v1")
    assert event.data["coach_id"] == str(other.id)
    assert event.data["previous_coach_id"] == str(house.coach.id)
    assert event.data["include_private_notes"] is True
    (request,) = house.harness.requests("coach_changed")
    assert {recipient["name"] for recipient in request["recipients"]} == {"Judith Okonkwo", "Tomas Herrera"}
    assert request["context"] == {"previous_coach_name": "Judith Okonkwo", "new_coach_name": "Tomas Herrera"}
    for call, id_ in [
        (calls.get_engagement, house.engagement),
        (calls.list_activity, house.engagement),
        (calls.get_client, str(house.client.id)),
    ]:
        with pytest.raises(NotFound):
            house.call(call, {"id": id_})
        house.call(call, {"id": id_}, by=other)
    assert house.call(calls.list_engagements)["items"] == []
    texts = [entry["text"] for entry in house.activity(by=other)]
    assert {"scheduled Session 1, Tue 24 Nov 10:00 CET", "enrolled Leila Haddad in Business Coaching"} < set(texts)


def test_c10_whether_private_notes_go_along_is_in_the_log_for_staff(house: House) -> None:
    other = house.coach_called("Tomas Herrera")
    house.clock.advance(minutes=1)
    house.call(calls.assign_engagement, {"id": house.engagement, "coach_id": str(other.id)})
    entry = house.activity(by=other)[0]
    assert entry["text"] == "assigned Business Coaching from Judith Okonkwo to Tomas Herrera"
    assert entry["detail"] == "The private notes do not go along."
    assert house.activity(by=house.client)[0]["detail"] is None


def test_c10_a_client_with_another_engagement_of_the_old_coach_stays_theirs(house: House) -> None:
    other = house.coach_called("Tomas Herrera")
    house.enrol(house.client, program_name="First 90 Days")
    house.call(calls.assign_engagement, {"id": house.engagement, "coach_id": str(other.id)})
    assert house.call(calls.get_client, {"id": str(house.client.id)})["coach_id"] == str(house.coach.id)


def test_s2_9_only_another_active_coach_can_take_over(house: House) -> None:
    gone = house.coach_called("Gone Coach")
    house.call(calls.deactivate_coach, {"id": str(gone.id)}, by=house.admin)
    for coach_id, error in [
        (house.coach.id, Conflict),
        (gone.id, Conflict),
        (house.client.id, NotFound),
        (uuid4(), NotFound),
    ]:
        with pytest.raises(error):
            house.call(calls.assign_engagement, {"id": house.engagement, "coach_id": str(coach_id)})


def test_c8_ending_early_keeps_the_reason_and_the_sessions_unused_and_can_be_undone(house: House) -> None:
    house.hold_session()
    ended = house.call(calls.complete_engagement, {"id": house.engagement, "reason": "The agreement was terminated."})
    assert (ended["status"], ended["ended_reason"], ended["sessions_unused"]) == (
        "completed",
        "The agreement was terminated.",
        15,
    )
    with pytest.raises(Conflict):
        house.call(calls.complete_engagement, {"id": house.engagement})
    reopened = house.call(calls.reopen_engagement, {"id": house.engagement})
    assert (reopened["status"], reopened["ended_reason"], reopened["completed_at"]) == ("in_progress", None, None)
    with pytest.raises(Conflict):
        house.call(calls.reopen_engagement, {"id": house.engagement})


def test_c8_an_engagement_that_never_started_reopens_as_not_started(house: House) -> None:
    house.call(calls.complete_engagement, {"id": house.engagement})
    assert house.call(calls.reopen_engagement, {"id": house.engagement})["status"] == "not_started"


def test_c9_a_deleted_engagement_is_nowhere_until_it_is_restored_as_it_was(house: House) -> None:
    house.session()
    before = house.get()
    house.call(calls.delete_engagement, {"id": house.engagement})
    with pytest.raises(NotFound):
        house.get()
    assert house.call(calls.list_engagements)["items"] == []
    assert house.call(calls.list_client_engagements, {"id": str(house.client.id)})["items"] == []
    with pytest.raises(NotFound):
        house.call(calls.delete_engagement, {"id": house.engagement})
    assert house.harness.events("engagements.engagement.deleted.v1")[0].data["deleted"] is True
    house.clock.advance(days=29)
    restored = house.call(calls.restore_engagement, {"id": house.engagement})
    unstable = ("version", "updated_at")
    assert {k: v for k, v in restored.items() if k not in unstable} == {
        k: v for k, v in before.items() if k not in unstable
    }
    with pytest.raises(Conflict):
        house.call(calls.restore_engagement, {"id": house.engagement})
    assert house.harness.events("engagements.engagement.restored.v1")[0].data["deleted"] is False


def test_c9_after_thirty_days_it_is_gone(house: House) -> None:
    house.call(calls.delete_engagement, {"id": house.engagement})
    house.clock.advance(days=30)
    with pytest.raises(NotFound):
        house.call(calls.restore_engagement, {"id": house.engagement})


@pytest.mark.parametrize(
    ("what", "state"), [("sent", "sent"), ("partially_paid", "partially_paid"), ("overdue", "overdue")]
)
def test_c9_unpaid_sent_invoices_keep_it_and_are_named(house: House, what: str, state: str) -> None:
    invoice = house.invoice(what, state)
    with pytest.raises(Conflict, match="2026-0114") as caught:
        house.call(calls.delete_engagement, {"id": house.engagement})
    assert caught.value.rule == "C9"
    house.invoice("paid", "paid", invoice=invoice, sequence=2)
    house.invoice("sent", "sent", invoice=invoice, sequence=1)
    house.call(calls.delete_engagement, {"id": house.engagement})


@pytest.mark.parametrize(("what", "state"), [("created", "draft"), ("voided", "void"), ("paid", "paid")])
def test_c9_drafts_void_and_paid_invoices_do_not_keep_it(house: House, what: str, state: str) -> None:
    house.invoice(what, state)
    house.call(calls.delete_engagement, {"id": house.engagement})


def test_a_command_repeated_under_one_key_is_done_once(house: House) -> None:
    given = {"client_id": str(house.client.id), "program_name": "Once"}
    first = house.call(calls.create_engagement, given, key="one")
    assert house.call(calls.create_engagement, given, key="one") == first
    assert len(house.call(calls.list_engagements, {"q": "once"})["items"]) == 1


def test_an_engagement_is_quiet_after_weeks_without_a_session_and_with_none_to_come(house: House) -> None:
    """How many weeks is the organisation's setting."""

    def quiet(by: Actor | None = None) -> list[str]:
        listed = house.call(calls.list_engagements, {"quiet": True}, by=by)
        return [engagement["id"] for engagement in listed["items"]]

    assert quiet() == [], "it has only just begun"
    house.clock.advance(seconds=28 * 24 * 3600)
    assert quiet() == quiet(house.admin) == [house.engagement]
    assert quiet(house.coach_called("Nobody Yet")) == []
    session = house.session(starts_at=house.clock.now() + dt.timedelta(days=3))
    assert quiet() == []
    house.session("cancelled", session=session, sequence=2, starts_at=house.clock.now() + dt.timedelta(days=3))
    assert quiet() == [house.engagement]
    held = house.clock.now() - dt.timedelta(days=27)
    house.session("completed", starts_at=held)
    assert quiet() == []
    house.clock.advance(seconds=2 * 24 * 3600)
    assert quiet() == [house.engagement]
    house.call(calls.update_organisation, {"quiet_after_weeks": 5}, by=house.admin)
    assert quiet() == []
    house.call(calls.update_organisation, {"quiet_after_weeks": 1}, by=house.admin)
    house.call(calls.complete_engagement, {"id": house.engagement, "reason": "Over."})
    assert quiet() == []
