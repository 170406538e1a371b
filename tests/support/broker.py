"""A real service on a real broker, as processes of its own, and a hand on its queues."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol, TypeVar

import pika
import pika.exceptions

from chassis.database import Database
from chassis.nodes import parameters_of
from chassis.rpc_client import RpcClient
from chassis.runtime import Runtime
from chassis.service import Service
from deploy.local.processes import spawn
from deploy.local.rabbitmq import RabbitNode
from tests.support.harness import PUBLIC_KEY

Answer = TypeVar("Answer")


def eventually(check: Callable[[], Answer], seconds: float = 10.0, what: str = "it") -> Answer:
    """What `check` answers once that is true; fails when it is not within `seconds`."""
    deadline = time.monotonic() + seconds
    while True:
        answer = check()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(f"{what} did not happen within {seconds} s; last answer: {answer!r}")
        time.sleep(0.02)


class HasUrl(Protocol):
    """A broker: one node, or several."""

    @property
    def url(self) -> str:
        """For clients."""


class RunningService:
    """The serve and worker processes of one service, with a database of its own; SQLite unless another URL is given."""

    def __init__(self, service: Service, module: list[str], node: HasUrl, folder: Path, url: str = "") -> None:
        self.service = service
        self.node = node
        self.folder = folder
        self.url = url or f"sqlite:///{folder / 'service.sqlite3'}"
        self._module = module
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.environment = {
            **os.environ,
            "AMQP_URL": node.url,
            f"{service.name.upper()}_DATABASE_URL": self.url,
            "ASSERTION_PUBLIC_KEY": PUBLIC_KEY,
            "SECRET_KEY": "a secret of the tests",
            "PUBLIC_URL": "http://127.0.0.1:1",
            "PYTHONPATH": str(Path(__file__).parents[2]),
        }
        settings = service.settings(
            service=service.name, database_url=self.url, amqp_url=node.url, assertion_public_keys=(PUBLIC_KEY,),
            secret_keys=("",), public_url="", http_host="", http_port=0,
        )  # fmt: skip
        self.runtime = Runtime(service, settings, Database(self.url))

    def migrate(self) -> None:
        done = subprocess.run([*self._command("migrate")], env=self.environment, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr.decode()

    def start(self, *processes: str, **environment: str) -> None:
        """Starts serve and worker, or those named; `environment` is added to what they see."""
        for process in processes or ("serve", "worker"):
            self.processes[process] = spawn(
                self._command(process), env={**self.environment, **environment}, log=self.log(process)
            )

    def log(self, process: str) -> Path:
        return self.folder / f"{process}.log"

    def said(self, process: str) -> str:
        """All that a process has written."""
        return self.log(process).read_text() if self.log(process).exists() else ""

    def await_serving(self) -> None:
        """Returns when the serve process, started for the first time, answers."""
        eventually(lambda: '"serving"' in self.said("serve"), seconds=20, what="the start")

    def await_death(self, process: str, seconds: float = 15) -> int:
        """The exit code of a process that ends by itself."""
        return self.processes.pop(process).wait(seconds)

    def kill(self, process: str) -> None:
        """Ends it as a power cut would."""
        dying = self.processes.pop(process)
        dying.kill()
        dying.wait()

    def terminate(self, process: str, seconds: float = 15) -> int:
        """Asks it to stop and answers its exit code."""
        stopping = self.processes.pop(process)
        stopping.send_signal(signal.SIGTERM)
        return stopping.wait(seconds)

    def stop(self) -> None:
        for process in list(self.processes):
            self.kill(process)
        self.runtime.database.dispose()

    def rows(self, table: str) -> list[Any]:
        """All rows of one of its tables."""
        with self.runtime.read() as work:
            return list(work.session.execute(self.runtime.tables[table].select()))

    def _command(self, process: str) -> list[str]:
        return [sys.executable, *self._module, process]


class Hand:
    """Puts anything into an exchange or a queue, and looks at queues."""

    def __init__(self, url: str) -> None:
        self._connection = pika.BlockingConnection(parameters_of(url))
        self.channel = self._connection.channel()

    def put(self, exchange: str, routing_key: str, body: bytes, **properties: Any) -> None:
        """Publishes a persistent message."""
        self.channel.basic_publish(
            exchange, routing_key, body, pika.BasicProperties(delivery_mode=2, **properties), mandatory=True
        )

    def depth(self, queue: str) -> int:
        """Messages ready in the queue."""
        return int(self.channel.queue_declare(queue, passive=True).method.message_count)

    def close(self) -> None:
        """Lets go of the connection, which a test may have cut."""
        with suppress(pika.exceptions.AMQPError):
            self._connection.close()


def client_of(node: RabbitNode) -> RpcClient:
    """A client as the gateway has it."""
    return RpcClient(node.url, "tests")
