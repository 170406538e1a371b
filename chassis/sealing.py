"""What must be kept and not be read: encrypted with a key of its purpose, made from the service's `SECRET_KEY`.

While one key takes another's place there are several: the first one seals, any of them opens.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet


class Unreadable(Exception):
    """It was sealed under another `SECRET_KEY`, or is damaged."""


def key_for(purpose: str, secret_key: str) -> bytes:
    """The 32 bytes of the key for that purpose alone."""
    return hashlib.sha256(f"{purpose}:{secret_key}".encode()).digest()


class Seal:
    """Seals and opens what is kept for one purpose."""

    def __init__(self, purpose: str, secret_keys: Sequence[str]) -> None:
        each = [Fernet(base64.urlsafe_b64encode(key_for(purpose, key))) for key in secret_keys]
        self._first = each[0]
        self._any = MultiFernet(each)

    def seal(self, plain: bytes) -> bytes:
        return self._first.encrypt(plain)

    def open(self, sealed: bytes) -> bytes:
        """What was sealed; raises `Unreadable`."""
        try:
            return self._any.decrypt(sealed)
        except InvalidToken:
            raise Unreadable("It was sealed under another SECRET_KEY.") from None

    def is_first(self, sealed: bytes) -> bool:
        """Whether it is sealed with the first key, so that the others may go."""
        try:
            self._first.decrypt(sealed)
        except InvalidToken:
            return False
        return True
