"""What the gateway counts, for Prometheus; served on a port of its own, which nobody outside reaches."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

REQUESTS = Counter("coachworks_requests_total", "Requests answered", ["method", "route", "status"])
REQUEST_SECONDS = Histogram("coachworks_request_seconds", "Time to answer a request", ["method", "route"])
RUNNING = Gauge("coachworks_requests_running", "Requests that are being answered")
