"""The library: folders and files, for staff alone."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest

from chassis.migrate import check
from contracts.calls import documents as calls
from contracts.errors import Forbidden, Invalid, NotFound, Stale
from services.documents.files.models import File
from tests.service.documents.house import PDF, House


def folder(house: House, name: str, parent_id: str | None = None) -> Any:
    return house.harness.call(calls.create_folder, {"name": name, "parent_id": parent_id}, actor=house.coach)


def delete(house: House, id_: str, **options: Any) -> None:
    house.harness.call(calls.delete_library, {"id": id_}, actor=house.coach, **options)


def test_models_and_migrations_agree(house: House) -> None:
    check(house.harness.service, house.harness.database)


def test_an_uploaded_file_is_listed_with_what_it_is(house: House) -> None:
    made = house.upload()
    assert made["kind"] == "file"
    assert made["name"] == "Values worksheet.pdf"
    assert made["content_type"] == "application/pdf"
    assert made["size"] == len(PDF)
    assert made["parent_id"] is None
    assert made["added_by"] == "Judith Okonkwo"
    assert house.library()["items"] == [made]


def test_folders_come_first_then_files_each_by_name_page_by_page(house: House) -> None:
    for name in ("zebra.txt", "Ähre.txt", "apple.txt"):
        house.upload(b"x", name)
    for name in ("Welcome packet", "exercises"):
        folder(house, name)
    first = house.library(limit=2)
    assert [item["name"] for item in first["items"]] == ["exercises", "Welcome packet"]
    second = house.library(limit=2, cursor=first["next"])
    third = house.library(limit=2, cursor=second["next"])
    files = [item["name"] for item in second["items"] + third["items"]]
    assert sorted(files) == sorted(["apple.txt", "zebra.txt", "Ähre.txt"])
    assert files.index("apple.txt") < files.index("zebra.txt")
    assert third["next"] is None


def test_a_folder_lists_what_is_in_it_and_the_way_to_it(house: House) -> None:
    outer = folder(house, "Welcome packet")
    inner = folder(house, "Week 1", outer["id"])
    file = house.upload(folder_id=inner["id"])
    house.upload(b"elsewhere", "elsewhere.txt")
    listed = house.library(folder_id=inner["id"])
    assert listed["items"] == [file]
    assert listed["path"] == [
        {"id": outer["id"], "name": "Welcome packet"},
        {"id": inner["id"], "name": "Week 1"},
    ]


def test_a_folder_that_is_none_is_not_found(house: House) -> None:
    file = house.upload()
    for id_ in (str(uuid4()), file["id"]):
        with pytest.raises(NotFound):
            house.library(folder_id=id_)
        with pytest.raises(NotFound):
            folder(house, "lost", id_)
        answer = house.post("/library/files", house.coach, PDF, "lost.pdf", folder_id=id_)
        assert answer.status_code == 404


def test_a_client_has_no_library(house: House) -> None:
    with pytest.raises(Forbidden):
        house.harness.call(calls.list_library, {}, actor=house.client)
    with pytest.raises(Forbidden):
        house.harness.call(calls.create_folder, {"name": "mine"}, actor=house.client)
    assert house.post("/library/files", house.client, PDF, "mine.pdf").status_code == 403
    with pytest.raises(Forbidden):
        house.harness.call(calls.delete_library, {"id": house.upload()["id"]}, actor=house.client)


def test_a_deleted_file_is_gone_from_the_library_and_an_event_says_so(house: House) -> None:
    made = house.upload()
    delete(house, made["id"])
    assert house.library()["items"] == []
    assert house.get(made["file_id"], house.coach).status_code == 404
    uploaded, deleted = house.harness.events()
    assert (uploaded.type, deleted.type) == ("documents.file.uploaded.v1", "documents.file.deleted.v1")
    assert uploaded.subject == deleted.subject == made["file_id"]
    assert (uploaded.sequence, deleted.sequence) == (1, 2)
    assert deleted.actorid == house.coach.id
    assert deleted.data == {
        "name": "Values worksheet.pdf",
        "content_type": "application/pdf",
        "size": len(PDF),
        "engagement_id": None,
    }
    with pytest.raises(NotFound):
        delete(house, made["id"])
    with pytest.raises(Invalid):
        house.share(made["id"])


def test_a_stale_version_deletes_nothing(house: House) -> None:
    made = house.upload()
    with pytest.raises(Stale):
        delete(house, made["id"], if_match=made["version"] + 1)
    delete(house, made["id"], if_match=made["version"])


def test_a_name_is_one_line_and_one_that_is_not_can_be_downloaded_all_the_same(house: House) -> None:
    file = house.upload(b"text", "a.txt")
    with pytest.raises(Invalid):
        house.harness.call(calls.update_library, {"id": file["id"], "name": "a\nb.txt"}, actor=house.coach)
    with house.harness.runtime.work() as work:
        work.session.get_one(File, UUID(file["file_id"])).name = "a\nb.txt"
    answer = house.get(file["file_id"], house.coach)
    assert answer.data == b"text"
    assert 'filename="a_b.txt"' in answer.headers["Content-Disposition"]


def test_a_new_name_of_a_file_is_told_to_all_who_show_it(house: House) -> None:
    file = house.upload(b"text", "draft.txt")
    house.harness.call(calls.update_library, {"id": file["id"], "name": "final.txt"}, actor=house.coach)
    (event,) = house.harness.events("documents.file.renamed.v1")
    assert (str(event.subject_id), event.data["name"]) == (file["file_id"], "final.txt")
