"""Exporting and erasing a client (rule C24), as engagements does its part and keeps the account of the others'."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.calls import assignments as assignment_calls
from contracts.calls import engagements as calls
from contracts.calls import erasures as erasure_calls
from contracts.calls import feedback as feedback_calls
from contracts.calls import goals as goal_calls
from contracts.calls import items as item_calls
from contracts.calls import notes as note_calls
from contracts.errors import Conflict, Forbidden, NotFound, Unauthenticated
from contracts.events import SERVICES
from tests.service.engagements.house import House
from tests.support.traces import relayed, traces

CANARY = "canary-7391"
ADDRESS = "leila.haddad@example.org"
NAMED = ("Leila", "Haddad", ADDRESS, "+49 30 5550", "Partners GmbH", CANARY)
OTHERS = [service for service in SERVICES if service != "engagements"]


@pytest.fixture
def lived(house: House) -> House:
    """A client of whom much was written, in an engagement that is over; she also helped in another's."""
    profile = {"phone": "+49 30 5550", "company": "Partners GmbH", "name": "Leila Haddad"}
    house.call(calls.update_client, {"id": str(house.client.id), **profile})
    house.activate()
    here = {"engagement_id": house.engagement}
    note = house.call(note_calls.create_note, {**here, "title": f"Note {CANARY}", "body": f"<p>{CANARY}</p>"})
    house.call(note_calls.share_note, {"id": note["id"]})
    house.call(note_calls.add_note_comment, {"id": note["id"], "body": CANARY}, by=house.client)
    goal = house.call(goal_calls.create_goal, {**here, "name": f"Goal {CANARY}", "description": CANARY})
    house.call(goal_calls.create_milestone, {"goal_id": goal["id"], "name": f"Step {CANARY}"})
    house.call(feedback_calls.add_stakeholder, {"id": goal["id"], "email": f"{CANARY}@example.org"})
    house.call(feedback_calls.request_feedback, {"id": goal["id"]})
    token = house.token_of_last("feedback_request")
    house.public(feedback_calls.answer_feedback, {"token": token, "rating": 4, "comment": CANARY})
    task = house.call(assignment_calls.create_assignment, {**here, "name": CANARY, "description": CANARY})
    link = {"url": f"https://example.org/{CANARY}", "title": CANARY, "message": CANARY}
    house.call(assignment_calls.add_assignment_file, {"id": task["id"], **link})
    item = house.call(
        item_calls.create_item, {"engagement_id": house.engagement, "kind": "task", "title": f"Task {CANARY}"}
    )
    to_client = [{"email": ADDRESS, "name": "Leila Haddad"}]
    house.call(item_calls.write_item_recipients, {"id": item["id"], "recipients": to_client})
    house.session(title=f"About {CANARY}", location={"kind": "phone", "detail": CANARY, "href": None})
    tell_of_file(house)
    _help_another(house)
    house.call(calls.complete_engagement, {"id": house.engagement, "reason": CANARY})
    relayed(house.harness)
    return house


def _help_another(house: House) -> None:
    other = house.enrol(house.client_called("Omar Aziz"))
    goal = house.call(goal_calls.create_goal, {"engagement_id": other["id"], "name": "Speak up"})
    house.call(feedback_calls.add_stakeholder, {"id": goal["id"], "email": ADDRESS.upper(), "name": "Leila Haddad"})
    item = house.call(item_calls.create_item, {"engagement_id": other["id"], "kind": "task", "title": "Read this"})
    to_her = [{"email": ADDRESS, "name": "Leila Haddad"}]
    house.call(item_calls.write_item_recipients, {"id": item["id"], "recipients": to_her})
    facts = {"session_id": uuid4(), "engagement_id": UUID(other["id"]), "email": ADDRESS, "name": "", "person_id": None}
    house.harness.feed("scheduling.attendee.added.v1", subject=uuid4(), data=facts, actor=house.coach)


def tell_of_file(house: House) -> None:
    facts = {"name": f"{CANARY}.pdf", "content_type": "application/pdf", "size": 9, "engagement_id": house.engagement}
    house.harness.feed("documents.file.uploaded.v1", subject=uuid4(), data=facts)


