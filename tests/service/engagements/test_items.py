"""The items of an engagement's program: added, addressed, put in order, sent by hand (S1.11, S1.12, C11)."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import Any
from uuid import uuid4

import pytest

from contracts.calls import engagements as engagement_calls
from contracts.calls import items as calls
from contracts.errors import Conflict, Forbidden, Invalid, NotFound
from tests.service.engagements.house import House
from tests.service.engagements.programs import (
    LEILA,
    RAFAEL,
    do,
    form,
    form_gone,
    item_of,
    items,
    library_file,
    mails,
    sent,
    states,
)
from tests.service.engagements.test_goals import goal_of

# Adding and addressing --------------------------------------------------------------------------------------------


def test_c11_an_engagement_starts_as_a_copy_of_its_program_and_nobody_is_mailed(house: House) -> None:
    wanted = [
        {"kind": "session", "title": "First session", "duration_minutes": 60},
        {"kind": "form", "title": "Reflection", "form_id": form(house), "delivery": {"mode": "after_previous"}},
        {"kind": "link", "title": "A talk", "url": "https://example.org/talk"},
    ]
    program = {"name": "Presence", "sessions_total": 8, "items": wanted}
    program = house.call(engagement_calls.create_program, program)
    copied = house.call(engagement_calls.copy_program, {"id": program["id"]})
    assert copied["items"] == program["items"]
    assert len(copied["items"]) == 3
    engagement = house.enrol(house.client, program_id=program["id"])["id"]
    changed = house.call(engagement_calls.update_program, {"id": program["id"], "items": wanted[:1]})
    assert [item["title"] for item in changed["items"]] == ["First session"]
    there = items(house, engagement=engagement)
    assert [item["title"] for item in there] == ["First session", "Reflection", "A talk"]
    assert [item["delivery"] for item in there] == [{"mode": "manual"}, {"mode": "after_previous"}, {"mode": "manual"}]
    assert {item["state"] for item in there} == {"pending"}
    do(house, calls.complete_item, there[0])
    assert sent(house) == [], "it has no recipients (S1.11)"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"kind": "task", "title": "A", "url": "https://example.org"}, "url"),
        ({"kind": "form", "title": "A", "form_id": str(uuid4())}, "form_id"),
        ({"kind": "file", "title": "A", "file_ids": [str(uuid4())]}, "file_ids"),
        ({"kind": "feedback", "title": "A", "goal_id": str(uuid4())}, "goal_id"),
        ({"kind": "invoice", "title": "A", "invoice_id": str(uuid4())}, "invoice_id"),
        ({"kind": "task", "title": "A\nB"}, "title"),
        ({"kind": "poem", "title": "A"}, "kind"),
        ({"kind": "link", "title": "A", "url": "javascript:alert(1)"}, "url"),
        ({"kind": "task", "title": "A", "delivery": {"mode": "at"}}, "delivery"),
        ({"kind": "task", "title": "A", "delivery": {"mode": "manual", "send_at": "2027-01-01T00:00:00Z"}}, "delivery"),
    ],
)
def test_what_an_item_cannot_be_is_refused_with_its_field(house: House, wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        house.call(calls.create_item, {"engagement_id": house.engagement, **wrong})
    assert set(refused.value.errors) == {field}
    if wrong["kind"] in ("task", "form"):
        program = {"name": "Presence", "sessions_total": 8, "items": [{"kind": "task", "title": "Fine"}, wrong]}
        with pytest.raises(Invalid) as refused:
            house.call(engagement_calls.create_program, program)
        (place,) = refused.value.errors["items"]
        assert str(place) == "1"
    assert items(house) == []


def test_what_belongs_to_another_engagement_cannot_be_named(house: House) -> None:
    other = house.enrol(house.client)["id"]
    goal = goal_of(house)
    invoice = house.invoice("created", "draft")
    for kind, named in (("feedback", {"goal_id": goal["id"]}), ("invoice", {"invoice_id": str(invoice)})):
        with pytest.raises(Invalid):
            house.call(calls.create_item, {"engagement_id": other, "kind": kind, "title": "A", **named})
        assert item_of(house, "A", kind, **named)["state"] == "pending"


def test_items_are_put_in_order_and_taken_out(house: House) -> None:
    one, two, three = (item_of(house, title) for title in ("One", "Two", "Three"))
    house.call(calls.order_items, {"id": house.engagement, "ids": [three["id"], one["id"]]})
    assert [item["title"] for item in items(house)] == ["Three", "Two", "One"]
    do(house, calls.remove_item, two)
    assert [item["title"] for item in items(house)] == ["Three", "One"]
    with pytest.raises(NotFound):
        do(house, calls.get_item, two)
    with pytest.raises(Invalid):
        house.call(calls.order_items, {"id": house.engagement, "ids": [two["id"]]})
    removed = house.harness.events("engagements.item.removed.v1")
    assert [(event.data["title"], event.data["deleted"]) for event in removed] == [("Two", True)]


def test_c22_a_stranger_finds_no_item_and_a_client_what_was_sent_to_it(house: House) -> None:
    task = item_of(house, "Three wins", to=[LEILA])
    for_others = item_of(house, "For Rafael", to=[RAFAEL])
    item_of(house, "First session", "session")
    seen = partial(items, house, by=house.client)
    assert [item["title"] for item in seen()] == ["First session"]
    for item in (task, for_others):
        do(house, calls.send_item, item)
    assert [item["title"] for item in seen()] == ["Three wins", "First session"]
    assert {str(item["recipients"]) for item in seen()} == {"[]"}
    with pytest.raises(NotFound):
        do(house, calls.complete_item, for_others, by=house.client)
    with pytest.raises(Forbidden):
        do(house, calls.complete_item, seen()[1], by=house.client)
    assert do(house, calls.complete_item, task, by=house.client)["state"] == "completed"
    stranger = house.coach_called("Samuel Adler")
    others = house.client_called("Nora Other", by=stranger)
    given = {
        calls.update_item: {"title": "Mine"}, calls.write_item_recipients: {"recipients": [RAFAEL]},
        calls.schedule_item: {"after_previous": True},
    }  # fmt: skip
    for call in (calls.get_item, calls.remove_item, calls.send_item, calls.unschedule_item, calls.complete_item,
                 calls.update_item, calls.write_item_recipients, calls.schedule_item):  # fmt: skip
        for who in (stranger, others):
            with pytest.raises((NotFound, Forbidden)):
                do(house, call, task, by=who, **given.get(call, {}))
    for who in (stranger, others):
        with pytest.raises((NotFound, Forbidden)):
            items(house, by=who)
    assert do(house, calls.get_item, task)["state"] == "completed"


# By hand ----------------------------------------------------------------------------------------------------------


def test_s1_11_without_recipients_nothing_is_sent_or_scheduled(house: House) -> None:
    item = item_of(house, "Three wins")
    in_an_hour = (house.clock.now() + dt.timedelta(hours=1)).isoformat()
    for call, given in (
        (calls.send_item, {}),
        (calls.schedule_item, {"after_previous": True}),
        (calls.schedule_item, {"send_at": in_an_hour}),
    ):
        with pytest.raises(Conflict) as refused:
            do(house, call, item, **given)
        assert refused.value.rule == "S1.11"
    assert states(house) == {"Three wins": "pending"}
    assert mails(house) == []


def test_s1_12_a_task_is_mailed_by_hand_once(house: House) -> None:
    item = item_of(house, "Three wins", to=[LEILA, RAFAEL, {"email": "RAFAEL@partner.example"}])
    assert do(house, calls.send_item, item)["state"] == "sent"
    (request,) = house.harness.requests("item_task")
    assert [one["email"] for one in request["recipients"]] == [LEILA["email"], "RAFAEL@partner.example"]
    assert request["recipients"][0]["person_id"] == str(house.client.id)
    assert request["trigger"] == {"origin": "staff", "person_id": str(house.coach.id)}
    assert request["item_id"] == item["id"]
    assert request["about"]["kind"] == "item"
    for call, given in (
        (calls.send_item, {}),
        (calls.schedule_item, {"after_previous": True}),
        (calls.write_item_recipients, {"recipients": []}),
        (calls.update_item, {"title": "Four wins"}),
    ):
        with pytest.raises(Conflict) as refused:
            do(house, call, item, **given)
        assert refused.value.rule == "C12"
    assert mails(house) == ["Three wins"]


def test_what_lacks_its_form_link_file_goal_or_invoice_is_not_sent(house: House) -> None:
    for kind in ("form", "link", "file", "feedback", "invoice", "session"):
        item = item_of(house, f"A {kind}", kind, to=[RAFAEL])
        assert item["missing"]
        with pytest.raises(Conflict, match=item["missing"][:10]):
            do(house, calls.send_item, item)
    assert sent(house) == []


def test_c23_the_client_is_mailed_where_the_client_is_now(house: House) -> None:
    item = item_of(house, "Three wins", to=[LEILA])
    house.call(engagement_calls.update_client, {"id": str(house.client.id), "email": "leila@new.example"})
    assert do(house, calls.get_item, item)["recipients"] == [{"email": "leila@new.example", "name": "Leila Haddad"}]
    do(house, calls.send_item, item)
    assert house.harness.requests("item_task")[0]["recipients"][0]["email"] == "leila@new.example"


def test_the_event_says_who_sent_a_form_and_to_whom_for_documents_to_ask(house: House) -> None:
    item = item_of(house, "Reflection", "form", form_id=form(house), to=[LEILA])
    do(house, calls.send_item, item)
    (event,) = house.harness.events("engagements.item.sent.v1")
    assert (event.data["sender_id"], event.data["sender_name"]) == (str(house.coach.id), "Judith Okonkwo")
    assert event.data["recipients"][0]["email"] == LEILA["email"]
    assert str(event.data["form_id"]) == item["form_id"]


def test_a_program_keeps_what_is_gone_until_something_else_is_chosen(house: House) -> None:
    form_id, worksheet = form(house), library_file(house)
    wanted = [
        {"kind": "form", "title": "Reflection", "form_id": form_id},
        {"kind": "file", "title": "Worksheet", "file_ids": [worksheet]},
    ]
    program = {"name": "Presence", "sessions_total": 8, "items": wanted}
    program = house.call(engagement_calls.create_program, program)
    form_gone(house, form_id)
    library_file(house, "deleted", file=worksheet, sequence=2)
    retitled = [{**wanted[0], "title": "Looking back"}, wanted[1], {"kind": "task", "title": "Three wins"}]
    changed = house.call(engagement_calls.update_program, {"id": program["id"], "items": retitled})
    assert [item["title"] for item in changed["items"]] == ["Looking back", "Worksheet", "Three wins"]
    for wrong in ({**wanted[0], "form_id": str(uuid4())}, {**wanted[1], "file_ids": [worksheet, str(uuid4())]}):
        with pytest.raises(Invalid):
            house.call(engagement_calls.update_program, {"id": program["id"], "items": [*retitled, wrong]})
    with pytest.raises(Invalid):
        house.call(engagement_calls.create_program, {"name": "New", "sessions_total": 8, "items": wanted})


def test_an_edit_that_does_not_name_what_is_gone_is_taken(house: House) -> None:
    form_id = form(house)
    item = item_of(house, "Reflection", "form", form_id=form_id)
    form_gone(house, form_id)
    assert do(house, calls.update_item, item, title="Looking back")["title"] == "Looking back"
    with pytest.raises(Invalid):
        do(house, calls.update_item, item, form_id=form_id)
