"""Patterns of types, as AMQP has them for topics: who listens, consumers and webhooks all say so what they want."""

from __future__ import annotations

from functools import cache


def topic_matches(pattern: str, routing_key: str) -> bool:
    """Whether an AMQP topic pattern matches: `*` is exactly one word, `#` any number of words (AMQP 0-9-1 §3.1.3.3)."""
    return _words_match(tuple(pattern.split(".")), tuple(routing_key.split(".")))


@cache
def _words_match(pattern: tuple[str, ...], words: tuple[str, ...]) -> bool:
    if not pattern:
        return not words
    if pattern[0] == "#":
        return any(_words_match(pattern[1:], words[count:]) for count in range(len(words) + 1))
    return bool(words) and pattern[0] in ("*", words[0]) and _words_match(pattern[1:], words[1:])
