"""What must be kept and not be read: encrypted with a key of its purpose, made from the service's `SECRET_KEY`."""

from __future__ import annotations

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken


class Unreadable(Exception):
    """It was sealed under another `SECRET_KEY`, or is damaged."""


def key_for(purpose: str, secret_key: str) -> bytes:
    """The 32 bytes of the key for that purpose alone."""
    return hashlib.sha256(f"{purpose}:{secret_key}".encode()).digest()


class Seal:
    """Seals and opens what is kept for one purpose."""

    def __init__(self, purpose: str, secret_key: str) -> None:
        self._fernet = Fernet(base64.urlsafe_b64encode(key_for(purpose, secret_key)))

    def seal(self, plain: bytes) -> bytes:
        return self._fernet.encrypt(plain)

    def open(self, sealed: bytes) -> bytes:
        """What was sealed; raises `Unreadable`."""
        try:
            return self._fernet.decrypt(sealed)
        except InvalidToken:
            raise Unreadable("It was sealed under another SECRET_KEY.") from None
