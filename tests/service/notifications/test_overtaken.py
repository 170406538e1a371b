"""What happens between asking for a mail and sending it: what stops it (C6), and what goes out in which order (C13)."""

from __future__ import annotations

from email.message import EmailMessage
from uuid import UUID, uuid4

import pytest
from icalendar import Calendar, Component

from tests.service.notifications.house import GUEST, House
from tests.service.notifications.mailserver import MailServer
from tests.support import people

CANCELLED = "notifications.notification.cancelled.v1"


def event_of(mail: EmailMessage) -> Component:
    """The event in the invite that the mail carries."""
    (part,) = [part for part in mail.walk() if part.get_content_type() == "text/calendar"]
    return Calendar.from_ical(part.get_payload(decode=True)).walk("VEVENT")[0]


def sequence_of(mail: EmailMessage) -> int:
    return int(event_of(mail)["SEQUENCE"])


def test_c6_a_session_cancelled_before_its_mail_went_out_cancels_it(post: House, mail_server: MailServer) -> None:
    session = uuid4()
    post.session_mail("session_scheduled", session, post.client, about_version=post.session_is(session))
    post.session_is(session, state="cancelled", ics_sequence=1)
    post.send_all()
    cancelled = post.only(state="cancelled")
    assert (cancelled["rule"], cancelled["reason"]) == ("C6", "The session was cancelled before this mail went out.")
    assert mail_server.taken == []
    assert len(post.harness.events(CANCELLED)) == 1


def test_c6_an_invite_goes_out_though_the_session_was_moved_meanwhile(post: House, mail_server: MailServer) -> None:
    session, later = uuid4(), {"starts_at": "2026-12-02T10:00:00Z", "ends_at": "2026-12-02T11:00:00Z"}
    post.session_mail("session_scheduled", session, post.client, about_version=post.session_is(session))
    post.session_is(session, ics_sequence=1, **later)
    post.send_all()
    assert [sequence_of(mail) for mail in mail_server.mails] == [0]


def test_c13_invite_and_move_that_both_wait_arrive_in_their_order(post: House, mail_server: MailServer) -> None:
    """Each pair is due at once, and the second of it is retried sooner than the first."""
    sessions = [uuid4() for _ in range(5)]
    mail_server.answers = lambda stage, recipient: "450 Busy" if stage == "rcpt" else None
    for session in sessions:
        post.session_mail("session_scheduled", session, post.client, GUEST)
    post.send_all()
    post.harness.clock.advance(seconds=10)
    post.send_all()
    for session in sessions:
        post.session_mail("session_rescheduled", session, post.client, GUEST, ics_sequence=1)
    post.send_all()
    mail_server.answers = lambda stage, recipient: None
    post.harness.clock.advance(seconds=70)
    post.send_all()
    arrived = [(mail["To"], event_of(mail)["UID"], sequence_of(mail)) for mail in mail_server.mails]
    assert len(arrived) == 20
    for recipient, uid, sequence in arrived:
        if sequence == 1:
            assert arrived.index((recipient, uid, 0)) < arrived.index((recipient, uid, 1))


def test_c13_a_move_is_not_claimed_while_its_invite_is_on_its_way(post: House, mail_server: MailServer) -> None:
    session = uuid4()
    post.session_mail("session_scheduled", session, post.client)
    post.harness.clock.advance(seconds=1)
    post.session_mail("session_rescheduled", session, post.client, ics_sequence=1)
    claimed_by_another: list[int] = []

    def another_worker(stage: str, recipient: str) -> None:
        if stage == "data" and not mail_server.taken:
            claimed_by_another.append(post.send())

    mail_server.answers = another_worker
    post.send_all()
    assert claimed_by_another == [0]
    assert [sequence_of(mail) for mail in mail_server.mails] == [0, 1]


@pytest.mark.parametrize("state", ["paid", "void"])
def test_c6_an_invoice_paid_or_voided_in_between_is_not_mailed(
    post: House, mail_server: MailServer, state: str
) -> None:
    invoice = uuid4()
    post.invoice_is(invoice, "sent")
    post.request("invoice", post.client, about_id=invoice)
    post.invoice_is(invoice, state)
    post.send_all()
    assert post.only()["rule"] == "C6"


