"""What a process counts and measures, for Prometheus."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from prometheus_client import Counter, Gauge, Histogram

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 120.0)

# Calls, events, timers and what reaches out: how many, how many failed, how long they took
CALLS = Counter("coachworks_calls_total", "Calls answered", ["service", "call", "outcome"])
CALL_SECONDS = Histogram("coachworks_call_seconds", "Time to answer a call", ["service", "call"])
HTTP_SECONDS = Histogram(
    "coachworks_http_seconds",
    "Time until a service began to answer a request for bytes",
    ["service", "method", "status"],
    buckets=_SECONDS,
)
HANDLED = Counter("coachworks_events_handled_total", "Events handled", ["service", "handler"])
DUPLICATES = Counter("coachworks_events_duplicate_total", "Events seen before and passed over", ["service", "handler"])
FAILED = Counter("coachworks_events_failed_total", "Events written to failed_event", ["service"])
EVENT_SECONDS = Histogram("coachworks_event_seconds", "Time to handle an event", ["service", "handler"])
EVENT_DELAY = Histogram(
    "coachworks_event_delay_seconds", "Age of an event when it was handled", ["service"], buckets=_SECONDS
)
TIMER_SECONDS = Histogram("coachworks_timer_seconds", "Time of a timer's run", ["service", "timer"], buckets=_SECONDS)
TIMER_ERRORS = Counter("coachworks_timer_errors_total", "Runs of a timer that raised", ["service", "timer"])
OUTWARD_SECONDS = Histogram(
    "coachworks_outward_seconds",
    "Time that another system took: a mail server, a webhook, a calendar, Stripe",
    ["service", "target", "outcome"],
    buckets=_SECONDS,
)
PUBLISHED = Counter("coachworks_events_published_total", "Events that the broker has confirmed", ["service"])
RELAY_ERRORS = Counter(
    "coachworks_relay_errors_total", "Batches that were not confirmed and are sent again", ["service"]
)

# What is in use, and what waits
CALLS_RUNNING = Gauge("coachworks_calls_running", "Calls that are being answered", ["service"])
CALLS_LIMIT = Gauge("coachworks_calls_limit", "Calls that a process answers at once", ["service"])
CONNECTIONS = Gauge("coachworks_database_connections", "Connections to the database in use", ["service"])
CONNECTIONS_LIMIT = Gauge("coachworks_database_connections_limit", "Connections that a process may open", ["service"])
OUTBOX = Gauge("coachworks_outbox_depth", "Events that wait in the outbox", ["service"])
OUTBOX_AGE = Gauge("coachworks_outbox_age_seconds", "Age of the oldest event in the outbox", ["service"])
RETRIED = Gauge("coachworks_retried_events", "Events that failed and are tried again", ["service"])
PARKED = Gauge("coachworks_parked_events", "Events that are parked", ["service"])
QUEUE = Gauge("coachworks_queue_messages", "Messages that wait in a queue", ["service", "queue"])
CONSUMERS = Gauge("coachworks_queue_consumers", "Processes that read a queue", ["service", "queue"])
BACKLOG = Gauge("coachworks_backlog", "A service's own work that waits", ["service", "backlog"])
BACKLOG_AGE = Gauge("coachworks_backlog_age_seconds", "Since when the oldest of it is due", ["service", "backlog"])
CHECK = Gauge("coachworks_check_ok", "1 where a check of /readyz says ok, else 0", ["service", "check"])
RELEASE = Gauge("coachworks_release", "Always 1: which release runs", ["service", "version"])


@dataclass
class Reach:
    """How it went with another system; set `failed` where nothing was raised."""

    failed: bool = False


@contextmanager
def reaching_out(service: str, target: str, *, answers: tuple[type[Exception], ...] = ()) -> Iterator[Reach]:
    """Measures what happens inside as `coachworks_outward_seconds`; what raises has failed, unless it `answers`."""
    reach, began = Reach(), time.monotonic()
    try:
        yield reach
    except Exception as error:
        reach.failed = not isinstance(error, answers)
        raise
    finally:
        outcome = "failed" if reach.failed else "ok"
        OUTWARD_SECONDS.labels(service, target, outcome).observe(time.monotonic() - began)
