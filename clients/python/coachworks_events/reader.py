"""The connection behind a subscription, in a thread of its own: heartbeats go on however long a handler takes."""

from __future__ import annotations

import datetime as dt
import logging
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import pika
import pika.exceptions
from pika.adapters.blocking_connection import BlockingChannel

LOG = logging.getLogger("coachworks_events")
LONGEST_PAUSE = 30.0
#: For so long a broker that has been left a moment ago may refuse: just after its start it knows no queues.
PATIENCE = 60.0
_REFUSALS = (pika.exceptions.ProbableAuthenticationError, pika.exceptions.ProbableAccessDeniedError)


class Refused(Exception):
    """The broker does not let this user in, does not let it read the queue, or has no such queue."""


@dataclass(frozen=True)
class Delivery:
    """A message, and the connection that it came by: only there it can be acked."""

    body: bytes
    offset: int | None
    tag: int
    round: int


class _Cancelled(Exception):
    """The broker ended the consumer: its queue was deleted or moves to another node."""


class Reader:
    """Reads a queue from any thread; acks go back to the connection's own thread."""

    def __init__(self, url: str, queue_name: str, prefetch: int, start: str | int | dt.datetime | None) -> None:
        self._nodes = [pika.URLParameters(address) for address in url.split(";")]
        for parameters in self._nodes:
            parameters.client_properties = {"connection_name": f"coachworks-events {queue_name}"}
        self._queue = queue_name
        self._prefetch = prefetch
        self._start = start
        self._incoming: queue.Queue[Delivery | Exception] = queue.Queue()
        self._lock = threading.Lock()
        self._round = 0
        self._connection: pika.BlockingConnection | None = None
        self._channel: BlockingChannel | None = None
        self._stopping = threading.Event()
        self._well_at: float | None = None
        self._thread = threading.Thread(target=self._run, name="coachworks-events", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def take(self, seconds: float | None) -> Delivery | None:
        """The next message; None for one whose connection is lost, since it comes again. `queue.Empty` in the end."""
        found = self._incoming.get(timeout=seconds)
        if isinstance(found, Exception):
            self._incoming.put(found)  # whoever asks again is told again
            raise found
        with self._lock:
            if found.round != self._round:
                return None
            if found.offset is not None:
                self._start = found.offset + 1  # where the next connection goes on
        return found

    def ack(self, delivery: Delivery) -> None:
        """Nothing is done if the connection was lost meanwhile: the message comes again."""
        self._on_channel(delivery, lambda channel: channel.basic_ack(delivery.tag))

    def reject(self, delivery: Delivery) -> None:
        """The message goes to the dead queue; in a stream it stays where it is."""
        if delivery.offset is not None:
            self.ack(delivery)
        else:
            self._on_channel(delivery, lambda channel: channel.basic_reject(delivery.tag, requeue=False))

    def close(self) -> None:
        """Ends the connection; acks that were given before still go out."""
        self._stopping.set()
        self._thread.join(10)

    def _on_channel(self, delivery: Delivery, do: Callable[[BlockingChannel], None]) -> None:
        with self._lock:
            connection, channel = self._connection, self._channel
            if delivery.round != self._round or connection is None or channel is None:
                return
            try:
                connection.add_callback_threadsafe(partial(_if_open, channel, do))
            except pika.exceptions.ConnectionWrongStateError:
                return  # closed a moment ago: it comes again

    def _run(self) -> None:
        pause = 1.0
        while not self._stopping.is_set():
            began = time.monotonic()
            try:
                self._read()
            except (pika.exceptions.AMQPError, OSError, _Cancelled) as error:
                if (refusal := self._refusal(error)) is not None:
                    self._incoming.put(refusal)
                    return
                LOG.warning("lost the connection, connecting again: %r", error)
            except Exception as error:
                self._incoming.put(error)
                raise
            if self._well_at is not None and self._well_at > began:
                pause = 1.0
            self._stopping.wait(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    def _refusal(self, error: Exception) -> Refused | None:
        """What the broker says for good: believed at once at first, and later when it still says so after a while."""
        if self._well_at is not None and time.monotonic() - self._well_at < PATIENCE:
            return None
        if isinstance(error, _REFUSALS):
            return Refused("The broker refuses the user, the password or the virtual host of the address.")
        if isinstance(error, pika.exceptions.ChannelClosedByBroker) and error.reply_code in (403, 404):
            return Refused(f"The broker refuses to read {self._queue}: {error.reply_text}")
        return None

    def _read(self) -> None:
        connection = pika.BlockingConnection(self._nodes)
        try:
            channel = connection.channel()
            channel.basic_qos(prefetch_count=self._prefetch)
            with self._lock:
                self._round += 1
                self._connection, self._channel = connection, channel
                arguments = None if self._start is None else {"x-stream-offset": self._start}
            cancelled: list[Any] = []
            channel.add_on_cancel_callback(cancelled.append)
            channel.basic_consume(self._queue, partial(self._deliver, self._round), arguments=arguments)
            while not self._stopping.is_set():
                self._well_at = time.monotonic()
                connection.process_data_events(time_limit=0.25)
                if cancelled:
                    raise _Cancelled(f"the broker ended the reading of {self._queue}")
            connection.process_data_events(time_limit=0)
        finally:
            with self._lock:
                self._connection = self._channel = None
                self._round += 1
            if connection.is_open:
                connection.close()

    def _deliver(self, round_: int, channel: BlockingChannel, method: Any, properties: Any, body: bytes) -> None:
        offset = (properties.headers or {}).get("x-stream-offset")
        self._incoming.put(Delivery(body, offset, method.delivery_tag, round_))


def _if_open(channel: BlockingChannel, do: Callable[[BlockingChannel], None]) -> None:
    if channel.is_open:
        do(channel)
