"""The examples of the Python client run as they stand, each as a process of its own, which may be killed."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from uuid import uuid4

import psycopg2

from tests.clients.conftest import Source, event, events
from tests.support.broker import eventually
from tests.support.servers import PostgresServer

HOME = Path(__file__).resolve().parents[2] / "clients" / "python"
SECONDS = 60


@contextmanager
def example(name: str, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """Runs it meanwhile, and ends it as a power cut would."""
    environment = {**os.environ, "PYTHONPATH": str(HOME)}
    process = subprocess.Popen([sys.executable, str(HOME / "examples" / name), *arguments], env=environment)
    try:
        yield process
        assert process.poll() is None, "it ended by itself"
    finally:
        process.kill()
        process.wait()


def test_to_csv_writes_a_line_for_each_change_of_an_invoice(source: Source, tmp_path: Path) -> None:
    file = tmp_path / "invoices.csv"
    one, other = event(number="2026-0007"), event(2)
    source.publish(event(type_="scheduling.session.scheduled.v1"), one, one, other)

    def lines() -> list[dict[str, str]]:
        return list(csv.DictReader(file.open())) if file.exists() else []

    for _ in range(2):
        with example("to_csv.py", source.url, source.queue, str(file)):
            eventually(lambda: source.depth() == 0 and len(lines()) >= 2, SECONDS, "the lines")
        source.publish(one)
    assert [line["invoice"] for line in lines()] == [one["subject"], other["subject"]]
    assert lines()[0]["number"] == "2026-0007"


def test_to_postgres_keeps_each_event_once_however_often_it_is_killed(
    source: Source, postgres_server: PostgresServer
) -> None:
    postgres_server.create_database("warehouse")
    invoice = uuid4()
    changes = [event(n, subject=invoice, balance=f"{400 - n}.00") for n in range(1, 401)]
    source.publish(*changes, *changes[:50])

    def counted() -> int:
        with closing(psycopg2.connect(postgres_server.dsn("warehouse"))) as database, database.cursor() as statements:
            statements.execute("SELECT to_regclass('event') IS NOT NULL")
            if statements.fetchone() == (False,):
                return 0
            statements.execute("SELECT count(*) FROM event")
            return int((statements.fetchone() or (0,))[0])

    for least in (1, 150, 400):
        with example("to_postgres.py", source.url, source.queue, postgres_server.dsn("warehouse")):
            eventually(lambda least=least: counted() >= least, SECONDS, "the rows")  # type: ignore[misc]
    with example("to_postgres.py", source.url, source.queue, postgres_server.dsn("warehouse")):
        eventually(lambda: source.depth() == 0, SECONDS, "the end of the queue")
    assert counted() == 400
    with closing(psycopg2.connect(postgres_server.dsn("warehouse"))) as database, database.cursor() as statements:
        statements.execute("SELECT id::text, sequence, balance::text FROM invoice")
        assert statements.fetchall() == [(str(invoice), 400, "0.00")]


def test_to_webhook_hands_them_over_in_order_and_again_while_they_are_not_taken(source: Source) -> None:
    taken: list[str] = []
    refusals = iter([500, 503])

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            status = next(refusals, 204) if body["sequence"] == 2 else 204
            if status == 204:
                assert self.headers["webhook-id"] == body["id"]
                taken.append(body["id"])
            self.send_response(status)
            self.end_headers()

        def log_message(self, *arguments: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    published = events(3)
    source.publish(*published)
    with example("to_webhook.py", source.url, source.queue, f"http://127.0.0.1:{server.server_port}/hook"):
        eventually(lambda: len(taken) == 3 and source.depth() == 0, SECONDS, "the deliveries")
    server.shutdown()
    assert taken == [one["id"] for one in published]
