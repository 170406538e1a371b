"""All of Coachworks on one machine: the broker, every service's processes, the gateway and the mail catcher."""

from __future__ import annotations

import fcntl
import shlex
import string
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO

import requests

from deploy.local.brokers import Broker, choose
from deploy.local.configuration import SERVICES, Configuration, process_of
from deploy.local.ports import is_free
from deploy.local.processes import CannotStart, kill_group, last_words, spawn, stop
from deploy.local.tails import Tail, readable

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 120
STOP_SECONDS = 20
#: Its migration sets up the organisation, and the event of that must find the queues of all others: it comes last.
FIRST_TO_PUBLISH = "engagements"
DEATHS_IN_A_ROW = 6
CALM_SECONDS = 60


def commands() -> dict[str, str]:
    """The processes of the Procfile, by name."""
    lines = (line.partition(":") for line in (ROOT / "Procfile").read_text().splitlines() if line.strip())
    return {name.strip(): command.strip() for name, _, command in lines}


def _claim(folder: Path) -> IO[str]:
    """Hold the folder for one system alone, until the answer is closed."""
    folder.mkdir(parents=True, exist_ok=True)
    lock = (folder / "lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        raise CannotStart(f"Another Coachworks runs in {folder}; end it, or choose another VAR_DIR.") from None
    return lock


class Child:
    """One process of the Procfile: its command, settings, log, and how often it died lately."""

    def __init__(self, name: str, command: str, env: dict[str, str], log: Path) -> None:
        self.name = name
        self.log = log
        self.process: subprocess.Popen[bytes] | None = None
        self.deaths = 0
        self.started_at = 0.0
        self.start_again_at: float | None = None
        self._env = env
        self._command = shlex.split(string.Template(command).substitute(env))

    def start(self) -> None:
        self.start_again_at = None
        self.started_at = time.monotonic()
        self.process = spawn(self._command, env=self._env, log=self.log, cwd=ROOT)

    def await_success(self, seconds: float) -> None:
        """Wait until it ends; raise CannotStart when it fails or takes longer."""
        assert self.process is not None, "start comes before"
        try:
            failed = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise CannotStart(
                f"{self.name}: not done after {seconds:.0f} seconds: {self.reason} (see {self.log})"
            ) from None
        if failed:
            raise CannotStart(f"{self.name}: {self.reason} (see {self.log})")

    @property
    def ended(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    @property
    def reason(self) -> str:
        """Why it ended, in its own last words."""
        return readable(last_words(self.log))


class LocalSystem:
    """One system in one folder, which holds all its state; several run side by side in different folders.

    `env` holds the settings of `.env.example`; PORT "0" takes any free port and keeps it. After `start`, processes stay
    as they are: one that dies or is killed stays dead until `start_process`, unless somebody runs `watch`.
    Call it from one thread that lives as long as the system should: everything ends with that thread.
    """

    def __init__(self, folder: Path, env: Mapping[str, str], say: Callable[[str], None] = lambda _: None) -> None:
        self._lock = _claim(folder)
        self.configuration = Configuration(folder, env)
        self.folder = self.configuration.folder
        self.log_folder = self.folder / "log"
        self.children: dict[str, Child] = {}
        self.broker: Broker | None = None
        self._say = say
        self._tails: dict[str, Tail] = {}

    @property
    def url(self) -> str:
        """The gateway's address."""
        return self.configuration.url

    @property
    def amqp_url(self) -> str:
        return self.configuration.amqp_url

    @property
    def mail_url(self) -> str:
        """The mail catcher's page; empty where mail goes elsewhere."""
        return self.configuration.mail_url

    @property
    def mail_folder(self) -> Path:
        """Where the mail catcher keeps one file per mail."""
        return self.configuration.mail_folder

    def start(self) -> None:
        """Return when every part answers that it is ready; else stop all of it and raise CannotStart."""
        try:
            self._check_port()
            self.broker = choose(self.configuration.amqp_url, self.folder / "rabbitmq", self._say)
            self.configuration.amqp_url = self.broker.url
            self.broker.launch()
            self._say("Starting the services, the gateway and the mail catcher")
            for name, command in commands().items():
                if name != "mailcatcher" or self.configuration.mail_url:
                    self.children[name] = self._child(name, command)
                    self.children[name].start()  # a service waits by itself for the broker and its database
            self.broker.wait()
            self._migrate()
            self.wait_ready()
            self._tails = {name: Tail(child.log) for name, child in self.children.items()}
        except BaseException:
            self.stop()
            raise

    def wait_ready(self, seconds: float = START_SECONDS) -> None:
        """Return when every process answers that it is ready; raise CannotStart when one ends or takes longer."""
        deadline = time.monotonic() + seconds
        waiting = dict.fromkeys(self.children, "it did not answer")
        while waiting:
            for name in list(waiting):
                child = self.children[name]
                if child.ended:
                    raise CannotStart(f"{name} ended while starting: {child.reason} (see {child.log})")
                waiting[name] = self._what_is_missing(name)
                if not waiting[name]:
                    del waiting[name]
            if waiting and time.monotonic() > deadline:
                name, missing = next(iter(waiting.items()))
                raise CannotStart(f"{name} is not ready after {seconds:.0f} seconds: {missing}")
            time.sleep(0.25 if waiting else 0)

    def stop(self) -> None:
        """End everything in good order, killing what takes longer than 20 seconds; nothing is left running."""
        stop([child.process for child in self.children.values() if child.process], STOP_SECONDS)
        if self.broker is not None:
            self.broker.stop()
        self._lock.close()

    def kill(self, name: str) -> None:
        """End a process as a power cut would."""
        process = self._running(name)
        kill_group(process.pid)
        process.wait()

    def start_process(self, name: str) -> None:
        """Start a process that ended; `wait_ready` waits for it."""
        self.children[name].start()

    def start_replica(self, name: str, number: int) -> str:
        """Start one more of a process, with ports of its own; answers its name, which `wait_ready` waits for too."""
        replica = f"{name}.{number}"
        self.children[replica] = self._child(replica, commands()[name])
        self.children[replica].start()
        return replica

    def watch(self, until: Callable[[], bool]) -> None:
        """Start again what dies, with growing pauses, until told to end; CannotStart if one dies on and on."""
        broker = self.broker
        while not until():
            self.tell_warnings()
            if broker is not None and broker.process is not None and broker.process.poll() is not None:
                self._say("RabbitMQ ended; starting it again")
                broker.launch()
                broker.wait()
            for child in self.children.values():
                self._look_after(child)
            time.sleep(0.2)

    def tell_warnings(self) -> None:
        """Say what the logs warn of, with the name of the process."""
        for name, tail in self._tails.items():
            for warning in tail.warnings():
                self._say(f"{name}: {warning}")

    def _look_after(self, child: Child) -> None:
        now = time.monotonic()
        if child.start_again_at is not None:
            if now >= child.start_again_at:
                child.start()
            return
        if not child.ended:
            return
        if now - child.started_at > CALM_SECONDS:
            child.deaths = 0
        child.deaths += 1
        if child.deaths >= DEATHS_IN_A_ROW:
            raise CannotStart(f"{child.name} ends again and again: {child.reason} (see {child.log})")
        pause = min(30, 2 ** (child.deaths - 1))
        self._say(f"{child.name} ended; starting it again in {pause} s: {child.reason}")
        child.start_again_at = now + pause

    def _check_port(self) -> None:
        host, port = self.configuration.host, self.configuration.port
        if not is_free(port, host):
            raise CannotStart(f"Port {port} is taken; end what uses it, or choose another, like PORT={port + 1}.")

    def _migrate(self) -> None:
        self._say("Bringing the databases and queues up to date")
        others = [service for service in SERVICES if service != FIRST_TO_PUBLISH]
        for services in (others, [FIRST_TO_PUBLISH]):
            self._migrate_together(services)

    def _migrate_together(self, services: list[str]) -> None:
        environment = self.configuration.environment
        migrations = [
            self._child(f"{service}-migrate", f"coachworks migrate {service}", environment(service))
            for service in services
        ]
        try:
            for migration in migrations:
                migration.start()
            for migration in migrations:
                migration.await_success(START_SECONDS)
        finally:
            stop([migration.process for migration in migrations if migration.process])

    def _child(self, name: str, command: str, env: dict[str, str] | None = None) -> Child:
        """A process that is yet to be started, with an empty log; what its last run logged is kept beside it."""
        log = self.log_folder / f"{name}.log"
        if log.exists():
            log.replace(log.with_suffix(".log.before"))
        return Child(name, command, env or self.configuration.environment(name), log)

    def _what_is_missing(self, name: str) -> str:
        """Empty when the process is ready, else what it says is missing."""
        is_gateway = process_of(name) == "gateway"
        own = f"http://127.0.0.1:{self.configuration.http_port(name)}/readyz" if not is_gateway else ""
        try:
            answer = requests.get(own or f"{self.configuration.url_of(name)}/api/v1/health", timeout=5)
        except requests.RequestException:
            return "it did not answer"
        if answer.status_code != 200 or (is_gateway and answer.json()["status"] != "ok"):
            return f"it answers {answer.status_code} {answer.text.strip()[:300]}"
        return ""

    def _running(self, name: str) -> subprocess.Popen[bytes]:
        process = self.children[name].process
        assert process is not None, f"{name} was never started"
        return process
