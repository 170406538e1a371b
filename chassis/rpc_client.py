"""Calls to services, from threads: one connection per process, replies matched by correlation id (DESIGN §2.2)."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Mapping
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from typing import Any
from uuid import uuid4

import pika
from pika.adapters.blocking_connection import BlockingChannel
from pika.exceptions import AMQPError

from chassis import context
from chassis.nodes import parameters_of
from contracts.calls import Call
from contracts.errors import CoachworksError, Unavailable, from_wire

log = logging.getLogger(__name__)
EXCHANGE = "nameko-rpc"
RECONNECT_SECONDS = 0.5


class _Pending:
    """A call on its way; sent again after a lost connection, which its idempotency key makes harmless."""

    def __init__(self, routing_key: str, body: bytes, deadline: float) -> None:
        self.id = uuid4().hex
        self.routing_key = routing_key
        self.body = body
        self.deadline = deadline
        self.reply: Future[Any] = Future()


class RpcClient:
    """Thread-safe. Connects in a thread of its own at the first call, and again after a lost connection."""

    def __init__(self, url: str, name: str) -> None:
        self._nodes = parameters_of(url)
        for parameters in self._nodes:
            parameters.client_properties = {"connection_name": name}
            parameters.heartbeat = 20
            parameters.socket_timeout = 3
            parameters.blocked_connection_timeout = 30
        self._reply_to = f"rpc.reply-{name}-{uuid4().hex}"
        self._lock = threading.Lock()
        self._pending: dict[str, _Pending] = {}
        self._connection: pika.BlockingConnection | None = None
        self._channel: BlockingChannel | None = None
        self._thread: threading.Thread | None = None
        self._closing = False

    def call(
        self,
        call: Call,
        input: dict[str, Any],
        assertion: str | None = None,
        *,
        key: str | None = None,
        if_match: int | None = None,
    ) -> Any:
        """The JSON answer; raises what the service raised, or `Unavailable` if nobody answers within `call.seconds`."""
        return self._result(self._send(call, input, assertion, key, if_match))

    def gather(self, calls: Mapping[str, tuple[Call, dict[str, Any]]], assertion: str | None = None) -> dict[str, Any]:
        """The answers of several queries made at once, by the same names; one that failed is its `CoachworksError`."""
        sent = {name: self._send(call, input_, assertion, None, None) for name, (call, input_) in calls.items()}
        answers: dict[str, Any] = {}
        for name, pending in sent.items():
            try:
                answers[name] = self._result(pending)
            except CoachworksError as error:
                answers[name] = error
        return answers

    def connected(self) -> bool:
        """Whether the broker can be reached just now."""
        self._ensure_thread()
        return self._channel is not None

    def close(self) -> None:
        """Ends the connection; calls still open fail as unavailable."""
        self._closing = True
        connection = self._connection
        if connection is not None and connection.is_open:
            connection.add_callback_threadsafe(connection.close)
        if self._thread is not None:
            self._thread.join(timeout=5)

    def _send(
        self, call: Call, input_: dict[str, Any], assertion: str | None, key: str | None, if_match: int | None
    ) -> _Pending:
        deadline = time.time() + call.seconds
        trace = context.current()
        kwargs = {
            "input": input_,
            "assertion": assertion,
            "key": key,
            "if_match": if_match,
            "deadline": deadline,
            "trace": {"request_id": trace.request_id, "traceparent": trace.traceparent} if trace else {},
        }
        body = json.dumps({"args": [], "kwargs": kwargs}).encode()
        pending = _Pending(call.path, body, deadline)
        self._ensure_thread()
        with self._lock:
            self._pending[pending.id] = pending
            self._publish_soon(pending)
        return pending

    def _result(self, pending: _Pending) -> Any:
        service = pending.routing_key.split(".")[0]
        try:
            reply = pending.reply.result(timeout=max(0.0, pending.deadline - time.time()))
        except FutureTimeout:
            raise Unavailable(f"The service {service} does not answer just now. Try again in a moment.") from None
        finally:
            with self._lock:
                self._pending.pop(pending.id, None)
        if reply["error"]:
            raise from_wire(reply["error"])
        return reply["result"]

    def _publish_soon(self, pending: _Pending) -> None:
        """Asks the connection's thread to publish; without a connection it will, once there is one. Lock held."""
        connection = self._connection
        if self._channel is None or connection is None:
            return
        try:
            connection.add_callback_threadsafe(lambda: self._publish(pending))
        except AMQPError:
            log.debug("connection closed meanwhile")  # the thread publishes all that is pending when it is back

    def _publish(self, pending: _Pending) -> None:
        left = pending.deadline - time.time()
        if left <= 0 or self._channel is None:
            return
        properties = pika.BasicProperties(
            content_type="application/json",
            content_encoding="utf-8",
            correlation_id=pending.id,
            reply_to=self._reply_to,
            expiration=str(int(left * 1000)),
        )
        self._channel.basic_publish(EXCHANGE, pending.routing_key, pending.body, properties, mandatory=True)

    def _ensure_thread(self) -> None:
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="rpc", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while not self._closing:
            try:
                self._connect()
                while not self._closing:
                    self._connection.process_data_events(time_limit=None)  # type: ignore[union-attr]
            except (AMQPError, OSError) as error:
                if not self._closing:
                    log.warning("connection to the broker lost: %r", error)
            finally:
                with self._lock:
                    connection, self._connection, self._channel = self._connection, None, None
            try:
                if connection is not None and connection.is_open:
                    connection.close()
            except (AMQPError, OSError) as error:
                log.debug("close failed: %r", error)
            if not self._closing:
                time.sleep(RECONNECT_SECONDS)

    def _connect(self) -> None:
        connection = pika.BlockingConnection(self._nodes)
        channel = connection.channel()
        channel.exchange_declare(EXCHANGE, "topic", durable=True)
        channel.queue_declare(self._reply_to, exclusive=True, auto_delete=True)
        channel.queue_bind(self._reply_to, EXCHANGE, self._reply_to)
        channel.basic_consume(self._reply_to, self._on_reply, auto_ack=True)
        channel.add_on_return_callback(self._on_return)
        with self._lock:
            self._connection, self._channel = connection, channel
            for pending in list(self._pending.values()):
                self._publish_soon(pending)

    def _on_reply(self, channel: Any, method: Any, properties: Any, body: bytes) -> None:
        pending = self._pending.get(properties.correlation_id)
        if pending is not None and not pending.reply.done():
            pending.reply.set_result(json.loads(body))

    def _on_return(self, channel: Any, method: Any, properties: Any, body: bytes) -> None:
        pending = self._pending.get(properties.correlation_id)
        if pending is not None and not pending.reply.done():
            service = pending.routing_key.split(".")[0]
            error = Unavailable(f"The service {service} has not been set up.")
            pending.reply.set_result({"result": None, "error": error.to_wire()})
