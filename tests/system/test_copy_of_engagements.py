"""A consumer written from the documents alone keeps a copy that ends up as the API answers, whatever is killed."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
import requests

from chassis.consumers import Consumers
from deploy.local.rabbitmq import RabbitNode
from tests.support.broker import eventually
from tests.system.havoc import Havoc

CLIENT = Path(__file__).resolve().parents[2] / "clients" / "python"
COMMANDS = 300
RESTARTS = (100, 200)
KILLS = 40  # commands from one kill of the consumer to the next


@pytest.fixture(scope="module")
def havoc(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Havoc]:
    made = Havoc(tmp_path_factory.mktemp("copy"), {})
    yield made
    made.stop()


class Copy:
    """The consumer as a process, and what it has."""

    def __init__(self, url: str, file: Path) -> None:
        self._command = [sys.executable, str(CLIENT / "examples" / "copy_of_engagements.py"), str(file)]
        self._url = url
        self._environment = {**os.environ, "PYTHONPATH": str(CLIENT)}
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._process = subprocess.Popen([*self._command, self._url], env=self._environment)

    def kill(self) -> None:
        assert self._process is not None
        assert self._process.poll() is None, "it ended by itself"
        self._process.kill()
        self._process.wait()

    def engagements(self) -> list[Any]:
        done = subprocess.run(self._command, env=self._environment, capture_output=True, text=True, check=True)
        return sorted((json.loads(line) for line in done.stdout.splitlines()), key=lambda one: str(one["id"]))


class Caller:
    """Says random commands; what the rules refuse is refused, what a broker that is away cannot take is said again."""

    def __init__(self, havoc: Havoc, seed: int) -> None:
        self._api = havoc.admin
        self._chance = random.Random(seed)
        self.accepted = 0
        self.coaches = [self._say("POST", "/coaches", self._person("coach", n))["id"] for n in range(3)]
        self.clients = [self._say("POST", "/clients", self._person("client", n))["id"] for n in range(8)]
        self.engagements: list[str] = []

    def _person(self, kind: str, number: int) -> dict[str, str]:
        given = {"name": f"{kind.title()} {number}", "email": f"{kind}.{number}@example.org"}
        return given | ({"role": "coach"} if kind == "coach" else {})

    def command(self) -> None:
        """One more."""
        pick, name = self._chance.choice, f"Name {self._chance.randrange(1000)}"
        if len(self.engagements) < 5 or self._chance.random() < 0.1:
            new = {"client_id": pick(self.clients), "coach_id": pick(self.coaches), "program_name": name}
            self.engagements.append(self._say("POST", "/engagements", new | {"sessions_total": 6})["id"])
            return
        at = f"/engagements/{pick(self.engagements)}"
        self._say(
            *pick(
                [
                    ("PATCH", at, {"program_name": name}),
                    ("PATCH", at, {"sessions_total": self._chance.randrange(20), "start_date": "2026-05-04"}),
                    ("POST", f"{at}/assign", {"coach_id": pick(self.coaches)}),
                    ("POST", f"{at}/complete", {}),
                    ("POST", f"{at}/reopen", {}),
                    ("DELETE", at, None),
                    ("POST", f"{at}/restore", {}),
                    ("PATCH", f"/clients/{pick(self.clients)}", {"name": f"Client {name}"}),
                    ("PATCH", f"/coaches/{pick(self.coaches)}", {"name": f"Coach {name}"}),
                ]
            )
        )

    def _say(self, method: str, path: str, body: Any) -> Any:
        headers = {"Idempotency-Key": str(self._chance.random())} if method == "POST" else {}

        def answered() -> list[requests.Response]:
            url = f"{self._api.url}/api/v1{path}"
            answer = self._api.session.request(method, url, json=body, headers=headers, timeout=60)
            return [] if answer.status_code == 503 else [answer]

        (answer,) = eventually(answered, 90, f"{method} {path}")
        assert answer.status_code < 500, answer.text
        assert answer.status_code not in (400, 401, 403, 422), answer.text
        self.accepted += answer.ok
        return answer.json() if answer.content else None


def test_a_consumer_written_from_the_documents_ends_up_as_the_api_answers(havoc: Havoc, tmp_path: Path) -> None:
    node = cast(RabbitNode, havoc.local.broker)
    url = Consumers(node.url, str(node.rabbitmqctl)).add("copy", ["engagements.#"], replay=True)
    copy = Copy(url, tmp_path / "copy.sqlite3")
    caller = Caller(havoc, seed=7)
    for number in range(COMMANDS):
        if number % KILLS == KILLS // 2:
            if number > KILLS:
                copy.kill()
            copy.start()  # the first time it finds what was before it
        if number in RESTARTS:
            havoc.kill("engagements-worker")
            havoc.restart_broker()
            havoc.start("engagements-worker")
        caller.command()

    shown = ("id", "version", "program_id", "program_name", "sessions_total", "start_date", "end_date", "status")

    def as_the_api_answers() -> list[Any]:
        answered = havoc.admin.all("/engagements")
        return sorted(
            (
                {name: one[name] for name in shown}
                | {"client": {name: one["client"][name] for name in ("id", "name", "portal")}}
                | {"coach": {name: one["coach"][name] for name in ("id", "name")}}
                for one in answered
            ),
            key=lambda one: str(one["id"]),
        )

    expected = as_the_api_answers()
    assert len(expected) > 5
    assert caller.accepted > COMMANDS / 2
    eventually(lambda: copy.engagements() == expected, 60, "the copy")
    copy.kill()
    assert as_the_api_answers() == expected
