"""Errors travel between services and to the API by a stable code, never as a Python class path.

A domain error is a subclass with a name of its own (`InvoiceNotDraft(Conflict)`); across the border only its code, its
sentence, its field errors and its rule arrive.
"""

from __future__ import annotations

from typing import Any, ClassVar


class CoachworksError(Exception):
    """Base of all errors that a caller may see.

    `detail` is one sentence in plain English for a person; `errors` maps a field to its messages; `rule` is the number
    of the domain rule that refused (RULES.md); `awaited` says that the refusal rests on what events may yet bring, so
    that the call is tried again for up to 2 s before it is believed (DESIGN §2.8).
    """

    code: ClassVar[str]

    def __init__(
        self,
        detail: str,
        *,
        errors: dict[str, Any] | None = None,
        rule: str | None = None,
        awaited: bool = False,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.errors = errors or {}
        self.rule = rule
        self.awaited = awaited

    def to_wire(self) -> dict[str, Any]:
        """The error as it travels: `{code, detail, errors, rule}`."""
        return {"code": self.code, "detail": self.detail, "errors": self.errors, "rule": self.rule}


class Malformed(CoachworksError):
    """The request cannot be read at all (HTTP 400)."""

    code = "malformed"


class Unauthenticated(CoachworksError):
    """Nobody has signed in, or the sign-in is no longer good (HTTP 401)."""

    code = "unauthenticated"


class Forbidden(CoachworksError):
    """The role may never do this (HTTP 403)."""

    code = "forbidden"


class NotFound(CoachworksError):
    """It does not exist, or the actor may not know that it does (HTTP 404)."""

    code = "not_found"


class LinkDead(NotFound):
    """The link is unknown, used, revoked or expired: which of them, nobody is told (C19)."""


def dead_link() -> LinkDead:
    """The one refusal that every link gives that does not work."""
    return LinkDead("This link has been used, has expired or was never valid.", rule="C19")


class Conflict(CoachworksError):
    """A rule of the domain refuses (HTTP 409)."""

    code = "conflict"


class Gone(CoachworksError):
    """It was there and is over (HTTP 410)."""

    code = "gone"


class Stale(CoachworksError):
    """The version named in If-Match is no longer the current one (HTTP 412)."""

    code = "stale"


class Invalid(CoachworksError):
    """The input breaks its schema; `errors` names each field (HTTP 422)."""

    code = "invalid"


class Limited(CoachworksError):
    """Too many tries in too short a time (HTTP 429)."""

    code = "limited"


class Unavailable(CoachworksError):
    """A service did not answer in time; trying again later may help (HTTP 503)."""

    code = "unavailable"


class Broken(CoachworksError):
    """A defect of ours: the service raised what it does not declare (HTTP 500). The log has the details."""

    code = "broken"


_KINDS: dict[str, type[CoachworksError]] = {
    kind.code: kind
    for kind in (
        Malformed, Unauthenticated, Forbidden, NotFound, Conflict, Gone, Stale, Invalid, Limited, Unavailable, Broken,
    )
}  # fmt: skip


def from_wire(error: dict[str, Any]) -> CoachworksError:
    """The error that `to_wire` described; a code that this release does not know is `Broken`."""
    kind = _KINDS.get(error.get("code", ""), Broken)
    return kind(error.get("detail", "Something went wrong."), errors=error.get("errors"), rule=error.get("rule"))
