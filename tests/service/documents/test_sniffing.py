"""The type is judged by content (C20): never by the name, and never too kindly."""

from __future__ import annotations

import io
import wave
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.documents.files.sniffing import ENOUGH, is_shown_inline, sniff


def zip_of(*names: str, first: str = "") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, first or "some content")
    return out.getvalue()


def wav() -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(bytes(100))
    return out.getvalue()


OFFICE = "application/vnd.openxmlformats-officedocument."


@pytest.mark.parametrize(
    ("head", "content_type"),
    [
        (b"\x89PNG\r\n\x1a\n" + bytes(20), "image/png"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(20), "image/jpeg"),
        (b"GIF89a" + bytes(20), "image/gif"),
        (b"RIFF\x24\x00\x00\x00WEBPVP8 ", "image/webp"),
        (b"BM\x46\x00\x00\x00\x00\x00\x00\x00\x36\x00\x00\x00", "image/bmp"),
        (b"\x00\x00\x00\x1cftypavif\x00\x00\x00\x00", "image/avif"),
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00", "image/heic"),
        (b"%PDF-1.7\nplain ascii", "application/pdf"),
        (wav(), "audio/wav"),
        (b"ID3\x03\x00" + bytes(20), "audio/mpeg"),
        (b"\xff\xfb\x90\x64" + bytes(40), "audio/mpeg"),
        (b"fLaC\x00\x00\x00\x22" + bytes(20), "audio/flac"),
        (b"OggS\x00\x02" + bytes(20) + b"\x01\x13OpusHead", "audio/ogg"),
        (b"\x00\x00\x00\x20ftypM4A \x00\x00\x00\x00", "audio/mp4"),
        (b"\x00\x00\x00\x20ftypisom\x00\x00\x02\x00", "video/mp4"),
        (b"\x00\x00\x00\x14ftypqt  \x00\x00\x02\x00", "video/quicktime"),
        (b"\x1aE\xdf\xa3\x9fB\x86\x81\x01B\x82\x84webm", "video/webm"),
        (zip_of("a.txt"), "application/zip"),
        (zip_of("[Content_Types].xml", "_rels/.rels", "word/document.xml"), OFFICE + "wordprocessingml.document"),
        (zip_of("[Content_Types].xml", "_rels/.rels", "xl/workbook.xml"), OFFICE + "spreadsheetml.sheet"),
        (zip_of("[Content_Types].xml", "ppt/presentation.xml"), OFFICE + "presentationml.presentation"),
        (zip_of("mimetype", first="application/epub+zip"), "application/epub+zip"),
        (b"{\\rtf1\\ansi hello}", "application/rtf"),
        ("Grüße, 你好\r\n\tname;value".encode(), "text/plain"),
        (b"\xef\xbb\xbfwith a mark", "text/plain"),
        (b"BMW is a car", "text/plain"),
        (b"", "text/plain"),
        (b"  \n<!-- a page --><HTML lang=de>", "text/html"),
        (b"<a href=x>", "text/html"),
        (b"<svg>", "image/svg+xml"),
        (b"<?xml version='1.0'?>\n<!-- x --><svg:svg >", "image/svg+xml"),
        (b"<?xml version='1.0'?><plan/>", "application/xml"),
        (b"caf\xe9 in latin-1", "application/octet-stream"),
        (b"MZ\x90\x00\x03" + bytes(20), "application/octet-stream"),
        (bytes(1000), "application/octet-stream"),
    ],
)
def test_c20_the_type_is_judged_by_content(head: bytes, content_type: str) -> None:
    assert sniff(head) == content_type


def test_a_letter_cut_in_two_at_the_end_of_what_is_looked_at_is_still_text() -> None:
    assert sniff(("a" * (ENOUGH - 1) + "é").encode()[:ENOUGH]) == "text/plain"


@pytest.mark.parametrize("dangerous", ["text/html", "image/svg+xml", "application/xml", "application/octet-stream"])
def test_c20_what_may_run_is_never_shown_in_place(dangerous: str) -> None:
    assert not is_shown_inline(dangerous)


@given(
    st.binary(max_size=60),
    st.sampled_from([b"<script>", b"<svg onload=x>", b"<!DOCTYPE html>"]),
    st.binary(max_size=60),
)
def test_c20_no_text_around_a_script_makes_it_plain_text(before: bytes, script: bytes, after: bytes) -> None:
    assert sniff(before + script + after) != "text/plain"
