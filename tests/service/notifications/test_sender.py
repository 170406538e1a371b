"""Sending: what the mail server says, what happens meanwhile, several workers at once."""

from __future__ import annotations

import datetime as dt
import random
import threading
from collections import Counter
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from chassis import context
from chassis.claims import claim_due
from contracts.calls import notifications as calls
from contracts.calls.health import status_of
from services.notifications.outbound.models import PAUSES, Notification
from services.notifications.outbound.smtp import Server, parse_sender
from tests.service.notifications.house import TOKEN, House
from tests.service.notifications.mailserver import MailServer
from tests.support import people

SENT, FAILED = "notifications.notification.sent.v1", "notifications.notification.failed.v1"


def test_a_mail_is_sent_once_and_said_to_be(post: House, mail_server: MailServer) -> None:
    post.request("invoice", post.client)
    assert post.send() == 1
    assert post.send() == 0
    sent = post.only(state="sent")
    assert (sent["attempts"], sent["sent_at"], sent["next_attempt_at"]) == (1, "2026-11-24T09:00:00Z", None)
    assert mail_server.recipients == ["leila.haddad@example.org"]
    (event,) = post.harness.events(SENT)
    assert event.data["subject"] == "Invoice 2026-0133, €1,190.00"
    assert event.data["engagement_id"] == str(post.engagement)


def test_a_mail_goes_on_with_the_trace_of_whoever_asked_for_it(post: House, mail_server: MailServer) -> None:
    with context.step("request-of-a-coach") as trace:
        post.request("invoice", post.client)
    post.send()
    (event,) = post.harness.events(SENT)
    assert event.requestid == "request-of-a-coach"
    assert str(event.traceparent).split("-")[1] == trace.trace_id


def test_how_much_mail_is_due_and_how_much_is_tried_again_is_told(post: House, mail_server: MailServer) -> None:
    def told() -> dict[str, tuple[int, float]]:
        status = post.harness.call(status_of("notifications"), actor=people.ADMIN)
        return {each["name"]: (each["waiting"], each["oldest_seconds"]) for each in status["backlogs"]}

    post.request("invoice", post.client)
    post.harness.clock.advance(seconds=90)
    assert told() == {"mail": (1, 90.0), "mail_retries": (0, 0.0), "webhooks": (0, 0.0)}
    mail_server.answers = lambda stage, recipient: "452 Mailbox full" if stage == "rcpt" else None
    post.send()
    assert told() == {"mail": (0, 0.0), "mail_retries": (1, 0.0), "webhooks": (0, 0.0)}


def test_a_batch_shares_connections(post: House, mail_server: MailServer) -> None:
    post.request("invoice", *({"email": f"guest{number}@example.net"} for number in range(40)))
    post.send_all()
    assert len(mail_server.taken) == 40
    assert mail_server.connections <= 4


def test_a_4xx_is_tried_again_after_growing_pauses_and_fails_in_the_end(post: House, mail_server: MailServer) -> None:
    mail_server.answers = lambda stage, recipient: "452 Mailbox full" if stage == "rcpt" else None
    post.request("invoice", post.client)
    for attempt, pause in enumerate(PAUSES, start=1):
        assert post.send() == 1
        waiting = post.only(state="queued")
        assert waiting["attempts"] == attempt
        assert waiting["reason"] == "The mail server said: 452 Mailbox full"
        post.harness.clock.advance(seconds=pause.total_seconds() - 1)
        assert post.send() == 0
        post.harness.clock.advance(seconds=1)
    post.send()
    assert post.only()["state"] == "failed"
    assert post.only()["attempts"] == len(PAUSES) + 1
    assert [event.data["reason"] for event in post.harness.events(FAILED)] == ["The mail server said: 452 Mailbox full"]
    assert mail_server.taken == []


@pytest.mark.parametrize("stage", ["rcpt", "data"])
def test_a_5xx_fails_at_once_and_costs_the_others_nothing(post: House, mail_server: MailServer, stage: str) -> None:
    bad = "nobody@example.net"
    mail_server.answers = lambda at, recipient: "550 No such mailbox" if (at, recipient) == (stage, bad) else None
    post.request("invoice", {"email": "one@example.net"}, {"email": bad}, {"email": "two@example.net"})
    post.send_all()
    (failed,) = post.log(state="failed")
    assert (failed["recipient"], failed["reason"]) == (bad, "The mail server said: 550 No such mailbox")
    assert sorted(mail_server.recipients) == ["one@example.net", "two@example.net"]


def test_c25_a_failed_mail_tried_again_has_the_same_message_id(post: House, mail_server: MailServer) -> None:
    mail_server.answers = lambda stage, recipient: "550 No" if stage == "data" else None
    post.request("invitation", post.client_called("Grace Mbeki", "invited"))
    post.send_all()
    failed = post.only(state="failed")
    retried = post.harness.call(calls.retry_notification, {"id": failed["id"]}, actor=post.coach)
    assert (retried["state"], retried["attempts"], retried["version"]) == ("queued", 0, failed["version"] + 1)
    mail_server.answers = lambda stage, recipient: None
    post.send_all()
    (mail,) = mail_server.mails
    assert mail["Message-ID"] == f"<{failed['id']}@northlight.example>"
    assert TOKEN in str(mail), "the link was kept for the second try"
    assert post.only()["state"] == "sent"
    assert [event.sequence for event in post.harness.events() if event.subject == failed["id"]] == [1, 3]


