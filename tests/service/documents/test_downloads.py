"""Bytes on their way out: who may, how they are shown, ranges and ETags."""

from __future__ import annotations

import hashlib
from uuid import uuid4

import pytest

from tests.service.documents.house import PDF, House
from tests.support import people

TEXT = bytes(range(0x20, 0x7F)) * 1000


def test_s2_85_the_client_downloads_a_shared_file(house: House) -> None:
    file = house.upload(TEXT, "notes.txt")
    house.share(file["id"])
    answer = house.get(file["file_id"], house.client)
    assert answer.status_code == 200
    assert answer.data == TEXT
    assert answer.content_length == len(TEXT)


def test_c22_the_client_downloads_nothing_else_and_other_clients_nothing(house: House) -> None:
    shared, other = house.upload(TEXT, "shared.txt"), house.upload(PDF, "other.pdf")
    house.share(shared["id"])
    assert house.get(other["file_id"], house.client).status_code == 404
    assert house.get(shared["file_id"], people.client("Other Client")).status_code == 404
    assert house.get(str(uuid4()), house.client).status_code == 404
    same_content = house.upload(TEXT, "same content, not shared.txt")
    assert house.get(same_content["file_id"], house.client).status_code == 404


def test_c22_a_coach_downloads_the_library_but_nothing_of_others_engagements(house: House) -> None:
    library, own = house.upload(), house.upload_resource(house.client).json
    assert own is not None
    other = people.coach("Other Coach")
    assert house.get(library["file_id"], other).status_code == 200
    assert house.get(own["file_id"], other).status_code == 404
    for actor in (house.coach, house.client, house.admin):
        assert house.get(own["file_id"], actor).status_code == 200


def test_nobody_downloads_without_a_sign_in(house: House) -> None:
    file = house.upload()
    assert house.http.get(f"/files/{file['file_id']}/content").status_code == 401


@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        (PDF, "application/pdf"),
        (b"just text, 5 < 6", "text/plain; charset=utf-8"),
        (b"\x89PNG\r\n\x1a\n" + bytes(20), "image/png"),
        (b"ID3\x03\x00" + bytes(20), "audio/mpeg"),
        (b"\x00\x00\x00\x18ftypmp42" + bytes(20), "video/mp4"),
    ],
)
def test_c20_images_pdf_audio_video_and_text_are_shown_in_place(
    house: House, content: bytes, content_type: str
) -> None:
    answer = house.get(house.upload(content, "some.thing")["file_id"], house.coach)
    assert answer.headers["Content-Type"] == content_type
    assert answer.headers["Content-Disposition"].startswith("inline;")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"<!DOCTYPE html><script>alert(1)</script>", "harmless.txt"),
        (b"hello\n<SCRIPT src=//evil.example></SCRIPT>", "harmless.txt"),
        (b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', "picture.png"),
        (b'<?xml version="1.0"?><x:svg xmlns:x="http://www.w3.org/2000/svg"/>', "picture.svg"),
        (b"\xff\xfe<\x00h\x00t\x00m\x00l\x00>\x00", "utf16.txt"),
        (b"<html>\x00<script>alert(1)</script>", "null.txt"),
        (b"PK\x03\x04" + bytes(30), "archive.png"),
        (b"MZ\x90\x00" + bytes(60), "program.pdf"),
    ],
)
def test_c20_all_else_is_downloaded_whatever_its_name_says(house: House, content: bytes, name: str) -> None:
    answer = house.get(house.upload(content, name)["file_id"], house.coach)
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_the_name_travels_in_utf8_beside_an_ascii_one(house: House) -> None:
    file = house.upload(PDF, r"Übung \"Werte\"; 你好.pdf")  # quoted as a form does it
    assert file["name"] == 'Übung "Werte"; 你好.pdf'
    disposition = house.get(file["file_id"], house.coach).headers["Content-Disposition"]
    assert disposition == (
        'inline; filename="Ubung _Werte_; .pdf"; '
        "filename*=UTF-8''%C3%9Cbung%20%22Werte%22%3B%20%E4%BD%A0%E5%A5%BD.pdf"
    )


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [("bytes=0-99", 0, 99), ("bytes=100-", 100, len(TEXT) - 1), ("bytes=-5", len(TEXT) - 5, len(TEXT) - 1)],
)
def test_a_single_range_is_206_with_those_bytes(house: House, asked: str, first: int, last: int) -> None:
    file = house.upload(TEXT, "notes.txt")
    answer = house.get(file["file_id"], house.coach, Range=asked)
    assert answer.status_code == 206
    assert answer.data == TEXT[first : last + 1]
    assert answer.headers["Content-Range"] == f"bytes {first}-{last}/{len(TEXT)}"
    assert answer.headers["Accept-Ranges"] == "bytes"


def test_a_range_past_the_end_is_416(house: House) -> None:
    file = house.upload(TEXT, "notes.txt")
    answer = house.get(file["file_id"], house.coach, Range=f"bytes={len(TEXT)}-")
    assert answer.status_code == 416
    assert answer.headers["Content-Range"] == f"bytes */{len(TEXT)}"


@pytest.mark.parametrize("asked", ["bytes=0-1,5-6", "bytes=nonsense", "lines=1-2"])
def test_several_ranges_or_none_of_bytes_are_answered_whole(house: House, asked: str) -> None:
    file = house.upload(TEXT, "notes.txt")
    answer = house.get(file["file_id"], house.coach, Range=asked)
    assert (answer.status_code, answer.data) == (200, TEXT)


def test_a_known_etag_is_304_and_an_old_one_gives_the_whole(house: House) -> None:
    file = house.upload(TEXT, "notes.txt")
    etag = house.get(file["file_id"], house.coach).headers["ETag"]
    assert etag == f'"{hashlib.sha256(TEXT).hexdigest()}"'
    known = house.get(file["file_id"], house.coach, If_None_Match=etag)
    assert (known.status_code, known.data) == (304, b"")
    assert house.get(file["file_id"], house.coach, If_None_Match='"another"').data == TEXT
    resumed = house.get(file["file_id"], house.coach, Range="bytes=5-", If_Range=etag)
    assert resumed.status_code == 206
    restarted = house.get(file["file_id"], house.coach, Range="bytes=5-", If_Range='"another"')
    assert (restarted.status_code, restarted.data) == (200, TEXT)


def test_a_browser_asks_again_each_time_for_sharing_may_have_ended(house: House) -> None:
    answer = house.get(house.upload()["file_id"], house.coach)
    assert answer.headers["Cache-Control"] == "private, no-cache"


def test_head_tells_the_length_without_the_bytes(house: House) -> None:
    file = house.upload(TEXT, "notes.txt")
    answer = house.http.head(f"/files/{file['file_id']}/content", headers=house.bearer(house.coach))
    assert (answer.status_code, answer.data, answer.headers["Content-Length"]) == (200, b"", str(len(TEXT)))


def test_bytes_that_are_missing_are_503_not_an_empty_file(house: House) -> None:
    file = house.upload(TEXT, "notes.txt")
    for path in house.harness.runtime.settings.storage.rglob("*"):  # type: ignore[attr-defined]
        if path.is_file():
            path.unlink()
    assert house.get(file["file_id"], house.coach).status_code == 503
