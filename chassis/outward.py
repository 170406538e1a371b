"""HTTP to servers that people name: only into public networks, within bounds of time and size, never astray.

The address is checked after the name was resolved, at each connection, and that very address is connected to. A
redirect is an answer like any other. Neither proxies nor `~/.netrc` are looked at: with the one the address could not
be checked, with the other a secret of this machine could leave it.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import requests
from requests.adapters import HTTPAdapter
from requests.auth import HTTPBasicAuth
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NameResolutionError, NewConnectionError
from urllib3.util.connection import create_connection

from chassis.addresses import PrivateAddress, addresses_of, public_addresses_of

CONNECT_SECONDS = 5.0
SILENCE_SECONDS = 10.0
LARGEST = 20_000_000


class Unreachable(Exception):
    """No answer came, or not in time, or too large a one. The message is a sentence without the address."""


@dataclass(frozen=True)
class Reply:
    """What a server answered, whatever its status."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Outward:
    """A few requests that take `seconds` in all at most: then its connections are cut, whatever they wait for."""

    def __init__(self, *, allow_private: bool, seconds: float, auth: tuple[str, str] | None = None) -> None:
        self._lines: list[socket.socket] = []
        self._until = time.monotonic() + seconds
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.auth = HTTPBasicAuth(*(part.encode() for part in auth)) if auth else None
        adapter = _Adapter(self, allow_private)
        self._session.mount("http://", adapter)
        self._session.mount("https://", adapter)
        self._alarm = threading.Timer(seconds, self._cut)
        self._alarm.daemon = True
        self._alarm.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._alarm.cancel()
        self._session.close()
        for line in self._lines:
            line.close()

    @property
    def seconds_left(self) -> float:
        return self._until - time.monotonic()

    def ask(self, method: str, url: str, *, headers: Mapping[str, str] | None = None, body: bytes = b"") -> Reply:
        """One request; raises `Unreachable`, or `PrivateAddress` before anything is sent there."""
        if self.seconds_left <= 0:
            raise Unreachable("The server took too long.")
        try:
            with self._session.request(
                method,
                url,
                headers={"User-Agent": "Coachworks", **(headers or {})},
                data=body or None,
                timeout=(CONNECT_SECONDS, SILENCE_SECONDS),
                allow_redirects=False,
                stream=True,
            ) as answer:
                reply = Reply(answer.status_code, answer.headers, _body_of(answer))
        except requests.exceptions.SSLError:
            raise Unreachable("The server's certificate is not good.") from None
        except (requests.Timeout, TimeoutError):
            raise Unreachable("The server took too long.") from None
        except (requests.RequestException, HTTPError, OSError) as error:
            if self.seconds_left <= 0:
                raise Unreachable("The server took too long.") from None
            raise Unreachable(_sentence(error)) from None
        if self.seconds_left <= 0:  # what was cut off may look complete
            raise Unreachable("The server took too long.")
        return reply

    def hold(self, line: socket.socket) -> None:
        """Remembers a connection, to cut it when the time is over; TLS takes the socket itself away."""
        self._lines.append(line.dup())
        if self.seconds_left <= 0:
            self._cut()

    def _cut(self) -> None:
        for line in list(self._lines):
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)


def _body_of(answer: requests.Response) -> bytes:
    found = bytearray()
    for chunk in answer.iter_content(65536):
        found += chunk
        if len(found) > LARGEST:
            raise Unreachable("The server's answer is too large.")
    return bytes(found)


def _sentence(error: Exception) -> str:
    cause: BaseException | None = error
    reasons = []
    while cause is not None:
        reasons += [cause, getattr(cause, "reason", None), *(a for a in cause.args if isinstance(a, Exception))]
        cause = cause.__context__
    if any(isinstance(each, NameResolutionError) for each in reasons):
        return "Nobody knows a server of that name."
    return "The server does not answer."


class _Adapter(HTTPAdapter):
    """Makes connections that check where they lead."""

    def __init__(self, outward: Outward, allow_private: bool) -> None:
        self._pools = _pools(outward, allow_private)
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = self._pools


def _pools(outward: Outward, allow_private: bool) -> dict[str, type[HTTPConnectionPool]]:
    resolve = addresses_of if allow_private else public_addresses_of

    class _Checked(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            port = self.port or self.default_port
            try:
                addresses = resolve(self.host.strip("[]"), port)
            except socket.gaierror as error:
                raise NameResolutionError(self.host, self, error) from None
            for address in addresses:
                try:
                    line = create_connection((address, port), self.timeout, socket_options=self.socket_options)
                except TimeoutError as error:
                    failed: HTTPError = ConnectTimeoutError(self, str(error))
                except OSError as error:
                    failed = NewConnectionError(self, str(error))
                else:
                    outward.hold(line)
                    return line
            raise failed

    class _CheckedTls(_Checked, HTTPSConnection):
        """The same, with TLS for the name that was asked for."""

    class _Plain(HTTPConnectionPool):
        ConnectionCls = _Checked

    class _Tls(HTTPSConnectionPool):
        ConnectionCls = _CheckedTls

    return {"http": _Plain, "https": _Tls}


__all__ = ["Outward", "PrivateAddress", "Reply", "Unreachable"]