def test_c19_the_link_is_forgotten_once_its_mail_is_out(post: House, mail_server: MailServer) -> None:
    post.request("invitation", post.client_called("Grace Mbeki", "invited"))
    post.send_all()
    with post.harness.runtime.read() as work:
        row = work.session.query(Notification).one()
        kept = [str(value) for value in (row.secret, row.request.context, row.sent_html, row.sent_text)]
    assert TOKEN not in "".join(kept)


def test_c19_a_link_to_pay_is_never_shown_and_kept_only_until_its_mail_is_out(
    post: House, mail_server: MailServer
) -> None:
    post.request("invoice", post.client, context={"pay_url": f"https://coach.example/pay/{TOKEN}"})
    shown = post.detail(post.only()["id"])
    assert TOKEN not in str(shown)
    assert "Pay by card:\nhttps://coach.example/…" in shown["text"]
    post.send_all()
    with post.harness.runtime.read() as work:
        row = work.session.query(Notification).one()
        kept = [str(value) for value in (row.secret, row.request.context, row.sent_html, row.sent_text)]
    assert TOKEN not in "".join(kept)
    assert "https://coach.example/…" in post.detail(post.only()["id"])["text"]


@pytest.mark.parametrize("answer", ["hang", "drop"])
def test_a_server_that_hangs_or_drops_the_line_loses_and_doubles_nothing(
    post: House, mail_server: MailServer, answer: str
) -> None:
    mail_server.answers = lambda stage, recipient: answer if stage == "rcpt" else None
    post.request("invoice", {"email": "one@example.net"}, {"email": "two@example.net"})
    post.send_all()
    assert {each["state"] for each in post.log()} == {"queued"}
    assert all("mail server" in each["reason"] for each in post.log())
    mail_server.answers = lambda stage, recipient: None
    post.harness.clock.advance(seconds=10)
    post.send_all()
    assert sorted(mail_server.recipients) == ["one@example.net", "two@example.net"]


def test_no_mail_server_at_all_loses_nothing(house: House, mail_server: MailServer) -> None:
    house.request("invoice", *({"email": f"guest{number}@example.net"} for number in range(100)))
    house.send_all()
    assert {each["state"] for each in house.log(limit=200)} == {"queued"}
    assert "cannot be reached" in house.log()[0]["reason"]
    house.sends_to(mail_server.url)
    house.harness.clock.advance(seconds=10)
    house.send_all()
    assert len(set(mail_server.recipients)) == len(mail_server.recipients) == 100


def test_a_server_that_refuses_the_sign_in_fails_no_mail(house: House, mail_server: MailServer) -> None:
    house.sends_to(mail_server.url.replace("smtp://", "smtp://user:wrong@"))
    house.request("invoice", house.client)
    house.send_all()
    assert house.only()["state"] == "queued"


def test_c23_a_changed_address_gets_the_mail(post: House, mail_server: MailServer) -> None:
    post.request("invoice", post.client)
    post.client_is(post.client, email="leila@new.example")
    post.send_all()
    assert mail_server.recipients == ["leila@new.example"]
    assert post.only()["recipient"] == "leila@new.example"
    assert post.only()["person_id"] == str(post.client.id)


def test_a_mail_for_later_goes_out_when_it_is_time(post: House, mail_server: MailServer) -> None:
    post.request("invoice", post.client, send_at=post.harness.clock.now() + dt.timedelta(hours=1))
    post.send_all()
    assert mail_server.taken == []
    post.harness.clock.advance(hours=1)
    post.send_all()
    assert len(mail_server.taken) == 1


def test_a_worker_that_was_overtaken_hands_nothing_over(post: House, mail_server: MailServer) -> None:
    """It stops just before the mail is handed over; another claims the mail meanwhile; then it goes on."""
    post.request("invoice", post.client)

    def take_over(stage: str, recipient: str) -> None:
        if stage == "rcpt":
            post.harness.clock.advance(seconds=60)
            with post.harness.runtime.work() as work:
                due = Notification.next_attempt_at <= work.now
                assert claim_due(work, Notification, due, order_by=Notification.id, limit=1, seconds=600)

    mail_server.answers = take_over
    post.send()
    assert mail_server.taken == []
    assert post.only()["state"] == "queued"
    assert post.only()["attempts"] == 0
    mail_server.answers = lambda stage, recipient: None
    post.harness.clock.advance(seconds=601)
    post.send_all()
    assert len(mail_server.taken) == 1


