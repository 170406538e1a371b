"""Bytes go when nothing needs them any more, and not before."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from contracts.calls import documents as calls
from services.documents.files.folder import Folder
from services.documents.files.sweep import sweep
from tests.service.documents.house import PDF, House


def age(house: House) -> list[Path]:
    """Everything in the store was stored at the test's beginning; what lies there."""
    found = [path for path in house.harness.runtime.settings.storage.rglob("*") if path.is_file()]  # type: ignore[attr-defined]
    for path in found:
        began = house.harness.clock.now().timestamp() - 90 * 24 * 3600
        os.utime(path, (began, began))
    return found


def delete(house: House, library_id: str) -> None:
    house.harness.call(calls.delete_library, {"id": library_id}, actor=house.coach)


def test_bytes_of_a_deleted_file_go_after_30_days(house: House) -> None:
    delete(house, house.upload()["id"])
    kept = house.upload(b"kept", "kept.txt")
    age(house)
    house.harness.clock.advance(days=29)
    assert house.harness.run(sweep) == 0
    house.harness.clock.advance(days=2)
    assert house.harness.run(sweep) == 1
    assert house.harness.run(sweep) == 0
    assert house.get(kept["file_id"], house.coach).data == b"kept"


def test_bytes_stay_while_the_file_is_shared_somewhere(house: House) -> None:
    file = house.upload()
    (shared,) = house.share(file["id"])["items"]
    delete(house, file["id"])
    age(house)
    house.harness.clock.advance(days=60)
    assert house.harness.run(sweep) == 0
    assert house.get(file["file_id"], house.client).data == PDF
    house.harness.call(calls.remove_resource, {"id": shared["id"]}, actor=house.coach)
    assert house.harness.run(sweep) == 0
    house.harness.call(calls.restore_resource, {"id": shared["id"]}, actor=house.coach)
    assert house.get(file["file_id"], house.client).data == PDF, "an undo brings the bytes back too"
    house.harness.call(calls.remove_resource, {"id": shared["id"]}, actor=house.coach)
    house.harness.clock.advance(days=31)
    assert house.harness.run(sweep) == 1


def test_bytes_stay_while_another_file_has_the_same(house: House) -> None:
    one, two = house.upload(PDF, "one.pdf"), house.upload(PDF, "two.pdf")
    delete(house, one["id"])
    age(house)
    house.harness.clock.advance(days=60)
    assert house.harness.run(sweep) == 0
    assert house.get(two["file_id"], house.coach).data == PDF


def test_what_a_refused_upload_stored_goes_after_a_day(house: House) -> None:
    answer = house.post("/library/files", house.coach, PDF, "a.pdf", folder_id="6e2a2b8c-3b1e-4f59-9a77-0d7f3cf1d9a1")
    assert answer.status_code == 404
    (path,) = age(house)
    assert house.harness.run(sweep) == 1
    assert not path.exists()


def test_what_a_killed_process_left_amid_an_upload_goes_after_a_day(house: House) -> None:
    house.upload()
    left = house.harness.runtime.settings.storage / "arriving" / "half"  # type: ignore[attr-defined]
    left.write_bytes(b"half a fi")
    now = house.harness.clock.now().timestamp()
    os.utime(left, (now, now))
    assert house.harness.run(sweep) == 0
    house.harness.clock.advance(hours=25)
    assert house.harness.run(sweep) == 1
    assert not left.exists()


def test_the_same_content_uploaded_again_amid_a_sweep_stays(tmp_path: Path) -> None:
    store = Folder(tmp_path)
    with store.receive() as arriving:
        arriving.write(PDF)
        stored = store.keep(arriving)
    before_the_upload = (tmp_path / "contents" / stored.checksum[:2] / stored.checksum).stat().st_mtime - 1
    assert store.discard(stored.checksum, before_the_upload) is False
    with store.open(stored.checksum) as file:
        assert file.read() == PDF


@pytest.mark.parametrize("gone", ["never stored"])
def test_discarding_what_is_gone_does_nothing(tmp_path: Path, gone: str) -> None:
    assert Folder(tmp_path).discard(gone, 0.0) is False
