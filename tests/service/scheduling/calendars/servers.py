"""Calendar servers that behave badly, each on a loopback port."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import requests

from tests.support.radicale import Account

Behave = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    behave: Behave
    seen: list[str]

    def __getattr__(self, name: str) -> Callable[[], None]:
        if name.startswith("do_"):
            return self._answer
        raise AttributeError(name)

    def _answer(self) -> None:
        self.seen.append(self.command)
        self.body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.behave()

    def say(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


class Bad:
    """`seen` are the methods of the requests that came; `behave` can be changed while it runs."""

    def __init__(self, behave: Behave) -> None:
        self.seen: list[str] = []
        self._handler = type("Bad", (Handler,), {"behave": behave, "seen": self.seen})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/judith/"

    def behaves(self, behave: Behave) -> None:
        self._handler.behave = behave  # type: ignore[attr-defined]

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def server(behave: Behave) -> Iterator[Bad]:
    made = Bad(behave)
    yield made
    made.stop()


def answering(status: int, **headers: str) -> Behave:
    """Whatever is asked, it answers that."""
    return lambda handler: handler.say(status, **headers)


def stalling(until: threading.Event) -> Behave:
    """Takes the request and says nothing until then."""

    def behave(handler: Handler) -> None:
        until.wait(60)
        handler.close_connection = True

    return behave


def passing_on(account: Account, *, instead: dict[str, Behave] | None = None) -> Behave:
    """Asks the account's server, but for the methods that it answers in another way `instead`."""

    def behave(handler: Handler) -> None:
        if other := (instead or {}).get(handler.command):
            other(handler)
            return
        names = ("Authorization", "Content-Type", "Depth", "If-Match", "If-None-Match")
        headers = {name: handler.headers[name] for name in names if handler.headers[name]}
        url = account.server.rstrip("/") + handler.path
        answer = requests.request(handler.command, url, data=handler.body, headers=headers, timeout=20)
        told = {"ETag": answer.headers["ETag"]} if "ETag" in answer.headers else {}
        handler.say(answer.status_code, answer.content, **told)

    return behave
