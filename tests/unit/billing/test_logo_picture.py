"""A logo is judged by its content and made ready to be printed."""

from __future__ import annotations

import zlib
from io import BytesIO

import pytest
from PIL import Image, PngImagePlugin

from services.billing.logos.picture import NotALogo, printable
from tests.support.pictures import picture

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.mark.parametrize(
    ("kind", "mode"),
    [("PNG", "RGB"), ("PNG", "RGBA"), ("PNG", "P"), ("PNG", "1"), ("PNG", "LA"), ("JPEG", "RGB"), ("JPEG", "CMYK")],
)
def test_any_png_or_jpeg_becomes_a_png_of_the_same_proportions(kind: str, mode: str) -> None:
    made = printable(picture(300, 100, kind=kind, mode=mode))
    read = Image.open(BytesIO(made.content))
    assert (read.format, read.size) == ("PNG", (300, 100))
    assert (made.width, made.height) == (300, 100)


def test_what_is_transparent_stays_so() -> None:
    made = printable(picture(40, 40, colour="#B3261E00", mode="RGBA"))
    assert Image.open(BytesIO(made.content)).convert("RGBA").getpixel((5, 5))[3] == 0  # type: ignore[index]


def test_one_that_is_larger_than_it_is_printed_is_made_smaller() -> None:
    made = printable(picture(4000, 1000))
    assert (made.width, made.height) == (640, 160)
    assert printable(picture(100, 4000)).height == 256


def test_a_photograph_that_lies_on_its_side_is_turned_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    made = printable(picture(300, 100, kind="JPEG", exif=exif))
    assert (made.width, made.height) == (100, 300)


def test_nothing_but_the_picture_is_kept() -> None:
    words = PngImagePlugin.PngInfo()
    words.add_text("Author", "Leila Haddad")
    exif = Image.Exif()
    exif[0x010E] = "Leila Haddad"
    for content in (picture(9, 9, pnginfo=words), picture(9, 9, kind="JPEG", exif=exif, comment=b"Leila Haddad")):
        assert b"Leila" in content
        assert b"Leila" not in printable(content).content


@pytest.mark.parametrize(
    "content",
    [
        b"", b"PNG", SVG, b"%PDF-1.7 ", picture(20, 20, kind="GIF"), picture(20, 20, kind="WEBP"),
        picture(200, 200)[:150], picture(200, 200, kind="JPEG")[:300],
    ],
)  # fmt: skip
def test_what_is_neither_or_is_broken_is_refused(content: bytes) -> None:
    with pytest.raises(NotALogo) as refused:
        printable(content)
    assert refused.value.errors == {"file": ["Must be a picture: PNG or JPEG."]}


def test_one_that_is_too_large_is_refused_before_it_is_unpacked() -> None:
    for content in (picture(4001, 2), picture(2, 4001), _bomb()):
        with pytest.raises(NotALogo) as refused:
            printable(content)
        assert refused.value.errors == {"file": ["Must be at most 4000 pixels wide and high."]}
    with pytest.raises(NotALogo) as refused:
        printable(picture(2, 2) + bytes(1024 * 1024))
    assert refused.value.errors == {"file": ["Must have at most 1 MiB."]}


def _bomb() -> bytes:
    """A small file that says to be 60,000 pixels each way."""
    content = picture(2, 2)
    side = (60_000).to_bytes(4)
    head = b"IHDR" + side + side + content[24:29]
    return content[:12] + head + zlib.crc32(head).to_bytes(4) + content[33:]
