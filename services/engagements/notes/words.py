"""The words of a text: which it has, as the whole-text index keeps them, and which of them a reader looks for (S2.25).

Folded here, not by a database, so that SQLite and PostgreSQL find the same.
"""

from __future__ import annotations

import re
import unicodedata

#: Scripts without blanks between words: each sign counts as one.
_SIGNS = "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_WORD = re.compile(f"[{_SIGNS}]|(?:[^\\W_{_SIGNS}]|[\u0300-\u036f])+")
_EXCERPT = 160
_BEFORE = 40


def words_of(text: str) -> list[str]:
    """The words of a text in their order, without regard to case and accents."""
    return _WORD.findall(_folded(text))


def found_in(text: str, wanted: tuple[str, ...]) -> list[str]:
    """Which words of a text, as they stand there, begin with one of the `wanted` folded ones; each once."""
    there = dict.fromkeys(_WORD.findall(text)) if wanted else {}
    return [word for word in there if _folded(word).startswith(wanted)]


def excerpt(text: str, found: list[str]) -> str:
    """How a text begins; if a word of `found` comes later than that, the text about the first of them."""
    places = [match.start() for match in _WORD.finditer(text) if match[0] in found]
    start = 0
    if places and places[0] > _EXCERPT - _BEFORE:
        start = text.find(" ", places[0] - _BEFORE, places[0]) + 1 or places[0]
    shown = text[start:]
    if len(shown) > _EXCERPT:
        shown = f"{shown[: _EXCERPT - 1].rstrip()}…"
    return f"…{shown}" if start else shown


def _folded(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return "".join(sign for sign in decomposed if not unicodedata.combining(sign))
