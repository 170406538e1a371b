"""A private RabbitMQ node: its own folder, ports and port mapper; any user may run it, no system service is touched."""

from __future__ import annotations

import os
import shlex
import shutil
import socket
import subprocess
import time
from contextlib import suppress
from pathlib import Path

from deploy.local.ports import Ports
from deploy.local.processes import CannotStart, kill_group, last_words, spawn, stop

_PLACES = ("/usr/lib/rabbitmq", "/usr/local/lib/rabbitmq", "/opt/rabbitmq", "/opt/homebrew/opt/rabbitmq")
_CONFIGURATION = """\
listeners.tcp.1 = 127.0.0.1:{port}
log.file.level = warning
log.console = false
raft.wal_max_size_bytes = 33554432
disk_free_limit.absolute = 100MB
vm_memory_high_watermark.relative = 0.4
"""


def scripts() -> Path | None:
    """The folder of RabbitMQ's own scripts, or None where it is not installed.

    Not the wrappers on the PATH: those insist on running as the system's rabbitmq user.
    """
    for place in map(Path, _PLACES):
        for server in sorted([*place.glob("lib/*/sbin/rabbitmq-server"), *place.glob("sbin/rabbitmq-server")]):
            return server.parent
    return None


class RabbitNode:
    """One RabbitMQ server that lives in a folder. What was durable is there again after a restart, or after a kill.

    Its ports are chosen free at the first start and kept for every later one while they are free.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self.log = self.folder / "rabbitmq.log"
        self.rabbitmqctl = self.folder / "rabbitmqctl"
        self._ports = Ports(self.folder / "ports.json")
        self._epmd: subprocess.Popen[bytes] | None = None
        self._server: subprocess.Popen[bytes] | None = None
        self._booting = False

    @property
    def port(self) -> int:
        """Where it speaks AMQP, on the loopback interface."""
        return self._ports.get("amqp")

    @property
    def url(self) -> str:
        """For clients; the user has every right."""
        return f"amqp://guest:guest@127.0.0.1:{self.port}/"

    @property
    def process(self) -> subprocess.Popen[bytes] | None:
        """The running server, for watching it."""
        return self._server

    def start(self, seconds: float = 60) -> None:
        """Return when it takes connections; raise CannotStart when it does not within `seconds`."""
        self.launch()
        self.wait(seconds)

    def launch(self) -> None:
        """Start the server without waiting for it."""
        sbin = scripts()
        if sbin is None:
            raise CannotStart("RabbitMQ is not installed; install the package rabbitmq-server or set AMQP_URL.")
        epmd = shutil.which("epmd")
        if epmd is None:
            raise CannotStart("RabbitMQ's port mapper epmd is missing; install the package erlang-base.")
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "rabbitmq.conf").write_text(_CONFIGURATION.format(port=self.port))
        (self.folder / "enabled_plugins").write_text("[].\n")
        environment = self._environment()
        self._write_ctl(sbin, environment)
        if self._epmd is None or self._epmd.poll() is not None:
            epmd_port = environment["ERL_EPMD_PORT"]
            self._epmd = spawn([epmd, "-address", "127.0.0.1", "-port", epmd_port], env=environment, log=self.log)
            self._await(int(epmd_port), self._epmd, seconds=10)
        self._server = spawn([str(sbin / "rabbitmq-server")], env=environment, log=self.log, cwd=self.folder)
        self._booting = True

    def wait(self, seconds: float = 60) -> None:
        """Wait until it has started and takes connections."""
        assert self._server is not None, "launch comes before wait"
        self._await(self.port, self._server, seconds)
        self.ctl("await_startup")  # the port opens a moment before the end of its start
        self._booting = False

    def stop(self) -> None:
        """Stop it in good order, and its port mapper; nothing of it runs afterwards."""
        self._stop_server()
        stop([p for p in (self._epmd,) if p])
        self._epmd = None

    def kill(self) -> None:
        """End it as a power cut would."""
        if self._server is not None:
            kill_group(self._server.pid)
            self._server.wait()
            self._server = None

    def restart(self) -> None:
        """Stop it in good order and start it again at the same address."""
        self._stop_server()
        self.start()

    def ctl(self, *arguments: str) -> str:
        """Run rabbitmqctl on this node and return what it printed."""
        sbin = scripts()
        assert sbin is not None, "launch comes before ctl"
        command = [str(sbin / "rabbitmqctl"), "--quiet", *arguments]
        done = subprocess.run(command, env=self._environment(), capture_output=True, text=True, check=False, timeout=60)
        if done.returncode:
            raise RuntimeError(f"rabbitmqctl {' '.join(arguments)}: {done.stderr.strip() or done.stdout.strip()}")
        return done.stdout

    def _write_ctl(self, sbin: Path, environment: dict[str, str]) -> None:
        """A rabbitmqctl of this node, for people: the setting RABBITMQCTL of `coachworks consumer`."""
        settings = shlex.join(f"{name}={value}" for name, value in environment.items())
        command = f'#!/bin/sh\nexec env -i {settings} {shlex.quote(str(sbin / "rabbitmqctl"))} "$@"\n'
        self.rabbitmqctl.write_text(command)
        self.rabbitmqctl.chmod(0o700)

    def _stop_server(self) -> None:
        if self._server is None:
            return
        if self._booting and self._server.poll() is None:
            with suppress(CannotStart, RuntimeError, subprocess.TimeoutExpired):
                self.wait(30)  # a signal amid its start ends it at once, and it forgets queues made a moment ago
        stop([self._server])
        self._server = None

    def _environment(self) -> dict[str, str]:
        folder = str(self.folder)
        return {
            "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
            "LANG": "C.UTF-8",
            "HOME": folder,
            "RABBITMQ_NODENAME": "coachworks@localhost",
            "RABBITMQ_BASE": folder,
            "RABBITMQ_MNESIA_BASE": f"{folder}/data",
            "RABBITMQ_LOG_BASE": f"{folder}/log",
            "RABBITMQ_CONFIG_FILE": f"{folder}/rabbitmq.conf",
            "RABBITMQ_ADVANCED_CONFIG_FILE": f"{folder}/advanced.config",
            "RABBITMQ_CONF_ENV_FILE": f"{folder}/rabbitmq-env.conf",
            "RABBITMQ_ENABLED_PLUGINS_FILE": f"{folder}/enabled_plugins",
            "RABBITMQ_PID_FILE": f"{folder}/pid",
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(self._ports.get("distribution")),
            "ERL_EPMD_PORT": str(self._ports.get("epmd")),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "ERL_CRASH_DUMP_SECONDS": "0",
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+S 2:2 +A 8 -kernel inet_dist_use_interface {127,0,0,1}",
            "RUNNING_UNDER_SYSTEMD": "true",  # makes the script become the server instead of a shell that waits for it
        }

    def _await(self, port: int, process: subprocess.Popen[bytes], seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if process.poll() is not None:
                raise CannotStart(f"RabbitMQ ended while starting: {last_words(self.log)} (see {self.log}).")
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
            except OSError:
                time.sleep(0.05)
            else:
                return
        raise CannotStart(f"RabbitMQ did not answer within {seconds:.0f} seconds (see {self.log}).")
