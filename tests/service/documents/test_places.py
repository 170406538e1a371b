"""Files that notes and assignments show: who brings them, who reads them."""

from __future__ import annotations

import base64
from typing import Any
from uuid import UUID, uuid4

from contracts.calls import documents as calls
from services.documents.files.sweep import sweep
from tests.service.documents.house import PDF, House
from tests.support import people

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def image_of(house: House, **options: Any) -> dict[str, Any]:
    answer = house.post(f"/engagements/{house.engagement}/images", options.pop("by", house.coach), PNG, "map.png")
    assert answer.status_code == 201, answer.text
    assert answer.json is not None
    return answer.json


def note(house: House, what: str, sequence: int, *files: str, id: UUID, **changes: Any) -> None:
    """Tells of a note, as engagements would."""
    facts = {"engagement_id": house.engagement, "shared": False, "deleted": False, **changes}
    data = {**facts, "file_ids": [UUID(file) for file in files]}
    house.harness.feed(f"engagements.note.{what}.v1", subject=id, sequence=sequence, data=data)


def test_c16_an_image_is_read_by_the_client_only_while_its_note_is_shared(house: House) -> None:
    image, id_ = image_of(house), uuid4()
    assert image["url"] == f"/files/{image['file_id']}/content"

    def status(actor: Any) -> int:
        return house.get(image["file_id"], actor).status_code

    note(house, "created", 1, image["file_id"], id=id_)
    assert (status(house.coach), status(house.client)) == (200, 404)
    note(house, "shared", 2, image["file_id"], id=id_, shared=True)
    assert (status(house.coach), status(house.client)) == (200, 200)
    assert status(people.client("Other Client")) == status(people.coach("Other Coach")) == 404
    note(house, "unshared", 3, image["file_id"], id=id_)
    assert status(house.client) == 404
    note(house, "shared", 2, image["file_id"], id=id_, shared=True)
    assert status(house.client) == 404, "an older event changes nothing"


def test_c22_naming_a_file_of_another_engagement_opens_it_to_nobody(house: House) -> None:
    other = house.engagement_of(house.client_called("Sam Reyes"), people.coach("Other Coach"))
    answer = house.post(f"/engagements/{other}/images", house.admin, PNG, "secret.png")
    assert answer.json is not None
    stolen = answer.json["file_id"]
    note(house, "shared", 1, stolen, id=uuid4(), shared=True)
    for actor in (house.coach, house.client):
        assert house.get(stolen, actor).status_code == 404


def test_only_staff_of_the_engagement_brings_images_and_only_pictures(house: House) -> None:
    path = f"/engagements/{house.engagement}/images"
    assert house.post(path, house.client, PNG, "map.png").status_code == 403
    assert house.post(path, people.coach("Other Coach"), PNG, "map.png").status_code == 404
    assert house.post(path, house.coach, PDF, "looks like one.png").status_code == 422
    svg = b'<svg xmlns="http://www.w3.org/2000/svg"></svg>'
    assert house.post(path, house.coach, svg, "drawing.svg").status_code == 422


def test_s2_73_a_file_of_the_library_is_read_by_the_client_whose_assignment_has_it(house: House) -> None:
    file, id_ = house.upload(), uuid4()
    facts = {"engagement_id": house.engagement, "name": "Worksheet", "due_date": None, "state": "open"}
    data = {**facts, "deleted": False, "file_ids": [UUID(file["file_id"])]}
    assert house.get(file["file_id"], house.client).status_code == 404
    house.harness.feed("engagements.assignment.updated.v1", subject=id_, sequence=2, data=data)
    assert house.get(file["file_id"], house.client).status_code == 200
    assert house.get(file["file_id"], people.client("Other Client")).status_code == 404
    gone = data | {"deleted": True}
    house.harness.feed("engagements.assignment.deleted.v1", subject=id_, sequence=3, data=gone)
    assert house.get(file["file_id"], house.client).status_code == 404


def test_s2_72_a_file_from_the_machine_is_put_to_an_assignment_with_its_message(house: House) -> None:
    path = f"/engagements/{house.engagement}/files"
    answer = house.post(path, house.coach, PDF, "Sheet.pdf", message="Page 2 first")
    assert answer.status_code == 201
    assert answer.json is not None
    assert (answer.json["name"], answer.json["message"]) == ("Sheet.pdf", "Page 2 first")
    assert house.post(path, house.client, PDF, "Sheet.pdf").status_code == 403


