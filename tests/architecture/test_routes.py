"""Every route of the gateway needs a sign-in, unless gateway/access.py lists it."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from flask import Flask

from gateway.access import OPEN
from gateway.app import create_app
from gateway.settings import Settings


class NobodyIsAsked:
    """A stranger's request must end at the gateway."""

    def call(self, call: Any, *args: Any, **more: Any) -> Any:
        raise AssertionError(f"a stranger made the call {call.path}")

    def gather(self, calls: Any, assertion: str | None = None) -> Any:
        raise AssertionError(f"a stranger made the calls {list(calls)}")


@pytest.fixture(scope="module")
def app() -> Flask:
    settings = Settings(
        amqp_url="amqp://unused",
        documents_url="http://unused",
        public_url="http://localhost",
        secret_keys=("a secret of the tests",),
    )
    return create_app(settings, NobodyIsAsked())  # type: ignore[arg-type]


def routes_of(app: Flask) -> dict[str, str]:
    """An address for each `METHOD rule`."""
    found = {}
    with app.test_request_context():
        urls = app.url_map.bind("localhost")
        for rule in app.url_map.iter_rules():
            values = {name: uuid4() if "UUID" in type(of).__name__ else "x" for name, of in rule._converters.items()}
            for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
                found[f"{method} {rule.rule}"] = urls.build(rule.endpoint, values, method=method)
    return found


def test_a_stranger_opens_only_what_is_listed(app: Flask) -> None:
    routes = routes_of(app)
    client = app.test_client()
    for name, address in routes.items():
        if name in OPEN:
            continue
        answer = client.open(address, method=name.split()[0])
        if "/api/" in address:
            assert answer.status_code == 401, name
        else:
            to_sign_in = answer.status_code in (302, 303) and "/sign-in" in answer.headers["Location"]
            assert to_sign_in or answer.status_code == 401, f"{name}: {answer.status_code}"


def test_all_that_is_listed_exists(app: Flask) -> None:
    assert OPEN - routes_of(app).keys() == set()
