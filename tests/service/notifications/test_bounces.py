"""A mail server that refuses an address for good: which answers mark the address, and what follows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.calls import notifications as calls
from contracts.calls import suppressions as suppression_calls
from contracts.errors import Conflict
from services.notifications.outbound.bounces import is_about_the_mailbox
from tests.service.notifications.house import GUEST, House
from tests.service.notifications.mailserver import MailServer
from tests.service.notifications.test_suppressions import suppressed
from tests.support import people

GONE = "550 5.1.1 <tomas.herrera@example.net>: no such user\there"


@pytest.mark.parametrize("stage", ["rcpt", "data"])
def test_an_address_that_is_refused_for_good_is_marked_with_what_the_server_said(
    post: House, mail_server: MailServer, stage: str
) -> None:
    mail_server.answers = lambda at, recipient: GONE if at == stage else None
    post.request("invoice", {**GUEST, "email": "Tomas.Herrera@Example.net"})
    post.send_all()
    assert post.only()["state"] == "failed"
    (one,) = suppressed(post)["items"]
    assert (one["address"], one["why"]) == ("tomas.herrera@example.net", "bounced")
    assert one["answer"] == "550 5.1.1 <tomas.herrera@example.net>: no such user here"


@pytest.mark.parametrize("kind", ["form_request", "invoice", "session_cancelled"])
def test_c2_a_bounced_address_gets_nothing_not_even_what_one_must_get(
    post: House, mail_server: MailServer, kind: str
) -> None:
    mail_server.answers = lambda stage, recipient: GONE if stage == "rcpt" else None
    post.request("form_request", GUEST)
    post.send_all()
    mail_server.answers = lambda stage, recipient: None
    post.request(kind, GUEST, key="later")
    post.send_all()
    (refused,) = post.log(state="refused")
    assert refused["rule"] == "C2"
    assert "550 5.1.1" in refused["reason"]
    assert mail_server.taken == []
    asked = {"engagement_id": str(post.engagement), "kind": kind, "recipients": [{"email": GUEST["email"]}]}
    (verdict,) = post.harness.call(calls.may_notify, asked, actor=post.coach)["verdicts"]
    assert (verdict["allowed"], verdict["reason"]) == (False, refused["reason"])


def test_c6_what_waits_for_a_bounced_address_is_cancelled_without_asking_the_server_again(
    post: House, mail_server: MailServer
) -> None:
    asked: list[str] = []

    def gone(stage: str, recipient: str) -> str:
        asked.append(recipient)
        return GONE

    mail_server.answers = gone
    post.request("form_request", GUEST)
    later = post.harness.clock.now().replace(hour=12)
    post.request("invoice", GUEST, send_at=later)
    post.send_all()
    post.harness.clock.advance(hours=3)
    post.send_all()
    assert len(asked) == 1
    assert post.only(state="cancelled")["kind"] == "invoice"


def test_a_client_whose_address_bounced_gets_mail_at_a_new_one(post: House, mail_server: MailServer) -> None:
    """C23: the address is marked, not the person."""
    mail_server.answers = lambda stage, recipient: GONE if recipient.startswith("leila.haddad@") else None
    post.request("invoice", post.client)
    post.send_all()
    post.request("password_reset", post.client, origin="automatic", engagement_id=None)
    assert post.only(state="refused")["kind"] == "password_reset"
    post.client_is(post.client, email="leila@new.example")
    post.request("invoice", post.client)
    post.send_all()
    assert mail_server.recipients == ["leila@new.example"]


def test_a_failed_mail_is_not_tried_again_until_the_address_is_taken_off_the_list(
    post: House, mail_server: MailServer
) -> None:
    mail_server.answers = lambda stage, recipient: GONE if stage == "rcpt" else None
    post.request("invoice", GUEST)
    post.send_all()
    mail_server.answers = lambda stage, recipient: None
    failed = post.only(state="failed")
    with pytest.raises(Conflict, match="refused for good"):
        post.harness.call(calls.retry_notification, {"id": failed["id"]}, actor=post.coach)
    (one,) = suppressed(post)["items"]
    post.harness.call(suppression_calls.remove_suppression, {"id": one["id"]}, actor=people.ADMIN)
    post.harness.call(calls.retry_notification, {"id": failed["id"]}, actor=post.coach)
    post.send_all()
    assert mail_server.recipients == [GUEST["email"]]


@pytest.mark.parametrize(
    ("stage", "answer"),
    [
        ("rcpt", "530 5.7.0 Authentication required"),
        ("rcpt", "554 5.7.1 <guest>: Relay access denied"),
        ("rcpt", "550 5.7.1 Service unavailable; client host [192.0.2.1] blocked using zen.spamhaus.org"),
        ("rcpt", "550 Relaying denied"),
        ("rcpt", "552 5.2.2 Mailbox full"),
        ("rcpt", "503 Bad sequence"),
        ("rcpt", "550 5.1.8 Sender's domain does not exist"),
        ("rcpt", "450 4.1.1 Not now"),
        ("data", "550 5.7.1 Message looks like spam"),
        ("data", "550 No"),
        ("data", "554 Transaction failed"),
        ("data", "552 5.3.4 Message too big"),
    ],
)
def test_a_refusal_that_every_recipient_would_get_marks_nobody(
    post: House, mail_server: MailServer, stage: str, answer: str
) -> None:
    mail_server.answers = lambda at, recipient: answer if at == stage else None
    post.request("invoice", GUEST, {"email": "two@example.net"})
    post.send_all()
    assert suppressed(post)["items"] == []
    assert mail_server.taken == []


def test_a_server_that_refuses_the_sign_in_marks_nobody(house: House, mail_server: MailServer) -> None:
    house.sends_to(mail_server.url.replace("smtp://", "smtp://user:wrong@"))
    house.request("invoice", GUEST)
    house.send_all()
    assert suppressed(house)["items"] == []


@pytest.mark.parametrize(
    ("stage", "code", "text"),
    [
        ("rcpt", 550, "No such user"),
        ("rcpt", 550, "Requested action not taken: mailbox unavailable"),
        ("rcpt", 551, "User not local"),
        ("rcpt", 554, "5.1.1 The email account that you tried to reach does not exist"),
        ("rcpt", 556, "5.1.10 Domain takes no mail"),
        ("rcpt", 550, "5.2.1 This account has been disabled"),
        ("data", 550, "No such mailbox"),
        ("data", 550, "5.1.1 Recipient unknown"),
    ],
)
def test_a_refusal_of_the_mailbox_is_known_as_one(stage: str, code: int, text: str) -> None:
    assert is_about_the_mailbox(stage, code, text)  # type: ignore[arg-type]


@given(st.sampled_from(["rcpt", "data"]), st.integers(200, 599), st.text())
def test_only_a_5xx_can_be_about_the_mailbox(stage: str, code: int, text: str) -> None:
    assert not is_about_the_mailbox(stage, code, text) or 500 <= code < 600  # type: ignore[arg-type]
