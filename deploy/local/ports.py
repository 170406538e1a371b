"""Ports on the loopback interface, chosen once and remembered."""

from __future__ import annotations

import json
import secrets
import socket
import time
from pathlib import Path

_RANGE = range(15_000, 32_000)


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Whether a server could listen there now."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """A port that nothing listens on at this moment.

    Below the range from which systems take ports for outgoing connections: one of those could hold it when a server
    comes back, and a client that tries again and again could even connect to itself.
    """
    while not is_free(port := secrets.choice(_RANGE)):
        continue
    return port


def _await_freedom(port: int, seconds: float = 3.0) -> None:
    """Gives what ran here before, and was killed, the time to be gone."""
    deadline = time.monotonic() + seconds
    while not is_free(port) and time.monotonic() < deadline:
        time.sleep(0.05)


class Ports:
    """Named ports, kept in a file, so that the next start has the same addresses unless one was taken meanwhile."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._remembered: dict[str, int] = json.loads(file.read_text()) if file.exists() else {}
        self._given: dict[str, int] = {}

    def get(self, name: str) -> int:
        """The port of this name, the same at every call."""
        if name not in self._given:
            port = self._remembered.get(name)
            if port is not None:
                _await_freedom(port)
            while port is None or port in self._given.values() or not is_free(port):
                port = free_port()
            self._given[name] = port
            self._remembered[name] = port
            self._file.parent.mkdir(parents=True, exist_ok=True)
            self._file.write_text(json.dumps(self._remembered, indent=1, sort_keys=True))
        return self._given[name]
