"""The servers that tests and the local runner start: they keep what they were given, and leave nothing behind."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pika
import psycopg2
import pytest

from tests.support.servers import PostgresServer, RabbitNode

ROOT = Path(__file__).resolve().parents[3]


def publish(node: RabbitNode, body: bytes) -> None:
    """Put one message into the quorum queue `kept`, confirmed; a broker that has just started may need a moment."""
    deadline = time.monotonic() + 20
    while True:
        try:
            with pika.BlockingConnection(pika.URLParameters(node.url)) as connection:
                channel = connection.channel()
                channel.queue_declare("kept", durable=True, arguments={"x-queue-type": "quorum"})
                channel.confirm_delivery()
                channel.basic_publish("", "kept", body, pika.BasicProperties(delivery_mode=2))
                return
        except pika.exceptions.AMQPError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def take(node: RabbitNode) -> bytes | None:
    """The oldest message of the queue `kept`, within a few seconds."""
    deadline = time.monotonic() + 20
    with pika.BlockingConnection(pika.URLParameters(node.url)) as connection:
        channel = connection.channel()
        while time.monotonic() < deadline:
            _, _, body = channel.basic_get("kept", auto_ack=True)
            if body is not None:
                return body
            time.sleep(0.1)
    return None


def test_a_killed_broker_comes_back_at_the_same_address_with_what_it_confirmed(tmp_path: Path) -> None:
    node = RabbitNode(tmp_path / "rabbit")
    node.start()
    try:
        address = node.url
        publish(node, b"first")
        node.restart()  # RabbitMQ 3.10 forgets a queue that is younger than half a second when it is killed
        publish(node, b"second")
        node.kill()
        node.start()
        assert node.url == address
        assert [take(node), take(node)] == [b"first", b"second"]
        assert "kept" in node.ctl("list_queues", "name")
    finally:
        node.stop()


def test_a_database_is_made_empty_each_time(postgres_server: PostgresServer) -> None:
    for _ in range(2):
        url = postgres_server.create_database("deploy_probe")
        with psycopg2.connect(url.replace("+psycopg2", "")) as connection, connection.cursor() as cursor:
            cursor.execute("CREATE TABLE probe (id int)")
        connection.close()


STARTER = """
import sys, time
from pathlib import Path
from tests.support.servers import {server} as Server
server = Server(Path(sys.argv[1]))
server.start()
print(server.port, flush=True)
time.sleep(600)
"""


@pytest.mark.parametrize("server", ["RabbitNode", "PostgresServer"])
def test_a_killed_test_run_leaves_no_server_behind(server: str, tmp_path: Path) -> None:
    folder = tmp_path / server
    if server == "PostgresServer" and os.geteuid() == 0:
        for parent in [tmp_path, *tmp_path.parents[:3]]:  # the account postgres must be able to walk there
            parent.chmod(0o755)
    command = [sys.executable, "-c", STARTER.format(server=server), str(folder)]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(ROOT)}
    ) as run:
        assert run.stdout is not None
        assert int(run.stdout.readline()) > 0
        assert processes_of(folder)
        run.kill()
    deadline = time.monotonic() + 10
    while processes_of(folder) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert processes_of(folder) == []


def processes_of(folder: Path) -> list[str]:
    """The command lines of running processes that work in this folder or name it."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            inside = Path(os.readlink(entry / "cwd")).is_relative_to(folder)
        except OSError:
            continue
        if (inside or str(folder) in line) and "import sys, time" not in line:
            found.append(line)
    return found
