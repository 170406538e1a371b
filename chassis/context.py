"""What travels with a piece of work across every hop: the request id and the W3C traceparent."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

import structlog

#: Version, trace id, parent id, flags (W3C Trace Context §3.2); a later version may bring more after that.
_TRACEPARENT = re.compile(r"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-.*)?")


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
    """Another step of the same trace; of a new one where none is given, or one that cannot be read."""
    given = _TRACEPARENT.fullmatch(traceparent or "")
    trace_id = given.group(1) if given else secrets.token_hex(16)
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
