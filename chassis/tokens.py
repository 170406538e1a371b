"""Secret tokens (rule C19): random, at least 128 bits, stored only as a digest."""

from __future__ import annotations

import hashlib
import secrets


def new_token() -> str:
    """A URL-safe random token of 192 bits."""
    return secrets.token_urlsafe(24)


def token_digest(token: str) -> str:
    """What is stored of a token: its SHA-256 in hex. The token is random, so no salt and no slow hash are needed."""
    return hashlib.sha256(token.encode()).hexdigest()
