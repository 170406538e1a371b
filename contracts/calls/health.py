"""The calls that every service answers alike."""

from __future__ import annotations

from functools import cache

from marshmallow import fields

from contracts.actor import ADMIN, ANYONE
from contracts.calls import Call, query
from contracts.schema import Schema


class HealthInput(Schema):
    """Nothing is asked."""


class Health(Schema):
    """`status` is "ok", or "degraded" when a check says otherwise than "ok"."""

    status = fields.String(required=True)
    checks = fields.Dict(keys=fields.String(), values=fields.String(), required=True)


class Waiting(Schema):
    """What waits: how much, and for how many seconds the oldest is due."""

    name = fields.String(required=True)
    waiting = fields.Integer(required=True)
    oldest_seconds = fields.Float(required=True)


class QueueState(Schema):
    """A queue of the broker: what waits in it, and how many processes read it."""

    name = fields.String(required=True)
    messages = fields.Integer(required=True)
    consumers = fields.Integer(required=True)


class Status(Schema):
    """How a service is, for those who run it. Null is what cannot be told, because the database or the broker is away.

    `version` is the release, `revision` that of the database and `needs` the one that the release needs.
    """

    checks = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    version = fields.String(required=True)
    revision = fields.String(required=True, allow_none=True)
    needs = fields.String(required=True, allow_none=True)
    outbox = fields.Nested(Waiting, required=True, allow_none=True)
    retried = fields.Integer(required=True, allow_none=True)
    parked = fields.Integer(required=True, allow_none=True)
    backlogs = fields.List(fields.Nested(Waiting), required=True, allow_none=True)
    queues = fields.List(fields.Nested(QueueState), required=True, allow_none=True)


@cache
def health_of(service: str) -> Call:
    """`<service>.health`."""
    return query(f"{service}.health", HealthInput, Health, roles=ANYONE, seconds=3.0)


@cache
def status_of(service: str) -> Call:
    """`<service>.status`."""
    return query(f"{service}.status", HealthInput, Status, roles=ADMIN, seconds=3.0)
