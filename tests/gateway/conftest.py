"""The gateway with a stand-in for the broker: what it sends is written down, what is answered is set by the test."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import jwt
import pytest
from flask import Flask
from flask.testing import FlaskClient

from contracts.calls import Call
from contracts.errors import CoachworksError, Unauthenticated, Unavailable
from gateway.app import create_app
from gateway.identities import Identities
from gateway.settings import Settings
from gateway.throttle import Throttle


@dataclass
class Sent:
    """One call as the gateway made it."""

    path: str
    input: dict[str, Any]
    assertion: str | None
    key: str | None
    if_match: int | None


@dataclass
class FakeClient:
    """Has the interface of the RPC client. A call that the test has set no answer for answers `{}`."""

    answers: dict[str, Any] = field(default_factory=dict)
    sent: list[Sent] = field(default_factory=list)
    people: dict[str, dict[str, Any]] = field(default_factory=dict)
    down: set[str] = field(default_factory=set)
    rounds: int = 0

    def call(
        self,
        call: Call,
        input: dict[str, Any],
        assertion: str | None = None,
        key: str | None = None,
        if_match: int | None = None,
    ) -> Any:
        self.sent.append(Sent(call.path, input, assertion, key, if_match))
        if call.service in self.down:
            raise Unavailable(f"The {call.service} service does not answer.")
        call.input().load(input)
        if call.path == "engagements.authenticate":
            return self._authenticate(input["token"])
        answer = self.answers.get(call.path, {})
        if isinstance(answer, CoachworksError):
            raise answer
        return answer(input) if callable(answer) else answer

    def gather(self, calls: Mapping[str, tuple[Call, dict[str, Any]]], assertion: str | None = None) -> dict[str, Any]:
        self.rounds += 1
        found: dict[str, Any] = {}
        for name, (call, given) in calls.items():
            try:
                found[name] = self.call(call, given, assertion)
            except CoachworksError as error:
                found[name] = error
        return found

    def connected(self) -> bool:
        return True

    def sent_to(self, path: str) -> list[Sent]:
        return [sent for sent in self.sent if sent.path == path]

    def person(self, role: str, name: str = "Judith Okonkwo") -> str:
        """A token of a new person."""
        token = f"token-of-{role}-{uuid4()}"
        self.people[token] = {
            "id": str(uuid4()),
            "role": role,
            "name": name,
            "email": f"{role}@northlight.example",
            "time_zone": "Europe/Berlin",
            "locale": "en",
            "created_at": "2026-01-01T00:00:00Z",
            "updated_at": "2026-01-01T00:00:00Z",
            "version": 1,
        }
        return token

    def _authenticate(self, token: str) -> dict[str, Any]:
        if token not in self.people:
            raise Unauthenticated("The sign-in is no longer good.")
        expires = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=60)
        assertion = jwt.encode({"sub": self.people[token]["id"], "exp": expires}, "k" * 32, algorithm="HS256")
        return {"assertion": assertion, "expires_at": expires.isoformat(), "person": self.people[token]}


SETTINGS = Settings(
    amqp_url="amqp://nowhere",
    documents_url="http://127.0.0.1:9",
    public_url="http://localhost:8000",
    secret_keys=("a key for tests",),
)


@pytest.fixture
def broker() -> FakeClient:
    fake = FakeClient()
    fake.answers["engagements.public_organisation"] = {"name": "Northlight Coaching", "colour": "#0E6B56"}
    return fake


@pytest.fixture(scope="session")
def built() -> Flask:
    return create_app(SETTINGS, FakeClient())


@pytest.fixture
def app(built: Flask, broker: FakeClient) -> Flask:
    """The application as if it had just started."""
    built.extensions["coachworks.client"] = broker
    built.extensions["coachworks.identities"] = Identities(broker)
    built.extensions["coachworks.throttle"] = Throttle()
    return built


@dataclass
class Caller:
    """An API client with one token."""

    http: FlaskClient
    token: str | None

    def __call__(self, method: str, path: str, **given: Any) -> Any:
        headers = dict(given.pop("headers", {}))
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        return self.http.open(f"/api/v1{path}", method=method, headers=headers, **given)


@pytest.fixture
def caller(app: Flask, broker: FakeClient) -> Callable[[str], Caller]:
    """`caller("coach")` is an API client of a new coach; `caller("")` has no token."""
    return lambda role: Caller(app.test_client(use_cookies=False), broker.person(role) if role else None)


@pytest.fixture
def coach(caller: Callable[[str], Caller]) -> Caller:
    return caller("coach")


class Browser:
    """A browser with the cookies of one person (or of a stranger), which sends a page's token with each form."""

    def __init__(self, app: Flask, token: str | None) -> None:
        self.http = app.test_client()
        if token:
            self.http.set_cookie("coachworks_session", token)

    def get(self, path: str, **given: Any) -> Any:
        return self.http.get(path, **given)

    def csrf(self) -> str:
        with self.http.session_transaction() as session:
            token: str = session.setdefault("csrf", "a token of this browser")
            return token

    def post(self, path: str, data: dict[str, Any] | None = None, **given: Any) -> Any:
        return self.http.post(path, data={"csrf_token": self.csrf(), **(data or {})}, **given)


@pytest.fixture
def browser(app: Flask, broker: FakeClient) -> Callable[[str], Browser]:
    """`browser("coach")` is that of a new coach who has signed in; `browser("")` a stranger's."""
    return lambda role: Browser(app, broker.person(role) if role else None)
