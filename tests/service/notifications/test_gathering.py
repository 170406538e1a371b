"""News from an engagement: gathered in one mail, taken back before that goes out (C6), switched off (C2)."""

from __future__ import annotations

import threading
from collections import Counter
from email.message import EmailMessage
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.calls import notifications as calls
from contracts.errors import Invalid
from services.notifications.outbound.letter import GATHERED
from services.notifications.outbound.models import Notification
from tests.service.notifications.house import House
from tests.service.notifications.mailserver import MailServer
from tests.support import people
from tests.support.harness import Harness

GATHER = 300
PLACES = {"note_shared": "note", "goal_created": "goal", "assignment_shared": "assignment"}


def news(post: House, kind: str = "goal_created", *, about: UUID | None = None, version: int = 1, **more: Any) -> UUID:
    """Something new that the client is to be told, and a second goes by; the id of what it is about."""
    about_id = about or uuid4()
    place = {"kind": PLACES.get(kind, "goal"), "id": about_id, "version": version}
    post.request(kind, more.pop("to", post.client), about=place, origin="automatic", **more)
    post.harness.clock.advance(seconds=1)
    return about_id


def gone(post: House, goal: UUID) -> None:
    facts = {"engagement_id": post.engagement, "name": "x", "state": "active", "deleted": True}
    post.feed("engagements.goal.deleted.v1", goal, facts)


def later(post: House, seconds: float = GATHER) -> None:
    post.harness.clock.advance(seconds=seconds)
    post.send_all()


