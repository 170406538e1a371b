"""The envelope of every event: CloudEvents 1.0 in structured JSON (`application/cloudevents+json`)."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from marshmallow import EXCLUDE, ValidationError, fields, validate

from contracts.schema import Instant, Schema

CONTENT_TYPE = "application/cloudevents+json"


class EnvelopeSchema(Schema):
    """CloudEvents 1.0 context attributes, and our extensions of them. What others add is passed over."""

    class Meta:
        unknown = EXCLUDE

    specversion = fields.String(required=True, validate=validate.Equal("1.0"), metadata={"privacy": "none"})
    id = fields.UUID(required=True, metadata={"description": "Unique; the same for every delivery of the event."})
    type = fields.String(
        required=True,
        validate=validate.Regexp(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+\.v[0-9]+\Z"),
        metadata={"privacy": "none", "description": "`<service>.<thing>.<past participle>.v1`"},
    )
    source = fields.String(required=True, metadata={"privacy": "none", "description": "`/coachworks/<service>`"})
    subject = fields.String(
        required=True,
        metadata={"privacy": "pseudonymous", "description": "The id of the object that the event is about."},
    )
    time = Instant(required=True)
    datacontenttype = fields.String(load_default="application/json", metadata={"privacy": "none"})
    sequence = fields.Integer(required=True, metadata={"description": "The object's version after the change."})
    actorid = fields.UUID(load_default=None, allow_none=True, metadata={"description": "The person who did it."})
    actorrole = fields.String(load_default="system", metadata={"privacy": "pseudonymous"})
    requestid = fields.String(load_default=None, allow_none=True, metadata={"privacy": "pseudonymous"})
    traceparent = fields.String(load_default=None, allow_none=True, metadata={"privacy": "pseudonymous"})
    data = fields.Dict(
        required=True, metadata={"privacy": "confidential", "description": "The facts; each type says of what class."}
    )


_ENVELOPE = EnvelopeSchema()


class UndecodableEvent(ValueError):
    """The bytes are no CloudEvent of ours; the message says what is wrong with them."""


@dataclass(frozen=True)
class Event:
    """One event as a handler sees it; `data` is typed as its declaration says, `document` is all of it as it came."""

    id: UUID
    type: str
    source: str
    subject: str
    time: dt.datetime
    sequence: int
    data: dict[str, Any]
    actorid: UUID | None = None
    actorrole: str = "system"
    requestid: str | None = None
    traceparent: str | None = None
    datacontenttype: str = "application/json"
    specversion: str = "1.0"
    document: dict[str, Any] = field(default_factory=dict, repr=False)

    @property
    def subject_id(self) -> UUID:
        """The subject, which is always an id in our own events."""
        return UUID(self.subject)

    def to_bytes(self) -> bytes:
        """The envelope as JSON; `data` must already be what its schema dumps."""
        dumped = {key: value for key, value in _ENVELOPE.dump(self).items() if value is not None}
        return json.dumps(dumped, ensure_ascii=False, separators=(",", ":")).encode()


def decode(body: bytes) -> Event:
    """The event in `body`, its `data` as plain JSON; raises `UndecodableEvent` for anything else."""
    try:
        document = json.loads(body.decode("utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise UndecodableEvent(f"not JSON in UTF-8: {error}") from None
    if not isinstance(document, dict):
        raise UndecodableEvent("not a JSON object")
    try:
        return Event(**_ENVELOPE.load(document), document=document)
    except ValidationError as error:
        raise UndecodableEvent(f"not a CloudEvent of ours: {error.normalized_messages()}") from None
