"""A process killed at each named point, on the real thing: every command has all its effects exactly once."""

from __future__ import annotations

import json
import signal
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from chassis.health import checks
from chassis.migrate import current_of
from chassis.rpc_client import RpcClient
from contracts.actor import SYSTEM
from contracts.envelope import CONTENT_TYPE
from contracts.errors import Unavailable
from contracts.events import PUBLIC
from deploy.local.rabbitmq import RabbitNode
from tests.chassis.conftest import delete_queues
from tests.chassis.test_faults import TYPE, event
from tests.chassis.toy import counters
from tests.chassis.toy.service import service
from tests.support.broker import Hand, RunningService, eventually
from tests.support.servers import PostgresServer, free_port

POINTS = {
    "before_commit": "serve",
    "after_commit": "serve",
    "amid_batch": "worker",
    "after_publish": "worker",
    "after_confirm": "worker",
    "before_ack": "serve",
}
NAMES = [f"counter {number}" for number in range(20)]


def make_in_one_commit(toy: RunningService, names: list[str]) -> None:
    with toy.runtime.work() as work:
        for name in names:
            counters.make(work, SYSTEM, {"name": name, "trouble": ""})


def call_until_answered(rpc: RpcClient, name: str) -> None:
    for _ in range(5):
        try:
            rpc.call(counters.bump, {"name": name}, key=name)
            return
        except Unavailable:
            continue
    raise AssertionError(f"{name} was never answered")


@pytest.mark.parametrize("point", POINTS)
def test_a_kill_loses_nothing_and_doubles_nothing(
    point: str, toy: RunningService, rpc: RpcClient, hand: Hand, tmp_path: Path
) -> None:
    victim = POINTS[point]
    if victim == "worker" or point == "before_ack":
        make_in_one_commit(toy, NAMES[:10])
    for process in ("serve", "worker"):
        toy.start(process, **({"DIE_AT": point, "MARK": str(tmp_path / "died")} if process == victim else {}))
    if victim == "serve" and point != "before_ack":
        eventually(lambda: '"serving"' in toy.said("serve"), seconds=20, what="the start")
        with pytest.raises(Unavailable):
            rpc.call(counters.bump, {"name": NAMES[0]}, key=NAMES[0])
    assert toy.await_death(victim) == -signal.SIGKILL
    toy.start(victim)
    for name in NAMES if victim == "serve" and point != "before_ack" else NAMES[10:]:
        call_until_answered(rpc, name)

    eventually(lambda: {row.name for row in toy.rows("seen")} == set(NAMES), seconds=20, what="all events")
    eventually(lambda: not toy.rows("outbox") and not hand.depth("toy.events"), what="the empty outbox and queue")
    assert Counter(row.name for row in toy.rows("counter")) == Counter(NAMES)
    assert Counter(row.name for row in toy.rows("seen")) == Counter(NAMES)
    assert toy.rows("failed_event") == []


def test_a_standby_relay_takes_over_from_a_killed_one(toy: RunningService, tmp_path: Path) -> None:
    toy.start()
    make_in_one_commit(toy, ["first"])
    eventually(lambda: not toy.rows("outbox"), what="the first event")
    leader = toy.processes["worker"]
    toy.start("worker")
    leader.kill()
    leader.wait()
    make_in_one_commit(toy, ["second"])
    eventually(lambda: {row.name for row in toy.rows("seen")} == {"first", "second"}, seconds=15, what="the take-over")


def test_a_paused_relay_cannot_delete_what_another_took_over(toy: RunningService) -> None:
    toy.start()
    make_in_one_commit(toy, ["first"])
    eventually(lambda: not toy.rows("outbox"), what="the first event")
    paused = toy.processes["worker"]
    paused.send_signal(signal.SIGSTOP)
    toy.start("worker")
    make_in_one_commit(toy, NAMES)
    eventually(lambda: set(NAMES) <= {row.name for row in toy.rows("seen")}, seconds=15, what="the take-over")
    paused.send_signal(signal.SIGCONT)
    make_in_one_commit(toy, ["last"])
    eventually(lambda: "last" in {row.name for row in toy.rows("seen")}, what="the last event")
    assert Counter(row.name for row in toy.rows("seen")) == Counter(["first", *NAMES, "last"])
    paused.kill()
    paused.wait()


def test_sigterm_finishes_the_call_in_flight(toy: RunningService, rpc: RpcClient) -> None:
    toy.start()
    toy.await_serving()
    rpc.call(counters.count, {})
    before = time.monotonic()
    slow = rpc._send(counters.slow, {"name": "1.5"}, None, None, None)
    eventually(lambda: "toy.slow" in slow.routing_key and time.monotonic() - before > 0.3)
    assert toy.terminate("serve") == 0
    assert rpc._result(slow) == {"counters": 0, "seen": 0}
    assert toy.terminate("worker") == 0


def test_sigterm_finishes_the_download_in_flight(toy: RunningService) -> None:
    toy.start("serve")
    toy.await_serving()
    line = next(line for line in toy.said("serve").splitlines() if '"serving"' in line)
    download = urllib.request.urlopen(f"http://127.0.0.1:{json.loads(line)['http_port']}/slow")
    assert download.read(5) == b"slow "
    serve = toy.processes["serve"]
    serve.terminate()
    assert download.read() == b"slow slow "
    assert serve.wait(10) == 0


def test_a_queue_that_stands_differently_stops_the_start_with_a_sentence(toy: RunningService, hand: Hand) -> None:
    hand.channel.queue_delete("toy.dead")
    hand.channel.queue_declare("toy.dead", durable=True)
    toy.start("worker")
    assert toy.await_death("worker") == 1
    assert "is not what this release declares" in toy.said("worker")
    assert "Traceback" not in toy.said("worker")


