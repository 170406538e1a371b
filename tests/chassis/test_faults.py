"""Every fault that stock Nameko has: the process lives, the message is where it belongs, the next one is handled."""

from __future__ import annotations

import json
import pickle
import uuid
from typing import Any

import pytest

from chassis.rpc_client import RpcClient
from contracts.envelope import CONTENT_TYPE
from contracts.errors import Broken
from contracts.events import PUBLIC
from deploy.local.rabbitmq import RabbitNode
from tests.chassis.toy import counters
from tests.support.broker import Hand, RunningService, eventually

TYPE = counters.Bumped.type


def event(name: str, trouble: str = "") -> bytes:
    """A good event of the toy, as bytes."""
    return json.dumps(
        {
            "specversion": "1.0", "id": str(uuid.uuid4()), "type": TYPE, "source": "/coachworks/toy",
            "subject": str(uuid.uuid4()), "time": "2026-11-24T09:00:00Z", "sequence": 1,
            "data": {"name": name, "trouble": trouble},
        }
    ).encode()  # fmt: skip


def the_next_good_one_is_handled(toy: RunningService, hand: Hand) -> None:
    name = uuid.uuid4().hex
    hand.put(PUBLIC, TYPE, event(name), content_type=CONTENT_TYPE)
    eventually(lambda: name in {row.name for row in toy.rows("seen")}, seconds=20, what="the next good event")
    assert all(process.poll() is None for process in toy.processes.values())


class Latin(str):
    """Text that goes out in another encoding than AMQP's."""

    def encode(self, *encoding: str) -> bytes:
        return super().encode("latin-1")


GARBAGE: dict[str, tuple[bytes, dict[str, Any]]] = {
    "broken JSON": (b'{"specversion": "1.0", ', {"content_type": CONTENT_TYPE}),
    "bad UTF-8": (b"\xff\xfe\xfa", {"content_type": CONTENT_TYPE}),
    "no object": (b"[1, 2]", {"content_type": CONTENT_TYPE}),
    "no CloudEvent": (b'{"hello": "world"}', {"content_type": CONTENT_TYPE}),
    "an unknown content type": (b"<event/>", {"content_type": "application/x-unknown"}),
    "an unknown encoding": (b"...", {"content_type": CONTENT_TYPE, "content_encoding": "klingon"}),
    "pickle": (pickle.dumps({"a": 1}), {"content_type": "application/x-python-serialize"}),
    "deep nesting": (b"[" * 100_000, {"content_type": CONTENT_TYPE}),
    "half a character in the type": (event("x").replace(TYPE.encode(), rb"\ud800"), {"content_type": CONTENT_TYPE}),
    "a content type that is not UTF-8": (b"{}", {"content_type": b"\xff"}),
    "a header that is not UTF-8": (b"{} ", {"headers": {"name": Latin("caf\u00e9")}}),
}


@pytest.mark.parametrize("kind", GARBAGE)
def test_an_event_that_cannot_be_decoded_is_parked_with_its_bytes(
    kind: str, running_toy: RunningService, hand: Hand
) -> None:
    body, properties = GARBAGE[kind]
    hand.put(PUBLIC, TYPE, body, **properties)
    eventually(lambda: body in {row.body for row in running_toy.rows("failed_event") if row.parked}, what="parking")
    the_next_good_one_is_handled(running_toy, hand)


def test_an_event_of_a_newer_release_waits_for_who_listens_to_it(running_toy: RunningService, hand: Hand) -> None:
    newer = "toy.counter.merged.v1"
    hand.put(PUBLIC, newer, event("merged").replace(TYPE.encode(), newer.encode()), content_type=CONTENT_TYPE)
    (kept,) = eventually(lambda: [row for row in running_toy.rows("failed_event") if row.routing_key == newer])
    assert (kept.parked, kept.error) == (False, f"NobodyListens: nothing here listens to {newer}")
    the_next_good_one_is_handled(running_toy, hand)


@pytest.mark.parametrize("stack", ["not a list", [1, {"a": None}], [None]], ids=["text", "mixed", "null"])
def test_a_malformed_call_id_stack_is_ignored(stack: Any, running_toy: RunningService, hand: Hand) -> None:
    name = uuid.uuid4().hex
    hand.put(PUBLIC, TYPE, event(name), content_type=CONTENT_TYPE, headers={"nameko.call_id_stack": stack})
    eventually(lambda: name in {row.name for row in running_toy.rows("seen")}, seconds=2, what="the event")
    the_next_good_one_is_handled(running_toy, hand)