def test_c6_a_client_disabled_in_between_gets_nothing_automatic(post: House, mail_server: MailServer) -> None:
    post.request("resource_shared", post.client, origin="automatic")
    post.client_is(post.client, portal="disabled")
    post.harness.clock.advance(seconds=300)
    post.send_all()
    assert (post.only()["state"], post.only()["rule"]) == ("cancelled", "C1")


def test_c6_the_gate_is_asked_at_the_very_last_moment(post: House, mail_server: MailServer) -> None:
    """The session is cancelled while the mail server already holds the recipient's address in its hand."""
    session = uuid4()
    post.session_mail("session_scheduled", session, post.client, about_version=post.session_is(session))

    def cancel(stage: str, recipient: str) -> None:
        if stage == "rcpt":
            post.session_is(session, state="cancelled", ics_sequence=1)

    mail_server.answers = cancel
    post.send_all()
    assert post.only()["state"] == "cancelled"
    assert mail_server.taken == []


def feedback(post: House, goal: UUID, **context: str | int) -> None:
    about = {"kind": "goal", "id": goal, "version": 1}
    post.request("feedback_request", GUEST, about=about, context=context)


def test_c6_feedback_is_not_asked_by_mail_of_whoever_has_answered_or_was_taken_off(post: House) -> None:
    goal, asked, stakeholder = uuid4(), uuid4(), uuid4()
    facts = {"engagement_id": post.engagement, "goal_id": goal}
    feedback(post, goal, request_id=str(asked))
    post.feed("engagements.feedback.received.v1", asked, {**facts, "stakeholder_id": stakeholder, "round": 1})
    post.send_all()
    feedback(post, uuid4(), stakeholder_id=str(stakeholder))
    post.feed("engagements.stakeholder.removed.v1", stakeholder, facts)
    post.send_all()
    assert [(mail["state"], mail["rule"]) for mail in post.log()] == [("cancelled", "C6")] * 2
    post.feed("engagements.stakeholder.added.v1", stakeholder, facts)
    feedback(post, goal, stakeholder_id=str(stakeholder))
    assert sorted(mail["state"] for mail in post.log()) == ["cancelled", "cancelled", "queued"]


def test_c19_feedback_is_not_asked_by_the_dead_link_of_one_who_was_taken_off_and_added_again(
    post: House, mail_server: MailServer
) -> None:
    goal, stakeholder = uuid4(), uuid4()
    facts = {"engagement_id": post.engagement, "goal_id": goal}
    added = post.feed("engagements.stakeholder.added.v1", stakeholder, facts)
    feedback(post, goal, stakeholder_id=str(stakeholder), stakeholder_version=added)
    post.feed("engagements.stakeholder.removed.v1", stakeholder, facts)
    again = post.feed("engagements.stakeholder.added.v1", stakeholder, facts)
    post.send_all()
    assert (post.only()["state"], post.only()["rule"]) == ("cancelled", "C6")
    feedback(post, goal, stakeholder_id=str(stakeholder), stakeholder_version=again)
    post.send_all()
    assert len(mail_server.taken) == 1


def test_c6_c18_a_new_round_withholds_what_waits_of_the_one_before(post: House, mail_server: MailServer) -> None:
    goal = uuid4()
    for _ in range(2):
        feedback(post, goal)
    feedback(post, uuid4())
    post.send_all()
    assert sorted(mail["state"] for mail in post.log()) == ["cancelled", "sent", "sent"]
    assert len(mail_server.taken) == 2


def test_c6_a_form_is_not_mailed_once_all_have_answered_it(post: House) -> None:
    asked = uuid4()
    post.request("form_request", GUEST, context={"request_id": str(asked)})
    facts = {
        "engagement_id": post.engagement, "form_id": uuid4(), "item_id": None, "state": "answered", "recipients": 1,
        "answered": 1,
    }  # fmt: skip
    post.feed("documents.form_request.answered.v1", asked, facts)
    post.send_all()
    assert (post.only()["state"], post.only()["rule"]) == ("cancelled", "C6")


SISTER = {"person_id": None, "email": "vera.soto@example.net", "name": "Vera Soto"}


def settled(post: House, asked: UUID, *recipients: UUID) -> None:
    """Tells that these of the two who were asked are done."""
    facts = {
        "engagement_id": post.engagement, "form_id": uuid4(), "item_id": None, "state": "sent", "recipients": 2,
        "answered": 0, "settled": list(recipients),
    }  # fmt: skip
    post.feed("documents.form_request.updated.v1" if recipients else "documents.form_request.sent.v1", asked, facts)