@pytest.mark.parametrize("process", ["serve", "worker"])
def test_a_taken_port_stops_the_start_with_a_sentence(toy: RunningService, process: str) -> None:
    port = str(free_port())
    toy.start("serve", HTTP_PORT=port)
    eventually(lambda: '"serving"' in toy.said("serve"), seconds=20, what="the start")
    first = toy.processes.pop("serve")
    toy.start(process, HTTP_PORT=port)
    assert toy.await_death(process) == 1
    assert "HTTP_PORT is taken" in toy.said(process)
    assert "Traceback" not in toy.said(process)
    first.kill()
    first.wait()


def test_a_broker_that_is_down_at_start_is_waited_for(
    toy: RunningService, rabbit_node: RabbitNode, rpc: RpcClient
) -> None:
    rabbit_node.stop()
    toy.start()
    for process in ("serve", "worker"):
        eventually(lambda process=process: "the broker" in toy.said(process), what="the line")  # type: ignore[misc]
    rabbit_node.start()
    make_in_one_commit(toy, ["after"])
    eventually(lambda: [row.name for row in toy.rows("seen")] == ["after"], seconds=20, what="the event")
    for process in ("serve", "worker"):
        assert toy.said(process).count('"waiting"') == 1


def test_calls_and_events_go_on_after_a_broker_restart(
    toy: RunningService, rabbit_node: RabbitNode, rpc: RpcClient
) -> None:
    toy.start()
    toy.await_serving()
    rpc.call(counters.bump, {"name": "before"})
    rabbit_node.restart()
    call_until_answered(rpc, "after")
    eventually(lambda: {row.name for row in toy.rows("seen")} == {"before", "after"}, seconds=20, what="both events")


@pytest.fixture
def own_postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL server of the test's own, to be hurt."""
    with tempfile.TemporaryDirectory(prefix="coachworks-postgres-") as folder:
        server = PostgresServer(Path(folder))
        server.start()
        yield server
        server.stop()


def test_a_database_that_goes_away_is_waited_for_without_taking_messages(
    rabbit_node: RabbitNode, hand: Hand, tmp_path: Path, own_postgres: PostgresServer
) -> None:
    """A message that is taken and handed back counts as delivered: a long outage must not use its deliveries up."""
    delete_queues(rabbit_node)
    url = own_postgres.create_database("toy")
    toy = RunningService(service, ["-m", "tests.chassis.toy"], rabbit_node, tmp_path, url)
    try:
        toy.migrate()
        toy.start()
        make_in_one_commit(toy, ["before"])
        eventually(lambda: [row.name for row in toy.rows("seen")] == ["before"], seconds=20, what="the first event")
        own_postgres.stop()
        hand.put(PUBLIC, TYPE, event("meanwhile"), content_type=CONTENT_TYPE)
        eventually(lambda: "database_down" in toy.said("serve"), what="the outage seen by serve")
        eventually(lambda: toy.said("worker").count("database_down") > 10, what="the outage seen by relay and timers")
        assert toy.said("serve").count("database_down") == 1
        assert "Traceback" not in toy.said("worker")
        own_postgres.start()
        make_in_one_commit(toy, ["after"])
        names = ["before", "meanwhile", "after"]
        eventually(lambda: {row.name for row in toy.rows("seen")} == set(names), seconds=20, what="all events")
        assert Counter(row.name for row in toy.rows("seen")) == Counter(names)
        eventually(lambda: not toy.rows("outbox"), what="the empty outbox")
        assert toy.rows("failed_event") == []
    finally:
        toy.stop()


def test_a_timer_keeps_its_own_time_however_much_is_published(toy: RunningService, rpc: RpcClient) -> None:
    toy.start()
    for number in range(5):
        rpc.call(counters.bump, {"name": str(number)})
        eventually(lambda number=number: str(number) in {row.name for row in toy.rows("seen")})  # type: ignore[misc]
    assert toy.said("worker").count("looked_round") == 1


def test_an_unroutable_publish_stays_in_the_outbox_until_there_is_a_queue(
    toy: RunningService, hand: Hand, rpc: RpcClient
) -> None:
    toy.start("worker")
    eventually(lambda: '"working"' in toy.said("worker"), seconds=20, what="the start, which declares all")
    hand.channel.queue_unbind("toy.events", PUBLIC, "toy.counter.*.v1")
    hand.channel.queue_delete("coachworks.stream")
    with toy.runtime.work() as work:
        counters.make(work, SYSTEM, {"name": "nowhere", "trouble": ""})
    eventually(lambda: "no queue takes" in toy.said("worker"), what="the complaint")
    assert len(toy.rows("outbox")) == 1
    toy.start("serve")  # declares the bindings again
    eventually(lambda: [row.name for row in toy.rows("seen")] == ["nowhere"], what="the event")
    assert toy.rows("outbox") == []


def test_a_database_that_is_not_migrated_is_waited_for_and_the_command_is_named(toy: RunningService) -> None:
    with toy.runtime.database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    toy.start("worker")
    eventually(lambda: "run coachworks migrate toy" in toy.said("worker"), what="the line")
    with toy.runtime.database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    eventually(lambda: '"working"' in toy.said("worker"), what="the start")


def test_a_database_that_a_newer_release_has_migrated_is_worked_with_and_left_as_it_is(toy: RunningService) -> None:
    with toy.runtime.database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0002'"))
    toy.migrate()
    assert current_of(toy.runtime.database) == "0002"
    toy.start("worker")
    eventually(lambda: '"working"' in toy.said("worker"), what="the start")
    assert checks(toy.runtime)["migration"] == "ok"