def erase(house: House, **options: Any) -> Any:
    return house.call(erasure_calls.erase_client, {"id": str(house.client.id)}, by=house.admin, **options)


def progress(house: House) -> Any:
    return house.call(erasure_calls.get_client_erasure, {"id": str(house.client.id)}, by=house.admin)


def tell_done(house: House, service: str) -> None:
    house.harness.feed(f"{service}.client.erased.v1", subject=house.client.id, data={})


def test_c24_nothing_is_left_that_names_the_client_or_was_written_about_it(lived: House) -> None:
    assert len(traces(lived.harness.database, *NAMED)) > 20, "else there is nothing to be erased"
    erase(lived)
    assert traces(lived.harness.database, *NAMED) == []


def test_c24_what_others_have_of_it_stays_without_its_address(lived: House) -> None:
    erase(lived)
    others = lived.call(calls.list_engagements, {})["items"]
    (goal,) = lived.call(goal_calls.list_goals, {"engagement_id": others[0]["id"]})["items"]
    (stakeholder,) = lived.call(feedback_calls.list_stakeholders, {"id": goal["id"]})["items"]
    assert (stakeholder["email"], stakeholder["name"]) == (f"{lived.client.id}@erased.invalid", "")


def test_c24_it_is_done_only_when_every_service_has_said_so(lived: House) -> None:
    begun = erase(lived)
    assert begun["state"] == "running"
    assert begun["services"] == {"engagements": "done", **dict.fromkeys(OTHERS, "running")}
    for service in OTHERS:
        assert progress(lived)["state"] == "running"
        lived.clock.advance(seconds=5)
        tell_done(lived, service)
    done = progress(lived)
    assert done["services"] == dict.fromkeys(SERVICES, "done")
    assert (done["state"], done["done_at"]) == ("done", "2026-11-24T09:00:21Z")


def test_c24_the_others_are_told_with_what_is_left_of_it(lived: House) -> None:
    erase(lived)
    (told,) = lived.harness.events("engagements.client.erased.v1")
    assert told.data == {
        "name": "Erased client", "email": f"{lived.client.id}@erased.invalid", "time_zone": "UTC", "locale": "en",
        "portal": "disabled", "coach_id": None, "company": None,
    }  # fmt: skip
    (gone,) = lived.harness.events("engagements.engagement.deleted.v1")
    assert gone.data["program_name"] == "Engagement"
    assert lived.harness.requests() == [], "nobody is mailed"


def test_c24_refused_while_an_engagement_goes_on(house: House) -> None:
    with pytest.raises(Conflict, match=r"not completed: Business Coaching") as refused:
        erase(house)
    assert refused.value.rule == "C24"
    assert house.portal_of() == "internal_record"


def test_c24_refused_while_a_sent_invoice_is_not_paid(lived: House) -> None:
    invoice = lived.invoice("sent", "sent")
    with pytest.raises(Conflict, match=r"unpaid invoices: 2026-0114"):
        erase(lived)
    lived.invoice("paid", "paid", invoice=invoice, sequence=2)
    assert erase(lived)["state"] == "running"


def test_c24_a_deleted_engagement_does_not_stand_in_the_way_and_never_comes_back(house: House) -> None:
    house.call(calls.delete_engagement, {"id": house.engagement})
    erase(house)
    with pytest.raises(Conflict, match="was erased"):
        house.call(calls.restore_engagement, {"id": house.engagement}, by=house.admin)


@pytest.mark.parametrize(
    "call",
    [erasure_calls.erase_client, erasure_calls.request_client_export, erasure_calls.export_from_engagements],
)
def test_c24_only_admins_export_and_erase(lived: House, call: Any) -> None:
    for who in (lived.coach, lived.client):
        with pytest.raises(Forbidden):
            lived.call(call, {"id": str(lived.client.id)}, by=who)


