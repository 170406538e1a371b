"""The public API and the mail catcher, as the demo's loader uses them."""

from __future__ import annotations

import hashlib
import json
import re
import time
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import requests

_SECONDS = 30
_TRIES = 6
_T = TypeVar("_T")


class CannotLoad(Exception):
    """The demo cannot be loaded; says why in one sentence."""


class Api:
    """Calls `/api/v1` as one person, or as nobody.

    Each POST carries an Idempotency-Key made of all that it says, and whatever is unavailable is asked again: nothing
    is done twice, neither by one run of the loader nor by the next.
    """

    def __init__(self, url: str, token: str = "") -> None:
        self._url = url
        self._token = token

    def signed_in(self, email: str, password: str) -> Api:
        """The same API, as that person."""
        answer = self._send("POST", "/tokens", json={"email": email, "password": password})
        return Api(self._url, answer["token"])

    def get(self, path: str) -> Any:
        return self._send("GET", path)

    def all(self, path: str) -> Iterator[Any]:
        """Every item of a list, page after page."""
        cursor = ""
        while True:
            page = self._send("GET", path, params={"limit": 200, **({"cursor": cursor} if cursor else {})})
            yield from page["items"]
            if not page["next"]:
                return
            cursor = page["next"]

    def put(self, path: str, body: Any) -> Any:
        return self._send("PUT", path, json=body)

    def patch(self, path: str, body: Any) -> Any:
        return self._send("PATCH", path, json=body)

    def post(self, path: str, body: Any = None) -> Any:
        said = body or {}
        return self._send("POST", path, json=said, headers=_key(path, json.dumps(said, sort_keys=True).encode()))

    def upload(self, path: str, name: str, content: bytes) -> Any:
        """Sends a file as a browser's form does."""
        key = _key(path, name.encode() + content)
        return self._send("POST", path, files={"file": (name, content)}, headers=key)

    def _send(self, method: str, path: str, headers: dict[str, str] | None = None, **options: Any) -> Any:
        sent = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        sent |= headers or {}
        for left in reversed(range(_TRIES)):
            try:
                answer = requests.request(
                    method, f"{self._url}/api/v1{path}", headers=sent, timeout=_SECONDS, **options
                )
            except requests.RequestException as error:
                if not left:
                    raise CannotLoad(f"{self._url} does not answer: {error}") from None
                time.sleep(1)
                continue
            if answer.status_code != 503 or not left:
                break
            time.sleep(min(5, float(answer.headers.get("Retry-After", 1))))
        if not answer.ok:
            raise CannotLoad(f"{method} {path} was refused: {answer.status_code} {answer.text[:500]}")
        return answer.json()


class Mails:
    """The mail catcher."""

    def __init__(self, url: str) -> None:
        self._url = url

    def token(self, to: str, kind: str, page: str) -> str:
        """The token of the link to `/<page>/TOKEN` in the newest mail of that kind to that address; waits for it."""
        return eventually(lambda: self._token(to, kind, page), f"a mail of kind {kind} to {to}")

    def _token(self, to: str, kind: str, page: str) -> str | None:
        found = requests.get(f"{self._url}/api/mails", params={"to": to}, timeout=_SECONDS)
        found.raise_for_status()
        for mail in found.json():
            link = re.search(rf"/{page}/([\w-]+)", mail["text"])
            if link and ["X-Coachworks-Kind", kind] in mail["headers"]:
                return link[1]
        return None


def eventually(look: Callable[[], _T | None], what: str, seconds: float = 60) -> _T:
    """The first answer of `look` that is something; `CannotLoad` when there is none in time."""
    deadline = time.monotonic() + seconds
    while not (found := look()):
        if time.monotonic() > deadline:
            raise CannotLoad(f"In {seconds:.0f} seconds there was not {what}.")
        time.sleep(0.2)
    return found


def _key(path: str, body: bytes) -> dict[str, str]:
    return {"Idempotency-Key": f"demo-{hashlib.sha256(path.encode() + b' ' + body).hexdigest()}"}
