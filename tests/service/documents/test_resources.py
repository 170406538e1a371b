"""Files in engagements: shared by staff, added by clients."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest

from contracts.calls import documents as calls
from contracts.errors import Conflict, Forbidden, Invalid, NotFound
from tests.service.documents.house import PDF, House
from tests.support import people


def remove(house: House, id_: str, actor: Any) -> None:
    house.harness.call(calls.remove_resource, {"id": id_}, actor=actor)


def test_s2_83_a_shared_file_is_listed_for_coach_and_client(house: House) -> None:
    file = house.upload()
    (shared,) = house.share(file["id"])["items"]
    assert shared["name"] == "Values worksheet.pdf"
    assert shared["file_id"] == file["file_id"]
    assert shared["library_id"] == file["id"]
    assert shared["content_type"] == "application/pdf"
    assert shared["added_by"] == "Judith Okonkwo"
    assert shared["by_client"] is False
    for actor in (house.coach, house.client, house.admin):
        assert house.resources(actor)["items"] == [shared]
    (event,) = house.harness.events("documents.resource.shared.v1")
    assert event.subject == shared["id"]
    assert event.data == {
        "engagement_id": str(house.engagement),
        "file_id": file["file_id"],
        "name": "Values worksheet.pdf",
        "by_client": False,
    }


@pytest.mark.parametrize("portal", ["internal_record", "invited", "disabled"])
def test_s2_79_c2_sharing_needs_an_active_portal_and_says_which_rule_refuses(house: House, portal: str) -> None:
    file = house.upload()
    client = house.client_called("Ben Ito", portal=portal)
    engagement = house.engagement_of(client, house.coach)
    with pytest.raises(Conflict, match="Ben Ito") as refusal:
        house.share(file["id"], engagement=engagement)
    assert refusal.value.rule == "S2.79"
    assert refusal.value.awaited, "the client may have signed up just now"
    assert house.harness.events("documents.resource.shared.v1") == []
    assert house.harness.requests() == []
    answer = house.post(f"/engagements/{engagement}/resources", house.coach, PDF, "local.pdf")
    assert answer.status_code == 409
    assert answer.json is not None
    assert answer.json["rule"] == "S2.79"


def test_c1_sharing_works_as_soon_as_the_client_is_active(house: House) -> None:
    file = house.upload()
    client = house.client_called("Ben Ito", portal="invited")
    engagement = house.engagement_of(client, house.coach)
    facts = people.client_facts(client, portal="active")
    house.harness.feed("engagements.client.activated.v1", subject=client.id, sequence=2, data=facts)
    assert len(house.share(file["id"], engagement=engagement)["items"]) == 1


def test_the_active_client_is_told_once_of_all_that_was_shared(house: House) -> None:
    one, two = house.upload(), house.upload(b"notes", "notes.txt")
    (first,) = house.share(one["id"])["items"]
    house.share(one["id"], two["id"])
    alone, both = house.harness.requests("resource_shared")
    assert alone["recipients"] == [
        {"person_id": str(house.client.id), "email": "leila.haddad@example.org", "name": "Leila Haddad"}
    ]
    assert alone["trigger"] == {"origin": "automatic", "person_id": str(house.coach.id)}
    assert alone["engagement_id"] == str(house.engagement)
    assert alone["about"] == {"kind": "resource", "id": first["id"], "version": 1}
    assert alone["context"] == {"names": ["Values worksheet.pdf"]}
    assert both["context"] == {"names": ["notes.txt"]}
    assert alone["key"] != both["key"]


def test_several_files_shared_at_once_are_one_mail_about_the_engagement(house: House) -> None:
    one, two = house.upload(), house.upload(b"notes", "notes.txt")
    shared = house.share(two["id"], one["id"])["items"]
    assert [resource["name"] for resource in shared] == ["notes.txt", "Values worksheet.pdf"]
    (request,) = house.harness.requests("resource_shared")
    assert request["about"]["kind"] == "engagement"
    assert request["context"] == {"names": ["notes.txt", "Values worksheet.pdf"]}


def test_what_is_shared_already_stays_as_it_is(house: House) -> None:
    file = house.upload()
    first = house.share(file["id"])
    assert house.share(file["id"], file["id"]) == first
    assert len(house.resources(house.client)["items"]) == 1
    assert len(house.harness.events("documents.resource.shared.v1")) == 1


def test_two_who_share_the_same_file_at_once_share_it_once(house: House) -> None:
    file = house.upload()
    together = Barrier(4)

    def share(number: int) -> Any:
        together.wait()
        return house.share(file["id"])["items"][0]["id"]

    with ThreadPoolExecutor(4) as pool:
        ids = set(pool.map(share, range(4)))
    assert len(ids) == 1
    assert len(house.resources(house.client)["items"]) == 1
    assert len(house.harness.requests("resource_shared")) == 1


def test_sharing_and_deleting_at_once_never_share_what_is_gone(house: House) -> None:
    for _ in range(5):
        file = house.upload()
        together = Barrier(2)

        def share(together: Barrier = together, id_: str = file["id"]) -> bool:
            together.wait()
            try:
                return len(house.share(id_)["items"]) == 1
            except Invalid:
                return False

        def delete(together: Barrier = together, id_: str = file["id"]) -> None:
            together.wait()
            house.harness.call(calls.delete_library, {"id": id_}, actor=house.coach)

        with ThreadPoolExecutor(2) as pool:
            shared, deleted = pool.submit(share), pool.submit(delete)
            deleted.result()
            was_shared = shared.result()
        assert (house.get(file["file_id"], house.client).status_code == 200) is was_shared


def test_what_is_no_file_of_the_library_is_named_by_its_place(house: House) -> None:
    file = house.upload()
    with pytest.raises(Invalid) as refusal:
        house.share(file["id"], str(uuid4()))
    assert refusal.value.errors["library_ids"].keys() == {1}
    assert house.resources(house.coach)["items"] == [], "nothing is half done"


def test_c22_others_see_no_engagement_here(house: House) -> None:
    file = house.upload()
    for stranger in (people.coach("Other Coach"), people.client("Other Client")):
        with pytest.raises(NotFound, match="There is no such engagement") as refusal:
            house.resources(stranger)
        assert refusal.value.awaited, "as for an engagement that is unknown: the answer tells nothing"
    with pytest.raises(NotFound):
        house.share(file["id"], actor=people.coach("Other Coach"))
    with pytest.raises(NotFound):
        house.share(file["id"], engagement=uuid4())
    assert house.upload_resource(people.client("Other Client")).status_code == 404


def test_a_client_shares_nothing_of_the_library(house: House) -> None:
    with pytest.raises(Forbidden):
        house.share(house.upload()["id"], actor=house.client)


def test_s2_87_s2_88_a_client_adds_an_own_file_and_the_coach_has_it(house: House) -> None:
    answer = house.upload_resource(house.client)
    assert answer.status_code == 201
    added = answer.json
    assert added is not None
    assert added["by_client"] is True
    assert added["library_id"] is None
    assert house.resources(house.coach)["items"] == [added]
    assert house.get(added["file_id"], house.coach).data == PDF
    assert house.library()["items"] == [], "it is in no library"
    uploaded, shared = house.harness.events()
    assert uploaded.data["engagement_id"] == str(house.engagement)
    assert shared.data["by_client"] is True
    assert shared.actorrole == "client"
    assert house.harness.requests() == [], "the client knows"


def test_s2_80_staff_add_a_local_file_and_the_client_is_told(house: House) -> None:
    answer = house.upload_resource(house.coach, name="Agenda.pdf")
    assert answer.status_code == 201
    (request,) = house.harness.requests("resource_shared")
    assert request["context"] == {"names": ["Agenda.pdf"]}
    assert answer.json is not None
    assert house.get(answer.json["file_id"], house.client).status_code == 200


def test_a_removed_resource_is_gone_for_the_client_and_stays_in_the_library(house: House) -> None:
    file = house.upload()
    (shared,) = house.share(file["id"])["items"]
    remove(house, shared["id"], house.coach)
    assert house.resources(house.client)["items"] == []
    assert house.get(file["file_id"], house.client).status_code == 404
    assert house.get(file["file_id"], house.coach).status_code == 200
    (event,) = house.harness.events("documents.resource.removed.v1")
    assert (event.subject, event.sequence) == (shared["id"], 2)
    with pytest.raises(NotFound):
        remove(house, shared["id"], house.coach)
    again = house.share(file["id"])["items"][0]
    assert again["id"] != shared["id"]


def test_a_file_uploaded_to_the_engagement_is_deleted_with_its_resource(house: House) -> None:
    added = house.upload_resource(house.client).json
    assert added is not None
    remove(house, added["id"], house.client)
    assert house.get(added["file_id"], house.coach).status_code == 404
    assert len(house.harness.events("documents.file.deleted.v1")) == 1


def test_a_client_takes_back_only_what_it_added(house: House) -> None:
    (shared,) = house.share(house.upload()["id"])["items"]
    with pytest.raises(Forbidden):
        remove(house, shared["id"], house.client)
    with pytest.raises(NotFound):
        remove(house, shared["id"], people.client("Other Client"))
    with pytest.raises(NotFound):
        remove(house, shared["id"], people.coach("Other Coach"))


def test_a_file_deleted_from_the_library_stays_where_it_is_shared(house: House) -> None:
    file = house.upload()
    (shared,) = house.share(file["id"])["items"]
    house.harness.call(calls.delete_library, {"id": file["id"]}, actor=house.coach)
    assert house.resources(house.client)["items"] == [shared]
    assert house.get(file["file_id"], house.client).data == PDF


def test_c9_a_deleted_engagement_shows_nothing_until_it_is_restored(house: House) -> None:
    file = house.upload()
    house.share(file["id"])
    house.engagement_changed(house.client, house.coach, "deleted", deleted=True)
    with pytest.raises(NotFound):
        house.resources(house.coach)
    assert house.get(file["file_id"], house.client).status_code == 404


def test_c10_after_an_assignment_the_old_coach_sees_nothing(house: House) -> None:
    house.share(house.upload()["id"])
    added = house.upload_resource(house.client).json
    assert added is not None
    successor = people.coach("Marta Ruiz")
    facts = {"previous_coach_id": house.coach.id, "include_private_notes": False}
    house.engagement_changed(house.client, successor, "assigned", **facts)
    with pytest.raises(NotFound):
        house.resources(house.coach)
    assert house.get(added["file_id"], house.coach).status_code == 404
    assert len(house.resources(successor)["items"]) == 2
    assert house.get(added["file_id"], successor).status_code == 200


def test_an_older_event_does_not_undo_a_newer_one(house: House) -> None:
    client = house.client_called("Ben Ito", portal="invited")
    engagement = house.engagement_of(client, house.coach)
    for sequence, portal, what in ((3, "active", "activated"), (2, "invited", "invited")):
        facts = people.client_facts(client, portal=portal)
        house.harness.feed(f"engagements.client.{what}.v1", subject=client.id, sequence=sequence, data=facts)
    assert len(house.share(house.upload()["id"], engagement=engagement)["items"]) == 1


def test_resources_come_newest_first_page_by_page(house: House) -> None:
    for number in range(3):
        house.harness.clock.advance(minutes=1)
        house.upload_resource(house.client, name=f"{number}.pdf")
    first = house.resources(house.coach, limit=2)
    assert first["total"] == 3
    second = house.resources(house.coach, limit=2, cursor=first["next"])
    assert [item["name"] for item in first["items"] + second["items"]] == ["2.pdf", "1.pdf", "0.pdf"]
    assert second["next"] is None
