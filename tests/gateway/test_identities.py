"""A token is exchanged for an assertion at each request; the last one bridges a short absence of engagements."""

from __future__ import annotations

import time

import jwt
import pytest

from contracts.errors import Unauthenticated, Unavailable
from gateway.identities import Identities
from tests.gateway.conftest import FakeClient


class Engagements(FakeClient):
    """Signs assertions that are good for `lifetime` seconds."""

    lifetime = 60.0

    def _authenticate(self, token):
        answer = super()._authenticate(token)
        claims = {"sub": answer["person"]["id"], "exp": time.time() + self.lifetime}
        return {**answer, "assertion": jwt.encode(claims, "k" * 32, algorithm="HS256")}


def test_while_engagements_is_away_the_last_assertion_serves():
    client = Engagements()
    token = client.person("coach")
    identities = Identities(client)
    first = identities.of(token)
    client.down = {"engagements"}
    assert identities.of(token) == first


def test_an_assertion_that_has_expired_does_not_serve():
    client = Engagements()
    client.lifetime = -1.0
    token = client.person("coach")
    identities = Identities(client)
    identities.of(token)
    client.down = {"engagements"}
    with pytest.raises(Unavailable):
        identities.of(token)


def test_a_token_that_was_never_seen_is_nobodys_while_engagements_is_away():
    client = Engagements()
    client.down = {"engagements"}
    with pytest.raises(Unavailable):
        Identities(client).of("some token")


def test_a_token_that_was_refused_since_does_not_come_back():
    client = Engagements()
    token = client.person("coach")
    identities = Identities(client)
    identities.of(token)
    del client.people[token]
    with pytest.raises(Unauthenticated):
        identities.of(token)
    client.down = {"engagements"}
    with pytest.raises(Unavailable):
        identities.of(token)
