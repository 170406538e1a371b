"""Exchanges a token for a short-lived assertion, once per request."""

from __future__ import annotations

import hashlib
import threading
import time
from collections import OrderedDict
from dataclasses import replace

import jwt

from contracts.calls import engagements
from contracts.errors import Unavailable
from gateway.asking import Client, Identity

_MOST = 10_000
#: Each request waits for it, so while engagements is away it must be given up soon.
_AUTHENTICATE = replace(engagements.authenticate, seconds=2.0)


class Identities:
    """Asks engagements who a token is. While engagements does not answer, the last assertion of that token serves as
    long as it has not expired, so that the other services' pages go on working."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._last: OrderedDict[str, Identity] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, token: str) -> Identity:
        """The identity; raises `Unauthenticated` for a token that is not good, `Unavailable` when nobody can tell."""
        digest = hashlib.sha256(token.encode()).hexdigest()
        try:
            answer = self._client.call(_AUTHENTICATE, {"token": token})
        except Unavailable:
            with self._lock:
                last = self._last.get(digest)
            if last is None or _has_expired(last.assertion):
                raise
            return last
        except Exception:
            with self._lock:
                self._last.pop(digest, None)
            raise
        found = Identity(answer["person"], answer["assertion"], token)
        with self._lock:
            self._last[digest] = found
            self._last.move_to_end(digest)
            while len(self._last) > _MOST:
                self._last.popitem(last=False)
        return found


def _has_expired(assertion: str) -> bool:
    """Every service verifies the signature; only the expiry is read here."""
    try:
        claims = jwt.decode(assertion, options={"verify_signature": False})
    except jwt.InvalidTokenError:
        return True
    return float(claims.get("exp", 0)) <= time.time()
