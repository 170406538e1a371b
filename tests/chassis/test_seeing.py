"""What a service tells of itself: its status for admins, its metrics, its log."""

from __future__ import annotations

import json
import threading
from typing import Any

import pytest
from structlog.contextvars import merge_contextvars
from structlog.testing import capture_logs

import chassis
from chassis import identity
from chassis.clock import SystemClock
from chassis.database import Database
from chassis.health import application
from chassis.service import Every
from chassis.worker import run_timer
from contracts.calls.health import status_of
from contracts.errors import Forbidden, Unauthenticated
from tests.chassis.toy.service import service
from tests.support import people
from tests.support.broker import RunningService, eventually
from tests.support.harness import PRIVATE_KEY, Harness, service_harness

harness = service_harness("tests.chassis.toy.service")
STATUS = status_of(service.name)


def test_the_status_is_for_admins_and_tells_what_waits_where(running_toy: RunningService, rpc: Any) -> None:
    now = SystemClock().now()
    told = rpc.call(STATUS, {}, identity.sign(PRIVATE_KEY, people.ADMIN, now))
    assert told["version"] == chassis.__version__
    assert told["revision"] == told["needs"]
    assert (told["outbox"]["name"], told["parked"]) == ("outbox", 0)
    assert [(queue["name"], queue["consumers"]) for queue in told["queues"]] == [
        ("rpc-toy", 1), ("toy.events", 1), ("toy.dead", 0),
    ]  # fmt: skip
    for actor in (people.coach(), people.client()):
        with pytest.raises(Forbidden):
            rpc.call(STATUS, {}, identity.sign(PRIVATE_KEY, actor, now))
    with pytest.raises(Unauthenticated):
        rpc.call(STATUS, {})


def test_a_status_without_a_broker_says_what_the_database_knows(harness: Harness) -> None:
    told = harness.call(STATUS, actor=people.ADMIN)
    assert told["checks"]["broker"] == "does not answer"
    assert (told["queues"], told["parked"], told["retried"]) == (None, 0, 0)


def shown(harness: Harness) -> str:
    environ = {"PATH_INFO": "/metrics", "REQUEST_METHOD": "GET", "QUERY_STRING": ""}
    return b"".join(application(harness.runtime)(environ, lambda code, headers: None)).decode()


def test_what_cannot_be_told_any_more_is_no_metric_any_more(harness: Harness) -> None:
    there = shown(harness)
    assert 'coachworks_parked_events{service="toy"} 0.0' in there
    assert 'coachworks_check_ok{check="database",service="toy"} 1.0' in there
    database, harness.runtime.database = harness.runtime.database, Database("postgresql://nobody@127.0.0.1:9/x")
    away = shown(harness)
    harness.runtime.database = database
    assert "coachworks_parked_events{" not in away
    assert 'coachworks_check_ok{check="database",service="toy"} 0.0' in away


def test_connections_in_use_are_told(harness: Harness) -> None:
    with harness.runtime.read() as work:
        work.session.connection()
        assert 'coachworks_database_connections{service="toy"} 1.0' in shown(harness)
    assert 'coachworks_database_connections_limit{service="toy"} 20.0' in shown(harness)


def test_a_timer_that_raises_is_logged_within_its_own_trace(harness: Harness) -> None:
    stopping = threading.Event()

    def fail(runtime: Any) -> int:
        stopping.set()
        raise ZeroDivisionError

    with capture_logs(processors=[merge_contextvars]) as lines:
        run_timer(harness.runtime, Every(1, fail), stopping)
    (line,) = [line for line in lines if line["event"] == "timer_failed"]
    assert len(line["trace_id"]) == 32


def test_a_call_whose_trace_is_nonsense_is_answered_all_the_same(running_toy: RunningService, hand: Any) -> None:
    kwargs = {"input": {}, "trace": {"request_id": ["a"], "traceparent": 7}}
    hand.put("nameko-rpc", f"{service.name}.count", json.dumps({"args": [], "kwargs": kwargs}).encode())
    found = eventually(lambda: [x for x in running_toy.said("serve").splitlines() if "['a']" in x], what="its line")
    line = json.loads(found[-1])
    assert (line["event"], line["call"], len(line["trace_id"])) == ("call", "count", 32)
