"""Pictures to upload."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from PIL import Image


def picture(
    wide: int, high: int, *, colour: str = "#B3261E", kind: str = "PNG", mode: str = "RGB", **more: Any
) -> bytes:
    """A picture of one colour, as a file."""
    out = BytesIO()
    Image.new("RGBA", (wide, high), colour).convert(mode).save(out, kind, **more)
    return out.getvalue()
