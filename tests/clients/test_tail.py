"""`coachworks events tail` prints the stream from any position on, also while new events come."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.clients.conftest import Source, event

ROOT = Path(__file__).resolve().parents[2]
SCHEDULED = "scheduling.session.scheduled.v1"


class Tail:
    """The command as it runs: its lines as they come."""

    def __init__(self, url: str, *arguments: str) -> None:
        command = [sys.executable, "-m", "chassis.cli", "events", "tail", *arguments]
        environment = {**os.environ, "AMQP_URL": url, "PYTHONPATH": str(ROOT)}
        self.process = subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        self._lines: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self._lines.put(line)

    def next(self) -> Any:
        """The next line's event."""
        return json.loads(self._lines.get(timeout=90))

    def until(self, wanted: dict[str, Any]) -> list[Any]:
        """The events up to that one, which comes last."""
        found = [self.next()]
        while found[-1] != wanted:
            found.append(self.next())
        return found

    def interrupt(self) -> str:
        """Ctrl-C; what it says then."""
        self.process.send_signal(signal.SIGINT)
        _, said = self.process.communicate(timeout=20)
        assert self.process.returncode == 0
        return said


@contextmanager
def tail(source: Source, *arguments: str, user: str = "consumer.tests") -> Iterator[Tail]:
    made = Tail(source.url.replace("consumer.tests", user), *arguments)
    try:
        yield made
    finally:
        made.process.kill()
        made.process.wait()


def test_it_prints_what_was_and_what_comes_of_the_types_that_are_asked_for(source: Source) -> None:
    first, other, second, third = event(), event(type_=SCHEDULED), event(2), event(3)
    source.publish(first, other, second)
    with tail(source, "--from", "first", "--types", "billing.#") as printed:
        assert printed.until(second)[-2:] == [first, second]
        source.publish(third, other)
        assert printed.next() == third
        go_on = printed.interrupt().split()[-1]
    fourth = event(4)
    source.publish(fourth)
    with tail(source, "--from", go_on, "--types", "scheduling.#", "--types", "billing.invoice.*.v1") as printed:
        assert printed.next() == other
        assert printed.next() == fourth


def test_an_age_is_a_position_too(source: Source) -> None:
    one = event()
    source.publish(one)
    with tail(source, "--from", "2h") as printed:
        assert printed.until(one)


def test_a_lost_connection_is_made_again_where_it_stood(source: Source) -> None:
    one, other = event(), event(2)
    source.publish(one)
    with tail(source, "--from", "first") as printed:
        printed.until(one)
        source.node.ctl("close_all_connections", "a test")
        source.publish(other)
        assert printed.next() == other


@pytest.mark.parametrize(
    ("start", "user", "sentence"),
    [
        ("yesterday", "consumer.tests", "is no position: say first, next, an offset, or an age"),
        ("first", "nobody", "refuses the user and password"),
    ],
)
def test_what_cannot_be_done_is_said(source: Source, start: str, user: str, sentence: str) -> None:
    with tail(source, "--from", start, user=user) as printed:
        _, said = printed.process.communicate(timeout=30)
    assert printed.process.returncode == 1
    assert sentence in said
    assert "Traceback" not in said


def test_it_ends_with_the_one_who_reads_it(source: Source) -> None:
    source.publish(*(event(n) for n in range(200)))
    command = f"{sys.executable} -m chassis.cli events tail --from first | head -n 1"
    environment = {**os.environ, "AMQP_URL": source.url, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(["sh", "-c", command], env=environment, capture_output=True, text=True, timeout=60)
    assert json.loads(done.stdout)
    assert "Traceback" not in done.stderr
