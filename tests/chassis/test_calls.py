"""Calls over the broker: from threads, at once, within their time, once per key."""

from __future__ import annotations

import datetime as dt
import json
import time
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest

from chassis import identity
from chassis.rpc_client import RpcClient
from contracts.actor import Actor
from contracts.calls.health import health_of
from contracts.errors import Conflict, Forbidden, Invalid, NotFound, Unauthenticated, Unavailable
from tests.chassis.toy import counters
from tests.support.broker import Hand, RunningService, eventually
from tests.support.harness import PRIVATE_KEY

NOW = dt.datetime.now(dt.UTC)


def test_many_threads_call_at_once_and_each_gets_its_own_answer(running_toy: RunningService, rpc: RpcClient) -> None:
    with ThreadPoolExecutor(16) as pool:
        names = [f"thread {number}" for number in range(100)]
        answers = list(pool.map(lambda name: rpc.call(counters.bump, {"name": name})["name"], names))
    assert answers == names


def test_calls_gathered_take_as_long_as_the_longest(running_toy: RunningService, rpc: RpcClient) -> None:
    rpc.call(counters.count, {})
    began = time.monotonic()
    answers = rpc.gather(
        {
            **{str(number): (counters.slow, {"name": "0.6"}) for number in range(5)},
            "refused": (counters.slow, {}),
            "nobody": (counters.unanswered, {}),
        }
    )
    assert time.monotonic() - began < 2.5
    assert answers["3"] == {"counters": 0, "seen": 0}
    assert isinstance(answers["refused"], Invalid)
    assert isinstance(answers["nobody"], Unavailable)


def test_a_service_that_was_never_set_up_is_unavailable_at_once(rpc: RpcClient) -> None:
    began = time.monotonic()
    with pytest.raises(Unavailable, match="nobody"):
        rpc.call(counters.unanswered, {})
    assert time.monotonic() - began < 1.5


def test_a_call_that_takes_too_long_is_unavailable(running_toy: RunningService, rpc: RpcClient) -> None:
    with pytest.raises(Unavailable):
        rpc.call(counters.slow, {"name": "4"})


def test_a_call_past_its_deadline_is_not_run(running_toy: RunningService, hand: Hand, rpc: RpcClient) -> None:
    before = rpc.call(counters.count, {})["counters"]
    late = {"input": {"name": "late"}, "deadline": time.time() - 1}
    hand.put("nameko-rpc", "toy.bump", json.dumps({"args": [], "kwargs": late}).encode())
    rpc.call(counters.bump, {"name": "in time"})
    assert rpc.call(counters.count, {})["counters"] == before + 1


def test_the_same_key_is_done_once_and_answered_alike(running_toy: RunningService, rpc: RpcClient) -> None:
    before = rpc.call(counters.count, {})["counters"]
    key = uuid4().hex
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: rpc.call(counters.bump, {"name": "once"}, key=key), range(20)))
    assert all(answer == answers[0] for answer in answers)
    assert rpc.call(counters.count, {})["counters"] == before + 1
    with pytest.raises(Conflict, match="Idempotency-Key"):
        rpc.call(counters.bump, {"name": "another"}, key=key)


def test_errors_arrive_by_code_with_their_sentence_fields_and_rule(running_toy: RunningService, rpc: RpcClient) -> None:
    with pytest.raises(Conflict) as refused:
        rpc.call(counters.refuse, {"name": "sunday"})
    assert (refused.value.detail, refused.value.rule) == ("Never on a Sunday.", "T1")
    with pytest.raises(Invalid) as invalid:
        rpc.call(counters.bump, {"nmae": "x"})
    assert invalid.value.errors == {"name": ["Missing data for required field."], "nmae": ["Unknown field."]}


def test_a_refused_command_leaves_nothing(running_toy: RunningService, rpc: RpcClient) -> None:
    before = rpc.call(counters.count, {})["counters"]
    with pytest.raises(Conflict):
        rpc.call(counters.refuse, {"name": "sunday"})
    assert rpc.call(counters.count, {})["counters"] == before


def test_what_events_may_yet_bring_is_waited_for_two_seconds(running_toy: RunningService, rpc: RpcClient) -> None:
    began = time.monotonic()
    with pytest.raises(NotFound):
        rpc.call(counters.refuse, {"name": "not here yet"})
    assert 1.9 < time.monotonic() - began < 3.5


def assertion(role: str = "client", at: dt.datetime = NOW, key: str = PRIVATE_KEY) -> str:
    return identity.sign(key, Actor(uuid4(), role, "Somebody"), at)  # type: ignore[arg-type]


def test_only_a_valid_assertion_of_a_role_that_may_is_heard(running_toy: RunningService, rpc: RpcClient) -> None:
    fresh = dt.datetime.now(dt.UTC)
    assert rpc.call(counters.restricted, {"name": "x"}, assertion(at=fresh))["name"] == "x"
    with pytest.raises(Unauthenticated):
        rpc.call(counters.restricted, {"name": "x"})
    with pytest.raises(Forbidden):
        rpc.call(counters.restricted, {"name": "x"}, assertion("system", fresh))
    forged_by_another, expired = identity.new_keys()[0], fresh - dt.timedelta(seconds=90)
    for bad in (assertion(at=fresh, key=forged_by_another), assertion(at=expired), "not.a.token", "x"):
        with pytest.raises(Unauthenticated):
            rpc.call(counters.restricted, {"name": "x"}, bad)


def test_a_service_says_how_it_is(running_toy: RunningService, rpc: RpcClient) -> None:
    found = eventually(lambda: rpc.call(health_of("toy"), {}))
    assert found["checks"].keys() == {"database", "migration", "broker", "outbox"}
    assert found["status"] == "ok"
