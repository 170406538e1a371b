"""`make run` as a person meets it: it starts, tells why it cannot, keeps its addresses, and leaves nothing behind."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from deploy.local.configuration import SERVICES, Configuration
from deploy.local.system import LocalSystem

ROOT = Path(__file__).resolve().parents[3]
SETTINGS = {
    "PORT": "0",
    "DEMO": "0",
    "ADMIN_EMAIL": "ada@coachworks.example",
    "ADMIN_PASSWORD": "correct horse battery",
}


def environments_that_name(folder: Path) -> dict[int, dict[str, str]]:
    """The environments of all running processes that have this folder somewhere in them, by process id."""
    found = {}
    for entry in Path("/proc").iterdir():
        try:
            text = (entry / "environ").read_text() if entry.name.isdigit() else ""
        except OSError:
            continue
        if str(folder) in text:
            found[int(entry.name)] = dict(line.partition("=")[::2] for line in text.split("\0") if line)
    return found


def eventually(holds: Callable[[], bool], seconds: float = 20) -> bool:
    """Whether it comes true in time."""
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


@contextmanager
def run(folder: Path, **settings: str) -> Iterator[subprocess.Popen[str]]:
    """`make run` without the set-up; it is killed at the end of the block if it still runs."""
    environment = {**os.environ, **SETTINGS, "VAR_DIR": str(folder), **settings}
    command = [sys.executable, "-m", "deploy.local"]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as running:
        try:
            yield running
        finally:
            running.kill()


def address_of(running: subprocess.Popen[str]) -> str:
    """The address that it prints once all is ready."""
    assert running.stdout is not None
    said = []
    for line in running.stdout:
        said.append(line)
        if line.startswith("Coachworks runs at "):
            return line.split()[-1]
    raise AssertionError("".join(said))


def test_a_killed_run_leaves_nothing_and_the_next_one_has_the_same_addresses(tmp_path: Path) -> None:
    folder = tmp_path / "var"
    with run(folder) as first:
        address = address_of(first)
        assert requests.get(f"{address}/api/v1/health", timeout=10).json()["status"] == "ok"
        with run(folder) as twin:
            output, _ = twin.communicate(timeout=60)
            assert twin.returncode == 1
            assert "Another Coachworks runs in" in output
        first.kill()
    assert eventually(lambda: not environments_that_name(folder)), environments_that_name(folder)

    with run(folder) as second:
        assert address_of(second) == address
        second.send_signal(signal.SIGTERM)
        assert second.wait(60) == 0
    assert environments_that_name(folder) == {}


def test_a_taken_port_ends_the_start_with_one_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with run(tmp_path / "var", PORT=str(port)) as refused:
            output, _ = refused.communicate(timeout=60)
    assert refused.returncode == 1
    assert output.strip().endswith(f"Port {port} is taken; end what uses it, or choose another, like PORT={port + 1}.")


def test_a_part_that_cannot_start_ends_it_with_the_reason(tmp_path: Path) -> None:
    with run(tmp_path / "var", STORAGE_URL="nowhere") as refused:
        output, _ = refused.communicate(timeout=120)
    assert refused.returncode == 1
    assert "STORAGE_URL" in output.strip().splitlines()[-1]
    assert environments_that_name(tmp_path / "var") == {}


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalSystem]:
    made = LocalSystem(tmp_path_factory.mktemp("system") / "var", SETTINGS)
    made.start()
    yield made
    made.stop()


def test_each_process_has_its_own_settings_and_no_others(system: LocalSystem) -> None:
    for name, child in system.children.items():
        assert child.process is not None
        settings = dict(
            line.partition("=")[::2]
            for line in Path(f"/proc/{child.process.pid}/environ").read_text().split("\0")
            if line
        )
        owner = name.removesuffix("-worker")
        databases = {each for each in settings if each.endswith("_DATABASE_URL")}
        assert databases == ({f"{owner.upper()}_DATABASE_URL"} if owner in SERVICES else set())
        for secret in ("ASSERTION_PRIVATE_KEY", "ADMIN_PASSWORD"):
            assert (secret in settings) == (owner == "engagements")
    keys = {name: system.configuration.environment(name).get("SECRET_KEY") for name in (*SERVICES, "gateway")}
    assert len(set(keys.values())) == len(keys)


def test_a_killed_process_stays_dead_until_started_and_the_others_go_on(system: LocalSystem) -> None:
    system.kill("billing")
    health = requests.get(f"{system.url}/api/v1/health", timeout=30).json()
    assert health["services"]["billing"]["status"] != "ok"
    assert health["services"]["scheduling"]["status"] == "ok"
    system.start_process("billing")
    system.wait_ready()


def test_one_that_watches_starts_again_what_dies(system: LocalSystem) -> None:
    before = system.children["gateway"].process
    system.kill("gateway")
    deadline = time.monotonic() + 60
    system.watch(lambda: system.children["gateway"].process is not before or time.monotonic() > deadline)
    assert system.children["gateway"].process is not before
    system.wait_ready()


def test_secrets_are_made_once_and_only_their_owner_reads_them(tmp_path: Path) -> None:
    first = Configuration(tmp_path, {"PORT": "0"}).environment("engagements")
    again = Configuration(tmp_path, {"PORT": "0"}).environment("engagements")
    assert first == again
    assert (tmp_path / "secrets.json").stat().st_mode & 0o077 == 0