@pytest.mark.parametrize("stack", ["not a list", [1, {"a": None}], [None]], ids=["text", "mixed", "null"])
def test_a_malformed_call_id_stack_on_a_call_is_ignored(
    stack: Any, running_toy: RunningService, hand: Hand, rpc: RpcClient
) -> None:
    before = rpc.call(counters.count, {})["counters"]
    body = json.dumps({"args": [], "kwargs": {"input": {"name": "one"}}}).encode()
    hand.put("nameko-rpc", "toy.bump", body, content_type="application/json", headers={"nameko.call_id_stack": stack})
    eventually(lambda: rpc.call(counters.count, {})["counters"] == before + 1, what="the call")


@pytest.mark.parametrize("kind", GARBAGE)
def test_a_call_that_cannot_be_read_is_refused_and_the_next_is_answered(
    kind: str, running_toy: RunningService, hand: Hand, rpc: RpcClient
) -> None:
    body, properties = GARBAGE[kind]
    hand.put("nameko-rpc", "toy.bump", body, **properties)
    assert rpc.call(counters.bump, {"name": "good"})["name"] == "good"
    eventually(lambda: hand.depth("rpc-toy") == 0, what="the empty queue")
    assert running_toy.processes["serve"].poll() is None


def test_an_event_whose_handler_raises_is_kept_and_the_others_flow(running_toy: RunningService, hand: Hand) -> None:
    name = uuid.uuid4().hex
    bad = event(name, "always")
    for body in (event(f"{name} before"), bad, event(f"{name} after")):
        hand.put(PUBLIC, TYPE, body, content_type=CONTENT_TYPE)
    eventually(
        lambda: {f"{name} before", f"{name} after"} <= {row.name for row in running_toy.rows("seen")},
        seconds=2,
        what="the events around it",
    )
    (kept,) = eventually(lambda: [row for row in running_toy.rows("failed_event") if row.body == bad])
    assert "this one never works" in kept.error
    assert not kept.parked
    assert name not in {row.name for row in running_toy.rows("seen")}


def test_an_event_whose_handler_raises_only_sometimes_is_retried(
    running_toy: RunningService, hand: Hand, tmp_path: Any
) -> None:
    name = uuid.uuid4().hex
    hand.put(PUBLIC, TYPE, event(name, str(tmp_path / "tried")), content_type=CONTENT_TYPE)
    eventually(lambda: [row for row in running_toy.rows("seen") if row.name == name], what="the second try")
    assert [row.name for row in running_toy.rows("seen")].count(name) == 1
    assert name.encode() not in b"".join(row.body for row in running_toy.rows("failed_event"))


def test_a_call_that_raises_a_defect_is_answered_as_broken(running_toy: RunningService, rpc: RpcClient) -> None:
    with pytest.raises(Broken):
        rpc.call(counters.defective, {"name": "x"})
    assert "ZeroDivisionError" in running_toy.said("serve")
    assert rpc.call(counters.bump, {"name": "good"})["name"] == "good"


def test_an_answer_that_is_not_json_is_a_defect_and_no_end(running_toy: RunningService, rpc: RpcClient) -> None:
    with pytest.raises(Broken):
        rpc.call(counters.unspeakable, {})
    assert "answer_is_not_json" in running_toy.said("serve")
    assert rpc.call(counters.bump, {"name": "good"})["name"] == "good"


def test_a_blocked_connection_loses_nothing(
    running_toy: RunningService, rabbit_node: RabbitNode, hand: Hand, rpc: RpcClient
) -> None:
    rpc.call(counters.count, {})
    rabbit_node.ctl("set_vm_memory_high_watermark", "0.00001")
    try:
        with running_toy.runtime.work() as work:
            counters.make(work, None, {"name": "during the alarm", "trouble": ""})  # type: ignore[arg-type]
        eventually(lambda: "blocked" in rabbit_node.ctl("list_connections", "state"), what="the blocked relay")
        assert "during the alarm" not in {row.name for row in running_toy.rows("seen")}
    finally:
        rabbit_node.ctl("set_vm_memory_high_watermark", "0.4")
    eventually(lambda: "during the alarm" in {row.name for row in running_toy.rows("seen")}, what="the event")
    the_next_good_one_is_handled(running_toy, hand)


def test_a_connection_cut_with_prefetch_full_loses_and_doubles_nothing(
    running_toy: RunningService, rabbit_node: RabbitNode, hand: Hand
) -> None:
    names = [uuid.uuid4().hex for _ in range(1000)]
    for name in names:
        hand.put(PUBLIC, TYPE, event(name), content_type=CONTENT_TYPE)
    rabbit_node.ctl("close_all_connections", "cut by a test")
    eventually(lambda: set(names) <= {row.name for row in running_toy.rows("seen")}, what="all thousand events")
    seen = [row.name for row in running_toy.rows("seen")]
    assert all(seen.count(name) == 1 for name in names)
    again = Hand(rabbit_node.url)
    the_next_good_one_is_handled(running_toy, again)
    again.close()
