"""Real servers for tests, private to the test run: RabbitMQ and PostgreSQL. They end with the run, even a killed one.

Use as a pytest plugin (`pytest_plugins = ["tests.support.servers"]`) for the fixtures `rabbit_node` and
`postgres_server`, or make the classes by hand where a test needs a server of its own to hurt.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest

from deploy.local.packages import install
from deploy.local.ports import Ports, free_port
from deploy.local.processes import CannotStart, kill_group, last_words, spawn, stop
from deploy.local.rabbitmq import RabbitNode, scripts

__all__ = ["PostgresServer", "RabbitNode", "free_port", "postgres_server", "rabbit_node"]

_SETTINGS = """
listen_addresses = '127.0.0.1'
port = {port}
unix_socket_directories = ''
dynamic_shared_memory_type = mmap
max_connections = 200
shared_buffers = 64MB
fsync = off
synchronous_commit = off
full_page_writes = off
timezone = 'UTC'
"""


def postgres_programs() -> Path:
    """The folder of the newest installed PostgreSQL server's programs; installs the server where there is none."""
    for attempt in range(2):
        found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
        if found:
            return found[-1].parent
        on_path = shutil.which("postgres")
        if on_path:
            return Path(on_path).resolve().parent
        if attempt == 0:
            install(["postgresql"], "tests run every service on it")
    raise CannotStart("PostgreSQL's server programs were not found after installing the package postgresql.")


class PostgresServer:
    """A PostgreSQL cluster in a folder, on a loopback port; everybody on this machine may enter as `coachworks`."""

    user = "coachworks"

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self.data = self.folder / "data"
        self.log = self.folder / "postgres.log"
        self.port = Ports(self.folder / "ports.json").get("postgres")
        self._account = "postgres" if os.geteuid() == 0 else None  # the server refuses to run as root
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Return when it answers; the first start makes the cluster."""
        programs = postgres_programs()
        if not self.data.exists():
            self._initialise(programs)
        (self.data / "postgresql.conf").write_text(_SETTINGS.format(port=self.port))
        self._process = spawn(
            [str(programs / "postgres"), "-D", str(self.data)],
            env={"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "TZ": "UTC"},
            log=self.log,
            cwd=self.folder,
            user=self._account,
        )
        deadline = time.monotonic() + 30
        while True:
            try:
                psycopg2.connect(self.dsn("postgres"), connect_timeout=2).close()
                return
            except psycopg2.OperationalError as error:
                if self._process.poll() is not None or time.monotonic() > deadline:
                    raise CannotStart(f"PostgreSQL did not start: {last_words(self.log)}") from error
                time.sleep(0.05)

    def stop(self) -> None:
        """End it, breaking off what its clients do."""
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            stop([self._process])
            self._process = None

    def kill(self) -> None:
        """End it as a power cut would; what its clients do is cut off."""
        if self._process is not None:
            kill_group(self._process.pid)
            self._process.wait()
            self._process = None

    def create_database(self, name: str, *, template: str = "template1") -> str:
        """Make a database, empty or like `template`, in place of one of that name, and return its URL."""
        with closing(psycopg2.connect(self.dsn("postgres"))) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
                cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return f"postgresql+psycopg2://{self.user}@127.0.0.1:{self.port}/{name}"

    def dsn(self, database: str) -> str:
        """The way in for psycopg2."""
        return f"host=127.0.0.1 port={self.port} user={self.user} dbname={database}"

    def _initialise(self, programs: Path) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        if self._account:
            account = pwd.getpwnam(self._account)
            os.chown(self.folder, account.pw_uid, account.pw_gid)
        command = [str(programs / "initdb"), "-D", str(self.data), "-U", self.user]
        command += ["--auth", "trust", "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync"]
        environment = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8"}
        made = spawn(command, env=environment, log=self.log, cwd=self.folder, user=self._account)
        if made.wait():
            raise CannotStart(f"PostgreSQL could not make a cluster: {last_words(self.log)}")


@pytest.fixture(scope="session")
def rabbit_node() -> Iterator[RabbitNode]:
    """One RabbitMQ server for the whole test run."""
    if scripts() is None:
        install(["rabbitmq-server"], "tests run on a real broker")
    with tempfile.TemporaryDirectory(prefix="coachworks-rabbitmq-") as folder:
        node = RabbitNode(Path(folder))
        node.start()
        yield node
        node.stop()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """One PostgreSQL cluster for the whole test run; tests make databases in it with `create_database`."""
    with tempfile.TemporaryDirectory(prefix="coachworks-postgres-") as folder:
        server = PostgresServer(Path(folder))
        server.start()
        yield server
        server.stop()