def text_of(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def test_ten_actions_in_five_minutes_are_one_mail(post: House, mail_server: MailServer) -> None:
    for number in range(10):
        news(post, context={"name": f"Goal {number}"})
        later(post, 28)
    assert mail_server.taken == []
    later(post, 10)
    (mail,) = mail_server.mails
    assert mail["Subject"] == "10 new things from Judith Okonkwo"
    assert all(f"Goal: Goal {number} <" in text_of(mail) for number in range(10))
    rows = post.log()
    assert [row["state"] for row in rows] == ["sent"] * 10
    assert len({row["batch_id"] for row in rows}) == 1
    assert {post.detail(row["id"])["text"] for row in rows} == {text_of(mail).replace("\r\n", "\n")}
    assert len(post.harness.events("notifications.notification.sent.v1")) == 10


def test_one_action_alone_reads_as_ever(post: House, mail_server: MailServer) -> None:
    news(post)
    later(post)
    assert [mail["Subject"] for mail in mail_server.mails] == ["A new goal: Lead with calm"]


def test_each_kind_of_news_is_a_line_with_a_link_and_no_note_is_named(post: House, mail_server: MailServer) -> None:
    note = news(post, "note_shared", context={"name": ""})
    news(post, "assignment_shared")
    news(post, "resource_shared")
    for _ in range(3):
        news(post, "comment_added", about=note)
    later(post)
    (mail,) = mail_server.mails
    words = text_of(mail)
    assert mail["Subject"] == "4 new things from Judith Okonkwo", "three comments on one note are one line"
    assert f"Note: Shared with you <https://coach.example/engagements/{post.engagement}/notes/{note}>" in words
    assert "Assignment: Values worksheet <" in words
    assert f"Resources: Interview guide.pdf <https://coach.example/engagements/{post.engagement}/resources>" in words
    assert words.count("Comment: On a note <") == 1


def test_what_comes_after_five_minutes_is_another_mail(post: House, mail_server: MailServer) -> None:
    news(post)
    later(post)
    news(post)
    later(post)
    assert len(mail_server.mails) == 2


def test_recipients_and_engagements_are_kept_apart(post: House, mail_server: MailServer) -> None:
    news(post)
    other = post.client_called("Sam Reyes", "active")
    news(post, to=other, engagement_id=post.engagement_of(other))
    news(post, engagement_id=post.engagement_of(post.client))
    later(post)
    assert len(mail_server.mails) == 3


def test_other_kinds_of_mail_wait_for_nothing(post: House, mail_server: MailServer) -> None:
    news(post)
    post.request("invoice", post.client)
    post.send_all()
    assert [mail["Subject"] for mail in mail_server.mails] == ["Invoice 2026-0133, €1,190.00"]


@pytest.mark.parametrize("kind", GATHERED)
@pytest.mark.parametrize("portal", ["internal_record", "invited", "disabled"])
def test_c3_none_of_it_ever_goes_to_an_internal_record(
    post: House, mail_server: MailServer, kind: str, portal: str
) -> None:
    record = post.client_called("Grace Mbeki", portal)
    news(post, kind, to=record, engagement_id=post.engagement_of(record))
    later(post)
    assert post.only()["state"] == "refused"
    assert mail_server.taken == []


def test_c6_what_was_deleted_meanwhile_is_left_out(post: House, mail_server: MailServer) -> None:
    first, _, _ = (news(post, context={"name": name}) for name in ("First", "Second", "Third"))
    gone(post, first)
    later(post)
    (mail,) = mail_server.mails
    assert mail["Subject"] == "2 new things from Judith Okonkwo"
    assert "First" not in text_of(mail)
    (cancelled,) = post.log(state="cancelled")
    assert cancelled["rule"] == "C6"
    assert cancelled["reason"] == "What this mail is about was taken back or deleted before it went out."


def test_c6_a_note_that_was_taken_back_is_not_told_of(post: House, mail_server: MailServer) -> None:
    facts = {"engagement_id": post.engagement, "shared": False, "deleted": False, "file_ids": []}
    note = uuid4()
    post.feed("engagements.note.created.v1", note, facts)
    news(post, "note_shared", about=note, version=2)
    assert post.only()["state"] == "queued", "the event of its sharing is yet to come"
    post.feed("engagements.note.shared.v1", note, facts | {"shared": True})
    post.feed("engagements.note.unshared.v1", note, facts)
    later(post)
    assert post.only()["state"] == "cancelled"
    assert mail_server.taken == []


def test_c6_a_folder_that_was_taken_out_again_is_not_told_of(post: House, mail_server: MailServer) -> None:
    facts = {"engagement_id": post.engagement, "folder_id": uuid4(), "name": "Welcome packet"}
    shared = news(post, "resource_shared")
    post.feed("documents.folder.shared.v1", shared, facts)
    post.feed("documents.folder.removed.v1", shared, facts)
    later(post)
    assert post.only()["state"] == "cancelled"
    assert mail_server.taken == []


def test_c6_a_comment_that_its_author_deleted_is_not_told_of(post: House, mail_server: MailServer) -> None:
    comment = uuid4()
    goal = news(post, "comment_added", context={"place": "goal", "name": "Lead", "comment_id": str(comment)})
    facts = {"engagement_id": post.engagement, "place": "goal", "place_id": goal, "by_client": False}
    post.feed("engagements.comment.deleted.v1", comment, facts)
    later(post)
    assert post.only()["state"] == "cancelled"
    assert mail_server.taken == []


def test_c6_where_all_is_gone_nothing_is_mailed(post: House, mail_server: MailServer) -> None:
    for goal in [news(post), news(post)]:
        gone(post, goal)
    later(post)
    assert [row["state"] for row in post.log()] == ["cancelled"] * 2
    assert mail_server.taken == []


def test_c6_what_is_gone_while_the_mail_is_handed_over_is_left_out_too(post: House, mail_server: MailServer) -> None:
    first = news(post, context={"name": "First"})
    news(post, context={"name": "Second"})
    said: list[str] = []

    def answers(stage: str, recipient: str) -> None:
        if stage == "rcpt" and not said:
            said.append(recipient)
            gone(post, first)

    mail_server.answers = answers
    later(post)
    assert [mail["Subject"] for mail in mail_server.mails] == ["A new goal: Second"]
    assert Counter(row["state"] for row in post.log()) == {"cancelled": 1, "sent": 1}


def test_c25_a_gathered_mail_has_one_message_id_whoever_of_it_is_overtaken(
    post: House, mail_server: MailServer
) -> None:
    mail_server.answers = lambda stage, recipient: "451 Later" if stage == "data" else None
    first = news(post, context={"name": "First"})
    news(post, context={"name": "Second"})
    leader = post.log()[0]["id"]
    later(post)
    assert {row["attempts"] for row in post.log(state="queued")} == {1}
    gone(post, first)
    mail_server.answers = lambda stage, recipient: None
    later(post, 10)
    assert [mail["Message-ID"] for mail in mail_server.mails] == [f"<{leader}@northlight.example>"]


def test_a_failed_one_tried_again_takes_all_of_its_mail_along(post: House, mail_server: MailServer) -> None:
    mail_server.answers = lambda stage, recipient: "550 No" if stage == "data" else None
    for _ in range(3):
        news(post)
    later(post)
    assert [row["state"] for row in post.log()] == ["failed"] * 3
    mail_server.answers = lambda stage, recipient: None
    post.harness.call(calls.retry_notification, {"id": post.log()[2]["id"]}, actor=post.coach)
    post.send_all()
    assert [row["state"] for row in post.log()] == ["sent"] * 3
    assert len(mail_server.mails) == 1


def test_what_comes_while_the_mail_goes_out_or_waits_for_another_try_is_another_mail(
    post: House, mail_server: MailServer
) -> None:
    mail_server.answers = lambda stage, recipient: "451 Later" if stage == "data" else None
    news(post)
    later(post)
    news(post)
    mail_server.answers = lambda stage, recipient: None
    later(post)
    assert len(mail_server.mails) == 2


def test_two_requests_at_once_are_one_mail(post: House, mail_server: MailServer) -> None:
    def ask() -> None:
        news(post)

    both = [threading.Thread(target=ask) for _ in range(4)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    assert len({row["batch_id"] for row in post.log()}) == 1
    later(post)
    assert len(mail_server.mails) == 1


def mine(post: House, actor: Any, **switched: bool) -> dict[str, bool]:
    if switched:
        kinds = [{"kind": kind, "on": on} for kind, on in switched.items()]
        answer = post.harness.call(calls.update_my_notifications, {"kinds": kinds}, actor=actor)
    else:
        answer = post.harness.call(calls.get_my_notifications, {}, actor=actor)
    return {each["kind"]: each["on"] for each in answer["kinds"]}


def test_c2_a_kind_that_its_reader_has_switched_off_is_refused_and_said_beforehand(
    post: House, mail_server: MailServer
) -> None:
    assert mine(post, post.client) == dict.fromkeys(GATHERED, True)
    news(post)
    assert mine(post, post.client, goal_created=False)["goal_created"] is False
    news(post)
    news(post, "assignment_shared")
    states = [(row["kind"], row["state"]) for row in post.log()]
    assert states == [("goal_created", "queued"), ("goal_created", "refused"), ("assignment_shared", "queued")]
    asked = {"engagement_id": post.engagement, "kind": "goal_created", "origin": "automatic"}
    verdict = post.harness.call(calls.may_notify, asked, actor=post.coach)["verdicts"][0]
    assert (verdict["allowed"], verdict["rule"]) == (False, "C2")
    later(post)
    assert [mail["Subject"] for mail in mail_server.mails] == ["A new assignment: Values worksheet"]
    assert mine(post, post.client, goal_created=True) == dict.fromkeys(GATHERED, True)
    news(post)
    later(post)
    assert len(mail_server.mails) == 2


def test_staff_switches_its_own_and_nobody_what_must_arrive(post: House) -> None:
    assert mine(post, post.coach) == {"resource_shared": True}
    assert mine(post, post.coach, resource_shared=False) == {"resource_shared": False}
    assert mine(post, post.client)["resource_shared"] is True
    for actor, kind in ((post.client, "invoice"), (post.coach, "note_shared"), (people.ADMIN, "password_reset")):
        with pytest.raises(Invalid):
            mine(post, actor, **{kind: False})


STEPS = st.lists(
    st.one_of(st.just("news"), st.just("gone"), st.just("wait"), st.just("send"), st.just("busy"), st.just("killed")),
    min_size=1,
    max_size=14,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_whatever_happens_each_piece_of_news_that_stands_is_in_one_mail(
    notifications: Harness, mail_server: MailServer, steps: list[str]
) -> None:
    """A kill is a claim that nobody finishes; what was deleted before its mail went out is in none."""
    post = House(notifications)
    post.sends_to(mail_server.url)
    before = len(mail_server.taken)
    asked: dict[UUID, str] = {}
    deleted: set[UUID] = set()
    for step in steps:
        if step == "news":
            name = f"Goal {uuid4().hex}"
            asked[news(post, context={"name": name})] = name
        elif step == "gone" and asked:
            oldest = next((goal for goal in asked if goal not in deleted), None)
            if oldest:
                deleted.add(oldest)
                gone(post, oldest)
        elif step == "wait":
            post.harness.clock.advance(seconds=100)
        elif step == "killed":
            with post.harness.runtime.work() as work:
                for row in work.session.query(Notification).filter(
                    Notification.batch_id == Notification.id, Notification.next_attempt_at <= work.now
                ):
                    row.claim, row.claimed_until = uuid4(), work.now
        else:
            busy = step == "busy"
            mail_server.answers = (lambda stage, recipient: "451 Busy") if busy else (lambda stage, recipient: None)
            post.send()
    mail_server.answers = lambda stage, recipient: None
    for _ in range(4):
        later(post, 2000)
    mails = [text_of(mail) for mail in mail_server.mails[before:]]
    for goal, name in asked.items():
        told = sum(name in mail for mail in mails)
        assert told == 1 if goal not in deleted else told <= 1
