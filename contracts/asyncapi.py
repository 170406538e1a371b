"""The AsyncAPI 3.0 document: every public event, as it comes from the exchange."""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from contracts.envelope import CONTENT_TYPE
from contracts.events import PUBLIC, EventData, example_of
from contracts.json_schema import of_event

_DESCRIPTION = """Facts that have happened, as CloudEvents 1.0 in structured JSON. Each comes at least once: `id` \
tells a second delivery, `sequence` grows with each change of one `subject`. A field may be added at any time, and a \
word to those that a field may hold (`examples` lists them); anything else is a new version, published beside the \
old one for a release. `x-privacy` tells how delicate a field is. The operator makes a user and a queue for each \
consumer: `coachworks consumer add NAME --types "billing.#"`."""


def document(events: Iterable[type[EventData]]) -> dict[str, Any]:
    """The document of those events."""
    known = list(events)
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Coachworks events", "version": "1.0.0", "description": _DESCRIPTION},
        "defaultContentType": CONTENT_TYPE,
        "servers": {
            "broker": {
                "host": "rabbitmq.example.org",
                "protocol": "amqp",
                "protocolVersion": "0.9.1",
                "description": "The RabbitMQ of the installation.",
                "security": [{"type": "userPassword"}],
            }
        },
        "channels": {event.type: _channel(event) for event in known},
        "operations": {
            event.type: {
                "action": "send",
                "channel": {"$ref": f"#/channels/{event.type}"},
                "summary": _summary(event),
            }
            for event in known
        },
        "components": {
            "messages": {event.type: _message(event) for event in known},
            "schemas": {event.type: _payload(event) for event in known},
        },
    }


def envelope_of(event_type: str) -> dict[str, Any]:
    """A whole event, with the facts of its golden example."""
    return {
        "specversion": "1.0",
        "id": str(uuid5(NAMESPACE_URL, event_type)),
        "type": event_type,
        "source": f"/coachworks/{event_type.partition('.')[0]}",
        "subject": str(uuid5(NAMESPACE_URL, "subject")),
        "time": "2026-03-02T15:00:00Z",
        "datacontenttype": "application/json",
        "sequence": 3,
        "actorrole": "system",
        "data": example_of(event_type),
    }


def _channel(event: type[EventData]) -> dict[str, Any]:
    exchange = {"name": PUBLIC, "type": "topic", "durable": True, "autoDelete": False, "vhost": "/"}
    return {
        "address": event.type,
        "messages": {event.type: {"$ref": f"#/components/messages/{event.type}"}},
        "bindings": {"amqp": {"is": "routingKey", "exchange": exchange, "bindingVersion": "0.3.0"}},
    }


def _message(event: type[EventData]) -> dict[str, Any]:
    return {
        "name": event.type,
        "title": event.__name__,
        "summary": _summary(event),
        "contentType": CONTENT_TYPE,
        "payload": {"$ref": f"#/components/schemas/{event.type}"},
        "examples": [{"name": "golden", "payload": envelope_of(event.type)}],
    }


def _summary(event: type[EventData]) -> str:
    return " ".join((inspect.getdoc(event) or "").split())


def _payload(event: type[EventData]) -> dict[str, Any]:
    return {name: value for name, value in of_event(event).items() if not name.startswith("$")}