def test_a_slow_worker_whose_claim_has_run_out_goes_on_if_nobody_took_over(
    post: House, mail_server: MailServer
) -> None:
    post.request("invoice", post.client)

    def be_slow(stage: str, recipient: str) -> None:
        if stage == "rcpt":
            post.harness.clock.advance(seconds=60)
        else:
            with post.harness.runtime.work() as work:
                due = Notification.next_attempt_at <= work.now
                assert not claim_due(work, Notification, due, order_by=Notification.id, limit=1, seconds=60)

    mail_server.answers = be_slow
    post.send_all()
    assert post.only()["state"] == "sent"
    assert len(mail_server.taken) == 1


def test_a_database_that_is_away_just_after_the_mail_went_out_does_not_double_it(
    post: House, mail_server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = post.harness.runtime.database
    write, failures = database.write, []

    def fail_twice() -> Any:
        if mail_server.taken and len(failures) < 2:
            failures.append(1)
            raise OperationalError("BEGIN", {}, Exception("the database is away"))
        return write()

    post.request("invoice", post.client)
    monkeypatch.setattr(database, "write", fail_twice)
    post.send_all()
    assert len(failures) == 2
    assert post.only()["state"] == "sent"
    assert len(mail_server.taken) == 1


def test_a_mail_that_cannot_be_written_does_not_hold_up_the_others(post: House, mail_server: MailServer) -> None:
    post.request("invoice", post.client, key="broken")
    post.request("invoice", post.client, key="good")
    with post.harness.runtime.work() as work:
        broken = work.session.query(Notification).filter_by(cause="broken").one()
        broken.request.context = {}
    post.send_all()
    assert len(mail_server.taken) == 1
    assert post.log(state="queued")[0]["reason"].startswith("Something is wrong with this mail")


def test_300_due_mails_of_which_one_in_five_fails_at_random_reach_each_recipient_once(
    post: House, mail_server: MailServer
) -> None:
    luck, lock = random.Random(20261124), threading.Lock()
    ways = ["450 Busy", "451 Later", "421 Going down", "drop"]
    seen: Counter[str] = Counter()

    def sometimes(stage: str, recipient: str) -> str | None:
        with lock:
            if luck.random() < 0.1:  # at either of two stages: about one in five
                answer = luck.choice(ways)
                seen[answer] += 1
                return answer
        return None

    mail_server.answers = sometimes
    for start in range(0, 300, 100):
        post.request("invoice", *({"email": f"guest{start + number}@example.net"} for number in range(100)))
    runs = 0
    while post.harness.call(calls.list_notifications, {"state": "queued", "limit": 1}, actor=people.ADMIN)["items"]:
        workers = [threading.Thread(target=post.send_all) for _ in range(2)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        post.harness.clock.advance(hours=6)
        runs += 1
        assert runs < 10
    assert Counter(mail_server.recipients) == Counter(f"guest{number}@example.net" for number in range(300))
    assert len({mail["Message-ID"] for mail in mail_server.mails}) == 300
    assert len(post.harness.events(SENT)) == 300
    assert set(seen) == set(ways), "not every kind of failure took place"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://mail.example", ("mail.example", 25, False, False, "", "")),
        ("smtp://u%40x:p%3Aw@mail.example?starttls=1", ("mail.example", 587, False, True, "u@x", "p:w")),
        ("smtps://mail.example:4650", ("mail.example", 4650, True, False, "", "")),
    ],
)
def test_the_mail_servers_address_is_read(url: str, expected: tuple[object, ...]) -> None:
    server = Server.parse(url)
    assert (server.host, server.port, server.implicit_tls, server.starttls, server.user, server.password) == expected


@pytest.mark.parametrize(
    "url", ["", "mail.example:25", "http://x", "smtp://", "smtp://x?tls=1", "smtp://x?starttls=perhaps"]
)
def test_a_wrong_mail_servers_address_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"must|take"):
        Server.parse(url)


def test_the_senders_address_may_have_a_name() -> None:
    assert parse_sender("Northlight <a@b.example>") == ("Northlight", "a@b.example")
    assert parse_sender("a@b.example") == ("", "a@b.example")
    with pytest.raises(ValueError, match="no mail address"):
        parse_sender("nobody")


def test_a_mail_to_an_address_with_other_letters_goes_out_where_the_server_can_do_it(
    house: House, mail_server: MailServer
) -> None:
    house.request(
        "invoice", {"email": "jörg@exämple.org", "name": "Jörg"}, {"email": "jo@bücher.example", "name": "Jo"}
    )
    with MailServer(enable_SMTPUTF8=False) as old_server:
        house.sends_to(old_server.url)
        house.send_all()
        assert old_server.recipients == ["jo@xn--bcher-kva.example"]
    (failed,) = house.log(state="failed")
    assert failed["reason"] == "The mail server takes no address with letters outside ASCII."
    assert house.only(state="sent")["recipient"] == "jo@bücher.example"
    house.sends_to(mail_server.url)
    house.harness.call(calls.retry_notification, {"id": failed["id"]}, actor=people.ADMIN)
    house.send_all()
    assert mail_server.recipients == ["jörg@xn--exmple-cua.org"]
