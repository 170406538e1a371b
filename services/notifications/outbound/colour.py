"""The organisation's colour, made fit for white letters on it. Pure."""

from __future__ import annotations

import re

ENOUGH = 4.5  # WCAG 2 contrast for ordinary text
FALLBACK = "#0E6B56"


def readable_with_white(colour: str) -> str:
    """`#rrggbb`, darkened as little as white letters on it need; what is no colour becomes the house's own."""
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", colour):
        return FALLBACK
    channels = [int(colour[start : start + 2], 16) for start in (1, 3, 5)]
    while contrast_with_white(channels) < ENOUGH:
        channels = [int(channel * 0.97) for channel in channels]
    return "#" + "".join(f"{channel:02X}" for channel in channels)


def contrast_with_white(channels: list[int]) -> float:
    """The WCAG 2 contrast ratio of white to the colour of these three channels (0..255)."""
    red, green, blue = (
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in (channel / 255 for channel in channels)
    )
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)