def test_the_bytes_of_a_deleted_file_stay_while_an_assignment_has_it(house: House) -> None:
    file = house.upload()
    note(house, "shared", 1, file["file_id"], id=uuid4(), shared=True)
    house.harness.call(calls.delete_library, {"id": file["id"]}, actor=house.coach)
    house.harness.clock.advance(days=60)
    assert house.harness.run(sweep) == 0
    assert house.get(file["file_id"], house.client).data == PDF


def test_a_picture_that_nothing_shows_for_a_day_is_deleted_and_its_bytes_go_30_days_later(house: House) -> None:
    image = image_of(house)
    house.harness.clock.advance(hours=23)
    house.harness.run(sweep)
    assert house.get(image["file_id"], house.coach).status_code == 200
    house.harness.clock.advance(hours=2)
    house.harness.run(sweep)
    assert house.get(image["file_id"], house.coach).status_code == 404
    (event,) = house.harness.events("documents.file.deleted.v1")
    assert (str(event.subject_id), event.actorrole) == (image["file_id"], "system")
    note(house, "updated", 1, image["file_id"], id=uuid4())
    assert house.get(image["file_id"], house.coach).data == PNG, "a draft that was saved late finds its picture"


def test_a_file_that_its_assignment_refused_is_deleted_after_a_day_and_one_that_it_took_stays(house: House) -> None:
    path, id_ = f"/engagements/{house.engagement}/files", uuid4()
    refused, taken = (house.post(path, house.coach, PDF, name).json for name in ("Refused.pdf", "Taken.pdf"))
    assert refused is not None
    assert taken is not None
    facts = {"engagement_id": house.engagement, "name": "Worksheet", "due_date": None, "state": "open"}
    data = {**facts, "deleted": False, "file_ids": [UUID(taken["file_id"])]}
    house.harness.feed("engagements.assignment.updated.v1", subject=id_, sequence=2, data=data)
    house.harness.clock.advance(hours=25)
    house.harness.run(sweep)
    (event,) = house.harness.events("documents.file.deleted.v1")
    assert str(event.subject_id) == refused["file_id"]
    assert house.get(taken["file_id"], house.client).data == PDF


def test_what_a_resource_a_note_or_an_assignment_shows_is_never_swept(house: House) -> None:
    shown, resource = image_of(house), house.upload_resource(house.client).json
    assert resource is not None
    note(house, "created", 1, shown["file_id"], id=uuid4())
    house.harness.clock.advance(days=60)
    assert house.harness.run(sweep) == 0
    for file_id in (shown["file_id"], resource["file_id"]):
        assert house.get(file_id, house.coach).status_code == 200
    assert house.harness.events("documents.file.deleted.v1") == []


def test_what_a_deleted_note_showed_goes_when_the_note_can_no_longer_come_back(house: House) -> None:
    image, id_ = image_of(house), uuid4()
    note(house, "created", 1, image["file_id"], id=id_)
    note(house, "deleted", 2, image["file_id"], id=id_, deleted=True)
    house.harness.clock.advance(days=29)
    house.harness.run(sweep)
    assert house.get(image["file_id"], house.coach).status_code == 200
    house.harness.clock.advance(days=3)
    house.harness.run(sweep)
    assert len(house.harness.events("documents.file.deleted.v1")) == 1
    house.harness.clock.advance(days=31)
    assert house.harness.run(sweep) == 1


def test_a_new_file_of_the_library_is_named_by_one_id(house: House) -> None:
    file = house.upload()
    assert file["id"] == file["file_id"]


def test_a_file_that_is_named_twice_is_followed_once(house: House) -> None:
    image, id_ = image_of(house), uuid4()
    note(house, "shared", 1, image["file_id"], image["file_id"], id=id_, shared=True)
    assert house.get(image["file_id"], house.client).status_code == 200
    note(house, "deleted", 2, image["file_id"], image["file_id"], id=id_, deleted=True)
    assert house.get(image["file_id"], house.client).status_code == 404
