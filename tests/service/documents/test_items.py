"""Items of the program that send forms and files (S1.22, S1.24, C12, C22)."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.errors import Conflict, Invalid, NotFound
from tests.service.documents.house import House
from tests.service.documents.test_forms import ANA, RAFAEL, asked, page, tokens, written
from tests.support import people

TO = [{**one, "person_id": None} for one in (ANA, RAFAEL)]


def tell(house: House, what: str, kind: str, *, item: UUID | None = None, sequence: int = 1, **changes: Any) -> UUID:
    """Tells of an item, as engagements would; its id."""
    id_ = item or uuid4()
    facts = people.item_facts(changes.pop("engagement", house.engagement), kind, **changes)
    if what == "sent":
        facts |= {"state": "sent", "sender_id": house.coach.id, "sender_name": house.coach.name}
    house.harness.feed(f"engagements.item.{what}.v1", subject=id_, sequence=sequence, data=facts, actor=house.coach)
    return id_


def test_s1_22_s1_24_a_form_that_goes_out_with_the_program_is_asked_of_its_recipients(house: House) -> None:
    form = written(house)
    item = tell(house, "added", "form", form_id=UUID(form["id"]))
    assert house.harness.requests() == []
    tell(house, "sent", "form", item=item, sequence=2, form_id=UUID(form["id"]), recipients=TO)
    requests = house.harness.requests("form_request")
    assert [request["recipients"][0]["email"] for request in requests] == [ANA["email"], RAFAEL["email"]]
    assert {request["item_id"] for request in requests} == {str(item)}
    assert requests[0]["trigger"] == {"origin": "staff", "person_id": str(house.coach.id)}
    (event,) = house.harness.events("documents.form_request.sent.v1")
    assert event.data["item_id"] == str(item)
    assert page(house, tokens(house)[0])["title"] == "A step", "what the program calls it"


def test_only_a_form_of_this_engagements_program_can_be_named_in_a_request(house: House) -> None:
    form = written(house)
    other = house.engagement_of(house.client, house.coach)
    for wrong in (tell(house, "added", "task"), tell(house, "added", "form", engagement=other),
                  tell(house, "removed", "form", deleted=True)):  # fmt: skip
        with pytest.raises(Invalid) as refused:
            asked(house, form, item_id=str(wrong))
        assert set(refused.value.errors) == {"item_id"}
    with pytest.raises(NotFound) as unknown:
        asked(house, form, item_id=str(uuid4()))
    assert unknown.value.awaited
    assert house.harness.requests() == []


def test_c22_a_client_reads_the_files_of_an_item_once_they_were_sent_to_it(house: House) -> None:
    file = UUID(house.upload()["id"])
    path = f"/files/{file}/content"
    item = tell(house, "added", "file", file_ids=[file])
    assert house.http.get(path, headers=house.bearer(house.client)).status_code == 404
    tell(house, "sent", "file", item=item, sequence=2, file_ids=[file], client_sees=True)
    assert house.http.get(path, headers=house.bearer(house.client)).status_code == 200
    stranger = house.client_called("Nora Other")
    assert house.http.get(path, headers=house.bearer(stranger)).status_code == 404
    tell(house, "removed", "file", item=item, sequence=3, file_ids=[file], client_sees=True, deleted=True)
    assert house.http.get(path, headers=house.bearer(house.client)).status_code == 404


def test_c25_a_form_of_the_program_is_asked_once_whether_by_hand_or_by_its_schedule(house: House) -> None:
    form = written(house)
    item = tell(house, "added", "form", form_id=UUID(form["id"]))
    asked(house, form, item_id=str(item))
    with pytest.raises(Conflict) as refused:
        asked(house, form, RAFAEL, item_id=str(item))
    assert refused.value.rule == "C25"
    tell(house, "sent", "form", item=item, sequence=2, form_id=UUID(form["id"]), recipients=TO)
    assert len(house.harness.requests("form_request")) == 1
