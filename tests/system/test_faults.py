"""Sessions scheduled while every process is killed: nothing accepted is lost, nothing happens twice (DESIGN §5)."""

from __future__ import annotations

import datetime as dt
import threading
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import Any
from uuid import UUID, uuid4

import pytest
import requests

from contracts.envelope import Event
from contracts.events import EventData
from contracts.events.people import CoachAdded
from contracts.notification import RequestNotification
from tests.support.broker import Hand, eventually
from tests.support.mail import Mailbox
from tests.support.people import coach, coach_facts
from tests.system.exactly_once import NotExactlyOnce, check
from tests.system.havoc import PROCESSES, Havoc, envelopes
from tests.system.ledger import Callers, Engagement, commands, found_engagements

SESSIONS = 300
ROUND = 20
#: Points that a kill from outside would seldom hit: handled and not acked, published and not deleted.
AIMED = {
    "engagements": "die_before_ack",
    "notifications": "die_before_ack",
    "scheduling-worker": "die_before_delete",
    "notifications-worker": "die_before_delete",
}


@pytest.fixture(scope="module")
def havoc(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Havoc]:
    """One system, whose processes may be hurt as one likes, as long as they are well again afterwards."""
    made = Havoc(tmp_path_factory.mktemp("havoc"), {})
    yield made
    made.stop()


@pytest.fixture
def callers(havoc: Havoc) -> Iterator[Callers]:
    made = Callers(havoc.admin)
    yield made
    made.dismiss()


