"""Addresses that get no mail: unsubscribed by one click (RFC 8058), or refused by a mail server for good."""

from __future__ import annotations

import datetime as dt
import itertools
import re
from email.message import EmailMessage
from typing import Any, get_args
from uuid import uuid4

import pytest

from contracts.calls import notifications as calls
from contracts.calls import suppressions as suppression_calls
from contracts.errors import Forbidden, NotFound
from contracts.notification import KINDS, MUST_GET
from services.notifications.outbound.gate import OUTSIDER_KINDS, Facts, Standing, may_notify
from services.notifications.suppressions.models import UnsubscribeLink
from services.notifications.suppressions.operations import LIFETIME, forget_links
from tests.service.notifications.house import GUEST, TOKEN, House
from tests.service.notifications.mailserver import MailServer
from tests.support import people
from tests.support.harness import NOW

LINK = re.compile(r"https://coach\.example/unsubscribe/([\w-]+)")
SUPPRESSIBLE = sorted(set(OUTSIDER_KINDS) - set(MUST_GET))


def asked_for(post: House, kind: str, *recipients: Any, **changes: Any) -> None:
    if kind.startswith("session_"):
        post.session_mail(kind, uuid4(), *recipients, **changes)
    else:
        post.request(kind, *recipients, **changes)


def sent(post: House, server: MailServer, kind: str, *recipients: Any, **changes: Any) -> EmailMessage:
    """The newest mail, sent for this."""
    asked_for(post, kind, *recipients, **changes)
    post.send_all()
    return server.mails[-1]


def token_of(mail: EmailMessage) -> str:
    found = LINK.fullmatch(mail["List-Unsubscribe"].strip("<>"))
    assert found
    return found[1]


def unsubscribe(house: House, token: str) -> Any:
    return house.harness.call(suppression_calls.unsubscribe, {"token": token})


def suppressed(house: House, **input: Any) -> Any:
    return house.harness.call(suppression_calls.list_suppressions, input, actor=people.ADMIN)


# The link in the mail ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", SUPPRESSIBLE)
def test_a_mail_that_one_can_do_without_carries_the_link_in_headers_and_in_both_parts(
    post: House, mail_server: MailServer, kind: str
) -> None:
    mail = sent(post, mail_server, kind, GUEST)
    token = token_of(mail)
    assert mail["List-Unsubscribe"] == f"<https://coach.example/unsubscribe/{token}>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    for part in ("plain", "html"):
        body = mail.get_body((part,))
        assert body is not None
        assert LINK.findall(body.get_content()) == [token]
    raw = mail_server.taken[-1][1]
    assert raw.count(b"\r\nList-Unsubscribe: <https://") == 1, "the header stays on one line"


@pytest.mark.parametrize("kind", sorted(set(MUST_GET) & set(OUTSIDER_KINDS)))
def test_a_mail_that_one_must_get_offers_no_way_out(post: House, mail_server: MailServer, kind: str) -> None:
    mail = sent(post, mail_server, kind, GUEST)
    assert mail["List-Unsubscribe"] is None
    assert "unsubscribe" not in str(mail)


def test_who_is_known_as_a_client_or_a_colleague_is_offered_no_way_out(post: House, mail_server: MailServer) -> None:
    record = post.client_called("Grace Mbeki", "internal_record")
    own = post.engagement_of(record)
    for one, engagement in ((post.client, post.engagement), (record, own), (post.coach, post.engagement)):
        mail = sent(post, mail_server, "session_scheduled", one, engagement_id=engagement)
        assert mail["List-Unsubscribe"] is None


def test_c19_each_mail_has_a_token_of_its_own_of_which_only_a_digest_is_kept(
    post: House, mail_server: MailServer
) -> None:
    tokens = {token_of(sent(post, mail_server, "form_request", GUEST)) for _ in range(2)}
    assert len(tokens) == 2
    assert all(len(token) * 6 >= 128 for token in tokens)
    with post.harness.runtime.read() as work:
        kept = " ".join(link.token_digest for link in work.session.query(UnsubscribeLink))
    shown = [post.detail(each["id"]) for each in post.log()]
    for token in tokens:
        assert token not in kept
        assert all(token not in mail["text"] + mail["html"] for mail in shown)
    assert "https://coach.example/unsubscribe/…" in shown[0]["text"]


