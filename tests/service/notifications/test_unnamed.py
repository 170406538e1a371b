"""Whoever types an address does not learn that it is another coach's client's (rule C22)."""

from __future__ import annotations

import json
import re
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import update

from contracts.actor import Actor
from contracts.calls import notifications as calls
from contracts.calls import suppressions as suppression_calls
from contracts.calls.item_notifications import preview_item_notification
from contracts.envelope import Event
from contracts.errors import Conflict
from contracts.notification import KINDS as KINDS_OF_MAIL
from services.engagements.activity.wording import mail_line
from services.notifications.outbound.gate import NEUTRAL
from services.notifications.outbound.models import Notification
from services.notifications.outbound.sender import send_due
from tests.service.notifications.house import House
from tests.service.notifications.mailserver import MailServer
from tests.support import people

TYPED = {"person_id": None, "email": "Nora.Quist@example.org", "name": "Partner"}
KINDS = ("form_request", "feedback_request", "session_scheduled", "invoice")
OTHERS = ("Nora", "Quist", "America/Lima", "Lima")


@pytest.fixture
def nora(house: House) -> Actor:
    """A client of another coach, with a portal, in another zone."""
    nora = house.client_called("Nora Quist", "active", time_zone="America/Lima")
    house.engagement_of(nora, people.coach("Other Coach"))
    return nora


def told(house: House, mail: dict[str, Any], actor: Actor) -> str:
    """All that the actor is told of a mail."""
    listed = house.log(actor)
    return json.dumps([listed, house.detail(mail["id"], actor)], ensure_ascii=False, default=str)


def hides(text: str) -> bool:
    return not any(word in text.replace(TYPED["email"], "") for word in OTHERS)


def body_of(server: MailServer) -> str:
    parts = [server.mails[0].get_body((kind,)) for kind in ("plain", "html")]
    return " ".join(part.get_content() for part in parts if part)


@pytest.mark.parametrize("kind", KINDS)
def test_c22_the_log_and_the_letter_have_what_was_typed(house: House, nora: Actor, kind: str) -> None:
    house.request(kind, TYPED)
    mail = house.only(actor=house.coach)
    shown = {name: mail[name] for name in ("recipient", "recipient_name", "recipient_portal", "person_id")}
    assert shown == {
        "recipient": TYPED["email"],
        "recipient_name": "Partner",
        "recipient_portal": "outsider",
        "person_id": None,
    }
    detail = house.detail(mail["id"], house.coach)
    assert detail | shown == detail
    assert "Hello Partner," in detail["text"]
    assert hides(told(house, mail, house.coach))
    full = house.only()
    assert (full["recipient_name"], full["recipient_portal"]) == ("Nora Quist", "active"), "admins see everybody"
    assert full["person_id"] == str(nora.id)


def test_c22_without_a_typed_name_it_greets_nobody(house: House, nora: Actor) -> None:
    house.request("form_request", {**TYPED, "name": ""})
    mail = house.only(actor=house.coach)
    assert mail["recipient_name"] == ""
    assert house.detail(mail["id"], house.coach)["text"].startswith("Hello,")


def test_c22_the_mail_that_goes_out_and_what_is_told_of_it_name_nobody(
    post: House, nora: Actor, mail_server: MailServer
) -> None:
    post.request("form_request", TYPED)
    post.client_is(nora, portal="active", time_zone="America/Lima", email="nora@new.example")
    post.send_all()
    assert mail_server.recipients == [TYPED["email"]], "it goes where the coach sent it"
    assert mail_server.mails[0]["To"] == f"Partner <{TYPED['email']}>"
    assert hides(body_of(mail_server))
    mail = post.only(actor=post.coach)
    assert mail["state"] == "sent"
    assert hides(told(post, mail, post.coach))
    (event,) = post.harness.events("notifications.notification.sent.v1")
    assert (event.data["recipient"], event.data["recipient_name"]) == (TYPED["email"], "Partner")
    assert hides(_line_of(event))


def test_c22_a_refusal_names_nobody_in_the_activity_log_either(house: House) -> None:
    nora = house.client_called("Nora Quist", "internal_record")
    house.engagement_of(nora, people.coach("Other Coach"))
    house.request("session_cancelled", TYPED)
    (event,) = house.harness.events("notifications.notification.refused.v1")
    assert event.data["recipient_name"] == "Partner"
    assert hides(_line_of(event))
    assert "Partner" in _line_of(event)