def test_kills_of_every_process_and_a_restart_of_the_broker_lose_nothing_and_double_nothing(
    havoc: Havoc, callers: Callers
) -> None:
    ahead = commands("havoc", found_engagements(havoc.admin, "havoc", 10))
    havoc.settle()
    amid = 0
    for name in PROCESSES:
        callers.say(list(islice(ahead, ROUND)))
        callers.await_all(but=ROUND * 3 // 4)
        amid += bool(callers.open)
        havoc.kill(name)
        if name in AIMED:
            havoc.order(name, AIMED[name])
        havoc.start(name)
        if name in AIMED:
            havoc.await_death(name)
            havoc.forget_orders(name)
            havoc.start(name)
    callers.say(list(islice(ahead, ROUND)))
    havoc.restart_broker()
    callers.say(list(islice(ahead, SESSIONS - len(callers.asked))))
    callers.await_all()
    havoc.local.wait_ready()
    havoc.settle()

    assert len(callers.accepted) == SESSIONS
    check(havoc, "havoc", callers)
    aimed = {f"{name} {point}" for name, point in AIMED.items()}
    assert set(havoc.kills) == {*PROCESSES, *aimed, "broker"}
    assert amid > len(PROCESSES) / 2
    assert havoc.duplicates_absorbed() > 0


@pytest.mark.parametrize(
    ("sabotage", "victim", "finding"),
    [
        pytest.param("no_inbox", "engagements", r"activity entries': '\d+ of 20 lost, [1-9]", id="no inbox"),
        pytest.param("no_inbox", "notifications", r"public events': '\d+ of 20 lost, [1-9]", id="no inbox of the log"),
        pytest.param("ack_before_commit", "engagements", r"activity entries': '[1-9]", id="ack before commit"),
        pytest.param("delete_before_confirm", "scheduling-worker", r"'mails': '[1-9]", id="delete before confirm"),
    ],
)
def test_the_check_finds_a_sabotaged_version_out(
    havoc: Havoc, callers: Callers, sabotage: str, victim: str, finding: str
) -> None:
    run = f"{sabotage} {victim}"
    ahead = commands(run, found_engagements(havoc.admin, str(uuid4())[:8], 2))
    havoc.settle()
    with havoc.sabotaged(victim, sabotage):
        callers.say(list(islice(ahead, 20)))
        havoc.await_death(victim)
        havoc.start(victim)
        callers.await_all()
        havoc.settle()

    with pytest.raises(NotExactlyOnce, match=finding):
        check(havoc, run, callers)


@pytest.fixture
def hand(havoc: Havoc) -> Iterator[Hand]:
    made = Hand(havoc.local.amqp_url)
    yield made
    made.close()


def put(hand: Hand, event: type[EventData], subject: UUID, data: dict[str, Any]) -> None:
    """Publishes an event as another service would."""
    envelope = Event(
        id=uuid4(), type=event.type, source="/coachworks/engagements", subject=str(subject),
        time=dt.datetime.now(dt.UTC), sequence=1, data=event().dump(data),
    )  # fmt: skip
    hand.put(event.exchange, event.type, envelope.to_bytes())


def test_a_poison_message_is_parked_while_others_flow_and_redriven_when_its_cause_is_gone(
    havoc: Havoc, callers: Callers, hand: Hand
) -> None:
    ahead = commands("poison", found_engagements(havoc.admin, "poison", 2))
    havoc.settle()
    stranger = coach("Late Arrival")
    facts = coach_facts(stranger)
    about = {"kind": "coach", "id": stranger.id}
    link = {"url": f"{havoc.local.url}/reset/poison", "expires_at": "2099-01-01T00:00:00Z"}
    put(
        hand, RequestNotification, stranger.id,
        {
            "key": f"reset/{stranger.id}", "kind": "password_reset", "about": about, "context": link,
            "recipients": [{"person_id": stranger.id, "email": facts["email"], "name": facts["name"]}],
            "trigger": {"origin": "automatic"},
        },
    )  # fmt: skip

    def parked() -> str:
        havoc.let_retries_be_due("notifications")
        return havoc.coachworks("notifications", "parked", "list", "notifications")

    callers.say(list(islice(ahead, 20)))
    callers.await_all()
    listed = eventually(parked, 30, "the parking")
    assert "6 attempts\tNotFound: There is no such person." in listed
    havoc.settle(but={"notifications failed_event": 1})
    check(havoc, "poison", callers)

    put(hand, CoachAdded, stranger.id, facts)
    havoc.settle(but={"notifications failed_event": 1})
    assert "1 of 1 set going again" in havoc.coachworks("notifications", "parked", "redrive", "notifications", "--all")
    Mailbox(havoc.local.mail_folder).await_mail(facts["email"], "password_reset")
    havoc.settle()


def test_c12_items_that_go_out_by_themselves_do_so_once_whatever_is_killed(havoc: Havoc) -> None:
    """One form follows a task that is completed amid the kills, another one is due amid them."""
    engagements = found_engagements(havoc.admin, "items", 12)
    question = {"label": "What did you notice?", "kind": "text"}
    form = havoc.admin.post("/forms", {"title": "Reflection", "questions": [question]}, expect=201)["id"]
    firsts = [_program(havoc, engagement, form) for engagement in engagements]
    havoc.settle()
    hurt = ("engagements", "engagements-worker", "documents", "documents-worker", "notifications", "engagements")
    for place, name in enumerate(hurt):
        completing = [threading.Thread(target=_complete, args=(havoc, first)) for first in firsts[2 * place :][:2]]
        for thread in completing:
            thread.start()
        havoc.kill(name)
        havoc.start(name)
        for thread in completing:
            thread.join()
    havoc.local.wait_ready()

    def states() -> set[str]:
        there = [havoc.admin.get(f"/engagements/{one.id}/items")["items"] for one in engagements]
        return {item["state"] for items in there for item in items}

    eventually(lambda: states() == {"completed", "sent"}, 120, "the end of the items")
    havoc.settle()
    mailed = {(mail["To"].addresses[0].addr_spec, mail["Message-ID"]) for mail in havoc.mails("form_request")}
    clients = [engagement.client for engagement in engagements]
    assert Counter(to for to, _ in mailed if to in clients) == Counter(clients * 2)
    requests_sent = [event["data"] for event in envelopes(havoc, "documents.form_request.sent.v1")]
    assert len(requests_sent) == len({data["item_id"] for data in requests_sent}) == 2 * len(engagements)


def _program(havoc: Havoc, engagement: Engagement, form: str) -> str:
    """A task, a form that follows it, a form at a time soon; the id of the task."""
    ids = []
    for title, kind in (("A task", "task"), ("Follows it", "form"), ("At its time", "form")):
        given = {"title": title, "kind": kind, **({"form_id": form} if kind == "form" else {})}
        ids.append(havoc.admin.post(f"/engagements/{engagement.id}/items", given, expect=201)["id"])
    to = {"recipients": [{"email": engagement.client}]}
    due = (dt.datetime.now(dt.UTC) + dt.timedelta(seconds=20)).isoformat()
    for id_, when in zip(ids[1:], ({"after_previous": True}, {"send_at": due}), strict=True):
        havoc.admin.request("PUT", f"/items/{id_}/recipients", expect=200, json=to)
        havoc.admin.post(f"/items/{id_}/schedule", when)
    return str(ids[0])


def _complete(havoc: Havoc, item: str) -> None:
    """Says it under one key again and again until it is answered."""
    url, headers = f"{havoc.admin.url}/api/v1/items/{item}/complete", dict(havoc.admin.session.headers)

    def answered() -> bool:
        answer = requests.post(url, json={}, headers=headers | {"Idempotency-Key": item}, timeout=20)
        assert answer.status_code in (200, 503), answer.text
        return answer.status_code == 200

    eventually(answered, 60, "the completion")
