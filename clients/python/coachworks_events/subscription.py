"""Events from a queue or from the stream, for as long as one likes: connections that are lost are made again."""

from __future__ import annotations

import datetime as dt
import queue
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Self
from uuid import UUID

from coachworks_events.event import Event, Unreadable, decode
from coachworks_events.reader import LOG, Delivery, Reader, Refused

#: Every public event of the last 30 days. It may be read by consumers that were added with --replay.
STREAM = "coachworks.stream"
Start = str | int | dt.datetime

__all__ = ["STREAM", "Refused", "Start", "Subscription", "subscribe"]


def subscribe(
    url: str,
    queue: str,
    *,
    prefetch: int = 100,
    seen: Callable[[UUID], bool] | None = None,
    start: Start | None = None,
) -> Subscription:
    """The events of a queue, one after the other, each acked when the next one is asked for.

    `url` may be the addresses of several nodes of one broker, joined by `;`: the first that answers is read from.

    `seen(id)` says of an event whether it was handled before; then it is acked and passed over. If `seen` has a method
    `add`, that is told of every event that was handled (`SeenInSqlite`).

    `start` is for `STREAM` alone, and needed there: "first", "next", an offset, or an instant; of an instant a few
    events before it may come too.
    """
    return Subscription(Reader(url, queue, prefetch, start), seen)


class Subscription(Iterator[Event]):
    """An iterator that ends by `close` alone, or by `Refused`.

    What was handed out last is acked when the next event is asked for, or by `done`. After an exception, a `break` or a
    `close` without `done` it is delivered again.
    """

    def __init__(self, reader: Reader, seen: Callable[[UUID], bool] | None) -> None:
        self._reader = reader
        self._seen = seen
        self._current: tuple[Delivery, Event] | None = None
        reader.start()

    def __next__(self) -> Event:
        self.done()
        while True:
            event = self._take(None)
            if event is not None:
                return event

    def next_within(self, seconds: float) -> Event | None:
        """The next event, or None if none comes within that time."""
        self.done()
        try:
            while True:
                event = self._take(seconds)
                if event is not None:
                    return event
        except queue.Empty:
            return None

    def done(self) -> None:
        """The event that was handed out last is handled."""
        if self._current is None:
            return
        delivery, event = self._current
        self._current = None
        add = getattr(self._seen, "add", None)
        if add is not None:
            add(event.id)
        self._reader.ack(delivery)

    def _take(self, seconds: float | None) -> Event | None:
        """One delivery's event; None if it is not to be handed out."""
        delivery = self._reader.take(seconds)
        if delivery is None:
            return None
        try:
            event = decode(delivery.body, delivery.offset)
        except Unreadable as error:
            LOG.error("passed over a message: %s", error)
            self._reader.reject(delivery)
            return None
        if self._seen is not None and self._seen(event.id):
            self._reader.ack(delivery)
            return None
        self._current = delivery, event
        return event

    def close(self) -> None:
        """Lets go of the connection."""
        self._reader.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
