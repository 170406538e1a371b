"""A form sent twice does its thing once: by a double click, by going back, or again after no answer came.

Each form carries a random mark. What it asks a service for goes under an idempotency key that is made of the mark and
of what is asked for: other content is another wish, as is the same content of a page that was loaded anew.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from typing import Any

from flask import g, request

FIELD = "once"


def mark() -> str:
    """What a form carries; one that is shown again because it failed keeps its mark, for it may have done its thing."""
    kept: str | None = g.get("once")
    return kept or secrets.token_urlsafe(16)


def key(path: str, given: dict[str, Any], if_match: int | None) -> str | None:
    """The key under which the form of this request asks for that; None without a mark."""
    found = g.get("once_given")
    if not found:
        return None
    wanted = json.dumps([found, path, given, if_match], sort_keys=True)
    return hashlib.sha256(wanted.encode()).hexdigest()


def take() -> None:
    """Takes down the mark of this request's form. The API has no forms: its uploads are passed on unread."""
    g.once_given = request.form.get(FIELD)


def keep() -> None:
    """The form of this request has failed: shown again it has the same mark."""
    g.once = g.get("once_given")
