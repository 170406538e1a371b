"""100 MiB through the real processes: gateway (gunicorn) and documents (serve), neither of which may hold it."""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import psutil
import pytest

from chassis import identity
from tests.service.documents.buckets import bucket
from tests.support.broker import eventually
from tests.support.servers import RabbitNode, free_port

MIB = 1024 * 1024
PIECE = bytes(range(256)) * 256
TOKEN = str(uuid4())


@dataclass
class System:
    """The two processes, each with its children."""

    port: int
    gateway: psutil.Process
    documents: psutil.Process
    storage: Path

    def resident(self) -> dict[str, float]:
        """MiB in memory now, of each process."""
        return {name: _status(process, "VmRSS") for name, process in self._all()}

    def peak(self) -> dict[str, float]:
        """The most MiB in memory since it began, of each process."""
        return {name: _status(process, "VmHWM") for name, process in self._all()}

    def _all(self) -> Iterator[tuple[str, psutil.Process]]:
        for name in ("gateway", "documents"):
            process: psutil.Process = getattr(self, name)
            for one in [process, *process.children(recursive=True)]:
                yield f"{name} {one.pid}", one

    def stored(self) -> set[Path]:
        return {path for path in self.storage.rglob("*") if path.is_file()}

    def arriving(self) -> list[Path]:
        """Files of which not all has come yet."""
        return [path for path in (self.storage / "arriving").iterdir() if path.is_file() and path.stat().st_size]

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)

    def upload(self, size: int) -> tuple[int, Any]:
        """Sends a file of `size` bytes as a form, piece by piece."""
        head = b'--sep\r\nContent-Disposition: form-data; name="file"; filename="film.bin"\r\n\r\n'
        tail = b"\r\n--sep--\r\n"
        connection = self.connect()
        connection.putrequest("POST", "/api/v1/library/files")
        connection.putheader("Authorization", f"Bearer {TOKEN}")
        connection.putheader("Content-Type", "multipart/form-data; boundary=sep")
        connection.putheader("Content-Length", str(len(head) + size + len(tail)))
        connection.endheaders(head)
        for at in range(0, size, len(PIECE)):
            connection.send(PIECE[: size - at])
        connection.send(tail)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())

    def download(self, file_id: str) -> tuple[int, str]:
        """Fetches a file; how many bytes it has, and their SHA-256."""
        connection = self.connect()
        connection.request("GET", f"/api/v1/files/{file_id}/content", headers={"Authorization": f"Bearer {TOKEN}"})
        answer = connection.getresponse()
        assert answer.status == 200
        found, size = hashlib.sha256(), 0
        while piece := answer.read(len(PIECE)):
            found.update(piece)
            size += len(piece)
        return size, found.hexdigest()


def _status(process: psutil.Process, field: str) -> float:
    for line in Path(f"/proc/{process.pid}/status").read_text().splitlines():
        if line.startswith(f"{field}:"):
            return int(line.split()[1]) / 1024
    raise AssertionError(f"no {field} of {process}")


def _await(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
            connection.request("GET", "/healthz")
            assert connection.getresponse().status == 200
            return
        except OSError:
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.1)


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory, rabbit_node: RabbitNode) -> Iterator[System]:
    tmp_path = tmp_path_factory.mktemp("system")
    with started(tmp_path, rabbit_node.url, f"file://{tmp_path}/files") as running:
        yield running


@contextmanager
def started(tmp_path: Path, amqp_url: str, storage_url: str, **more: str) -> Iterator[System]:
    """Both processes, their bytes at `storage_url`."""
    private, public = identity.new_keys()
    documents_port, gateway_port = free_port(), free_port()
    environment = {
        **os.environ,
        "DOCUMENTS_DATABASE_URL": f"sqlite:///{tmp_path}/documents.sqlite3",
        "AMQP_URL": amqp_url,
        "ASSERTION_PUBLIC_KEY": public,
        "ASSERTION_PRIVATE_KEY": private,
        "SECRET_KEY": "a secret of the tests",
        "PUBLIC_URL": f"http://127.0.0.1:{gateway_port}",
        "DOCUMENTS_URL": f"http://127.0.0.1:{documents_port}",
        "STORAGE_URL": storage_url,
        "HTTP_PORT": str(documents_port),
        **more,
    }
    cli = [sys.executable, "-m", "chassis.cli"]
    subprocess.run([*cli, "migrate", "documents"], env=environment, check=True, timeout=60)
    gunicorn = [sys.executable, "-m", "gunicorn", "--worker-class", "gthread", "--threads", "8", "--no-control-socket"]
    address = ["--bind", f"127.0.0.1:{gateway_port}", "tests.service.documents.signing_gateway:create()"]
    log = tmp_path / "processes.log"
    running: list[subprocess.Popen[bytes]] = []
    try:
        with log.open("wb") as out:
            for command in ([*cli, "serve", "documents"], [*gunicorn, *address]):
                running.append(subprocess.Popen(command, env=environment, stdout=out, stderr=subprocess.STDOUT))
        documents, gateway = running
        _await(documents_port, documents, log)
        _await(gateway_port, gateway, log)
        yield System(gateway_port, psutil.Process(gateway.pid), psutil.Process(documents.pid), tmp_path / "files")
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.wait(30)


