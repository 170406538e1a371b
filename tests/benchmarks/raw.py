"""The broker alone: persistent messages put into a durable quorum queue, with publisher confirms."""

from __future__ import annotations

import amqp

QUEUE = "bench.raw"


class RawPublisher:
    """One connection, one channel, nothing in between."""

    def __init__(self, port: int) -> None:
        self._connection = amqp.Connection(f"127.0.0.1:{port}", userid="guest", password="guest")
        self._connection.connect()
        self._channel = self._connection.channel()
        self._channel.queue_declare(QUEUE, durable=True, auto_delete=False, arguments={"x-queue-type": "quorum"})
        self._channel.confirm_select()
        self._channel.events["basic_ack"].add(self._confirmed)
        self._published = 0
        self._open: set[int] = set()

    def publish(self, bodies: list[bytes], at_once: int) -> None:
        """Waits for the confirms after so many messages each time."""
        for start in range(0, len(bodies), at_once):
            for body in bodies[start : start + at_once]:
                self._published += 1
                self._open.add(self._published)
                self._channel.basic_publish(amqp.Message(body, delivery_mode=2), routing_key=QUEUE)
            while self._open:
                self._connection.drain_events(timeout=30)

    def close(self) -> None:
        self._channel.queue_delete(QUEUE)
        self._connection.close()

    def _confirmed(self, tag: int, multiple: bool) -> None:
        self._open -= {other for other in self._open if other <= tag} if multiple else {tag}
