"""One system, and a hand that kills its processes, starts them again and looks into what they left behind."""

from __future__ import annotations

import email
import email.policy
import json
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from email.message import EmailMessage
from functools import cache
from pathlib import Path
from typing import Any, cast

import requests
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text

from chassis.database import Database
from deploy.local.configuration import SERVICES, Configuration, process_of
from deploy.local.rabbitmq import RabbitNode
from deploy.local.system import LocalSystem
from tests.support.api import Api
from tests.support.broker import eventually
from tests.support.mail import invite_of
from tests.system.conftest import ADMIN, PASSWORD

SETTINGS = {"PORT": "0", "DEMO": "0", "ADMIN_EMAIL": ADMIN, "ADMIN_PASSWORD": PASSWORD}
PROCESSES = tuple(f"{service}{kind}" for service in SERVICES for kind in ("", "-worker"))
TAMPERING = Path(__file__).parent / "tampering"
SETTLE_SECONDS = 180


class Tampered(Configuration):
    """The settings of a system whose service processes read orders before they start (tampering/sitecustomize.py)."""

    def environment(self, process: str) -> dict[str, str]:
        found = super().environment(process)
        if process not in PROCESSES:
            return found
        return found | {"PYTHONPATH": str(TAMPERING), "ORDERS": str(self.folder / "orders" / process)}


