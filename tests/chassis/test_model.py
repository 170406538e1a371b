"""Ten thousand histories of outbox, inbox and retry; and the proof that a fault in them would be seen."""

from __future__ import annotations

import logging
import multiprocessing
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select

from chassis import inbox
from chassis.outbox import BATCH, Relay
from tests.chassis.model import Model

SEEDS = 10_000
PROCESSES = 2


@contextmanager
def model() -> Iterator[Model]:
    logging.disable(logging.CRITICAL)
    with tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as folder:
        made = Model(f"sqlite:///{folder}/model.sqlite3")
        yield made
        made.runtime.database.dispose()
    logging.disable(logging.NOTSET)


def first_failure(seeds: range) -> tuple[int, str] | None:
    with model() as lived:
        for seed in seeds:
            try:
                lived.run(seed)
            except AssertionError as error:
                return seed, str(error)
        assert lived.crashes > len(seeds) / 2, "the histories hardly crashed"
    return None


def test_no_history_loses_or_doubles_anything() -> None:
    share = SEEDS // PROCESSES
    ranges = [range(number * share, (number + 1) * share) for number in range(PROCESSES)]
    with multiprocessing.get_context("spawn").Pool(PROCESSES) as pool:
        failures = [failure for failure in pool.map(first_failure, ranges) if failure]
    assert not failures, "; ".join(f"seed {seed}: {error}" for seed, error in failures)


def ack_before_commit(self: Model, messages: list[inbox.Message]) -> None:
    self.broker.ack(messages)
    inbox.handle_all(self.runtime, messages)


def delete_before_confirm(relay: Relay) -> int:
    table = relay._runtime.tables["outbox"]
    with relay._runtime.work() as work:
        rows: Any = work.session.execute(select(table).order_by(table.c.id).limit(BATCH)).all()
        work.session.execute(delete(table).where(table.c.id.in_([row.id for row in rows])))
    if rows:
        relay._publisher.publish(rows)
    return len(rows)


@pytest.mark.parametrize("fault", ["no inbox", "ack before commit", "delete before confirm"])
def test_a_sabotaged_version_is_found_out(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with model() as lived:
        if fault == "no inbox":
            monkeypatch.setattr(inbox, "_first_time", lambda *args: True)
        elif fault == "ack before commit":
            lived.consume = ack_before_commit
        else:
            lived.relay_once = delete_before_confirm
        with pytest.raises(AssertionError, match=r"lost|doubled"):
            for seed in range(500):
                lived.run(seed)
