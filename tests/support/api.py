"""The API as an outsider uses it: HTTP and nothing else."""

from __future__ import annotations

from typing import Any

import requests


class Api:
    """Calls `/api/v1` as one person, or as nobody. Each method says the status that it expects."""

    def __init__(self, url: str, token: str | None = None) -> None:
        self.url = url
        self.session = requests.Session()
        if token:
            self.session.headers["Authorization"] = f"Bearer {token}"

    def signed_in(self, email: str, password: str) -> Api:
        """The same API, as that person."""
        answer = self.post("/tokens", {"email": email, "password": password}, expect=201)
        return Api(self.url, answer["token"])

    def request(self, method: str, path: str, *, expect: int, **options: Any) -> requests.Response:
        answer = self.session.request(method, f"{self.url}/api/v1{path}", timeout=60, **options)
        assert answer.status_code == expect, f"{method} {path}: {answer.status_code} {answer.text[:500]}"
        return answer

    def get(self, path: str, *, expect: int = 200, **params: Any) -> Any:
        return self.request("GET", path, expect=expect, params=params).json()

    def post(self, path: str, body: Any = None, *, expect: int = 200, key: str | None = None) -> Any:
        headers = {"Idempotency-Key": key} if key else {}
        return self.request("POST", path, expect=expect, json=body or {}, headers=headers).json()

    def patch(self, path: str, body: Any, *, expect: int = 200) -> Any:
        return self.request("PATCH", path, expect=expect, json=body).json()

    def put(self, path: str, body: Any, *, expect: int = 200) -> Any:
        return self.request("PUT", path, expect=expect, json=body).json()

    def all(self, path: str, **params: Any) -> list[Any]:
        """Every item of a list, page after page."""
        items: list[Any] = []
        cursor: str | None = None
        while True:
            page = self.get(path, **params, limit=200, **({"cursor": cursor} if cursor else {}))
            items += page["items"]
            cursor = page["next"]
            if cursor is None:
                return items
