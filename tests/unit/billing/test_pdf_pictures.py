"""The invoice's PDF as somebody sees it: pages as pictures, and their text, by a program that is not ours."""

from __future__ import annotations

import subprocess
from io import BytesIO

import pytest
from PIL import Image, ImageChops

from services.billing.invoices.document import InvoiceDocument, Issuer, Recipient
from services.billing.invoices.layout import MARGIN
from services.billing.invoices.pdf import render
from services.billing.logos.picture import printable
from tests.support.pictures import picture
from tests.unit.billing.test_pdf import DETAILS, invoice

DPI = 72  # a pixel is a point
MM = DPI / 25.4
RED = (179, 38, 30)
SIZES = {"a4": (596, 842), "letter": (612, 792)}


def run(command: str, document: InvoiceDocument) -> bytes:
    return subprocess.run(command.split(), input=render(document), stdout=subprocess.PIPE, check=True).stdout


def page(document: InvoiceDocument, number: int = 1) -> Image.Image:
    png = run(f"pdftoppm -r {DPI} -f {number} -l {number} -png -", document)
    return Image.open(BytesIO(png)).convert("RGB")


def red(shown: Image.Image) -> tuple[int, int, int, int]:
    """What surrounds all that is red: left, top, right, bottom."""
    away = ImageChops.difference(shown, Image.new("RGB", shown.size, RED)).convert("L")
    return _box(away.point(lambda difference: 255 * (difference < 20)))


def drawn(shown: Image.Image) -> tuple[int, int, int, int]:
    """What surrounds all that is not paper."""
    return _box(shown.convert("L").point(lambda light: 255 * (light < 245)))


def _box(mask: Image.Image) -> tuple[int, int, int, int]:
    found = mask.getbbox()
    assert found is not None, "nothing is drawn"
    return found


def with_logo(content: bytes, **changes: object) -> InvoiceDocument:
    logo = printable(content).content
    return invoice(issuer=Issuer("Northlight Coaching", "#0E6B56", DETAILS, logo), **changes)


@pytest.mark.parametrize("paper", ["a4", "letter"])
@pytest.mark.parametrize(
    ("pixels", "millimetres"), [((300, 100), (40, 40 / 3)), ((2000, 400), (40, 8)), ((90, 270), (16 / 3, 16))]
)
def test_the_logo_stands_at_the_top_left_as_large_as_its_place_in_its_own_proportions(
    paper: str, pixels: tuple[int, int], millimetres: tuple[float, float]
) -> None:
    left, top, right, bottom = red(page(with_logo(picture(*pixels), paper=paper)))
    assert (right - left, bottom - top) == pytest.approx([side * MM for side in millimetres], abs=2)
    assert left == pytest.approx(MARGIN, abs=2)
    assert top == pytest.approx(18 * MM, abs=2 + (16 * MM - (bottom - top)))


def test_what_is_transparent_in_a_logo_is_paper() -> None:
    content = printable(picture(300, 100, colour="#B3261E00", mode="RGBA")).content
    shown = page(invoice(issuer=Issuer("Northlight Coaching", "#0E6B56", "", content)))
    assert shown.getpixel((int(MARGIN + 30 * MM), int(24 * MM))) == (255, 255, 255)


def test_with_a_logo_the_same_invoice_gives_the_same_bytes_and_still_says_who_sent_it() -> None:
    document = with_logo(picture(300, 100))
    first = render(document)
    render(with_logo(picture(100, 100, colour="#1D5CB8")))
    assert render(document) == first
    assert "Northlight Coaching" in " ".join(run("pdftotext - -", document).decode().split())


@pytest.mark.parametrize("paper", ["a4", "letter"])
def test_nothing_is_drawn_in_the_margins(paper: str) -> None:
    lines = [
        (f"Session number {n}, as long a description as there may be on a line", "1", "99.00", "19") for n in range(40)
    ]
    document = with_logo(picture(300, 100), paper=paper, pay_url="https://coach.example/pay/" + "a" * 32)
    long = invoice(*lines, paper=paper, recipient=Recipient("北京 דוד Дмитрий " * 12))
    for each, number in ((document, 1), (long, 1), (long, 2)):
        shown = page(each, number)
        assert shown.size == SIZES[paper]
        left, top, right, bottom = drawn(shown)
        edges = (left, top, shown.width - right, shown.height - bottom)
        assert min(left, shown.width - right) >= MARGIN - 1, edges
        assert min(top, shown.height - bottom) >= 8 * MM, edges


def test_another_program_reads_what_is_written() -> None:
    found = run("pdftotext -layout - -", invoice(recipient=Recipient("Ελένη Παπαδοπούλου", "", "北京市"))).decode()
    for words in ("Invoice 2026-0042", "Ελένη Παπαδοπούλου", "北京市", "Total EUR", "1,071.00", "Page 1 of 1"):
        assert words in found
