"""How a view asks the services: the caller's own JSON, checked by the contract, sent with its assertion."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol
from uuid import uuid4

from flask import current_app, g
from marshmallow import ValidationError

from contracts.actor import Role
from contracts.calls import Call
from contracts.errors import CoachworksError, Forbidden, Invalid
from gateway import once, throttle

#: The seconds that a page waits for its slowest part: a service that is down must not hold up what others answer.
PATIENCE = 3.0

Json = dict[str, Any]
Answers = dict[str, Any]


class Client(Protocol):
    """What the gateway needs of the RPC client; raises `contracts.errors.*`, `Unavailable` if nobody answers."""

    def call(
        self,
        call: Call,
        input: Json,
        assertion: str | None = None,
        *,
        key: str | None = None,
        if_match: int | None = None,
    ) -> Any: ...

    def gather(self, calls: Mapping[str, tuple[Call, Json]], assertion: str | None = None) -> dict[str, Any]: ...

    def connected(self) -> bool: ...


@dataclass(frozen=True)
class Identity:
    """Who is signed in: the person as `engagements.authenticate` answers it, its assertion and its token."""

    person: Json
    assertion: str
    token: str

    @property
    def role(self) -> Role:
        role: Role = self.person["role"]
        return role


def client() -> Client:
    found: Client = current_app.extensions["coachworks.client"]
    return found


def identity() -> Identity | None:
    """Whoever has signed in on this request, or None."""
    found: Identity | None = g.get("identity")
    return found


def check(call: Call, given: Json) -> None:
    """Raises `Forbidden` for a role that may never make the call and `Invalid` for input that breaks its schema."""
    who = identity()
    if "public" not in call.roles and (who is None or who.role not in call.roles):
        raise Forbidden("Your role may not do this.")
    try:
        call.input().load(given)
    except ValidationError as error:
        raise Invalid("The input is not valid.", errors=error.normalized_messages()) from None


def ask(call: Call, given: Json, *, key: str | None = None, if_match: int | None = None) -> Any:
    """The call's answer as JSON. A command always carries a key, so that neither a redelivered message nor a form that
    is sent twice does anything twice."""
    try:
        check(call, given)
        if call.kind == "command":
            key = key or once.key(call.path, given, if_match) or str(uuid4())
        with throttle.guard(call, given):
            return client().call(call, given, assertion=_assertion(), key=key, if_match=if_match)
    except CoachworksError:
        once.keep()
        raise


def ask_all(calls: Mapping[str, tuple[Call, Json]]) -> Answers:
    """One round of parallel queries: for each name its answer, or the `CoachworksError` that it ended in."""
    refused: Answers = {}
    sent: dict[str, tuple[Call, Json]] = {}
    for name, (call, given) in calls.items():
        try:
            check(call, given)
            sent[name] = (replace(call, seconds=min(call.seconds, PATIENCE)), given)
        except CoachworksError as error:
            refused[name] = error
    return {**client().gather(sent, assertion=_assertion()), **refused}


def _assertion() -> str | None:
    who = identity()
    return who.assertion if who else None