def form_for(post: House, asked: UUID, recipient: UUID, to: dict[str, object], **changes: object) -> None:
    post.request("form_request", to, context={"request_id": str(asked), "recipient_id": str(recipient)}, **changes)


@pytest.mark.parametrize("reminder", [False, True])
def test_c6_c19_a_form_is_not_mailed_to_the_one_who_is_done_and_is_to_the_others(
    post: House, mail_server: MailServer, reminder: bool
) -> None:
    asked, guest, sister = uuid4(), uuid4(), uuid4()
    settled(post, asked)
    for one, to in ((guest, GUEST), (sister, SISTER)):
        context = {"request_id": str(asked), "recipient_id": str(one), "reminder": reminder}
        post.request("form_request", to, context=context)
    settled(post, asked, guest)
    post.send_all()
    assert mail_server.recipients == [SISTER["email"]]
    withheld = post.only(state="cancelled")
    assert (withheld["recipient"], withheld["rule"]) == (GUEST["email"], "C6")


def test_c6_c19_who_is_done_while_a_mail_is_retried_or_handed_over_gets_none(
    post: House, mail_server: MailServer
) -> None:
    asked, guest, sister = uuid4(), uuid4(), uuid4()
    form_for(post, asked, guest, GUEST)
    mail_server.answers = lambda stage, recipient: "450 Busy" if stage == "rcpt" else None
    post.send_all()
    settled(post, asked, guest)
    form_for(post, asked, sister, SISTER)

    def revoke(stage: str, recipient: str) -> None:
        if stage == "rcpt" and recipient == SISTER["email"]:
            settled(post, asked, guest, sister)

    mail_server.answers = revoke
    post.harness.clock.advance(seconds=10)
    post.send_all()
    assert {mail["state"] for mail in post.log()} == {"cancelled"}
    assert mail_server.taken == []


@pytest.mark.parametrize("kind", ["form_request", "feedback_request"])
def test_c6_what_was_asked_for_an_engagement_that_is_deleted_is_not_mailed(post: House, kind: str) -> None:
    post.request(kind, post.client)
    facts = people.engagement_facts(post.client.id, post.coach.id, deleted=True)
    post.feed("engagements.engagement.deleted.v1", post.engagement, facts)
    post.send_all()
    mail = post.only()
    assert (mail["state"], mail["rule"]) == ("cancelled", "C6")
    assert mail["reason"] == "The engagement was deleted before this mail went out."


def test_c6_an_invitation_that_was_revoked_before_it_went_out_is_not_mailed(post: House) -> None:
    nora = post.client_called("Nora Late", "internal_record")
    engagement = post.engagement_of(nora)
    about = {"kind": "client", "id": nora.id, "version": 2}
    post.client_is(nora, portal="invited")
    post.request("invitation", nora, engagement_id=engagement, about=about)
    post.client_is(nora, portal="internal_record")
    post.send_all()
    assert (post.only()["state"], post.only()["rule"]) == ("cancelled", "C6")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"state": "cancelled"}, "cancelled"),
        ({"state": "completed"}, "held"),
        ({"starts_at": "2026-12-02T10:00:00Z", "ends_at": "2026-12-02T11:00:00Z"}, "moved"),
    ],
)
def test_c6_a_reminder_of_a_session_that_is_cancelled_held_or_moved_is_not_mailed(
    post: House, changes: dict[str, str], said: str
) -> None:
    session = uuid4()
    post.request("session_reminder", post.client, about_id=session, about_version=post.session_is(session))
    post.session_is(session, **changes)  # type: ignore[arg-type]
    post.send_all()
    mail = post.only()
    assert (mail["state"], mail["rule"]) == ("cancelled", "C6")
    assert mail["reason"] == f"The session was {said} before this reminder went out."


def test_c6_a_reminder_that_comes_too_late_is_not_mailed(post: House) -> None:
    session = uuid4()
    post.request("session_reminder", post.client, about_id=session, about_version=post.session_is(session))
    post.harness.clock.advance(days=30)
    post.send_all()
    assert (post.only()["state"], post.only()["rule"]) == ("cancelled", "C6")
