"""Bytes on their way in: the form, the limit, the key, and what is stored."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import EnvironBuilder, TestResponse, run_wsgi_app
from werkzeug.wrappers import Response

from contracts.calls.documents import LARGEST_UPLOAD
from tests.service.documents.house import PDF, House

MIB = 1024 * 1024


class Zeros:
    """A form with a file of so many zero bytes, made while it is read."""

    def __init__(self, size: int, *, cut_short: bool = False, on_read: Callable[[], None] = lambda: None) -> None:
        head = b'--sep\r\nContent-Disposition: form-data; name="file"; filename="big.bin"\r\n\r\n'
        tail = b"" if cut_short else b"\r\n--sep--\r\n"
        self.left = len(head) + size + len(tail)
        self._pieces = chain([head], (bytes(min(MIB // 16, size - at)) for at in range(0, size, MIB // 16)), [tail])
        self._rest = b""
        self._on_read = on_read

    def read(self, size: int) -> bytes:
        self._on_read()
        if not self._rest:
            self._rest = next(self._pieces, b"")
        piece, self._rest = self._rest[:size], self._rest[size:]
        self.left -= len(piece)
        return piece


def send(house: House, body: Any, length: int, content_type: str = "multipart/form-data; boundary=sep") -> Response:
    environ = EnvironBuilder("/library/files", method="POST", headers=house.bearer(house.coach)).get_environ()
    environ |= {"wsgi.input": body, "CONTENT_LENGTH": str(length), "CONTENT_TYPE": content_type}
    return Response(*run_wsgi_app(house.http.application, environ, buffered=True))


def contents(house: House) -> list[Path]:
    folder: Path = house.harness.runtime.settings.storage
    return [path for path in folder.rglob("*") if path.is_file()]


def errors(answer: TestResponse) -> Any:
    assert answer.status_code == 422, answer.text
    assert answer.json is not None
    return answer.json["errors"]


def test_the_same_content_is_stored_once_under_its_checksum(house: House) -> None:
    one, two = house.upload(PDF, "one.pdf"), house.upload(PDF, "two.pdf")
    (stored,) = contents(house)
    assert stored.name == hashlib.sha256(PDF).hexdigest()
    assert stored.read_bytes() == PDF
    assert one["file_id"] != two["file_id"]


def test_c20_a_file_of_exactly_100_mib_is_taken(house: House) -> None:
    body = Zeros(LARGEST_UPLOAD)
    answer = send(house, body, body.left)
    assert answer.status_code == 201
    assert answer.json is not None
    assert answer.json["size"] == 100 * MIB


def test_c20_one_byte_more_is_too_large_and_nothing_is_left_of_it(house: House) -> None:
    body = Zeros(LARGEST_UPLOAD + 1)
    answer = send(house, body, body.left)
    assert answer.status_code == 413
    assert answer.json is not None
    assert answer.json["rule"] == "C20"
    assert body.left == 0, "the rest was read, so that the sender comes to read the answer"
    assert contents(house) == []
    assert house.library()["items"] == []


def test_a_body_that_breaks_off_leaves_nothing(house: House) -> None:
    body = Zeros(MIB, cut_short=True)
    answer = send(house, body, body.left)
    assert answer.status_code == 400
    assert contents(house) == []
    assert house.library()["items"] == []


def test_the_same_key_and_file_is_one_file_and_one_answer(house: House) -> None:
    first = house.upload(PDF, "one.pdf", key="k1")
    assert house.upload(PDF, "one.pdf", key="k1") == first
    assert house.library()["items"] == [first]
    assert len(house.harness.events("documents.file.uploaded.v1")) == 1


@pytest.mark.parametrize(("content", "name"), [(PDF + b"!", "one.pdf"), (PDF, "other.pdf")])
def test_the_same_key_with_another_file_is_refused(house: House, content: bytes, name: str) -> None:
    house.upload(PDF, "one.pdf", key="k1")
    assert house.post("/library/files", house.coach, content, name, key="k1").status_code == 409


def test_keys_of_two_people_do_not_meet(house: House) -> None:
    one = house.upload(PDF, "one.pdf", key="k1")
    two = house.upload(PDF, "one.pdf", key="k1", actor=house.admin)
    assert one["id"] != two["id"]


def test_bytes_may_take_longer_than_the_assertion_is_good_for(house: House) -> None:
    body = Zeros(MIB, on_read=lambda: house.harness.clock.advance(seconds=30))
    assert send(house, body, body.left).status_code == 201


def test_whoever_is_not_signed_in_stores_nothing(house: House) -> None:
    expired = house.bearer(house.coach)
    house.harness.clock.advance(minutes=2)
    for headers in ({}, expired, {"Authorization": "Bearer nonsense"}, {"Authorization": "Basic YTpi"}):
        form = {"file": (io.BytesIO(PDF), "a.pdf")}
        assert house.http.post("/library/files", data=form, headers=headers).status_code == 401
    assert contents(house) == []


def test_a_form_without_a_file_names_the_field(house: House) -> None:
    headers = house.bearer(house.coach)
    answer = house.http.post(
        "/library/files", data={"folder_id": ""}, content_type="multipart/form-data", headers=headers
    )
    assert "file" in errors(answer)
    assert "file" in errors(house.post("/library/files", house.coach, PDF, ""))
    assert "file" in errors(house.post("/library/files", house.coach, PDF, "x" * 256))


def test_two_files_or_unknown_fields_are_refused(house: House) -> None:
    headers = house.bearer(house.coach)
    two = {"file": [(io.BytesIO(PDF), "a.pdf"), (io.BytesIO(PDF), "b.pdf")]}
    assert "file" in errors(house.http.post("/library/files", data=two, headers=headers))
    other = {"picture": (io.BytesIO(PDF), "a.pdf")}
    assert "picture" in errors(house.http.post("/library/files", data=other, headers=headers))
    for field in ("colour", "checksum", "size", "content_type"):
        assert field in errors(house.post("/library/files", house.coach, PDF, "a.pdf", **{field: "1"}))
    assert "folder_id" in errors(house.post("/library/files", house.coach, PDF, "a.pdf", folder_id="top"))
    long = house.post("/library/files", house.coach, PDF, "a.pdf", folder_id="x" * 100_000)
    assert "folder_id" in errors(long)
    assert house.library()["items"] == []


def test_another_content_type_is_415_and_a_broken_form_400(house: House) -> None:
    assert send(house, io.BytesIO(b"{}"), 2, "application/json").status_code == 415
    assert send(house, io.BytesIO(b"{}"), 2, "multipart/form-data").status_code == 415
    assert send(house, io.BytesIO(b"no form"), 7).status_code == 400


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (r"C:\\Users\\ana\\plan.pdf", "plan.pdf"),
        ("../../etc/passwd", "passwd"),
        ("Übung – Werte 你好 🎯.pdf", "Übung – Werte 你好 🎯.pdf"),
    ],
)
def test_a_file_keeps_its_name_without_folders(house: House, sent: str, kept: str) -> None:
    assert house.upload(PDF, sent)["name"] == kept


def test_an_empty_file_is_a_file(house: House) -> None:
    assert house.upload(b"", "empty.txt")["size"] == 0


def test_addresses_that_do_not_exist_are_404_and_other_methods_405(house: House) -> None:
    headers = house.bearer(house.coach)
    assert house.http.get("/elsewhere", headers=headers).status_code == 404
    assert house.http.get("/files/../../etc/passwd/content", headers=headers).status_code == 404
    assert house.http.delete("/library/files", headers=headers).status_code == 405


def test_a_storage_that_cannot_be_written_is_503_and_nothing_half_done(house: House) -> None:
    folder: Path = house.harness.runtime.settings.storage
    folder.write_text("a file where the folder should be")
    answer = house.post("/library/files", house.coach, PDF, "a.pdf")
    assert answer.status_code == 503
    assert answer.json is not None
    assert answer.json["code"] == "unavailable"
    assert house.library()["items"] == []
