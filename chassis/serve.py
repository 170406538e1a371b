"""The serve process: Nameko on eventlet answers calls and listens to events (DESIGN §2.4).

Built on Nameko's extension points, because its stock parts ack and drop what fails, die of malformed headers and cannot
read CloudEvents (DESIGN §3). Only this module knows Nameko and eventlet; a service is plain data to it.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import amqp
import eventlet
import eventlet.tpool
import eventlet.wsgi
from greenlet import GreenletExit
from nameko.containers import ServiceContainer
from nameko.extensions import Entrypoint
from sqlalchemy import text

from chassis import broker, context, health, logs, metrics, topology
from chassis.database import DOWN
from chassis.dispatch import answer_or_error
from chassis.inbox import Message, handle_all, headers_as_text
from chassis.runtime import Runtime
from contracts.calls import Call
from contracts.calls.health import health_of, status_of
from contracts.errors import Broken, CoachworksError, Malformed

log = logs.get(__name__)
CALLS_AT_ONCE = 20
FETCH = 200
PAUSE_SECONDS = 1.0
SILENCE_SECONDS = 60.0  # how long an upload or a download may stand still
FINISH_SECONDS = 15.0  # how long one that is under way may take after SIGTERM
LONGEST_PAUSE_SECONDS = 60.0


class Publisher:
    """Publishes what may be lost (replies, nudges) over one connection, by any number of green threads."""

    def __init__(self, url: str, name: str) -> None:
        self._url = url
        self._name = name
        self._lock = threading.Lock()
        self._connection: Any = None
        self._channel: Any = None

    def publish(self, body: bytes, *, exchange: str, routing_key: str, **properties: Any) -> bool:
        """True when it went to the broker; one attempt more if the connection turns out to be dead."""
        with self._lock:
            for _ in range(2):
                try:
                    if self._connection is None:
                        self._connection = broker.connect(self._url, self._name, heartbeat=0)
                        self._channel = self._connection.channel()
                    message = amqp.Message(body, delivery_mode=1, **properties)
                    self._channel.basic_publish(message, exchange=exchange, routing_key=routing_key)
                    return True
                except broker.LOST as error:
                    log.info("publish_failed", exchange=exchange, error=repr(error))
                    self._forget()
            return False

    def _forget(self) -> None:
        broker.close(self._connection)
        self._connection = self._channel = None

    def close(self) -> None:
        with self._lock:
            self._forget()


class Consumer(Entrypoint):
    """One queue, one connection, one green thread that reconnects by itself; acks may come from other green threads."""

    #: How long after a message it waits for another to take along.
    gather_seconds = 0.0

    def __init__(self, runtime: Runtime, queue: str, prefetch: int) -> None:
        super().__init__()
        self.runtime = runtime
        self.queue = queue
        self.prefetch = prefetch
        self.busy = 0
        self._channel: Any = None
        self._writing = threading.Lock()
        self._stopping = False
        self._pause = PAUSE_SECONDS
        self._thread: Any = None

    def start(self) -> None:
        self._thread = self.container.spawn_managed_thread(self._run, identifier=f"consumer {self.queue}")

    def stop(self) -> None:
        """Takes no more messages and returns when those at hand are done; the rest goes back to the queue."""
        self._stopping = True
        self._thread.wait()

    def _run(self) -> None:
        """Each failure hands the messages back, which counts as a delivery: hence the wait and the growing pauses."""
        while not self._stopping:
            try:
                self._connect_and_consume()
            except broker.LOST as error:
                log.warning("consumer_lost", queue=self.queue, error=repr(error))
                eventlet.sleep(PAUSE_SECONDS)
            except DOWN as error:
                log.warning("database_down", queue=self.queue, error=str(error.orig).strip())
                self._pause_longer()
                self._await_database()
            except Exception:
                log.exception("consumer_failed", queue=self.queue)
                self._pause_longer()

    def _pause_longer(self) -> None:
        end = time.monotonic() + self._pause
        while not self._stopping and time.monotonic() < end:
            eventlet.sleep(min(PAUSE_SECONDS, self._pause))
        self._pause = min(self._pause * 2, LONGEST_PAUSE_SECONDS)

    def _await_database(self) -> None:
        while not self._stopping:
            try:
                with self.runtime.read() as work:
                    work.session.execute(text("SELECT 1"))
                return
            except DOWN:
                eventlet.sleep(PAUSE_SECONDS)

    def _connect_and_consume(self) -> None:
        connection = broker.connect(self.runtime.settings.amqp_url, f"{self.runtime.name} {self.queue}")
        try:
            self._consume(connection)
        finally:
            self._channel = None
            broker.close(connection)

    def _consume(self, connection: Any) -> None:
        channel = broker.raw_channel(connection)
        topology.declare(channel, self.runtime.service)
        channel.basic_qos(0, self.prefetch, False)
        fetched: list[Any] = []
        tag = channel.basic_consume(self.queue, callback=fetched.append)
        self._channel = channel
        amqp_connection = broker.amqp_of(connection)
        while not self._stopping:
            with self._writing:
                amqp_connection.heartbeat_tick()
            self._drain(amqp_connection, 0.5)
            while self.gather_seconds and 0 < len(fetched) < self.prefetch:
                if not self._drain(amqp_connection, self.gather_seconds):
                    break
            if fetched:
                messages, fetched[:] = list(fetched), []
                self.take(messages)
                self._pause = PAUSE_SECONDS
        with self._writing:
            channel.basic_cancel(tag)
        while self.busy:
            eventlet.sleep(0.01)

    @staticmethod
    def _drain(connection: Any, seconds: float) -> bool:
        try:
            connection.drain_events(timeout=seconds)
        except TimeoutError:
            return False
        return True

    def take(self, messages: list[Any]) -> None:
        """Has the fetched messages handled by the method that this entrypoint decorates, and acked after it."""
        raise NotImplementedError

    def ack(self, message: Any, *, multiple: bool = False) -> None:
        """Acks a message of the present connection; one of an earlier connection is back in the queue already."""
        if message.channel is not self._channel:
            return
        with self._writing:
            message.channel.basic_ack(message.delivery_tag, multiple=multiple)


class Events(Consumer):
    """Hands batches of raw messages to its method; acks them all when it returns, none when it raises."""

    gather_seconds = 0.001

    def __init__(self, runtime: Runtime) -> None:
        super().__init__(runtime, f"{runtime.name}.events", FETCH)

    def take(self, messages: list[Any]) -> None:
        batch = [
            Message(
                body=message.body if isinstance(message.body, bytes) else str(message.body).encode(),
                routing_key=message.delivery_info["routing_key"],
                content_type=str(message.properties.get("content_type", "")),
                headers=headers_as_text(message.headers),
            )
            for message in messages
        ]
        done = eventlet.event.Event()

        def handled(worker: Any, result: Any, exc_info: Any) -> tuple[Any, Any]:
            done.send(exc_info[1] if exc_info else None)
            return result, exc_info

        self.container.spawn_worker(self, (batch,), {}, handle_result=handled)
        error = done.wait()
        if error is not None:
            raise error
        self.ack(messages[-1], multiple=True)


class Calls(Consumer):
    """Hands each call to its method in a green thread of its own, replies, and acks."""

    def __init__(self, runtime: Runtime, replies: Publisher) -> None:
        super().__init__(runtime, f"rpc-{runtime.name}", CALLS_AT_ONCE)
        self.replies = replies

    def take(self, messages: list[Any]) -> None:
        for message in messages:
            self.busy += 1
            self.container.spawn_worker(self, (message,), {}, handle_result=self._reply)

    def _reply(self, worker: Any, result: Any, exc_info: Any) -> tuple[Any, Any]:
        (message,) = worker.args
        try:
            reply_to = message.properties.get("reply_to")
            if reply_to and result is not None:
                self.replies.publish(
                    result,
                    exchange=topology.CALLS.name,
                    routing_key=reply_to,
                    content_type="application/json",
                    content_encoding="utf-8",
                    correlation_id=message.properties.get("correlation_id"),
                )
            self.ack(message)
        except broker.LOST as error:
            log.info("ack_failed", error=repr(error))  # the call comes again and is answered from its key
        finally:
            self.busy -= 1
        return result, exc_info


def answer_message(runtime: Runtime, calls: dict[str, Call], message: Any) -> bytes:
    """The reply to a call as it came from the broker: `{result, error}` in JSON."""
    name = message.delivery_info["routing_key"].split(".", 1)[-1]
    call = calls.get(name)
    shown = call.name if call else "?"
    began = time.monotonic()
    try:
        request = json.loads(message.body)["kwargs"]
        trace = {key: str(value) for key, value in request.pop("trace", {}).items()}
        step = context.step(trace.get("request_id"), trace.get("traceparent"))
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        request, step = None, context.step()
    with step, metrics.CALLS_RUNNING.labels(runtime.name).track_inprogress():
        reply, outcome = _reply_to(runtime, call, name, request)
        seconds = time.monotonic() - began
        metrics.CALLS.labels(runtime.name, shown, outcome).inc()
        metrics.CALL_SECONDS.labels(runtime.name, shown).observe(seconds)
        log.info("call", call=shown, outcome=outcome, milliseconds=round(seconds * 1000, 1))
    return reply.encode()


def _reply_to(runtime: Runtime, call: Call | None, name: str, request: Any) -> tuple[str, str]:
    """The reply in JSON, and the code that it ended in."""
    result: Any = None
    error: CoachworksError | None = None
    try:
        if request is None:
            error = Malformed("The call cannot be read.")
        elif call is None:
            error = Malformed(f"{runtime.name} answers no call {name}.")
        elif call == health_of(runtime.name):
            result = health.summary(runtime)
        else:
            result, error = answer_or_error(runtime, call, **request)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        error = Malformed("The call cannot be read.")
    try:
        reply = json.dumps({"result": result, "error": error.to_wire() if error else None})
    except (ValueError, TypeError):
        log.exception("answer_is_not_json", call=name)
        error = Broken("Something went wrong on our side.")
        reply = json.dumps({"result": None, "error": error.to_wire()})
    return reply, error.code if error else "ok"


def nameko_class(runtime: Runtime, replies: Publisher) -> type:
    """The Nameko service class of a service: one method answers its calls, one handles its events."""
    calls = {call.name: call for call in (*runtime.service.answers, health_of(runtime.name), status_of(runtime.name))}

    def answer_call(self: Any, message: Any) -> bytes:
        return answer_message(runtime, calls, message)

    def handle_events(self: Any, batch: list[Message]) -> None:
        handle_all(runtime, batch)

    namespace = {
        "name": runtime.name,
        "answer_call": Calls.decorator(runtime, replies)(answer_call),
        "handle_events": Events.decorator(runtime)(handle_events),
    }
    return type(f"{runtime.name.title()}Service", (), namespace)


class Nudger:
    """Tells the workers that the outbox has something; a nudge that is lost costs half a second."""

    def __init__(self, publisher: Publisher, service: str) -> None:
        self._publisher = publisher
        self._service = service
        self._rung = threading.Event()

    def ring(self) -> None:
        """Never waits and never fails."""
        self._rung.set()

    def run(self) -> None:
        """Publishes nudges for ever, one for all rings that came meanwhile."""
        while True:
            self._rung.wait()
            self._rung.clear()
            self._publisher.publish(b"", exchange=topology.NUDGE.name, routing_key=self._service)


def serve(runtime: Runtime, until: Callable[[Callable[[], None]], None]) -> None:
    """Runs until told to stop: `until` is given a function that stops gracefully, and calls it when the time comes."""
    replies = Publisher(runtime.settings.amqp_url, f"{runtime.name} replies")
    nudges = Publisher(runtime.settings.amqp_url, f"{runtime.name} nudges")
    nudger = Nudger(nudges, runtime.name)
    runtime.on_publish = nudger.ring
    runtime.aside = eventlet.tpool.execute
    container = ServiceContainer(nameko_class(runtime, replies), {"max_workers": CALLS_AT_ONCE + 4})
    metrics.CALLS_LIMIT.labels(runtime.name).set(CALLS_AT_ONCE)
    address = (runtime.settings.http_host, runtime.settings.http_port)
    listener = eventlet.listen(address, reuse_port=False)  # else two systems share a port and never notice
    pages = eventlet.spawn(
        eventlet.wsgi.server, listener, health.application(runtime), log_output=False, socket_timeout=SILENCE_SECONDS
    )
    ringing = eventlet.spawn(nudger.run)
    container.start()
    log.info("serving", service=runtime.name, http_port=listener.getsockname()[1])
    until(lambda: eventlet.spawn(container.stop))
    container.wait()
    ringing.kill()
    pages.kill()
    with suppress(GreenletExit), eventlet.Timeout(FINISH_SECONDS, False):
        pages.wait()  # until what is being up- or downloaded is through
    replies.close()
    nudges.close()
    runtime.database.dispose()
    log.info("stopped", service=runtime.name)
