"""Connections to RabbitMQ."""

from __future__ import annotations

import struct
import time
from collections.abc import Callable
from typing import Any

import kombu
from amqp import Connection as AmqpConnection
from amqp import serialization, spec
from amqp.exceptions import AMQPError
from kombu.exceptions import KombuError

from chassis import logs

log = logs.get(__name__)

#: What a lost, refused or silent connection raises.
LOST: tuple[type[Exception], ...] = (OSError, AMQPError, KombuError)
HEARTBEAT = 20
CLOSE_SECONDS = 3
_properties_of = serialization.PROPERTY_CLASSES[spec.Basic.CLASS_ID]


def _readable_properties(buffer: Any, offset: int) -> tuple[dict[str, Any], int]:
    """py-amqp ends the connection at a property that it cannot read, and again when the message comes back."""
    try:
        return _properties_of(buffer, offset)
    except (ValueError, LookupError, struct.error, AMQPError):
        return {}, offset


serialization.PROPERTY_CLASSES[spec.Basic.CLASS_ID] = _readable_properties


def connect(url: str, name: str, *, heartbeat: int = HEARTBEAT) -> kombu.Connection:
    """An open connection to the first node that answers, which the broker's own pages show as `name`; raises one of
    `LOST`.

    Who gives a heartbeat must call `heartbeat_check` every few seconds.
    """
    connection = kombu.Connection(
        url,
        connect_timeout=5,
        heartbeat=heartbeat,
        transport_options={"client_properties": {"connection_name": name}, "write_timeout": 15},
    )
    connection.ensure_connection(max_retries=max(1, len(connection.alt) - 1), reraise_as_library_errors=False)
    return connection


def raw_channel(connection: kombu.Connection) -> Any:
    """A channel that hands bodies over as bytes, whatever their headers say of an encoding."""
    channel = connection.channel()
    channel.auto_decode = False
    return channel


def amqp_of(connection: kombu.Connection) -> AmqpConnection:
    """The py-amqp connection inside."""
    return connection.connection


def close(connection: kombu.Connection | None) -> None:
    """Closes a connection that may be broken already; one that is blocked is left without a word."""
    if connection is None:
        return
    try:
        if connection.connected:
            amqp_of(connection).sock.settimeout(CLOSE_SECONDS)
        connection.release()
    except LOST as error:
        log.debug("close_failed", error=str(error))


def wait_for(what: str, attempt: Callable[[], Any], lost: tuple[type[Exception], ...]) -> Any:
    """What `attempt` answers, once it does; while it raises one of `lost`, says so once and tries every second."""
    told = False
    while True:
        try:
            return attempt()
        except lost as error:
            if not told:
                log.warning(
                    "waiting", what=what, error=str(error).strip().splitlines()[0] if str(error) else repr(error)
                )
                told = True
            time.sleep(1)
