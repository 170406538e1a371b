"""Makes a picture ready to be printed. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageOps

from contracts.calls.logos import LARGEST_LOGO, MOST_PIXELS
from contracts.errors import Invalid

#: As many pixels as it is printed with: about 400 to the inch. More would only make each PDF larger.
PRINTED = (640, 256)


class NotALogo(Invalid):
    """What was uploaded cannot be printed; its error says why."""


@dataclass(frozen=True)
class Picture:
    """A PNG without anything besides the picture, and its size in pixels."""

    content: bytes
    width: int
    height: int


def printable(content: bytes) -> Picture:
    """A PNG or JPEG, judged by its content, as it is printed: upright, no larger than `PRINTED`. Raises `NotALogo`."""
    if len(content) > LARGEST_LOGO:
        raise _refused("Must have at most 1 MiB.")
    try:
        with Image.open(BytesIO(content), formats=("PNG", "JPEG")) as image:
            if max(image.size) > MOST_PIXELS:
                raise _refused(f"Must be at most {MOST_PIXELS} pixels wide and high.")
            upright = ImageOps.exif_transpose(image)
            plain = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
    except Image.DecompressionBombError:
        raise _refused(f"Must be at most {MOST_PIXELS} pixels wide and high.") from None
    except (OSError, SyntaxError, ValueError):  # what Pillow raises for bytes that are no picture, or a broken one
        raise _refused("Must be a picture: PNG or JPEG.") from None
    plain.thumbnail(PRINTED)
    plain.info.clear()  # no comments, no profile, no place where it was taken
    out = BytesIO()
    plain.save(out, "PNG", optimize=True)
    return Picture(out.getvalue(), *plain.size)


def _refused(why: str) -> NotALogo:
    return NotALogo("The input is not valid.", errors={"file": [why]})