def test_c20_100_mib_in_and_out_raise_no_process_by_more_than_20_mib(system: System) -> None:
    hundred_mib_raise_no_process(system)


def test_neither_do_they_on_the_way_into_a_bucket_and_out(tmp_path: Path, rabbit_node: RabbitNode) -> None:
    with bucket() as (url, credentials), started(tmp_path, rabbit_node.url, url, **credentials) as system:
        hundred_mib_raise_no_process(system)


def hundred_mib_raise_no_process(system: System) -> None:
    status, small = system.upload(MIB)
    assert status == 201, small
    system.download(small["file_id"])
    before = system.resident()
    status, large = system.upload(100 * MIB)
    assert status == 201, large
    assert system.download(large["file_id"]) == (100 * MIB, hashlib.sha256(PIECE * 1600).hexdigest())
    grown = {name: peak - before[name] for name, peak in system.peak().items()}
    assert all(mib < 20 for mib in grown.values()), grown


def test_c20_a_larger_file_is_413_at_the_gateway_too_and_nothing_is_left(system: System) -> None:
    before = system.stored()
    for size in (100 * MIB + 1, 101 * MIB):
        status, problem = system.upload(size)
        assert (status, problem["status"]) == (413, 413)
    assert system.stored() == before


def test_a_form_of_unknown_length_comes_in_chunks(system: System) -> None:
    form = b'--sep\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\nhello\r\n--sep--\r\n'
    connection = system.connect()
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "multipart/form-data; boundary=sep"}
    connection.request("POST", "/api/v1/library/files", iter([form[:50], form[50:]]), headers, encode_chunked=True)
    answer = connection.getresponse()
    assert (answer.status, json.loads(answer.read())["size"]) == (201, 5)


def test_the_same_key_through_the_gateway_is_one_file(system: System) -> None:
    form = b'--sep\r\nContent-Disposition: form-data; name="file"; filename="b.txt"\r\n\r\nhello\r\n--sep--\r\n'
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "multipart/form-data; boundary=sep"}
    ids = set()
    for _ in range(2):
        connection = system.connect()
        connection.request("POST", "/api/v1/library/files", form, headers | {"Idempotency-Key": "once"})
        ids.add(json.loads(connection.getresponse().read())["id"])
    assert len(ids) == 1


def test_other_requests_are_answered_while_a_large_file_comes_in(system: System) -> None:
    status, small = system.upload(MIB)
    assert status == 201
    slow = system.connect()
    slow.putrequest("POST", "/api/v1/library/files")
    slow.putheader("Authorization", f"Bearer {TOKEN}")
    slow.putheader("Content-Type", "multipart/form-data; boundary=sep")
    slow.putheader("Content-Length", str(50 * MIB))
    slow.endheaders(b'--sep\r\nContent-Disposition: form-data; name="file"; filename="film.bin"\r\n\r\n')
    slow.send(PIECE * 16)
    assert system.download(small["file_id"])[0] == MIB
    eventually(system.arriving, what="the first bytes of the large file")
    slow.close()
    eventually(lambda: not system.arriving(), what="an upload that breaks off leaves nothing: that")


def test_a_range_past_the_end_is_a_problem_that_names_the_size(system: System) -> None:
    _, small = system.upload(MIB)
    connection = system.connect()
    headers = {"Authorization": f"Bearer {TOKEN}", "Range": "bytes=2000000-"}
    connection.request("GET", f"/api/v1/files/{small['file_id']}/content", headers=headers)
    answer = connection.getresponse()
    assert answer.status == 416
    assert answer.headers["Content-Range"] == f"bytes */{MIB}"
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_head_and_a_known_etag_cost_no_bytes(system: System) -> None:
    _, small = system.upload(MIB)
    address = f"/api/v1/files/{small['file_id']}/content"
    headers = {"Authorization": f"Bearer {TOKEN}"}
    connection = system.connect()
    connection.request("HEAD", address, headers=headers)
    head = connection.getresponse()
    head.read()
    assert (head.status, head.headers["Content-Length"]) == (200, str(MIB))
    assert head.headers["X-Content-Type-Options"] == "nosniff"
    connection.request("GET", address, headers=headers | {"If-None-Match": head.headers["ETag"]})
    known = connection.getresponse()
    assert (known.status, known.read()) == (304, b"")
