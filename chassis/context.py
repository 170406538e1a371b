"""What travels with a piece of work across every hop: the request id and the W3C traceparent."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

import structlog


@dataclass(frozen=True)
class Trace:
    """`request_id` names the request of a person; `traceparent` is that of this step (W3C Trace Context §3.2)."""

    request_id: str
    traceparent: str

    @property
    def trace_id(self) -> str:
        return self.traceparent.split("-")[1]


_current: ContextVar[Trace | None] = ContextVar("trace", default=None)


def current() -> Trace | None:
    """The trace of what is going on, if it has one."""
    return _current.get()


def _child(traceparent: str | None) -> str:
    parts = (traceparent or "").split("-")
    known = len(parts) == 4 and len(parts[1]) == 32 and len(parts[2]) == 16
    trace_id = parts[1] if known else secrets.token_hex(16)
    return f"00-{trace_id}-{secrets.token_hex(8)}-01"


@contextmanager
def step(request_id: str | None = None, traceparent: str | None = None) -> Iterator[Trace]:
    """A new step within the given trace, or a new trace; logs inside carry both ids."""
    trace = Trace(request_id or secrets.token_hex(8), _child(traceparent))
    token = _current.set(trace)
    with structlog.contextvars.bound_contextvars(request_id=trace.request_id, trace_id=trace.trace_id):
        try:
            yield trace
        finally:
            _current.reset(token)
