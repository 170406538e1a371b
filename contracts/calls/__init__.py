"""Calls between the gateway and the services: what goes in, what comes out, who may.

A module per service, or per large part of one, declares its calls:
`send_invoice = command("billing.send_invoice", ById, Invoice)`.
A *command* changes one service, a *query* changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from contracts.actor import STAFF, Role
from contracts.schema import Schema


@dataclass(frozen=True)
class Call:
    """`service.name`, its schemas, and the roles that may ever make it; the operation decides on which objects.

    `output` None means that nothing is answered. `seconds` is how long a caller waits for it.
    """

    service: str
    name: str
    kind: Literal["command", "query"]
    input: type[Schema]
    output: type[Schema] | None
    roles: frozenset[Role]
    seconds: float = 6.0

    @property
    def path(self) -> str:
        return f"{self.service}.{self.name}"


def command(
    path: str,
    input: type[Schema],
    output: type[Schema] | None = None,
    *,
    roles: frozenset[Role] = STAFF,
    seconds: float = 6.0,
) -> Call:
    """Declares a command; staff may make it unless `roles` says otherwise."""
    service, name = path.split(".")
    return Call(service, name, "command", input, output, roles, seconds)


def query(
    path: str,
    input: type[Schema],
    output: type[Schema],
    *,
    roles: frozenset[Role] = STAFF,
    seconds: float = 6.0,
) -> Call:
    """Declares a query; staff may make it unless `roles` says otherwise."""
    service, name = path.split(".")
    return Call(service, name, "query", input, output, roles, seconds)
