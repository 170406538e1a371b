"""Callers who schedule sessions and keep their own ledger: what they asked for, and what was accepted."""

from __future__ import annotations

import datetime as dt
import queue
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count, cycle
from typing import Any

import requests

from tests.support.api import Api

THREADS = 6
PATIENCE_SECONDS = 120
FIRST_DAY = dt.datetime(2027, 1, 4, 6, 0, tzinfo=dt.UTC)
HOURS_A_DAY = 14


@dataclass(frozen=True)
class Engagement:
    """An engagement with a client and a coach of its own: its sessions overlap with no other's."""

    id: str
    client: str
    coach: str


@dataclass(frozen=True)
class Command:
    """A session to be scheduled; no other has its title."""

    title: str
    engagement: Engagement
    starts_at: dt.datetime


def found_engagements(admin: Api, run: str, number: int) -> list[Engagement]:
    """New engagements, each with a new client and a new coach."""
    made = []
    for n in range(number):
        coach = {"name": f"Coach {run} {n}", "email": f"coach.{run}.{n}@example.org", "role": "coach"}
        client = {"name": f"Client {run} {n}", "email": f"client.{run}.{n}@example.org"}
        ids = {
            "coach_id": admin.post("/coaches", coach, expect=201)["id"],
            "client_id": admin.post("/clients", client, expect=201)["id"],
        }
        program = {"program_name": f"Coaching {run}", "sessions_total": 60}
        engagement = admin.post("/engagements", {**ids, **program}, expect=201)
        made.append(Engagement(engagement["id"], client["email"], coach["email"]))
    return made


def commands(run: str, engagements: list[Engagement]) -> Iterator[Command]:
    """Sessions without end: of one engagement one hour after the other, each day from 6 to 20 o'clock."""
    for number in count():
        slot, place = divmod(number, len(engagements))
        day, hour = divmod(slot, HOURS_A_DAY)
        yield Command(f"{run} {number}", engagements[place], FIRST_DAY + dt.timedelta(days=day, hours=hour))


class Callers:
    """Threads that say each command under its key again and again until it is accepted, and every tenth once more.

    With several `gateways` each attempt goes to another one.
    """

    def __init__(self, admin: Api, gateways: Sequence[str] = ()) -> None:
        self.asked: dict[str, Command] = {}
        self.accepted: dict[str, Any] = {}
        self.trouble: list[str] = []
        self.said_again = 0
        self._admin = admin
        self._gateways = cycle(gateways or [admin.url])
        self._waiting: queue.SimpleQueue[Command | None] = queue.SimpleQueue()
        self._threads = [threading.Thread(target=self._run, daemon=True) for _ in range(THREADS)]
        for thread in self._threads:
            thread.start()

    def say(self, new: list[Command]) -> None:
        """Has them asked for; does not wait."""
        for command in new:
            self.asked[command.title] = command
            self._waiting.put(command)

    @property
    def open(self) -> int:
        """How many commands have not been accepted yet."""
        return len(self.asked) - len(self.accepted)

    def await_all(self, but: int = 0) -> None:
        """Returns when all, or all but so many, have been accepted; raises what any caller met instead."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while self.open > but:
            assert not self.trouble, self.trouble[:3]
            assert time.monotonic() < deadline, f"{self.open} commands were never accepted"
            time.sleep(0.02)

    def dismiss(self) -> None:
        """Lets every thread end."""
        for _ in self._threads:
            self._waiting.put(None)
        for thread in self._threads:
            thread.join()

    def _run(self) -> None:
        with requests.Session() as http:
            http.headers.update(self._admin.session.headers)
            while command := self._waiting.get():
                try:
                    answer = self._until_accepted(http, command)
                    if len(self.accepted) % 10 == 0:
                        assert self._until_accepted(http, command)["id"] == answer["id"], f"{command.title} was doubled"
                    self.accepted[command.title] = answer
                except Exception as error:
                    self.trouble.append(repr(error))
                    return

    def _until_accepted(self, http: requests.Session, command: Command) -> Any:
        body = {
            "title": command.title, "starts_at": command.starts_at.isoformat(), "duration_minutes": 60,
            "location": {"kind": "phone", "detail": "+49 30 1234567"},
        }  # fmt: skip
        path = f"/api/v1/engagements/{command.engagement.id}/sessions"
        key = {"Idempotency-Key": command.title.replace(" ", "/")}
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            try:
                answer = http.post(next(self._gateways) + path, json=body, headers=key, timeout=20)
            except requests.RequestException:
                self.said_again += 1
                continue
            if answer.status_code == 201:
                return answer.json()
            assert answer.status_code == 503, f"{command.title}: {answer.status_code} {answer.text[:500]}"
            self.said_again += 1
            time.sleep(0.2)
        raise AssertionError(f"{command.title} was not accepted within {PATIENCE_SECONDS} s")
