"""The library's files, made in code."""

from __future__ import annotations

import io
import math
import struct
import zlib

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

_GREEN = "#0E6B56"
_SHADES = [bytes.fromhex(shade) for shade in "0E6B56 2A8570 4C9F8B 71B8A7 98D0C2 C2E5DC E3F1EC".split()]  # noqa: SIM905

#: What lies in the library.
LIBRARY = (
    "Welcome packet.pdf",
    "Energy diary.txt",
    "Interview guide.pdf",
    "Offer on one page.txt",
    "Two-minute opening.pdf",
    "Wheel of a week.png",
)

_PAGES = {
    "Welcome packet.pdf": (
        ("Welcome to Northlight", "How we work together", "What stays between us", "How to move a session"),
        ("Before the first session", "What would make this worthwhile?", "What have you tried?", "Who should know?"),
    ),
    "Interview guide.pdf": (
        ("Talking to people who do it", "How did you come to this work?", "What is a bad day like?", "Whom else?"),
    ),
    "Two-minute opening.pdf": (
        ("The two-minute opening", "One sentence: why they are here", "One story: what happened", "One ask: what next"),
    ),
}
_TEXTS = {
    "Energy diary.txt": "Energy diary\n\nFor each day: what gave energy, what took it.\n\nMon\nTue\nWed\nThu\nFri\n",
    "Offer on one page.txt": "Offer on one page\n\nFor whom\nWhat hurts\nWhat changes\nWhat it costs\nThe first step\n",
    "Price list, first draft.txt": "Price list, first draft\n\nBrand workshop  2,400\nIdentity        9,800\n",
}


def content_of(name: str) -> bytes:
    """The bytes of a file, the same each time."""
    if name in _TEXTS:
        return _TEXTS[name].encode()
    return _pdf(name) if name in _PAGES else _wheel()


def _pdf(name: str) -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4, invariant=True)
    canvas.setTitle(name.removesuffix(".pdf"))
    for title, *lines in _PAGES[name]:
        canvas.setFillColor(_GREEN)
        canvas.setFont("Helvetica-Bold", 24)
        canvas.drawString(72, 740, title)
        canvas.setFillColor("#17211C")
        canvas.setFont("Helvetica", 14)
        for place, line in enumerate(lines):
            canvas.drawString(72, 680 - 120 * place, line)
            canvas.line(72, 650 - 120 * place, 523, 650 - 120 * place)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def _wheel() -> bytes:
    """A PNG image: a disc of seven shades, one for each day."""
    size, centre = 240, 119.5
    rows = bytearray()
    for y in range(size):
        rows.append(0)  # this row is not filtered
        for x in range(size):
            right, up = x - centre, centre - y
            day = int((math.atan2(right, up) / math.tau % 1) * len(_SHADES))
            rows += _SHADES[day] if math.hypot(right, up) < centre else b"\xff\xff\xff"
    header = struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )
