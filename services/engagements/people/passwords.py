"""Passwords: kept as argon2id, checked in the same time for everybody, refused when they are easily guessed."""

from __future__ import annotations

import re
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

# OWASP's smallest argon2id parameters: a check stops the green threads of its process for some 20 ms, not 100.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)

# What is left of the usual passwords when digits and signs are taken off and `p@ssw0rd` is read as `password`.
_COMMON = frozenset(
    """
    password passwort passphrase secret geheim letmein welcome willkommen iloveyou admin administrator root
    qwerty qwertz qwertyuiop qwertzuiop azerty azertyuiop asdf asdfgh asdfghjkl asdfghjklzxcvbnm zxcvbnm yxcvbnm
    qwertyuiopasdfghjkl qwertyuiopasdfghjklzxcvbnm qwertyasdfgh qazwsx qazwsxedc qwer qwert
    abc abcd abcde abcdef abcdefg abcdefgh abcdefghij abcdefghijkl abcdefghijklmnopqrstuvwxyz
    monkey dragon football baseball basketball superman batman master shadow michael jordan sunshine princess
    trustno starwars whatever freedom login changeme default guest test testtest user username computer internet
    hello hallo love mustang charlie summer winter spring autumn sommer coach coaching coachworks mypassword
    thisismypassword passwordpassword
    """.split()  # noqa: SIM905
)
_READ_AS = str.maketrans({"@": "a", "4": "a", "3": "e", "1": "i", "!": "i", "0": "o", "$": "s", "5": "s", "7": "t"})


def hash_password(password: str) -> str:
    """What is stored of a password."""
    return _HASHER.hash(password)


@cache
def _nobodys() -> str:
    return _HASHER.hash("the password of nobody")


def password_matches(stored: str | None, password: str) -> bool:
    """Whether it is the password; `stored` None is never matched, but takes as long."""
    try:
        _HASHER.verify(stored or _nobodys(), password)
    except VerifyMismatchError:
        return False
    return stored is not None


def password_faults(password: str, *, name: str, email: str) -> list[str]:
    """Why the password of the person of that name and address would be guessed easily; empty when it would not.

    Its length is the business of the contract.
    """
    plain = password.lower()
    if len(set(plain)) < 5:
        return ["Too few different characters."]
    if not re.search(r"[^\W\d_]", plain):
        return ["Needs letters too."]
    readings = {_letters(plain), _letters(re.sub(r"[\W\d_]+\Z", "", plain).translate(_READ_AS))}
    if any(_is_common(reading) for reading in readings):
        return ["One of the passwords that are tried first."]
    own = {_letters(name.lower()), _letters(email.lower().split("@")[0]), _letters(email.lower())}
    if readings & own:
        return ["Must not be your own name or address."]
    return []


def _letters(text: str) -> str:
    return re.sub(r"[\W\d_]+", "", text)


def _is_common(letters: str) -> bool:
    """A common word, or one repeated."""
    return any(
        letters == letters[:size] * (len(letters) // size) and letters[:size] in _COMMON
        for size in range(1, len(letters) + 1)
        if len(letters) % size == 0
    )