class Havoc:
    """`kills` counts by what was killed and where: "billing-worker", "engagements die_before_ack", "broker"; `deaths`
    by the process alone, whichever replica of it."""

    def __init__(self, folder: Path, settings: Mapping[str, str]) -> None:
        self.local = LocalSystem(folder, {**SETTINGS, **settings})
        self.local.configuration = Tampered(folder, {**SETTINGS, **settings})
        (folder / "orders").mkdir()
        self.local.start()
        self.admin = Api(self.local.url).signed_in(ADMIN, PASSWORD)
        self.kills: Counter[str] = Counter()
        self.deaths: Counter[str] = Counter()
        self.absorbed = 0
        self._databases = {service: Database(self.local.configuration.database_url(service)) for service in SERVICES}

    def stop(self) -> None:
        self.local.stop()
        for database in self._databases.values():
            database.dispose()

    # Killing

    def kill(self, name: str) -> None:
        """Ends a process that was alive, as a power cut would."""
        if process_of(name) in PROCESSES:
            self.absorbed += self._duplicates(name)
        assert not self.local.children[name].ended, f"{name} was dead already"
        self.local.kill(name)
        self._count(name, name)

    def start(self, name: str) -> None:
        """Starts a dead process; does not wait until it is ready."""
        self.local.start_process(name)

    def order(self, name: str, word: str) -> None:
        """What the process of that name has to do from its next start on."""
        self._orders(name).write_text(word)

    def await_death(self, name: str) -> None:
        """Returns when a process has killed itself as ordered."""
        eventually(lambda: self.local.children[name].ended, 120, f"the end of {name}")
        assert self._orders(name).with_suffix(".died").exists(), f"{name} died by itself"
        self._count(f"{name} {self._orders(name).read_text()}", name)

    def forget_orders(self, name: str) -> None:
        """From its next start on the process is like any other."""
        self._orders(name).unlink()
        self._orders(name).with_suffix(".died").unlink(missing_ok=True)

    @contextmanager
    def sabotaged(self, name: str, word: str) -> Iterator[None]:
        """Runs a faulty version of a process meanwhile, then the right one again."""
        self.order(name, word)
        self.kill(name)
        self.start(name)
        yield
        self.forget_orders(name)
        self.kill(name)
        self.start(name)

    def restart_broker(self) -> None:
        cast(RabbitNode, self.local.broker).restart()
        self.kills["broker"] += 1

    def _orders(self, name: str) -> Path:
        return self.local.folder / "orders" / name

    def _count(self, kind: str, name: str) -> None:
        process = self.local.children[name].process
        assert process is not None, f"{name} was never started"
        assert process.returncode == -signal.SIGKILL, f"{name} ended by itself"
        self.kills[kind] += 1
        self.deaths[process_of(name)] += 1
        if process_of(name) == "notifications-worker":
            self._let_claims_end()

    def _let_claims_end(self) -> None:
        """What a dead process had claimed stays claimed for a minute and a half, which passes here and now."""
        with self._databases["notifications"].write() as session:
            session.execute(text("UPDATE notification SET claimed_until = NULL"))

    def let_retries_be_due(self, service: str) -> None:
        """The pauses before the next attempts at failed events pass here and now."""
        with self._databases[service].write() as session:
            session.execute(text("UPDATE failed_event SET next_attempt_at = created_at WHERE NOT parked"))

    # Looking

    def duplicates_absorbed(self) -> int:
        """How many events the inboxes recognised as handled before, as the processes told before they were killed."""
        return self.absorbed + sum(self._duplicates(name) for name in PROCESSES)

    def _duplicates(self, name: str) -> int:
        return self.counted(name, "coachworks_events_duplicate")

    def counted(self, name: str, what: str) -> int:
        """What a process has counted since its start."""
        try:
            url = f"http://127.0.0.1:{self.local.configuration.http_port(name)}/metrics"
            told = requests.get(url, timeout=10).text
        except requests.RequestException:
            return 0  # it is not up yet
        families = {family.name: family for family in text_string_to_metric_families(told)}
        samples = families[what].samples
        return int(sum(sample.value for sample in samples if sample.name.endswith("_total")))

    def rows(self, service: str, statement: str) -> list[Any]:
        """What a service's own database answers."""
        with self._databases[service].read() as session:
            return list(session.execute(text(statement)))

    def left_over(self) -> dict[str, int]:
        """What has not come to its end yet: outboxes, failed events, mails, and if there are none, queues."""
        found = {}
        for service in SERVICES:
            for table in ("outbox", "failed_event"):
                found[f"{service} {table}"] = len(self.rows(service, f"SELECT id FROM {table}"))
        waiting = "SELECT id FROM notification WHERE next_attempt_at IS NOT NULL"
        found["mails"] = len(self.rows("notifications", waiting))
        left = {what: number for what, number in found.items() if number}
        return left or self._in_queues()

    def _in_queues(self) -> dict[str, int]:
        node = cast(RabbitNode, self.local.broker)
        listed = node.ctl("list_queues", "--no-table-headers", "name", "type", "messages")
        queues = [line.split("\t") for line in listed.splitlines()]
        return {name: int(number) for name, kind, number in queues if kind != "stream" and int(number)}

    def settle(self, *, but: Mapping[str, int] | None = None) -> None:
        """Returns when nothing but that is left, twice in a row: what is just handled is neither here nor there."""
        deadline = time.monotonic() + SETTLE_SECONDS
        calm = 0
        while calm < 2:
            left = {what: n for what, n in self.left_over().items() if (but or {}).get(what) != n}
            calm = 0 if left else calm + 1
            assert not left or time.monotonic() < deadline, f"never settled: {left}"

    def coachworks(self, service: str, *arguments: str) -> str:
        """What the command line says, run as an operator of that service would."""
        program = Path(sys.executable).with_name("coachworks")
        environment = self.local.configuration.environment(service)
        done = subprocess.run(
            [str(program), *arguments], env=environment, capture_output=True, text=True, check=False, timeout=60
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def mails(self, kind: str) -> list[EmailMessage]:
        """Every copy that the mail server took."""
        found = [_read(file) for file in sorted(self.local.mail_folder.glob("*.eml"))]
        return [mail for mail in found if mail["X-Coachworks-Kind"] == kind]


@cache
def _read(file: Path) -> EmailMessage:
    return cast(EmailMessage, email.message_from_bytes(file.read_bytes(), policy=email.policy.default))


@cache
def uid_of(mail: EmailMessage) -> str:
    """The session of the mail's invite."""
    return str(invite_of(mail)[1]["UID"])


def envelopes(havoc: Havoc, type_: str) -> list[Any]:
    """The public log's events of that type, each as often as it is there."""
    rows = havoc.rows("notifications", f"SELECT envelope FROM logged_event WHERE type = '{type_}'")
    return [row.envelope if isinstance(row.envelope, dict) else json.loads(row.envelope) for row in rows]
