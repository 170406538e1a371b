"""The one call that every service answers alike."""

from __future__ import annotations

from functools import cache

from marshmallow import fields

from contracts.actor import ANYONE
from contracts.calls import Call, query
from contracts.schema import Schema


class HealthInput(Schema):
    """Nothing is asked."""


class Health(Schema):
    """`status` is "ok", or "degraded" when a check says otherwise than "ok"."""

    status = fields.String(required=True)
    checks = fields.Dict(keys=fields.String(), values=fields.String(), required=True)


@cache
def health_of(service: str) -> Call:
    """`<service>.health`."""
    return query(f"{service}.health", HealthInput, Health, roles=ANYONE, seconds=3.0)
