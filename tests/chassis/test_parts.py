"""The chassis' smaller parts: topics, claims, leases, pages, retries, traces, settings."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import subprocess
import sys
import threading
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import environs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Uuid, select, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from chassis import claims, context, inbox
from chassis.columns import UtcDateTime
from chassis.database import Copy, Database
from chassis.health import application, checks
from chassis.lease import Lease, LeaseLost
from chassis.paging import page
from chassis.runtime import Runtime
from chassis.service import On
from chassis.work import Work
from contracts.actor import SYSTEM, Actor
from contracts.envelope import Event
from contracts.errors import Broken, Conflict, Invalid, Stale, from_wire
from contracts.topics import topic_matches
from tests.chassis.toy import counters
from tests.chassis.toy.service import service
from tests.chassis.toy.settings import Settings
from tests.support.broker import RunningService, eventually
from tests.support.harness import NOW, Harness, service_harness
from tests.support.servers import PostgresServer


class Base(DeclarativeBase):
    """A table of this test only."""


class Job(claims.Claimable, Base):
    __tablename__ = "job"
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    due_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)


class Mirror(Copy, Base):
    __tablename__ = "mirror"
    name: Mapped[str]


harness = service_harness("tests.chassis.toy.service")


@pytest.fixture
def jobs(harness: Harness) -> Harness:
    Base.metadata.create_all(harness.database.engine)
    with harness.runtime.work() as work:
        work.session.add_all([Job(id=uuid4(), due_at=work.now + dt.timedelta(minutes=n)) for n in range(-5, 5)])
    return harness


def claim(harness: Harness, limit: int = 3) -> list[tuple[UUID, UUID]]:
    with harness.runtime.work() as work:
        return claims.claim_due(work, Job, Job.due_at <= work.now, order_by=Job.due_at, limit=limit, seconds=60)


def test_due_work_is_claimed_by_one_at_a_time_and_in_order(jobs: Harness) -> None:
    first, second, third = claim(jobs), claim(jobs), claim(jobs)
    assert [len(first), len(second), len(third)] == [3, 3, 0]
    assert len({id_ for id_, _ in [*first, *second]}) == 6


def test_many_threads_never_claim_the_same_work(jobs: Harness) -> None:
    claimed: list[UUID] = []
    threads = [threading.Thread(target=lambda: claimed.extend(i for i, _ in claim(jobs, 1))) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(claimed) == len(set(claimed)) == 6


def test_who_was_overtaken_cannot_finish(jobs: Harness) -> None:
    ((id_, token),) = claim(jobs, 1)
    jobs.clock.advance(seconds=61)
    ((again, new_token),) = claim(jobs, 1)
    assert again == id_
    with pytest.raises(claims.ClaimLost), jobs.runtime.work() as work:
        claims.claimed(work, Job, id_, token)
    with jobs.runtime.work() as work:
        assert claims.claimed(work, Job, id_, new_token).claim is None


def test_a_lease_has_one_holder_and_ends(harness: Harness) -> None:
    first, second = (Lease(harness.runtime, "relay", 5) for _ in range(2))
    assert [first.take(), second.take(), first.take()] == [True, False, True]
    harness.clock.advance(seconds=6)
    assert second.take()
    with pytest.raises(LeaseLost), harness.runtime.work() as work:
        first.confirm(work)
    with harness.runtime.work() as work:
        second.confirm(work)
    second.release()
    harness.clock.advance(seconds=1)
    assert first.take()


def test_pages_hold_every_row_once_while_rows_are_added(harness: Harness) -> None:
    def add(count: int) -> None:
        with harness.runtime.work() as work:
            for _ in range(count):
                work.add(counters.Counter(name="x"))

    add(25)
    seen: list[UUID] = []
    cursor: str | None = None
    while True:
        with harness.runtime.read() as work:
            by = (counters.Counter.created_at, counters.Counter.id)
            answer = page(work, select(counters.Counter), {"limit": 10, "cursor": cursor}, by=by)
        seen += [row.id for row in answer["items"]]
        cursor = answer["next"]
        harness.clock.advance(seconds=1)
        add(1)
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == 25


@pytest.mark.parametrize("cursor", ["x", "W10", "WzFd", "bnVsbA", "eyJhIjoxfQ", "é"])
def test_a_cursor_that_is_not_of_the_list_is_named(harness: Harness, cursor: str) -> None:
    with harness.runtime.read() as work, pytest.raises(Invalid) as refused:
        by = (counters.Counter.created_at, counters.Counter.id)
        page(work, select(counters.Counter), {"limit": 10, "cursor": cursor}, by=by)
    assert "cursor" in refused.value.errors


def test_if_match_refuses_a_stale_version(harness: Harness) -> None:
    with harness.runtime.work() as work:
        counter = counters.make(work, SYSTEM, {"name": "x", "trouble": ""})
    with harness.runtime.work(if_match=1) as work:
        assert work.change(counters.Counter, counter.id, what="counter").version == 1
    with pytest.raises(Stale), harness.runtime.work(if_match=7) as work:
        work.change(counters.Counter, counter.id, what="counter")


def test_the_same_command_twice_at_once_is_answered_alike_even_if_it_cannot_be_done_twice(harness: Harness) -> None:
    with harness.runtime.work() as work:
        counter = counters.make(work, SYSTEM, {"name": "open", "trouble": ""})

    def shut(work: Work, actor: Actor, input: dict[str, Any]) -> counters.Counter:
        found = work.change(counters.Counter, counter.id, what="counter")
        started.set()
        second_came.wait(1)
        if found.name == "shut":
            raise Conflict("It is shut.")
        found.name = "shut"
        return found

    started, second_came = threading.Event(), threading.Event()
    harness.runtime.service = replace(service, answers={counters.bump: shut})
    with ThreadPoolExecutor() as pool:
        first = pool.submit(harness.call, counters.bump, {"name": "x"}, key="a key")
        assert started.wait(5)
        second = pool.submit(harness.call, counters.bump, {"name": "x"}, key="a key")
        assert first.result() == second.result()
    with harness.runtime.read() as work:
        assert len(work.session.execute(select(harness.runtime.tables["idempotency"])).all()) == 1


def test_what_is_kept_of_a_command_with_a_secret_tells_nothing_about_it(harness: Harness) -> None:
    given = {"name": "hunter2"}
    harness.call(counters.bump, given, key="a key")
    with harness.runtime.read() as work:
        (kept,) = work.session.execute(select(harness.runtime.tables["idempotency"]))
    assert b"hunter2" not in kept.answer
    guess = json.dumps([counters.bump.path, given, None], sort_keys=True).encode()
    assert kept.fingerprint != hashlib.sha256(guess).hexdigest()


def test_a_copy_that_another_process_brought_up_to_date_is_not_set_back(postgres_server: PostgresServer) -> None:
    database = Database(postgres_server.create_database("mirror"))
    Base.metadata.create_all(database.engine)
    runtime = Runtime(service, None, database)  # type: ignore[arg-type]
    id_ = uuid4()

    def told(sequence: int) -> Event:
        data = {"name": f"state {sequence}"}
        return Event(uuid4(), "x.y.z.v1", "/x", str(id_), NOW, sequence, data)

    with runtime.work() as work:
        work.apply(Mirror, told(1))
    with runtime.work() as slow:
        assert slow.copy(Mirror, id_, what="mirror").sequence == 1
        with runtime.work() as quick:
            quick.apply(Mirror, told(3))
        assert not slow.apply(Mirror, told(2))
    with runtime.read() as work:
        assert work.copy(Mirror, id_, what="mirror").name == "state 3"
    database.dispose()


def test_two_that_ask_for_a_lease_for_the_first_time_do_not_collide(postgres_server: PostgresServer) -> None:
    database = Database(postgres_server.create_database("lease"))
    service.metadata.create_all(database.engine)
    runtime = Runtime(service, None, database)  # type: ignore[arg-type]
    at_once = threading.Barrier(8)
    for connection in [database.engine.connect() for _ in range(8)]:
        connection.close()  # they stay open in the pool, so that nobody has to wait for one

    def ask() -> bool:
        lease = Lease(runtime, "relay", 5)
        at_once.wait()
        return lease.take()

    with ThreadPoolExecutor(8) as pool:
        assert sum(done.result() for done in [pool.submit(ask) for _ in range(8)]) == 1
    database.dispose()


def test_who_asks_how_a_service_is_waits_for_no_writer(harness: Harness) -> None:
    with harness.runtime.work() as work:
        work.add(counters.Counter(name="being written"))
        work.session.flush()
        found = checks(harness.runtime)
    assert (found["database"], found["migration"], found["outbox"]) == ("ok", "ok", "ok")


def test_health_tells_outsiders_no_addresses_and_counters_are_there_without_a_database(harness: Harness) -> None:
    runtime = Runtime(service, harness.runtime.settings, Database("postgresql://secret_user:pw@127.0.0.1:9/x"))
    assert set(checks(runtime).values()) == {"does not answer"}
    status: list[str] = []
    environ = {"PATH_INFO": "/metrics", "REQUEST_METHOD": "GET", "QUERY_STRING": ""}
    body = b"".join(application(runtime)(environ, lambda code, headers: status.append(code)))
    assert status == ["200 OK"]
    assert b"coachworks_events_handled_total" in body


def test_one_bad_statement_fails_its_own_event_and_no_other(harness: Harness) -> None:
    def handle(work: Work, event: Event) -> None:
        if event.data["name"] == "bad":
            work.session.execute(text("SELECT nothing FROM nowhere"))
        work.session.add(counters.Seen(name=event.data["name"], counter_id=event.subject_id))

    with harness.runtime.work() as work:
        for name in ("before", "bad", "after"):
            counters.make(work, SYSTEM, {"name": name, "trouble": ""})
    messages = [inbox.Message(event.to_bytes(), event.type) for event in harness.published()]
    harness.runtime.service = replace(service, listens=[On("toy.#", handle)])
    inbox.handle_all(harness.runtime, messages)
    with harness.runtime.read() as work:
        assert set(work.session.scalars(select(counters.Seen.name))) == {"before", "after"}
        (failed,) = work.session.execute(select(harness.runtime.tables["failed_event"]))
    assert "nowhere" in failed.error


@pytest.mark.parametrize("name", ["\\u0000", "\\ud800"], ids=["NUL", "half a character"])
def test_an_event_with_what_no_database_stores_is_parked(harness: Harness, name: str) -> None:
    with harness.runtime.work() as work:
        counters.make(work, SYSTEM, {"name": "x", "trouble": ""})
    (event,) = harness.published()
    body = event.to_bytes().replace(b"toy.counter", f"toy.{name}".encode())
    inbox.handle_all(harness.runtime, [inbox.Message(body, event.type)])
    (parked,) = inbox.parked(harness.runtime)
    assert parked.body == body


def test_an_event_that_its_schema_does_not_know_is_never_published(harness: Harness) -> None:
    with pytest.raises(ValueError, match="colour"), harness.runtime.work() as work:
        counter = work.add(counters.Counter(name="x"))
        work.publish(counters.Bumped, counter, {"name": "x", "colour": "red"})
    assert harness.published() == []


def test_a_failed_event_is_tried_six_times_then_parked_then_redriven(harness: Harness) -> None:
    with harness.runtime.work() as work:
        counters.make(work, SYSTEM, {"name": "x", "trouble": "always"})
    (event,) = harness.published()
    inbox.handle_all(harness.runtime, [inbox.Message(event.to_bytes(), event.type)])
    for attempt, pause in enumerate(inbox.PAUSES, start=2):
        harness.clock.advance(seconds=pause.total_seconds() - 0.1)
        assert inbox.retry_failed(harness.runtime) == 0
        harness.clock.advance(seconds=0.2)
        assert inbox.retry_failed(harness.runtime) == 1
        with harness.runtime.read() as work:
            (row,) = work.session.execute(select(harness.runtime.tables["failed_event"]))
        assert row.attempts == attempt
    assert row.parked
    assert "this one never works" in row.error
    assert inbox.redrive(harness.runtime, [row.id]) == 1
    assert inbox.retry_failed(harness.runtime) == 1
    assert inbox.parked(harness.runtime) == []


@given(
    st.lists(st.sampled_from(["a", "b", "*", "#"]), min_size=1, max_size=5), st.lists(st.sampled_from("ab"), min_size=1)
)
def test_topics_match_as_amqp_says(pattern: list[str], key: list[str]) -> None:
    def matches(pattern: list[str], key: list[str]) -> bool:
        if not pattern:
            return not key
        if pattern[0] == "#":
            return any(matches(pattern[1:], key[count:]) for count in range(len(key) + 1))
        return bool(key) and pattern[0] in ("*", key[0]) and matches(pattern[1:], key[1:])

    assert topic_matches(".".join(pattern), ".".join(key)) == matches(pattern, key)


def test_a_step_keeps_the_trace_and_the_request() -> None:
    with context.step("request-1") as outer, context.step(outer.request_id, outer.traceparent) as inner:
        assert inner.request_id == "request-1"
        assert inner.trace_id == outer.trace_id
        assert inner.traceparent != outer.traceparent
    assert context.current() is None


def test_an_unknown_error_code_is_a_defect_and_known_ones_come_back() -> None:
    assert isinstance(from_wire({"code": "from the future"}), Broken)
    error = from_wire(Conflict("No.", rule="C9", errors={"a": ["b"]}).to_wire())
    assert (type(error), error.detail, error.rule, error.errors) == (Conflict, "No.", "C9", {"a": ["b"]})


def test_a_missing_setting_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TOY_DATABASE_URL", "AMQP_URL"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(environs.EnvError, match="TOY_DATABASE_URL"):
        Settings.read("toy")
    done = subprocess.run(
        [sys.executable, "-m", "tests.chassis.toy", "worker"], capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert "TOY_DATABASE_URL" in done.stderr
    assert "Traceback" not in done.stderr


def test_health_pages_and_one_trace_through_every_hop(running_toy: RunningService, rpc: Any) -> None:
    with context.step() as trace:
        rpc.call(counters.bump, {"name": "traced", "trouble": "always"})
    lines = eventually(lambda: [json.loads(x) for x in running_toy.said("serve").splitlines() if trace.trace_id in x])
    assert {line["request_id"] for line in lines} == {trace.request_id}
    for process, started in (("serve", '"serving"'), ("worker", '"working"')):
        line = next(json.loads(x) for x in running_toy.said(process).splitlines() if started in x)
        base = f"http://127.0.0.1:{line['http_port']}"
        for path in ("/healthz", "/readyz", "/metrics"):
            with urllib.request.urlopen(base + path) as answer:
                body = answer.read().decode()
        assert f'coachworks_outbox_depth{{service="{service.name}"}}' in body


def test_parked_events_are_listed_and_redriven_by_the_command_line(running_toy: RunningService, hand: Any) -> None:
    hand.put("coachworks.events", "toy.counter.bumped.v1", b"not an event")
    eventually(lambda: [row for row in running_toy.rows("failed_event") if row.parked], what="parking")

    def run(*arguments: str) -> str:
        command = [sys.executable, "-m", "tests.chassis.toy", *arguments]
        return subprocess.run(
            command,
            env=running_toy.environment,
            capture_output=True,
            text=True,
            check=True,
            cwd=Path(__file__).parents[2],
        ).stdout

    assert "toy.counter.bumped.v1" in run("list")
    assert "1 of 1 set going again" in run("redrive")
    eventually(lambda: [row for row in running_toy.rows("failed_event") if row.parked], what="parking again")


def test_an_event_of_a_newer_release_reaches_only_who_takes_everything(harness: Harness) -> None:
    newer = replace(harness.runtime.service, listens=[On("toy.counter.*.v1", counters.seen)])
    assert newer.handlers_of("toy.counter.merged.v1") == []
    everything = replace(newer, listens=[On("#", counters.seen)])
    assert [on.pattern for on in everything.handlers_of("toy.counter.merged.v1")] == ["#"]
    assert everything.handlers_of("notification.requested.v1") == []
