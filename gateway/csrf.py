"""Forged requests: each form carries a token that only a page of ours could write.

The token lies in Flask's own session cookie, signed by SECRET_KEY, and again in the form (signed double submit).
"""

from __future__ import annotations

import hmac
import secrets

from flask import request, session

from contracts.errors import Forbidden

FIELD = "csrf_token"
HEADER = "X-CSRF-Token"


class FormExpired(Forbidden):
    """The page is older than the sign-in, or another site sent the form."""


def token() -> str:
    """What a form of this browser sends along; another one after each sign-in."""
    found: str = session.setdefault("csrf", secrets.token_urlsafe(24))
    return found


def check() -> None:
    """Raises `FormExpired` unless the request carries the token of its own cookie."""
    given = request.headers.get(HEADER) or request.form.get(FIELD, "")
    expected = session.get("csrf", "")
    if not expected or not hmac.compare_digest(expected.encode(), given.encode()):
        raise FormExpired("This page was open for too long. Reload it and try again.")
