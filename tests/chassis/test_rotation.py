"""A key takes another's place while everything runs: for a time two are good, and then the older one is not."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import environs
import pytest

from chassis import identity
from chassis.resealing import reseal
from chassis.sealing import Seal, Unreadable
from chassis.settings import keys
from contracts.actor import Actor
from contracts.errors import Conflict, Unauthenticated
from contracts.events import SERVICES
from tests.architecture.house import service_of, sources
from tests.chassis.toy import counters
from tests.support import people
from tests.support.harness import NOW, Harness, service_harness

OLD, NEW = "a secret of the tests", "the secret that follows it"
harness = service_harness("tests.chassis.toy.service")


def under(harness: Harness, *secret_keys: str) -> None:
    """Restarts the service with that SECRET_KEY."""
    harness.runtime.settings = replace(harness.runtime.settings, secret_keys=secret_keys)


def heard(public_keys: Sequence[str], assertion: str) -> Actor:
    return identity.verify(public_keys, assertion, NOW)


def test_who_was_signed_on_by_either_of_two_keys_is_heard_and_by_a_third_is_not() -> None:
    (old, old_public), (new, new_public), (strange, _) = (identity.new_keys() for _ in range(3))
    for private in (old, new):
        assert heard([old_public, new_public], identity.sign(private, people.ADMIN, NOW)) == people.ADMIN
    with pytest.raises(Unauthenticated):
        heard([old_public, new_public], identity.sign(strange, people.ADMIN, NOW))
    with pytest.raises(Unauthenticated):
        heard([new_public], identity.sign(old, people.ADMIN, NOW))
    with pytest.raises(Unauthenticated):
        heard([old_public, new_public], "no assertion")


def test_an_answer_kept_under_the_older_key_is_given_again_and_still_only_for_the_same_request(
    harness: Harness,
) -> None:
    first = harness.call(counters.bump, {"name": "a"}, key="k")
    for secret_keys in ((OLD, NEW), (NEW, OLD)):
        under(harness, *secret_keys)
        assert harness.call(counters.bump, {"name": "a"}, key="k") == first
        with pytest.raises(Conflict):
            harness.call(counters.bump, {"name": "b"}, key="k")
    assert reseal(harness.runtime).answers == 1, "which says that the older key is still needed"


def test_the_first_key_seals_and_any_of_them_opens() -> None:
    sealed = Seal("this", (OLD,)).seal(b"words")
    assert Seal("this", (NEW, OLD)).open(sealed) == b"words"
    assert Seal("this", (NEW,)).open(Seal("this", (NEW, OLD)).seal(b"words")) == b"words"
    for seal in (Seal("this", (NEW,)), Seal("that", (OLD, NEW))):
        with pytest.raises(Unreadable):
            seal.open(sealed)


@pytest.mark.parametrize("given", ["", "one,", ",one", "one, ,two"])
def test_an_empty_key_stops_the_start_and_is_named(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv("SECRET_KEY", given)
    with pytest.raises(environs.EnvError, match="SECRET_KEY"):
        keys(environs.Env(), "SECRET_KEY")
    monkeypatch.setenv("SECRET_KEY", "one, two")
    assert keys(environs.Env(), "SECRET_KEY") == ("one", "two")


@pytest.mark.parametrize("service", SERVICES)
def test_whatever_a_service_seals_is_sealed_anew_by_reseal(service: str) -> None:
    texts = [file.read_text() for file in sources(f"services/{service}")]
    purposes = {purpose for text in texts for purpose in re.findall(r"\bSeal\(\"([^\"]+)", text)}
    assert set(service_of(service).seals) == purposes
