"""Signed assertions of who acts: EdDSA JWTs of at most 60 s that only the engagements service can make (DESIGN §2)."""

from __future__ import annotations

import base64
import datetime as dt
from collections.abc import Sequence
from contextlib import suppress
from typing import Any
from uuid import UUID

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from contracts.actor import Actor
from contracts.errors import Unauthenticated

LIFETIME = dt.timedelta(seconds=60)
LEEWAY = dt.timedelta(seconds=5)  # how far the clocks of two machines may be apart


def _raw(key: str) -> bytes:
    return base64.urlsafe_b64decode(key + "=" * (-len(key) % 4))


def sign(private_key: str, actor: Actor, now: dt.datetime) -> str:
    """An assertion that `actor` acts, good for 60 s. `private_key` is a raw Ed25519 seed in URL-safe base64."""
    claims = {"sub": str(actor.id) if actor.id else "", "role": actor.role, "name": actor.name, "exp": now + LIFETIME}
    return jwt.encode(claims, Ed25519PrivateKey.from_private_bytes(_raw(private_key)), algorithm="EdDSA")


def verify(public_keys: Sequence[str], assertion: str, now: dt.datetime) -> Actor:
    """The actor of an assertion; raises `Unauthenticated` for one that is forged, malformed or expired at `now`.

    Any of the keys may have signed it: there are two while one takes the other's place.
    """
    try:
        claims = _claims(public_keys, assertion)
        actor = Actor(UUID(claims["sub"]) if claims["sub"] else None, claims["role"], claims["name"])
    except (jwt.InvalidTokenError, ValueError) as error:
        raise Unauthenticated("The sign-in cannot be verified.") from error
    if now > dt.datetime.fromtimestamp(claims["exp"], dt.UTC) + LEEWAY:
        raise Unauthenticated("The sign-in has expired.")
    return actor


def _claims(public_keys: Sequence[str], assertion: str) -> dict[str, Any]:
    *others, last = (Ed25519PublicKey.from_public_bytes(_raw(key)) for key in public_keys)
    for key in others:
        with suppress(jwt.InvalidSignatureError):
            return _decoded(key, assertion)
    return _decoded(last, assertion)


def _decoded(key: Ed25519PublicKey, assertion: str) -> dict[str, Any]:
    required = ["exp", "sub", "role", "name"]
    return jwt.decode(assertion, key, algorithms=["EdDSA"], options={"require": required, "verify_exp": False})


def new_keys() -> tuple[str, str]:
    """A fresh (private, public) key pair, each as raw bytes in URL-safe base64."""
    private = Ed25519PrivateKey.generate()
    public = private.public_key().public_bytes_raw()
    return base64.urlsafe_b64encode(private.private_bytes_raw()).decode(), base64.urlsafe_b64encode(public).decode()
