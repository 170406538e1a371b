"""The command line that an operator repairs with tells what is wrong and changes what it says."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from contracts.actor import SYSTEM
from tests.chassis.toy import counters
from tests.support.broker import Hand, RunningService, eventually

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def operator(toy: RunningService) -> Callable[..., tuple[int, str]]:
    """Runs a command as an operator of the toy would; its exit code and all that it says."""

    def run(*arguments: str, **environment: str) -> tuple[int, str]:
        command = [sys.executable, "-m", "tests.chassis.toy", *arguments]
        done = subprocess.run(
            command, env={**toy.environment, **environment}, capture_output=True, text=True, check=False, cwd=ROOT
        )
        assert "Traceback" not in done.stderr
        return done.returncode, done.stdout + done.stderr

    return run


def park(toy: RunningService, hand: Hand, *bodies: bytes) -> list[int]:
    """The ids of parked events with those bytes."""
    toy.start("serve")
    toy.await_serving()
    for body in bodies:
        hand.put("coachworks.events", "toy.counter.bumped.v1", body, headers={"from": "a stranger"})
    eventually(lambda: len(toy.rows("failed_event")) == len(bodies), 20, "the parking")
    return [row.id for row in toy.rows("failed_event")]


def test_all_of_a_parked_event_is_shown(
    toy: RunningService, hand: Hand, operator: Callable[..., tuple[int, str]]
) -> None:
    (id_,) = park(toy, hand, b"not \xff an event")
    code, said = operator("parked", "show", "toy", str(id_))
    assert code == 0
    for part in ("toy.counter.bumped.v1", "UndecodableEvent: not JSON", "a stranger", "not \\xff an event"):
        assert part in said
    code, said = operator("parked", "show", "toy", "999")
    assert (code, "No event 999 is parked." in said) == (1, True)


def test_what_is_dropped_is_shown_once_more_and_gone(
    toy: RunningService, hand: Hand, operator: Callable[..., tuple[int, str]]
) -> None:
    first, second, third = park(toy, hand, b"first", b"second", b"third")
    code, said = operator("parked", "drop", "toy", str(first), str(third))
    assert (code, "first" in said, "third" in said, "2 dropped" in said) == (0, True, True, True)
    assert [row.id for row in toy.rows("failed_event")] == [second]
    code, said = operator("parked", "drop", "toy", str(second), str(third))
    assert (code, f"No event {third} is parked." in said) == (1, True)
    assert [row.id for row in toy.rows("failed_event")] == [second]


def test_the_outbox_tells_what_waits(toy: RunningService, operator: Callable[..., tuple[int, str]]) -> None:
    assert operator("outbox", "status", "toy") == (0, "0 waiting\n")
    with toy.runtime.work() as work:
        for name in ("a", "b"):
            counters.make(work, SYSTEM, counters.bump.input().load({"name": name}))
    code, said = operator("outbox", "status", "toy")
    assert code == 0
    assert said.startswith("2 waiting, the oldest for ")
    assert said.endswith("2\ttoy.counter.bumped.v1\n")


def test_a_service_is_checked_and_what_is_wrong_is_said(
    toy: RunningService, tmp_path: Path, operator: Callable[..., tuple[int, str]]
) -> None:
    good = "database\tok\nmigration\tok\nbroker\tok\noutbox\tok\n"
    assert operator("check", "toy") == (0, good)

    code, said = operator("check", "toy", AMQP_URL="amqp://guest:guest@127.0.0.1:1/")
    assert (code, "broker\tdoes not answer\n" in said) == (1, True)

    code, said = operator("check", "toy", TOY_DATABASE_URL=f"sqlite:///{tmp_path}/new.sqlite3")
    assert (code, "migration\tthe database is at None, this release needs" in said) == (1, True)

    code, said = operator("check", "toy", HTTP_PORT="many")
    assert (code, "HTTP_PORT" in said) == (1, True)


def test_the_command_line_imports_nothing_that_eventlet_has_to_patch() -> None:
    """`serve` patches the standard library first; what was imported before would keep locks that block everything."""
    question = "import sys, chassis.cli; print(*{'kombu', 'amqp', 'pika', 'sqlalchemy', 'requests'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", question], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == ""