def test_c25_a_mail_that_is_tried_again_has_the_same_link(post: House, mail_server: MailServer) -> None:
    offered: list[bytes] = []
    mail_server.looks = offered.append
    mail_server.answers = lambda stage, recipient: "450 Busy" if stage == "data" and len(offered) < 2 else None
    post.request("form_request", GUEST)
    post.send_all()
    post.harness.clock.advance(seconds=10)
    post.send_all()
    assert len(offered) == 2
    first, second = ({LINK.search(each.decode())[1]} for each in offered)  # type: ignore[index]
    assert first == second
    assert TOKEN in offered[1].decode()


# Unsubscribing ----------------------------------------------------------------------------------------------------


def test_c2_whoever_unsubscribed_is_refused_what_one_can_do_without_and_gets_the_rest(
    post: House, mail_server: MailServer
) -> None:
    token = token_of(sent(post, mail_server, "form_request", GUEST))
    assert unsubscribe(post, token) == {"address": GUEST["email"], "unsubscribed": True}
    for kind in OUTSIDER_KINDS:
        asked_for(post, kind, {**GUEST, "email": GUEST["email"].upper()})
    post.send_all()
    refused = post.log(state="refused")
    assert sorted(each["kind"] for each in refused) == SUPPRESSIBLE
    assert {each["rule"] for each in refused} == {"C2"}
    assert "unsubscribed" in refused[0]["reason"]
    after = [mail["X-Coachworks-Kind"] for mail in mail_server.mails[1:]]
    assert sorted(after) == ["invoice", "session_cancelled"]


def test_c6_a_mail_that_waits_when_its_reader_unsubscribes_is_cancelled(post: House, mail_server: MailServer) -> None:
    token = token_of(sent(post, mail_server, "form_request", GUEST))
    post.request("form_request", GUEST, send_at=NOW + dt.timedelta(hours=1))
    unsubscribe(post, token)
    post.harness.clock.advance(hours=1)
    post.send_all()
    (cancelled,) = post.log(state="cancelled")
    assert cancelled["rule"] == "C2"
    assert "unsubscribed" in cancelled["reason"]
    assert len(mail_server.taken) == 1


def test_c6_unsubscribing_while_a_mail_is_being_handed_over_stops_it(post: House, mail_server: MailServer) -> None:
    token = token_of(sent(post, mail_server, "form_request", GUEST))
    post.request("form_request", GUEST)
    mail_server.answers = lambda stage, recipient: unsubscribe(post, token) and None if stage == "rcpt" else None
    post.send_all()
    assert len(mail_server.taken) == 1
    assert post.only(state="cancelled")["rule"] == "C2"


def test_looking_at_the_page_changes_nothing_and_unsubscribing_twice_is_once(
    post: House, mail_server: MailServer
) -> None:
    token = token_of(sent(post, mail_server, "form_request", GUEST))
    page = {"address": GUEST["email"], "unsubscribed": False}
    for _ in range(2):
        assert post.harness.call(suppression_calls.get_unsubscribe_page, {"token": token}) == page
    unsubscribe(post, token)
    unsubscribe(post, token)
    (one,) = suppressed(post)["items"]
    assert (one["address"], one["why"], one["answer"]) == (GUEST["email"], "unsubscribed", None)
    assert one["since"] == "2026-11-24T09:00:00Z"


def test_c19_an_unknown_or_expired_link_is_not_found_and_forgotten_in_time(
    post: House, mail_server: MailServer
) -> None:
    token = token_of(sent(post, mail_server, "form_request", GUEST))
    with pytest.raises(NotFound) as refused:
        unsubscribe(post, "unknown")
    assert refused.value.rule == "C19"
    post.harness.clock.advance(seconds=LIFETIME.total_seconds() - 1)
    assert post.harness.run(forget_links) == 0
    assert unsubscribe(post, token)["unsubscribed"]
    post.harness.clock.advance(seconds=1)
    with pytest.raises(NotFound):
        unsubscribe(post, token)
    assert post.harness.run(forget_links) == 1
    assert post.harness.run(forget_links) == 0