def test_c22_a_refusal_does_not_say_what_kind_of_client_it_is(house: House) -> None:
    nora = house.client_called("Nora Quist", "internal_record")
    house.engagement_of(nora, people.coach("Other Coach"))
    house.request("session_cancelled", TYPED)
    mail, full = house.only(actor=house.coach), house.only()
    assert (mail["state"], mail["rule"], mail["reason"]) == ("refused", "C2", NEUTRAL)
    assert full["reason"] not in ("", NEUTRAL), "admins see why"
    (event,) = house.harness.events("notifications.notification.refused.v1")
    assert (event.data["rule"], event.data["reason"]) == ("C2", NEUTRAL)


@pytest.mark.parametrize("kind", sorted(KINDS_OF_MAIL))
@pytest.mark.parametrize("portal", ["active", "internal_record"])
def test_c22_the_gate_gives_no_reason_that_only_a_client_would_have(house: House, kind: str, portal: str) -> None:
    nora = house.client_called("Nora Quist", portal)
    house.engagement_of(nora, people.coach("Other Coach"))
    verdict = _verdict(house, kind, TYPED["email"])
    unknown = _verdict(house, kind, "nobody.knows@example.org")
    reasons = {unknown["reason"], NEUTRAL, "This mail goes to this address."}
    assert verdict["recipient"]["email"] == TYPED["email"]
    assert verdict["reason"] in reasons
    assert verdict["rule"] in {unknown["rule"], "C2"}


def _verdict(house: House, kind: str, email: str) -> dict[str, Any]:
    asked = {"engagement_id": house.engagement, "kind": kind, "recipients": [{"email": email}]}
    (verdict,) = house.harness.call(calls.may_notify, asked, actor=house.coach)["verdicts"]
    return dict(verdict)


def _line_of(event: Event) -> str:
    line = mail_line(event)
    return f"{line.text} {line.target} {line.detail}"


def test_c22_who_becomes_another_coachs_client_while_the_mail_waits_stays_unnamed(
    post: House, mail_server: MailServer
) -> None:
    post.request("form_request", TYPED)
    nora = post.client_called("Nora Quist", "active")
    post.engagement_of(nora, people.coach("Other Coach"))
    assert post.harness.run(send_due) == 1
    assert "Hello Partner," in body_of(mail_server)
    assert hides(body_of(mail_server))
    assert post.only()["recipient_name"] == "Partner"


def test_c22_a_mail_tried_again_is_answered_without_the_name(house: House, nora: Actor) -> None:
    house.request("form_request", TYPED)
    with house.harness.runtime.work() as work:
        work.session.execute(update(Notification).values(state="failed", next_attempt_at=None))
    mail = house.only()
    again = house.harness.call(calls.retry_notification, {"id": mail["id"]}, actor=house.coach)
    assert (again["state"], again["recipient_name"], again["person_id"]) == ("queued", "Partner", None)


def test_c22_a_row_from_before_names_nobody(post: House, nora: Actor, mail_server: MailServer) -> None:
    post.request("form_request", TYPED)
    post.send_all()
    with post.harness.runtime.work() as work:
        before = {"typed_email": None, "typed_name": None, "sent_text": "Hello Nora,", "sent_html": "<p>Hello Nora,"}
        work.session.execute(update(Notification).values(**before))
    mail = post.only(actor=post.coach)
    assert (mail["recipient_name"], mail["recipient_portal"]) == ("", "outsider")
    assert hides(told(post, mail, post.coach))
    assert post.detail(mail["id"])["text"] == "Hello Nora,"


def test_c22_the_preview_of_an_item_is_the_mail_that_goes_out(house: House, nora: Actor) -> None:
    item = uuid4()
    to = [{**TYPED, "person_id": nora.id}]
    facts = people.item_facts(house.engagement, "form", form_id=uuid4(), recipients=to)
    house.feed("engagements.item.added.v1", item, facts)
    texts = {
        house.harness.call(preview_item_notification, {"id": str(item)}, actor=actor)["text"]
        for actor in (house.coach, people.ADMIN)
    }
    (text,) = texts
    assert "Hello Partner," in text


def test_the_engagements_own_client_and_staff_are_named(house: House) -> None:
    house.request("session_scheduled", {**TYPED, "email": "leila.haddad@example.org"})
    house.harness.clock.advance(seconds=1)
    house.request("coach_changed", house.coach)
    log = house.log(house.coach)
    assert [mail["recipient_name"] for mail in log] == ["Leila Haddad", "Judith Okonkwo"]
    assert [mail["recipient_portal"] for mail in log] == ["active", "staff"]
    assert [mail["person_id"] for mail in log] == [str(house.client.id), str(house.coach.id)]


