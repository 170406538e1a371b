"""The log of public events: complete, in order, with positions that never change their meaning."""

from __future__ import annotations

import json
import threading
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from chassis import inbox
from contracts.calls import notifications as calls
from contracts.envelope import Event
from contracts.errors import Forbidden, Invalid
from contracts.events import example_of, registry
from services.notifications.eventlog.models import LoggedEvent
from tests.service.notifications.house import House
from tests.support import people
from tests.support.harness import Harness


def publish(harness: Harness, type_: str, data: dict[str, Any]) -> Event:
    """Delivers an event as it came from the broker; its data is JSON."""
    event = Event(uuid4(), type_, "/coachworks/x", str(uuid4()), harness.clock.now(), 1, data)
    inbox.handle_all(harness.runtime, [inbox.Message(event.to_bytes(), type_)])
    return event


def read(harness: Harness, **input: Any) -> dict[str, Any]:
    answer: dict[str, Any] = harness.call(calls.list_events, input, actor=people.ADMIN)
    return answer


def test_every_event_is_kept_as_it_was_published(notifications: Harness) -> None:
    published = [
        json.loads(publish(notifications, type_, example_of(type_)).to_bytes())
        for type_, declared in registry().items()
        if declared.exchange == "coachworks.events" and type_.split(".")[0] in ("engagements", "notifications")
    ]
    page = read(notifications, limit=200)
    assert page["items"] == published
    assert page["next"] == len(published)


def test_a_type_that_this_release_does_not_know_is_kept_too(notifications: Harness) -> None:
    event = publish(notifications, "documents.signature.requested.v3", {"anything": [1, {"of": "it"}]})
    assert read(notifications)["items"] == [json.loads(event.to_bytes())]


def test_requests_for_mail_with_their_secrets_never_show_up_here(house: House) -> None:
    house.request("password_reset", house.client, engagement_id=None, origin="automatic")
    assert "notification.requested" not in json.dumps(read(house.harness)["items"])


def test_an_event_delivered_twice_is_logged_once(notifications: Harness) -> None:
    message = inbox.Message(
        Event(uuid4(), "documents.file.uploaded.v9", "/x", "x", notifications.clock.now(), 1, {}).to_bytes(), "x"
    )
    inbox.handle_all(notifications.runtime, [message, message])
    inbox.handle_all(notifications.runtime, [message])
    assert len(read(notifications)["items"]) == 1


def test_pages_lead_on_from_each_other(notifications: Harness) -> None:
    for number in range(7):
        publish(notifications, "documents.thing.counted.v9", {"number": number})
    first = read(notifications, limit=3)
    second = read(notifications, limit=3, after=first["next"])
    third = read(notifications, limit=3, after=second["next"])
    numbers = [item["data"]["number"] for page in (first, second, third) for item in page["items"]]
    assert numbers == list(range(7))
    assert read(notifications, after=third["next"]) == {"items": [], "next": third["next"]}
    publish(notifications, "documents.thing.counted.v9", {"number": 7})
    assert [item["data"]["number"] for item in read(notifications, after=third["next"])["items"]] == [7]


@pytest.mark.parametrize(
    ("types", "expected"),
    [
        ("#", "ABCD"),
        ("billing.invoice.#", "AB"),
        ("billing.#", "ABC"),
        ("billing.*.*.v9", "ABC"),
        ("*.*.sent.v9", "A"),
        ("billing.invoice.paid.v9, scheduling.#", "BD"),
        ("#.v9", "ABCD"),
        ("billing.*", ""),
        ("billing.invoice.sent.v9.#", "A"),
        ("nothing.here", ""),
    ],
)
def test_types_are_topic_patterns_as_in_amqp(notifications: Harness, types: str, expected: str) -> None:
    for type_, name in (
        ("billing.invoice.sent.v9", "A"),
        ("billing.invoice.paid.v9", "B"),
        ("billing.payment.recorded.v9", "C"),
        ("scheduling.session.moved.v9", "D"),
    ):
        publish(notifications, type_, {"name": name})
    page = read(notifications, types=types)
    assert "".join(item["data"]["name"] for item in page["items"]) == expected
    assert page["next"] == 4, "it goes on after what did not match"


@pytest.mark.parametrize("types", ["a b", "billing..sent", ".", "billing.in*", ",", "billing.#,"])
def test_what_is_no_pattern_is_refused(notifications: Harness, types: str) -> None:
    with pytest.raises(Invalid) as caught:
        read(notifications, types=types)
    assert "types" in caught.value.errors


def test_only_admins_read_the_log(notifications: Harness) -> None:
    for actor in (people.coach(), people.client()):
        with pytest.raises(Forbidden):
            notifications.call(calls.list_events, {}, actor=actor)


def test_a_position_is_never_seen_before_a_lower_one(notifications: Harness) -> None:
    """Several replicas write, each in transactions that linger; whoever reads on from `next` misses nothing."""
    writers, each = 4, 15

    def write(writer: int) -> None:
        for number in range(each):
            messages = [
                inbox.Message(
                    Event(
                        uuid4(), f"documents.writer{writer}.wrote.v9", "/x", "x", notifications.clock.now(), 1,
                        {"writer": writer, "number": number * 2 + half},
                    ).to_bytes(),
                    "x",
                )
                for half in range(2)
            ]  # fmt: skip
            inbox.handle_all(notifications.runtime, messages)

    threads = [threading.Thread(target=write, args=(writer,)) for writer in range(writers)]
    for thread in threads:
        thread.start()
    seen: list[dict[str, Any]] = []
    position = 0
    while len(seen) < writers * each * 2:
        alive = any(thread.is_alive() for thread in threads)
        page = read(notifications, after=position, limit=7)
        seen += page["items"]
        position = page["next"]
        if not alive and not page["items"]:
            break
    for thread in threads:
        thread.join()
    with notifications.runtime.read() as work:
        positions = list(work.session.scalars(select(LoggedEvent.position).order_by(LoggedEvent.position)))
    assert positions == list(range(1, writers * each * 2 + 1))
    for writer in range(writers):
        mine = [item["data"]["number"] for item in seen if item["data"]["writer"] == writer]
        assert mine == list(range(each * 2))