def test_a_person_with_that_address_gets_mail_by_its_own_rules(post: House, mail_server: MailServer) -> None:
    """Who unsubscribed as a guest and becomes a client is a client; news are switched off under the profile then."""
    unsubscribe(post, token_of(sent(post, mail_server, "form_request", GUEST)))
    own = post.engagement_of(post.client_called("Tomás Herrera", "active", email=GUEST["email"]))
    post.request("form_request", GUEST, engagement_id=own)
    post.send_all()
    assert len(mail_server.taken) == 2


# The list ---------------------------------------------------------------------------------------------------------


def test_admins_page_through_the_list_and_take_an_address_off(post: House, mail_server: MailServer) -> None:
    guests = [{"email": f"guest{number}@example.net"} for number in range(3)]
    for guest in guests:
        post.harness.clock.advance(seconds=1)
        unsubscribe(post, token_of(sent(post, mail_server, "form_request", guest)))
    first = suppressed(post, limit=2)
    rest = suppressed(post, limit=2, cursor=first["next"])
    assert [one["address"][:6] for one in first["items"] + rest["items"]] == ["guest2", "guest1", "guest0"]
    assert rest["next"] is None
    one = first["items"][0]
    assert post.harness.call(suppression_calls.get_suppression, {"id": one["id"]}, actor=people.ADMIN) == one
    post.harness.call(suppression_calls.remove_suppression, {"id": one["id"]}, actor=people.ADMIN)
    assert len(suppressed(post)["items"]) == 2
    with pytest.raises(NotFound):
        post.harness.call(suppression_calls.remove_suppression, {"id": one["id"]}, actor=people.ADMIN)
    post.request("form_request", guests[2])
    post.send_all()
    assert mail_server.recipients[-1] == "guest2@example.net"


def test_c22_the_list_is_for_admins_alone(house: House) -> None:
    for call in (suppression_calls.list_suppressions, suppression_calls.remove_suppression):
        for actor in (house.coach, house.client):
            with pytest.raises(Forbidden):
                house.harness.call(call, {"id": str(uuid4())} if call.input.__name__ == "ById" else {}, actor=actor)


def test_c3_dialogs_are_told_beforehand(post: House, mail_server: MailServer) -> None:
    unsubscribe(post, token_of(sent(post, mail_server, "form_request", GUEST)))
    asked = {"engagement_id": str(post.engagement), "recipients": [{"email": GUEST["email"].upper()}]}
    for kind, allowed in (("form_request", False), ("invoice", True)):
        (verdict,) = post.harness.call(calls.may_notify, {**asked, "kind": kind}, actor=post.coach)["verdicts"]
        assert verdict["allowed"] is allowed
    refused = post.harness.call(calls.may_notify, {**asked, "kind": "session_scheduled"}, actor=post.coach)
    assert "unsubscribed" in refused["verdicts"][0]["reason"]


# The gate, over all of its facts ------------------------------------------------------------------------------------


def test_a_suppression_turns_no_no_into_a_yes_and_what_one_must_get_passes_one_who_unsubscribed() -> None:
    for standing, kind, origin in itertools.product(get_args(Standing), KINDS, ("staff", "automatic")):
        plain = may_notify(Facts(standing, kind, origin, True), NOW)
        unsubscribed = may_notify(Facts(standing, kind, origin, True, suppressed="unsubscribed"), NOW)
        bounced = may_notify(Facts(standing, kind, origin, True, suppressed="bounced", server_said="550 No."), NOW)
        assert not bounced.allowed
        assert unsubscribed.allowed == (plain.allowed and (standing != "outsider" or kind in MUST_GET))
        for verdict in (unsubscribed, bounced):
            assert verdict == plain or (plain.allowed and verdict.rule == "C2")
            assert verdict.reason.endswith(".")