SHOWN = ("subject", "state", "reason", "rule", "recipient_name", "recipient_portal", "person_id", "text", "html")


def as_shown(house: House, kind: str, email: str, **changes: Any) -> dict[str, Any]:
    """What the coach reads of a mail to that address, without the address itself."""
    house.harness.clock.advance(seconds=1)
    house.request(kind, {**TYPED, "email": email}, **changes)
    detail = house.detail(house.log(house.coach)[-1]["id"], house.coach)
    return {name: detail[name] for name in SHOWN}


@pytest.mark.parametrize("kind", [*KINDS, "session_rescheduled", "session_cancelled", "session_reminder"])
@pytest.mark.parametrize("origin", ["staff", "automatic"])
def test_c22_a_coach_reads_of_it_what_is_read_of_an_address_that_nobody_knows(
    house: House, nora: Actor, kind: str, origin: str
) -> None:
    about = {"about_id": uuid4(), "origin": origin}
    known = as_shown(house, kind, TYPED["email"], **about)
    unknown = as_shown(house, kind, "nobody.knows@example.org", **about)
    if known["state"] == unknown["state"]:
        assert known == unknown
    else:
        assert (known["rule"], known["reason"]) == (None, None), "this client may get more than others of any address"


def test_c22_a_mail_that_is_out_offers_the_way_out_that_any_address_is_offered(
    post: House, nora: Actor, mail_server: MailServer
) -> None:
    texts = []
    for email in (TYPED["email"], "nobody.knows@example.org"):
        post.request("form_request", {**TYPED, "email": email})
        post.send_all()
        post.harness.clock.advance(seconds=1)
        texts.append(post.detail(post.log(post.coach)[-1]["id"], post.coach)["text"])
    assert texts[0] == texts[1]
    assert "/unsubscribe/…" in texts[0]
    assert [mail["List-Unsubscribe"] is not None for mail in mail_server.mails] == [True, True]


def test_c22_who_unsubscribes_so_gets_no_such_mail_and_all_of_its_own(
    post: House, nora: Actor, mail_server: MailServer
) -> None:
    other = people.coach("Other Coach")
    post.coach_is(other)
    own = post.engagement_of(nora, other)
    post.request("form_request", TYPED)
    post.send_all()
    found = re.search(r"unsubscribe/([\w-]+)", mail_server.mails[0]["List-Unsubscribe"])
    assert found
    post.harness.call(suppression_calls.unsubscribe, {"token": found[1]})
    post.harness.call(suppression_calls.unsubscribe, {"token": _link_of(post, mail_server)})
    known, unknown = (as_shown(post, "form_request", email) for email in (TYPED["email"], "nobody.knows@example.org"))
    assert (known["state"], known) == ("refused", unknown)
    assert _verdict(post, "form_request", TYPED["email"])["reason"] == known["reason"]
    post.request("form_request", nora, engagement_id=own)
    post.send_all()
    assert mail_server.recipients[-1] == "nora.quist@example.org"


def _link_of(post: House, server: MailServer) -> str:
    """The token of a link that was mailed to an address that nobody knows."""
    post.request("form_request", {**TYPED, "email": "nobody.knows@example.org"})
    post.send_all()
    return str(server.mails[-1]["List-Unsubscribe"]).strip("<>").rsplit("/", 1)[1]


def test_c22_what_the_gate_says_later_tells_no_more_than_at_first(post: House, mail_server: MailServer) -> None:
    nora = post.client_called("Nora Quist", "active")
    post.engagement_of(nora, people.coach("Other Coach"))
    post.request("session_cancelled", TYPED)
    post.client_is(nora, portal="disabled")
    post.send_all()
    mail, full = post.only(actor=post.coach), post.only()
    assert (mail["state"], mail["rule"], mail["reason"]) == ("cancelled", "C2", NEUTRAL)
    assert full["rule"] == "C4", "admins see why"
    (event,) = post.harness.events("notifications.notification.cancelled.v1")
    assert (event.data["rule"], event.data["reason"]) == ("C2", NEUTRAL)


def test_c22_a_mail_that_may_not_be_tried_again_does_not_say_why(house: House, nora: Actor) -> None:
    house.request("session_cancelled", TYPED)
    with house.harness.runtime.work() as work:
        work.session.execute(update(Notification).values(state="failed", next_attempt_at=None))
    house.client_is(nora, portal="disabled")
    for actor, rule in ((house.coach, "C2"), (people.ADMIN, "C4")):
        with pytest.raises(Conflict) as refused:
            house.harness.call(calls.retry_notification, {"id": house.only()["id"]}, actor=actor)
        assert refused.value.rule == rule
