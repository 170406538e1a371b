"""10,000 mails that are due, two workers, and a mail server that fails one in five at random."""

from __future__ import annotations

import multiprocessing
import random
import threading
from collections import Counter
from email.parser import BytesHeaderParser
from multiprocessing.connection import Connection
from uuid import uuid4

import pytest
from sqlalchemy import func, insert, select

from chassis.clock import FixedClock
from contracts.events.notifications import NotificationSent
from services.notifications.outbound.models import Notification
from services.notifications.outbound.sender import send_due
from services.notifications.service import service
from tests.service.notifications.house import House
from tests.service.notifications.mailserver import MailServer
from tests.support.harness import Harness

MANY = 10_000
WAYS = ("450 Busy", "452 Full", "421 Going down", "drop", "lose")


class Moods:
    """What the server answers: one attempt in five goes wrong, decided by recipient and attempt, not by the order."""

    def __init__(self) -> None:
        self.seen: Counter[str] = Counter()
        self.lost: Counter[str] = Counter()
        self._attempts: Counter[str] = Counter()
        self._plans: dict[str, tuple[str, str]] = {}
        self._lock = threading.Lock()

    def __call__(self, stage: str, recipient: str) -> str | None:
        with self._lock:
            if stage == "rcpt":
                self._attempts[recipient] += 1
                luck = random.Random(f"{recipient}/{self._attempts[recipient]}")
                way = luck.choice(WAYS) if luck.random() < 0.2 else ""
                self._plans[recipient] = (luck.choice(["rcpt", "data"]) if way != "lose" else "data", way)
            at, way = self._plans[recipient]
            if stage != at or not way:
                return None
            self.seen[f"{way} {stage}"] += 1
            self.lost[recipient] += way == "lose"
            return way


def work(url: str, smtp_url: str, line: Connection) -> None:
    """A worker process: at each time that it is told, it sends all that is due and says how much that was."""
    harness = Harness(service, url, smtp_url=smtp_url, mail_from="no-reply@northlight.example")
    while (now := line.recv()) is not None:
        harness.runtime.clock = FixedClock(now)
        sent = 0
        while did := send_due(harness.runtime):
            sent += did
        line.send(sent)
    harness.database.dispose()


def fill(post: House) -> None:
    """Makes one mail that was asked for into ten thousand, each to a recipient of its own."""
    post.request("invoice", {"email": "guest0@example.net"})
    with post.harness.runtime.work() as writing:
        one = writing.session.scalars(select(Notification)).one()
        same = {column.key: getattr(one, column.key) for column in Notification.__table__.columns}
        rows = []
        for number in range(1, MANY):
            id_, address = uuid4(), f"guest{number}@example.net"
            message_id = f"<{id_}@northlight.example>"
            own = {"id": id_, "recipient": address, "recipient_key": address, "message_id": message_id}
            rows.append({**same, **own})
        writing.session.execute(insert(Notification), rows)


def waiting(post: House) -> int:
    with post.harness.runtime.read() as reading:
        due = select(func.count()).where(Notification.next_attempt_at.is_not(None))
        return reading.session.scalar(due) or 0


@pytest.mark.parametrize("notifications", ["sqlite"], indirect=True)
def test_c25_10000_due_mails_of_which_one_in_five_fails_at_random_reach_each_recipient_with_one_message_id(
    post: House, mail_server: MailServer
) -> None:
    fill(post)
    moods = Moods()
    mail_server.answers = moods
    spawn = multiprocessing.get_context("spawn")
    workers, lines = [], []
    for _ in range(2):
        ours, theirs = spawn.Pipe()
        url = post.harness.database.url.render_as_string(hide_password=False)
        worker = spawn.Process(target=work, args=(url, mail_server.url, theirs), daemon=True)
        worker.start()
        workers.append(worker)
        lines.append(ours)
    while waiting(post):
        for line in lines:
            line.send(post.harness.clock.now())
        for line in lines:
            line.recv()
        post.harness.clock.advance(hours=6)
    for line, worker in zip(lines, workers, strict=True):
        line.send(None)
        worker.join()

    everybody = {f"guest{number}@example.net" for number in range(MANY)}
    ids: dict[str, set[str]] = {recipient: set() for recipient in everybody}
    for recipient, content in mail_server.taken:
        ids[recipient].add(str(BytesHeaderParser().parsebytes(content)["Message-ID"]))
    assert {len(found) for found in ids.values()} == {1}
    assert len(set.union(*ids.values())) == MANY
    # A second copy is only where the server took a mail and its answer was lost: that, SMTP cannot rule out.
    assert Counter(mail_server.recipients) == Counter(everybody) + moods.lost
    with post.harness.runtime.read() as reading:
        states = reading.session.execute(select(Notification.state, func.count()).group_by(Notification.state)).all()
        outbox = post.harness.runtime.tables["outbox"]
        told = reading.session.scalar(
            select(func.count()).where(outbox.c.routing_key == NotificationSent.type).select_from(outbox)
        )
    assert [tuple(state) for state in states] == [("sent", MANY)]
    assert told == MANY
    assert set(moods.seen) == {f"{way} {at}" for way in WAYS[:-1] for at in ("rcpt", "data")} | {"lose data"}
    assert sum(moods.seen.values()) == pytest.approx(MANY / 4, rel=0.1)
