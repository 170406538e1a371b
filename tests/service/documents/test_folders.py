"""Folders: shared whole as a live view, moved, renamed, deleted and brought back."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.calls import documents as calls
from contracts.errors import Conflict, Forbidden, NotFound
from tests.service.documents.house import House
from tests.support import people


def folder(house: House, name: str, parent_id: str | None = None) -> Any:
    return house.harness.call(calls.create_folder, {"name": name, "parent_id": parent_id}, actor=house.coach)["id"]


def change(house: House, id_: str, **changes: Any) -> Any:
    return house.harness.call(calls.update_library, {"id": id_, **changes}, actor=house.coach)


def call(house: House, which: Any, id_: str, actor: Any = None) -> Any:
    return house.harness.call(which, {"id": id_}, actor=actor or house.coach)


def names(listed: Any) -> list[str]:
    return [item["name"] for item in listed["items"]]


def test_s2_82_s2_89_a_folder_is_shared_whole_and_opens_to_its_contents(house: House) -> None:
    packet = folder(house, "Welcome packet")
    week = folder(house, "Week 1", packet)
    file = house.upload(folder_id=week)
    (shared,) = house.share(packet)["items"]
    assert (shared["kind"], shared["name"], shared["file_id"]) == ("folder", "Welcome packet", None)
    (event,) = house.harness.events("documents.folder.shared.v1")
    assert event.data == {"engagement_id": str(house.engagement), "folder_id": packet, "name": "Welcome packet"}
    (mail,) = house.harness.requests("resource_shared")
    assert mail["context"] == {"names": ["Welcome packet"]}
    for actor in (house.coach, house.client):
        assert names(house.resources(actor)) == ["Welcome packet"]
        assert names(house.resources(actor, folder_id=packet)) == ["Week 1"]
        inside = house.resources(actor, folder_id=week)
        assert [item["file_id"] for item in inside["items"]] == [file["file_id"]]
        assert inside["path"] == [{"id": packet, "name": "Welcome packet"}, {"id": week, "name": "Week 1"}]
        assert inside["resource_id"] == shared["id"]
    assert house.get(file["file_id"], house.client).status_code == 200


def test_c20_a_shared_folder_is_live_what_comes_is_seen_and_what_goes_is_not(house: House) -> None:
    packet = folder(house, "Packet")
    house.share(packet)
    later = house.upload(b"later", "later.txt", folder_id=packet)
    assert names(house.resources(house.client, folder_id=packet)) == ["later.txt"]
    assert house.get(later["file_id"], house.client).status_code == 200
    change(house, later["id"], parent_id=None)
    assert names(house.resources(house.client, folder_id=packet)) == []
    assert house.get(later["file_id"], house.client).status_code == 404
    change(house, packet, name="Start here")
    assert names(house.resources(house.client)) == ["Start here"]


def test_c22_nothing_above_beside_or_of_others_is_seen_through_a_shared_folder(house: House) -> None:
    top = folder(house, "All clients")
    mine, other = folder(house, "Mine", top), folder(house, "Other", top)
    secret = house.upload(b"secret", "secret.txt", folder_id=other)
    house.share(mine)
    assert house.resources(house.client, folder_id=mine)["path"] == [{"id": mine, "name": "Mine"}]
    for id_ in (top, other):
        with pytest.raises(NotFound):
            house.resources(house.client, folder_id=id_)
    assert house.get(secret["file_id"], house.client).status_code == 404
    inside = house.upload(b"inside", "inside.txt", folder_id=mine)
    stranger = people.client("Other Client")
    assert house.get(inside["file_id"], stranger).status_code == 404
    with pytest.raises(NotFound):
        house.resources(stranger, folder_id=mine)


def test_c20_removing_a_shared_folder_takes_all_of_it_away_and_undo_brings_it_back(house: House) -> None:
    packet = folder(house, "Packet")
    file = house.upload(folder_id=packet)
    (shared,) = house.share(packet)["items"]
    call(house, calls.remove_resource, shared["id"])
    assert house.get(file["file_id"], house.client).status_code == 404
    with pytest.raises(NotFound):
        house.resources(house.client, folder_id=packet)
    assert call(house, calls.restore_resource, shared["id"])["id"] == shared["id"]
    assert house.get(file["file_id"], house.client).status_code == 200
    assert len(house.harness.requests("resource_shared")) == 1, "nobody is mailed again"
    with pytest.raises(NotFound):
        call(house, calls.restore_resource, shared["id"])


def test_what_was_shared_anew_meanwhile_is_not_restored_twice(house: House) -> None:
    file = house.upload()
    (shared,) = house.share(file["id"])["items"]
    call(house, calls.remove_resource, shared["id"])
    house.share(file["id"])
    with pytest.raises(Conflict):
        call(house, calls.restore_resource, shared["id"])
    assert len(house.resources(house.client)["items"]) == 1


def test_a_client_takes_an_own_upload_back_and_undoes_that(house: House) -> None:
    added: Any = house.upload_resource(house.client).json
    call(house, calls.remove_resource, added["id"], house.client)
    with pytest.raises(NotFound):
        call(house, calls.restore_resource, added["id"], people.client("Other Client"))
    call(house, calls.restore_resource, added["id"], house.client)
    assert house.get(added["file_id"], house.coach).status_code == 200
    call(house, calls.remove_resource, added["id"])
    with pytest.raises(Forbidden):
        call(house, calls.restore_resource, added["id"], house.client)


def test_a_deleted_folder_goes_with_all_in_it_and_comes_back_whole(house: House) -> None:
    packet = folder(house, "Packet")
    week = folder(house, "Week 1", packet)
    early = house.upload(b"early", "early.txt", folder_id=week)
    file = house.upload(folder_id=week)
    house.share(packet)
    call(house, calls.delete_library, early["id"])
    house.harness.clock.advance(minutes=1)
    call(house, calls.delete_library, packet)
    assert house.library()["items"] == []
    assert house.resources(house.client)["items"] == []
    assert house.get(file["file_id"], house.client).status_code == 404
    with pytest.raises(NotFound):
        house.library(folder_id=week)
    call(house, calls.restore_library, packet)
    assert names(house.resources(house.client)) == ["Packet"]
    assert names(house.library(folder_id=week)) == ["Values worksheet.pdf"], "what was deleted before stays deleted"
    assert house.get(file["file_id"], house.client).status_code == 200


def test_what_comes_back_without_its_folder_lies_at_the_top(house: House) -> None:
    packet = folder(house, "Packet")
    file = house.upload(folder_id=packet)
    call(house, calls.delete_library, file["id"])
    house.harness.clock.advance(minutes=1)
    call(house, calls.delete_library, packet)
    assert call(house, calls.restore_library, file["id"])["parent_id"] is None


def test_c9_after_30_days_nothing_is_restored(house: House) -> None:
    file = house.upload()
    call(house, calls.delete_library, file["id"])
    house.harness.clock.advance(days=30)
    with pytest.raises(NotFound):
        call(house, calls.restore_library, file["id"])


def test_a_renamed_file_is_downloaded_under_its_new_name(house: House) -> None:
    file = house.upload()
    assert change(house, file["id"], name="Values.pdf")["name"] == "Values.pdf"
    assert "Values.pdf" in house.get(file["file_id"], house.coach).headers["Content-Disposition"]


def test_search_finds_part_of_a_name_in_every_folder(house: House) -> None:
    packet = folder(house, "Welcome packet")
    house.upload(b"x", "100%_done.txt", folder_id=packet)
    house.upload(b"y", "other.txt")
    assert names(house.library(q="DONE")) == ["100%_done.txt"]
    assert names(house.library(q="%_")) == ["100%_done.txt"]
    assert names(house.library(q="packet")) == ["Welcome packet"]


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=st.lists(st.tuples(st.integers(0, 4), st.integers(-1, 4)), max_size=8))
def test_however_folders_are_moved_the_library_stays_a_forest_and_loses_nothing(
    house: House, moves: list[tuple[int, int]]
) -> None:
    made = [folder(house, f"Folder {number}") for number in range(5)]
    parents: dict[str, str | None] = dict.fromkeys(made)
    for moved, target in moves:
        into = made[target] if target >= 0 else None
        above, inside_itself = into, False
        while above:
            inside_itself |= above == made[moved]
            above = parents[above]
        if inside_itself:
            with pytest.raises(Conflict):
                change(house, made[moved], parent_id=into)
        else:
            change(house, made[moved], parent_id=into)
            parents[made[moved]] = into
    for id_, parent in parents.items():
        assert id_ in {item["id"] for item in house.library(folder_id=parent, limit=200)["items"]}
    for id_ in made:
        if parents[id_] is None:
            call(house, calls.delete_library, id_)
