"""The worker process: plain threads that reach out (DESIGN §2.4): the relay, retries, and the service's own timers."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from kombu import Queue
from sqlalchemy import delete

from chassis import broker, context, health, inbox, logs, metrics, topology
from chassis.database import DOWN
from chassis.outbox import ConfirmingPublisher, Relay
from chassis.runtime import Runtime
from chassis.service import Every

log = logs.get(__name__)
KEEP_ANSWERS = dt.timedelta(hours=24)
KEEP_INBOX = dt.timedelta(days=30)


def tidy(runtime: Runtime) -> int:
    """Deletes kept answers after 24 h and inbox rows after 30 days, longer than any message can be on its way."""
    answers, handled = runtime.tables["idempotency"], runtime.tables["inbox"]
    with runtime.work() as work:
        work.session.execute(delete(answers).where(answers.c.created_at < work.now - KEEP_ANSWERS))
        work.session.execute(delete(handled).where(handled.c.handled_at < work.now - KEEP_INBOX))
    return 0


CHORES = (Every(0.5, inbox.retry_failed), Every(600, tidy))


def run_timer(runtime: Runtime, timer: Every, stopping: threading.Event) -> None:
    """Runs a timer until `stopping`; what it raises is logged and counted, and it is tried again at its next time."""
    while not stopping.is_set():
        did = 0
        with context.step(), metrics.TIMER_SECONDS.labels(runtime.name, timer.name).time():
            try:
                did = timer.action(runtime)
            except DOWN as error:
                metrics.TIMER_ERRORS.labels(runtime.name, timer.name).inc()
                log.warning("database_down", timer=timer.name, error=str(error.orig).strip())
            except Exception:
                metrics.TIMER_ERRORS.labels(runtime.name, timer.name).inc()
                log.exception("timer_failed", timer=timer.name)
        if not did:
            stopping.wait(timer.seconds)


def hear_nudges(runtime: Runtime, wake: threading.Event, stopping: threading.Event) -> None:
    """Sets `wake` at each nudge from a serve process; without a broker the relay polls."""
    while not stopping.is_set():
        connection = None
        try:
            connection = broker.connect(runtime.settings.amqp_url, f"{runtime.name} nudged")
            channel = connection.channel()
            queue = Queue("", exchange=topology.NUDGE, routing_key=runtime.name, exclusive=True, auto_delete=True)(
                channel
            )
            queue.declare()
            channel.basic_consume(queue.name, no_ack=True, callback=lambda message: wake.set())
            while not stopping.is_set():
                try:
                    broker.amqp_of(connection).heartbeat_tick()
                    connection.drain_events(timeout=1)
                except TimeoutError:
                    continue
        except broker.LOST as error:
            log.info("nudges_lost", error=repr(error))
            stopping.wait(1)
        finally:
            broker.close(connection)


class _Pages(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing: who asks for health asks often."""


def work(runtime: Runtime, until: Callable[[Callable[[], None]], None]) -> None:
    """Runs until told to stop: `until` is given a function that stops gracefully, and calls it when the time comes."""
    stopping = threading.Event()
    wake = threading.Event()  # the outbox has something
    runtime.on_publish = wake.set
    publisher = ConfirmingPublisher(runtime.settings.amqp_url, f"{runtime.name} relay")
    relay = Relay(runtime, publisher, wake)
    pages = make_server(
        runtime.settings.http_host,
        runtime.settings.http_port,
        health.application(runtime),
        server_class=_Pages,
        handler_class=_Quiet,
    )
    threads = [
        threading.Thread(target=relay.run, args=(stopping,), name="relay"),
        *(
            threading.Thread(target=run_timer, args=(runtime, timer, stopping), name=timer.name)
            for timer in (*CHORES, *runtime.service.every)
        ),
        threading.Thread(target=hear_nudges, args=(runtime, wake, stopping), name="nudges"),
    ]

    def stop() -> None:
        stopping.set()
        wake.set()

    threading.Thread(target=pages.serve_forever, name="pages", daemon=True).start()
    for thread in threads:
        thread.start()
    log.info("working", service=runtime.name, http_port=pages.server_port)
    until(stop)
    for thread in threads:
        thread.join()
    pages.shutdown()
    runtime.database.dispose()
    log.info("stopped", service=runtime.name)
