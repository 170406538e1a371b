"""What a process counts, for Prometheus."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

CALLS = Counter("coachworks_calls_total", "Calls answered", ["service", "call", "outcome"])
CALL_SECONDS = Histogram("coachworks_call_seconds", "Time to answer a call", ["service", "call"])
HANDLED = Counter("coachworks_events_handled_total", "Events handled", ["service", "handler"])
DUPLICATES = Counter("coachworks_events_duplicate_total", "Events seen before and passed over", ["service", "handler"])
FAILED = Counter("coachworks_events_failed_total", "Events written to failed_event", ["service"])
PUBLISHED = Counter("coachworks_events_published_total", "Events that the broker has confirmed", ["service"])
RELAY_ERRORS = Counter(
    "coachworks_relay_errors_total", "Batches that were not confirmed and are sent again", ["service"]
)
OUTBOX = Gauge("coachworks_outbox_depth", "Events that wait in the outbox", ["service"])
OUTBOX_AGE = Gauge("coachworks_outbox_age_seconds", "Age of the oldest event in the outbox", ["service"])
PARKED = Gauge("coachworks_parked_events", "Events that are parked", ["service"])
TIMER_ERRORS = Counter("coachworks_timer_errors_total", "Runs of a timer that raised", ["service", "timer"])
