"""Erasing a client (rule C24): what was stored and answered in its engagements goes, the bytes with the next sweep."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.calls import forms as form_calls
from contracts.calls.erasures import export_from_documents
from contracts.errors import Forbidden
from services.documents.files.sweep import sweep
from services.documents.settings import open_store
from tests.service.documents.house import PDF, House
from tests.service.documents.test_sweep import age
from tests.support import people
from tests.support.harness import Harness
from tests.support.people import ADMIN
from tests.support.traces import relayed, traces

CANARY = "canary-7391"
ADDRESS = "leila.haddad@example.org"
NAMED = ("Leila", "Haddad", ADDRESS, CANARY)
HERS, THEIRS = PDF + b"hers", PDF + b"everybody's"


@pytest.fixture
def lived(house: House) -> House:
    """A client who shared, was given and answered things; who also answered a form about somebody else."""
    house.upload_resource(house.client, HERS, f"{CANARY}.pdf")
    house.share(house.upload(THEIRS, "Worksheet.pdf")["id"])
    note = {"engagement_id": house.engagement, "shared": True, "deleted": False, "file_ids": [uuid4()]}
    house.harness.feed("engagements.note.shared.v1", subject=uuid4(), data=note)
    written = {"title": "Before we begin", "questions": [QUESTION]}
    form = house.harness.call(form_calls.create_form, written, house.coach)
    ask(house, form, house.engagement, [{"email": ADDRESS, "name": "Leila Haddad"}, {"email": f"{CANARY}@example.org"}])
    answer_last(house, CANARY, which=-2)
    house.other = house.engagement_of(house.client_called("Omar Aziz"), house.coach)  # type: ignore[attr-defined]
    ask(house, form, house.other, [{"email": ADDRESS, "name": "Leila Haddad"}])  # type: ignore[attr-defined]
    relayed(house.harness)
    return house


QUESTION = {"label": "How was it?", "kind": "text"}


def ask(house: House, form: Any, engagement: UUID, recipients: list[dict[str, str]]) -> None:
    given = {"engagement_id": str(engagement), "form_id": form["id"], "recipients": recipients}
    house.harness.call(form_calls.request_form, given, house.coach)


def answer_last(house: House, words: str, which: int = -1) -> None:
    token = house.harness.requests("form_request")[which]["context"]["url"].rsplit("/", 1)[1]
    (question,) = house.harness.call(form_calls.get_form_page, {"token": token})["questions"]
    house.harness.call(form_calls.answer_form, {"token": token, "answers": {question["id"]: words}})


def erase(house: House) -> None:
    """As engagements tells of it: first the engagement is gone, then the client."""
    house.engagement_changed(house.client, house.coach, "deleted", deleted=True)
    nobody = f"{house.client.id}@erased.invalid"
    facts = people.client_facts(house.client, name="Erased client", email=nobody, portal="disabled")
    house.harness.feed("engagements.client.erased.v1", subject=house.client.id, sequence=9, data=facts, actor=ADMIN)


def test_c24_nothing_is_left_that_names_the_client_or_that_it_answered(lived: House) -> None:
    assert len(traces(lived.harness.database, *NAMED)) > 6, "else there is nothing to be erased"
    erase(lived)
    assert traces(lived.harness.database, *NAMED) == []


def test_c24_the_bytes_go_with_the_next_sweep_and_those_of_the_library_stay(lived: House) -> None:
    erase(lived)
    age(lived)
    lived.harness.clock.advance(days=2)
    assert lived.harness.run(sweep) == 1
    store = open_store(lived.harness.runtime.settings.storage)  # type: ignore[attr-defined]
    left = list(store.older_than(lived.harness.clock.now().timestamp()))
    (kept,) = lived.library()["items"]
    assert (len(left), kept["name"]) == (1, "Worksheet.pdf")


def test_c24_what_is_gone_is_told_without_its_name_and_then_that_it_is_done(lived: House) -> None:
    erase(lived)
    (gone,) = lived.harness.events("documents.file.deleted.v1")
    assert gone.data["name"] == "Erased file"
    last = lived.harness.events()[-1]
    assert (last.type, last.subject) == ("documents.client.erased.v1", str(lived.client.id))
    assert lived.harness.requests() == [], "nobody is mailed"


def test_c24_a_form_that_it_was_to_answer_for_somebody_else_waits_for_it_no_more(lived: House) -> None:
    erase(lived)
    given = {"engagement_id": str(lived.other)}  # type: ignore[attr-defined]
    (asked,) = lived.harness.call(form_calls.list_form_requests, given, lived.coach)["items"]
    assert (asked["state"], asked["recipients"][0]["email"]) == ("expired", f"{lived.client.id}@erased.invalid")


@pytest.mark.parametrize("late", ["note", "item", "sent"])
def test_c24_what_comes_late_brings_nothing_back(lived: House, late: str) -> None:
    erase(lived)
    recipients = [{"email": ADDRESS, "name": CANARY, "person_id": None}]
    item = people.item_facts(lived.engagement, "form", form_id=uuid4(), title=CANARY, recipients=recipients)
    note = {"engagement_id": lived.engagement, "shared": True, "deleted": False, "file_ids": [uuid4()]}
    type_, data = {
        "note": ("engagements.note.updated.v1", note),
        "item": ("engagements.item.updated.v1", item),
        "sent": ("engagements.item.sent.v1", {**item, "sender_id": uuid4(), "sender_name": "Judith"}),
    }[late]
    lived.harness.feed(type_, subject=uuid4(), data=data)
    facts = people.client_facts(lived.client)
    lived.harness.feed("engagements.client.updated.v1", subject=lived.client.id, sequence=8, data=facts)
    assert traces(lived.harness.database, *NAMED) == []


def test_c24_an_export_holds_the_answers_and_names_the_files_whose_bytes_an_admin_can_fetch(lived: House) -> None:
    given = {"id": str(lived.client.id)}
    data = lived.harness.call(export_from_documents, given, ADMIN)["data"]
    assert [file["name"] for file in data["files"]] == [f"{CANARY}.pdf"]
    assert CANARY in str(data["form_answers"])
    assert "token" not in str(data)
    address = f"/clients/{lived.client.id}/files/{data['files'][0]['id']}/content"
    assert lived.http.get(address, headers=lived.bearer(ADMIN)).data == HERS
    of_another = address.replace(str(lived.client.id), str(uuid4()))
    assert lived.http.get(of_another, headers=lived.bearer(ADMIN)).status_code == 404
    for who in (lived.coach, lived.client):
        assert lived.http.get(address, headers=lived.bearer(who)).status_code == 403
        with pytest.raises(Forbidden):
            lived.harness.call(export_from_documents, given, who)


def test_c24_a_client_that_was_never_heard_of_is_erased_all_the_same(documents: Harness) -> None:
    stranger = people.client()
    facts = people.client_facts(stranger, name="Erased client", email="x@erased.invalid", portal="disabled")
    documents.feed("engagements.client.erased.v1", subject=stranger.id, data=facts, actor=ADMIN)
    assert len(documents.events("documents.client.erased.v1")) == 1