def test_c24_an_erased_client_is_not_listed_and_cannot_be_changed_or_enrolled(lived: House) -> None:
    erase(lived)
    client = {"id": str(lived.client.id)}
    listed = lived.call(calls.list_clients, {}, by=lived.admin)["items"]
    assert [one["name"] for one in listed] == ["Omar Aziz"]
    assert lived.call(calls.get_client, client, by=lived.admin)["erased_at"] is not None
    for again in (
        lambda: lived.call(calls.update_client, {**client, "name": "Leila Haddad"}, by=lived.admin),
        lambda: lived.call(calls.enable_client, client, by=lived.admin),
        lambda: lived.enrol(lived.client, by=lived.admin),
        lambda: lived.call(calls.update_me, {"name": "Leila Haddad"}, by=lived.client),
        lambda: lived.call(erasure_calls.request_client_export, client, by=lived.admin),
        lambda: erase(lived),
    ):
        with pytest.raises(Conflict, match="was erased"):
            again()
    imported = f"name,email\nLeila Haddad,{lived.client.id}@erased.invalid"
    answer = lived.call(calls.import_clients, {"content": imported}, by=lived.admin)
    assert (answer["updated"], len(answer["rejected"])) == (0, 1)


def test_c24_it_signs_in_no_more_and_its_address_is_free(lived: House) -> None:
    token = lived.sign_in(ADDRESS, "seven wet otters swim")["token"]
    erase(lived)
    with pytest.raises(Unauthenticated):
        lived.authenticate(token)
    with pytest.raises(Unauthenticated):
        lived.sign_in(ADDRESS, "seven wet otters swim")
    again = lived.client_called("Leila Haddad")
    assert again.id != lived.client.id


LATE: list[Callable[[House], Any]] = [
    lambda house: house.session(title=CANARY, location={"kind": "phone", "detail": CANARY, "href": None}),
    tell_of_file,
    lambda house: house.harness.feed(
        "scheduling.attendee.added.v1",
        subject=uuid4(),
        data={"session_id": uuid4(), "engagement_id": UUID(house.engagement), "email": ADDRESS, "name": CANARY},
    ),
    lambda house: house.harness.feed(
        "documents.resource.shared.v1",
        subject=uuid4(),
        data={"engagement_id": UUID(house.engagement), "file_id": uuid4(), "name": CANARY, "by_client": True},
    ),
]


@pytest.mark.parametrize("late", LATE)
def test_c24_what_comes_late_brings_nothing_back(lived: House, late: Callable[[House], Any]) -> None:
    erase(lived)
    late(lived)
    assert traces(lived.harness.database, *NAMED) == []


def test_c24_what_was_written_in_the_same_moment_goes_when_the_others_have_done_their_part(lived: House) -> None:
    note = lived.call(note_calls.list_notes, {"engagement_id": lived.engagement})["items"][0]
    erase(lived)
    with lived.harness.runtime.work() as work:
        from services.engagements.goals.models import Goal

        late = {"name": CANARY, "description": "", "by_client": False}
        work.add(Goal(id=UUID(note["id"]), engagement_id=UUID(lived.engagement), **late))
    tell_done(lived, "billing")
    assert traces(lived.harness.database, *NAMED) == []


def test_c24_an_export_holds_what_was_written_and_no_secret(lived: House) -> None:
    asked = lived.call(erasure_calls.request_client_export, {"id": str(lived.client.id)}, by=lived.admin)
    given = {"id": str(lived.client.id)}
    assert lived.call(erasure_calls.get_client_export, given, by=lived.admin) == asked
    data = lived.call(erasure_calls.export_from_engagements, given, by=lived.admin)["data"]
    assert data["client"]["phone"] == "+49 30 5550"
    assert data["notes"][0]["body"] == f"<p>{CANARY}</p>"
    assert [one["comment"] for one in data["feedback"]] == [CANARY]
    for part in ("comments", "goals", "milestones", "stakeholders", "assignments", "program_items", "activity"):
        assert data[part], part
    text = json.dumps(data)
    assert "argon2" not in text
    assert "token_digest" not in text


def test_c24_nothing_is_known_of_what_was_not_asked_for(house: House) -> None:
    for call in (erasure_calls.get_client_export, erasure_calls.get_client_erasure):
        with pytest.raises(NotFound):
            house.call(call, {"id": str(house.client.id)}, by=house.admin)
