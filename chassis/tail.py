"""Public events from the stream, from any position on and while new ones come (DESIGN §2.11)."""

from __future__ import annotations

import datetime as dt
import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

import pika
import pika.exceptions

from chassis.nodes import parameters_of
from chassis.topology import STREAM
from contracts.errors import Invalid, Unavailable
from contracts.topics import topic_matches

Position = str | int | dt.datetime
PREFETCH = 200
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_REFUSALS = (pika.exceptions.ProbableAuthenticationError, pika.exceptions.ProbableAccessDeniedError)


@dataclass(frozen=True)
class Streamed:
    """An event as it lies in the stream."""

    offset: int
    type: str
    body: bytes


def position_of(said: str, now: dt.datetime) -> Position:
    """What `first`, `next`, an offset or an age such as `2h` means; anything else is `Invalid`."""
    if said in ("first", "next"):
        return said
    if said.isascii() and said.isdigit():
        return int(said)
    if age := re.fullmatch(r"([0-9]{1,6})([smhd])", said):
        return now - dt.timedelta(**{_UNITS[age[2]]: int(age[1])})
    raise Invalid(f"{said!r} is no position: say first, next, an offset, or an age like 2h, 30m, 7d.")


def read(url: str, start: Position, types: Sequence[str], lost: Callable[[str], None]) -> Iterator[Streamed]:
    """The events from `start` on whose type matches, without end; of an instant a few earlier ones come too.

    A connection that is lost is told of and made again. `Unavailable` if the first one cannot be made.
    """
    was_there = False
    while True:
        try:
            for event in _connected(url, start):
                was_there = True
                start = event.offset + 1
                if any(topic_matches(pattern, event.type) for pattern in types):
                    yield event
        except (pika.exceptions.AMQPError, OSError) as error:
            if not was_there:
                raise Unavailable(_reason(error)) from None
            lost(_reason(error))
            time.sleep(1)


def _connected(url: str, start: Position) -> Iterator[Streamed]:
    connection = pika.BlockingConnection(parameters_of(url))
    try:
        channel = connection.channel()
        channel.basic_qos(prefetch_count=PREFETCH)
        for method, properties, body in channel.consume(STREAM.name, arguments={"x-stream-offset": start}):
            yield Streamed(properties.headers["x-stream-offset"], method.routing_key, body)
            channel.basic_ack(method.delivery_tag)
    finally:
        with suppress(pika.exceptions.AMQPError):  # RabbitMQ 3.10 may fail at the end of a stream's reader
            connection.close()


def _reason(error: Exception) -> str:
    if isinstance(error, _REFUSALS):
        return "The broker refuses the user and password of AMQP_URL."
    if isinstance(error, pika.exceptions.ChannelClosedByBroker):
        return f"The broker refuses: {error.reply_text}"
    return f"The broker does not answer: {error!r}"
