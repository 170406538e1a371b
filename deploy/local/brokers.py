"""Which RabbitMQ a local system uses, in this order: the given one, an installed one, one from apt, a container."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import pika
import pika.exceptions

from chassis.nodes import parameters_of
from deploy.local.packages import install
from deploy.local.ports import Ports
from deploy.local.processes import CannotStart, last_words, spawn, stop
from deploy.local.rabbitmq import RabbitNode, scripts

IMAGE = "rabbitmq:3.13"


class Broker(Protocol):
    """A RabbitMQ that the system may use."""

    @property
    def url(self) -> str:
        """For clients."""

    @property
    def process(self) -> subprocess.Popen[bytes] | None:
        """What runs it, where that is ours to watch."""

    def launch(self) -> None:
        """Start it without waiting."""

    def wait(self, seconds: float = 60) -> None:
        """Wait until it takes connections, or raise CannotStart."""

    def stop(self) -> None:
        """End what `launch` started."""


class GivenBroker:
    """One that somebody else runs; it only has to answer."""

    process = None

    def __init__(self, url: str) -> None:
        self.url = url

    def launch(self) -> None:
        """It runs already."""

    def wait(self, seconds: float = 60) -> None:
        await_amqp(self.url, "The RabbitMQ that AMQP_URL names", seconds)

    def stop(self) -> None:
        """It is not ours to stop."""


class ContainerBroker:
    """RabbitMQ in a Docker container, its data in a folder of this machine."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()
        self._log = self._folder / "rabbitmq.log"
        self._port = Ports(self._folder / "ports.json").get("amqp")
        self._name = f"coachworks-rabbitmq-{self._port}"
        self.url = f"amqp://guest:guest@127.0.0.1:{self._port}/"
        self.process: subprocess.Popen[bytes] | None = None

    def launch(self) -> None:
        """Start the container; one of this name that an earlier run could not end is removed first."""
        (self._folder / "data").mkdir(parents=True, exist_ok=True)
        subprocess.run(["docker", "rm", "--force", self._name], capture_output=True, check=False)
        command = ["docker", "run", "--rm", "--name", self._name, "--hostname", "coachworks"]
        command += ["--publish", f"127.0.0.1:{self._port}:5672", "--volume", f"{self._folder}/data:/var/lib/rabbitmq"]
        self.process = spawn([*command, IMAGE], env=dict(os.environ), log=self._log)

    def wait(self, seconds: float = 60) -> None:
        def ended() -> str:
            running = self.process is not None and self.process.poll() is None
            return "" if running else f"RabbitMQ's container ended while starting: {last_words(self._log)}"

        await_amqp(self.url, "RabbitMQ in its container", max(seconds, 300), ended)  # its image may have to be fetched

    def stop(self) -> None:
        stop([p for p in (self.process,) if p])
        self.process = None


def choose(amqp_url: str, folder: Path, say: Callable[[str], None]) -> Broker:
    """The broker of DESIGN §4's order, not yet started; raises CannotStart where there is none to be had."""
    if amqp_url:
        say("Using the RabbitMQ of AMQP_URL")
        return GivenBroker(amqp_url)
    if scripts() is None:
        why_not = ""
        try:
            install(["rabbitmq-server"], "the broker between the services")
        except CannotStart as reason:
            why_not = str(reason)
        if scripts() is None:
            if not docker_answers():
                raise CannotStart(f"{why_not} Or start Docker, or set AMQP_URL to a RabbitMQ that runs elsewhere.")
            say("Starting RabbitMQ in a container")
            return ContainerBroker(folder)
    say("Starting RabbitMQ")
    return RabbitNode(folder)


def docker_answers() -> bool:
    """Whether containers can be started here."""
    return (
        bool(shutil.which("docker"))
        and not subprocess.run(["docker", "info"], capture_output=True, check=False).returncode
    )


def await_amqp(url: str, what: str, seconds: float, ended: Callable[[], str] = lambda: "") -> None:
    """Return when a client can connect; raise CannotStart after `seconds`, or when `ended` gives a reason."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            pika.BlockingConnection(parameters_of(url)).close()
            return
        except (pika.exceptions.ProbableAuthenticationError, pika.exceptions.ProbableAccessDeniedError):
            raise CannotStart(f"{what} refuses the user and password of its URL.") from None
        except (pika.exceptions.AMQPError, OSError):
            if ended():
                raise CannotStart(ended()) from None
            if time.monotonic() > deadline:
                raise CannotStart(f"{what} did not answer within {seconds:.0f} seconds.") from None
            time.sleep(0.5)
        except (ValueError, IndexError, TypeError):
            raise CannotStart(f"AMQP_URL is not an AMQP address: {url}") from None
