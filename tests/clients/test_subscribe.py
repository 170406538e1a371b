"""The Python client reads every event, once if it is asked to, whatever becomes of connection, broker and process."""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import pika.exceptions
import pytest
from coachworks_events import STREAM, Refused, SeenInSqlite, Subscription, subscribe

from deploy.local.rabbitmq import RabbitNode
from tests.clients.conftest import Source, events
from tests.support.broker import eventually

SECONDS = 30


def take(subscription: Subscription, count: int) -> list[Any]:
    """So many events, all but the last one acked."""
    found = []
    while len(found) < count:
        one = subscription.next_within(SECONDS)
        assert one is not None, f"only {len(found)} events came"
        found.append(one)
    return found


def test_events_come_in_order_as_they_were_published(source: Source) -> None:
    published = events(20)
    source.publish(*published)
    with subscribe(source.url, source.queue) as subscription:
        found = take(subscription, 20)
        assert [one.document for one in found] == published
        assert subscription.next_within(0) is None
    eventually(lambda: source.depth() == 0, what="the last ack")


def test_what_the_body_of_the_loop_did_not_finish_comes_again(source: Source) -> None:
    first, second = events(2)
    source.publish(first, second)
    with suppress(ZeroDivisionError), subscribe(source.url, source.queue) as subscription:
        for one in subscription:
            if one.sequence == 2:
                raise ZeroDivisionError
    with subscribe(source.url, source.queue) as subscription:
        assert [one.document for one in take(subscription, 1)] == [second]


def test_done_acks_before_a_break(source: Source) -> None:
    source.publish(*events(2))
    with subscribe(source.url, source.queue) as subscription:
        take(subscription, 1)
        subscription.done()
    eventually(lambda: source.depth() == 1, what="the ack")


def test_an_event_that_is_delivered_twice_is_handled_once(source: Source, tmp_path: Path) -> None:
    one, other = events(2)
    source.publish(one, one, other, one)
    for expected in ([1, 2], []):
        with subscribe(source.url, source.queue, seen=SeenInSqlite(tmp_path / "seen")) as subscription:
            found = []
            while (came := subscription.next_within(2)) is not None:
                found.append(came.sequence)
        assert found == expected
        source.publish(other, one)
    with subscribe(source.url, source.queue, seen=lambda id_: str(id_) == one["id"]) as subscription:
        assert [came.sequence for came in take(subscription, 1)] == [2]


def test_ids_are_forgotten_after_their_days(tmp_path: Path) -> None:
    old, young = uuid4(), uuid4()
    seen = SeenInSqlite(tmp_path / "seen", keep_days=10)
    seen.add(old)
    seen.add(young)
    seen.close()
    with sqlite3.connect(tmp_path / "seen") as database:
        database.execute("UPDATE seen SET at = at - 11 * 86400 WHERE id = ?", (old.bytes,))
    seen = SeenInSqlite(tmp_path / "seen", keep_days=10)
    assert (seen(old), seen(young)) == (False, True)


def test_a_handler_that_takes_longer_than_the_heartbeat_keeps_its_connection(source: Source) -> None:
    source.publish(*events(2))
    with subscribe(f"{source.url}?heartbeat=1", source.queue, prefetch=1) as subscription:
        take(subscription, 1)
        time.sleep(4)  # the broker gives up after two heartbeats
        assert take(subscription, 1)[0].sequence == 2
        assert subscription.next_within(1) is None


def test_what_is_no_event_goes_to_the_dead_queue_and_holds_up_nothing(source: Source) -> None:
    source.publish(b"\xff no event", json.dumps({"type": "x"}).encode(), *events(1))
    with subscribe(source.url, source.queue) as subscription:
        assert take(subscription, 1)[0].sequence == 1
    eventually(lambda: source.depth(f"{source.queue}.dead") == 2, what="the dead")


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (("consumer.tests:", "consumer.tests:no"), "refuses the user, the password"),
        (("consumer.tests", "consumer.tests"), "refuses to read billing.events"),
    ],
    ids=["password", "queue"],
)
def test_what_the_broker_refuses_is_said_at_once(source: Source, wrong: tuple[str, str], sentence: str) -> None:
    queue = source.queue if wrong[0] != wrong[1] else "billing.events"
    with subscribe(source.url.replace(*wrong), queue) as subscription:
        for _ in range(2):
            with pytest.raises(Refused, match=sentence):
                next(subscription)


def test_the_stream_is_read_from_its_beginning_from_an_offset_and_goes_on_where_a_lost_connection_stood(
    source: Source,
) -> None:
    published = events(30)
    source.publish(*published)
    ids = [one["id"] for one in published]

    with subscribe(source.url, STREAM, start="first") as subscription:
        place = -1
        while place < 0:
            one = take(subscription, 1)[0]
            place = one.offset if str(one.id) == ids[0] else -1
        rest = take(subscription, 9)
        source.node.ctl("close_all_connections", "a test")
        rest += take(subscription, 20)
    assert [str(one.id) for one in rest] == ids[1:]

    with subscribe(source.url, STREAM, start=rest[9].offset) as subscription:
        assert [str(one.id) for one in take(subscription, 20)] == ids[10:]


def test_restarts_of_the_broker_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    node = RabbitNode(tmp_path / "rabbit")
    node.start()
    try:
        source = Source(node)
        batch = events(300)
        published = [one["id"] for one in batch]
        source.publish(*batch[:200])
        handled: list[str] = []
        told = threading.Event()

        def handle() -> None:
            with subscribe(source.url, source.queue, seen=SeenInSqlite(tmp_path / "seen")) as subscription:
                while len(set(handled)) < len(published):
                    one = subscription.next_within(60)
                    assert one is not None
                    handled.append(str(one.id))
                    told.wait(0.01)
                subscription.done()

        thread = threading.Thread(target=handle)
        thread.start()
        for least in (50, 100):
            eventually(lambda least=least: len(handled) >= least, 60, "the handling")  # type: ignore[misc]
            node.restart()
        eventually(lambda: _published(source, batch[200:]), 60, "the publishing")
        thread.join(120)
        assert sorted(set(handled)) == sorted(published)
        assert len(handled) - len(published) <= 2, "at most the one that was at hand at each restart comes again"
    finally:
        node.stop()


def _published(source: Source, batch: list[dict[str, Any]]) -> bool:
    with suppress(pika.exceptions.AMQPError):
        source.publish(*batch)
        return True
    return False
