"""Secret tokens (rule C19): random, at least 128 bits, stored only as a digest."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

from chassis.sealing import key_for


def new_token() -> str:
    """A URL-safe random token of 192 bits."""
    return secrets.token_urlsafe(24)


def token_digest(token: str) -> str:
    """What is stored of a token: its SHA-256 in hex. The token is random, so no salt and no slow hash are needed."""
    return hashlib.sha256(token.encode()).hexdigest()


def token_of(nonce: str, *, purpose: str, secret_key: str) -> str:
    """The token of 192 bits that a random `nonce` stands for under the service's `SECRET_KEY`, always the same.

    For a link that is shown again: nonce and digest are stored, which without the key are of no use to anybody.
    """
    return base64.urlsafe_b64encode(hmac.digest(key_for(purpose, secret_key), nonce.encode(), "sha256")[:24]).decode()
