"""The organisation's colour as a style sheet: it replaces accent and soft, made dark or light enough to be read.

Contrasts are those of WCAG 2.2 (§1.4.3): 4.5 to 1 at least for text.
"""

from __future__ import annotations

from typing import NamedTuple

_WHITE_SURFACE = "#FFFFFF"
_DARK_SURFACE = "#171E1B"


class Colour(NamedTuple):
    red: float
    green: float
    blue: float

    @classmethod
    def of(cls, text: str) -> Colour:
        """The colour `#RRGGBB`."""
        return cls(*(int(text[at : at + 2], 16) / 255 for at in (1, 3, 5)))

    def __str__(self) -> str:
        return "#" + "".join(f"{round(part * 255):02x}" for part in self)

    @property
    def luminance(self) -> float:
        def linear(part: float) -> float:
            return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4

        return 0.2126 * linear(self.red) + 0.7152 * linear(self.green) + 0.0722 * linear(self.blue)

    def contrast(self, other: Colour) -> float:
        high, low = sorted((self.luminance, other.luminance), reverse=True)
        return (high + 0.05) / (low + 0.05)

    def mixed(self, other: Colour, share: float) -> Colour:
        """`share` of `other` (0..1) in this colour, in the 256 steps that a style sheet has."""
        parts = (mine * (1 - share) + theirs * share for mine, theirs in zip(self, other, strict=True))
        return Colour(*(round(part * 255) / 255 for part in parts))

    def readable_on(self, ground: Colour, contrast: float, towards: Colour) -> Colour:
        """This colour, as little as possible moved towards black or white, that has `contrast` on `ground`."""
        for step in range(101):
            if (moved := self.mixed(towards, step / 100)).contrast(ground) >= contrast:
                return moved
        return towards


_BLACK, _WHITE = Colour.of("#000000"), Colour.of(_WHITE_SURFACE)


def style_sheet(colour: str) -> str:
    """The `--brand-…` properties of an organisation whose colour is `#RRGGBB`."""
    chosen, dark = Colour.of(colour), Colour.of(_DARK_SURFACE)
    accent = chosen.readable_on(_WHITE, 4.5, _BLACK)
    soft = _WHITE.mixed(accent, 0.12)
    dark_fill = accent
    dark_soft = dark.mixed(chosen, 0.18)
    properties = {
        "accent": accent,
        "hover": accent.mixed(_BLACK, 0.2),
        "soft": soft,
        "soft-ink": accent.readable_on(soft, 7, _BLACK),
        "dark-accent": chosen.readable_on(dark, 7, _WHITE),
        "dark-fill": dark_fill,
        "dark-hover": dark_fill.mixed(_BLACK, 0.15),
        "dark-soft": dark_soft,
        "dark-soft-ink": chosen.readable_on(dark_soft, 7, _WHITE),
    }
    lines = "".join(f"  --brand-{name}: {value};\n" for name, value in properties.items())
    return f":root {{\n{lines}}}\n"
