"""What both stores promise: a folder, and a bucket of a server that speaks S3."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from environs import Env, EnvError

from contracts.calls import documents as calls
from contracts.errors import Unavailable
from services.documents.files.bucket import Bucket, BucketPlace
from services.documents.files.store import BytesMissing, Store
from services.documents.files.sweep import sweep
from services.documents.settings import Settings, open_store
from tests.service.documents.buckets import bucket
from tests.service.documents.house import House
from tests.service.documents.test_folders import folder
from tests.support.harness import Harness
from tests.support.servers import free_port

CONTENT = bytes(range(256)) * 4000
CHECKSUM = hashlib.sha256(CONTENT).hexdigest()
FAR = 10_000_000.0


def place_of(url: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("STORAGE_URL", url)
    return Settings.extra(Env())["storage"]


@pytest.fixture(params=["folder", "bucket"])
def place(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Where bytes lie, as the setting says it."""
    if request.param == "folder":
        yield place_of(f"file://{tmp_path}/files", monkeypatch)
        return
    with bucket() as (url, credentials):
        for name, value in credentials.items():
            monkeypatch.setenv(name, value)
        yield place_of(url, monkeypatch)


@pytest.fixture
def store(place: Any) -> Store:
    return open_store(place)


def keep(store: Store, content: bytes = CONTENT) -> str:
    with store.receive() as arriving:
        for at in range(0, len(content), 65_536):
            arriving.write(content[at : at + 65_536])
        return store.keep(arriving).checksum


def read(store: Store, checksum: str = CHECKSUM) -> bytes:
    with store.open(checksum) as file:
        return file.read()


def test_what_was_kept_is_read_whole_and_from_any_place_in_it(store: Store) -> None:
    assert keep(store) == CHECKSUM
    assert read(store) == CONTENT
    with store.open(CHECKSUM) as file:
        file.seek(900_000)
        assert file.read(100) == CONTENT[900_000:900_100]
        file.seek(5)
        assert file.read(3) == CONTENT[5:8]


def test_an_empty_content_is_kept_too(store: Store) -> None:
    checksum = keep(store, b"")
    assert read(store, checksum) == b""


def test_what_was_not_kept_is_not_there(store: Store) -> None:
    with store.receive() as arriving:
        arriving.write(CONTENT)
    with pytest.raises(BytesMissing):
        store.open(CHECKSUM)
    assert list(store.older_than(time.time() + FAR)) == []


def test_a_content_lies_there_once_however_often_it_came(store: Store) -> None:
    for _ in range(3):
        keep(store)
    assert list(store.older_than(time.time() + FAR)) == [CHECKSUM]
    assert list(store.older_than(time.time() - FAR)) == []


def test_what_nothing_needs_is_gone_after_two_sweeps(store: Store) -> None:
    kept = keep(store, b"kept")
    keep(store)
    assert store.discard(CHECKSUM, time.time() - FAR) is False
    for _ in range(2):
        store.discard(CHECKSUM, time.time() + FAR)
    with pytest.raises(BytesMissing):
        store.open(CHECKSUM)
    assert list(store.older_than(time.time() + FAR)) == [kept]
    assert store.discard(CHECKSUM, time.time() + FAR) is False
    assert read(store, kept) == b"kept"


def test_what_is_kept_anew_between_a_sweeps_question_and_its_deletion_can_be_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with bucket() as (url, credentials):
        for name, value in credentials.items():
            monkeypatch.setenv(name, value)
        store: Any = open_store(place_of(url, monkeypatch))
        keep(store)
        delete = store._client.delete_object

        def kept_just_before(**given: Any) -> Any:
            keep(store)
            return delete(**given)

        monkeypatch.setattr(store._client, "delete_object", kept_just_before)
        store.discard(CHECKSUM, time.time() + FAR)
        monkeypatch.undo()
        assert read(store) == CONTENT
        assert store.discard(CHECKSUM, time.time() - FAR) is False
        assert read(store) == CONTENT


def test_a_bucket_that_does_not_answer_is_said_to_be_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "coachworks")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "a secret of the tests")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    away = Bucket(BucketPlace("files", "", f"http://127.0.0.1:{free_port()}"))
    with pytest.raises(Unavailable, match="cannot be used at present"):
        keep(away)
    with pytest.raises(Unavailable):
        away.open(CHECKSUM)


def test_a_bucket_that_refuses_is_unavailable_and_says_nothing_of_why(monkeypatch: pytest.MonkeyPatch) -> None:
    with bucket() as (url, credentials):
        for name, value in credentials.items():
            monkeypatch.setenv(name, value)
        nowhere = Bucket(dataclasses.replace(place_of(url, monkeypatch), name="another"))
        with pytest.raises(Unavailable) as refused:
            keep(nowhere)
        assert str(refused.value) == "The storage of files cannot be used at present."


def test_uploads_ranges_zips_and_sweeps_do_not_know_the_difference(place: Any, documents: Harness) -> None:
    settings: Any = documents.runtime.settings
    documents.runtime.settings = dataclasses.replace(settings, storage=place)
    house = House(documents)
    packet = folder(house, "Packet")
    file = house.upload(CONTENT, "data.bin", folder_id=packet)
    house.share(packet)
    assert house.get(file["file_id"], house.client).data == CONTENT
    part = house.get(file["file_id"], house.client, Range="bytes=1000-1999")
    assert (part.status_code, part.data) == (206, CONTENT[1000:2000])
    path = f"/engagements/{house.engagement}/folders/{packet}/zip"
    answer = house.http.get(path, headers=house.bearer(house.client))
    assert ZipFile(io.BytesIO(answer.data)).read("Packet/data.bin") == CONTENT
    documents.clock.advance(days=100_000)
    assert documents.run(sweep) == 0
    documents.call(calls.delete_library, {"id": file["id"]}, actor=house.coach)
    documents.clock.advance(days=31)
    assert documents.run(sweep) == 1


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("file:///srv/some%20files", Path("/srv/some files")),
        ("s3://files", BucketPlace("files", "", None)),
        ("s3://files/of/documents/", BucketPlace("files", "of/documents/", None)),
        ("s3://files?endpoint=https://s3.example:9000", BucketPlace("files", "", "https://s3.example:9000")),
    ],
)
def test_the_setting_names_a_folder_or_a_bucket(url: str, place: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert place_of(url, monkeypatch) == place


@pytest.mark.parametrize(
    "url",
    ["", "files", "file://host/folder", "file:relative", "s3:///files", "s3://files?endpoint=s3.example", "s3://files?x=1",
     "s3://files?endpoint=https://a.example&endpoint=https://b.example", "gs://files"],
)  # fmt: skip
def test_any_other_setting_is_refused_at_the_start(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(EnvError, match="STORAGE_URL"):
        place_of(url, monkeypatch)
