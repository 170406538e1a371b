"""The mails themselves: sent through a real mail server, parsed back as MIME."""

from __future__ import annotations

import json
import re
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from email.utils import parsedate_to_datetime
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from services.notifications.outbound.colour import contrast_with_white, readable_with_white
from services.notifications.outbound.letter import GATHERED, SECRET_KINDS, Letter
from services.notifications.outbound.mime import File, Mailbox, Post, build
from services.notifications.outbound.times import long, moment, money, short
from services.notifications.outbound.wording import DEFAULTS, Wording, fill, one_line
from tests.service.notifications.house import GUEST, TOKEN, House, context_of, pdf
from tests.service.notifications.mailserver import MailServer
from tests.support import people
from tests.support.harness import NOW


def parts(mail: EmailMessage) -> dict[str, EmailMessage]:
    return {part.get_content_type(): part for part in mail.walk()}  # type: ignore[misc]


def content(mail: EmailMessage, content_type: str) -> str:
    """The text of the part of that type."""
    return str(parts(mail)[content_type].get_content()).replace("\r\n", "\n")


def sent(post: House, server: MailServer, kind: str, *recipients: object, **changes: object) -> EmailMessage:
    """The one mail of that request."""
    if kind.startswith("session_"):
        post.session_mail(kind, uuid4(), *recipients, **changes)  # type: ignore[arg-type]
    else:
        post.request(kind, *recipients, **changes)
    if kind in GATHERED:
        post.harness.clock.advance(seconds=300)
    post.send_all()
    (mail,) = server.mails
    return mail


def test_s1_16_an_invite_travels_as_a_part_and_as_an_attachment(post: House, mail_server: MailServer) -> None:
    mail = sent(post, mail_server, "session_scheduled", post.client)
    assert [part.get_content_type() for part in mail.walk()] == [
        "multipart/mixed", "multipart/alternative", "text/plain", "text/html", "text/calendar", "application/ics",
    ]  # fmt: skip
    invite = parts(mail)["text/calendar"]
    assert invite.get_param("method") == "REQUEST"
    calendar = Calendar.from_ical(invite.get_payload(decode=True))
    assert calendar["METHOD"] == "REQUEST"
    (attachment,) = mail.iter_attachments()
    assert attachment.get_filename() == "invite.ics"
    assert attachment.get_payload(decode=True) == invite.get_payload(decode=True)
    assert b"\r\nSEQUENCE:0\r\n" in invite.get_payload(decode=True)  # type: ignore[operator]


def test_c13_a_cancellation_is_method_cancel(post: House, mail_server: MailServer) -> None:
    mail = sent(post, mail_server, "session_cancelled", post.client, ics_sequence=2)
    assert parts(mail)["text/calendar"].get_param("method") == "CANCEL"


def test_s1_31_an_invoice_carries_its_pdf(post: House, mail_server: MailServer) -> None:
    mail = sent(post, mail_server, "invoice", post.client, attachments=[pdf()])
    (attachment,) = mail.iter_attachments()
    assert attachment.get_filename() == "2026-0133.pdf"
    assert attachment.get_content_type() == "application/pdf"
    assert attachment.get_content() == b"%PDF-1.4 an invoice"
    assert mail["Subject"] == "Invoice 2026-0133, €1,190.00"
    assert "/pay/" not in content(mail, "text/plain")


def test_s1_34_only_a_request_with_a_payment_link_puts_one_into_the_mail(post: House, mail_server: MailServer) -> None:
    context = {"pay_url": "https://coach.example/pay/abc"}
    mail = sent(post, mail_server, "invoice", post.client, context=context)
    assert "Pay by card:\nhttps://coach.example/pay/abc" in content(mail, "text/plain")


def test_a_reminder_of_an_invoice_says_so_and_what_is_left_to_pay(post: House, mail_server: MailServer) -> None:
    mail = sent(post, mail_server, "invoice", post.client, context={"reminder": True, "balance": "190.00"})
    assert mail["Subject"] == "Reminder: invoice 2026-0133, €1,190.00"
    shown = content(mail, "text/plain")
    assert "€190.00 are still to be paid" in shown
    assert "Please pay by" not in shown


def test_s1_37_an_invitation_brings_the_link_and_the_coachs_words(post: House, mail_server: MailServer) -> None:
    record = post.client_called("Grace Mbeki", "internal_record")
    mail = sent(post, mail_server, "invitation", record, engagement_id=post.engagement_of(record))
    for kind in ("text/plain", "text/html"):
        shown = content(mail, kind)
        assert f"https://coach.example/invitations/{TOKEN}" in shown
        assert "I look forward to working with you." in shown
        assert "Tuesday 8 December 2026, 09:00 (GMT, Europe/London)" in shown


def test_the_headers_are_what_a_mail_program_needs(post: House, mail_server: MailServer) -> None:
    mail = sent(post, mail_server, "session_scheduled", post.client)
    notification = post.only()
    assert mail["From"] == "Northlight Coaching <no-reply@northlight.example>"
    assert mail["To"] == "Leila Haddad <leila.haddad@example.org>"
    assert mail["Reply-To"] == "Judith Okonkwo <judith.okonkwo@example.org>"
    assert mail["Message-ID"] == f"<{notification['id']}@northlight.example>"
    assert mail["X-Coachworks-Kind"] == "session_scheduled"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert parsedate_to_datetime(mail["Date"]) == NOW


def test_reply_to_is_the_coach_but_not_on_the_coachs_own_mail(post: House, mail_server: MailServer) -> None:
    assert sent(post, mail_server, "session_scheduled", post.coach)["Reply-To"] is None


def test_c14_each_recipient_reads_the_time_in_a_zone_of_its_own_that_is_named(
    post: House, mail_server: MailServer
) -> None:
    far = post.client_called("Hana Sato", "active", time_zone="Asia/Tokyo")
    meant = {"context": {"time_zone": "America/New_York"}}
    post.session_mail("session_scheduled", uuid4(), far, engagement_id=post.engagement_of(far), **meant)
    post.session_mail("session_scheduled", uuid4(), post.coach, GUEST, **meant)
    post.send_all()
    shown = {mail["To"].addresses[0].username: content(mail, "text/plain") for mail in mail_server.mails}
    assert "Wednesday 2 December 2026, 00:30–01:30 (JST, Asia/Tokyo)" in shown["hana.sato"]
    assert "Tuesday 1 December 2026, 16:30–17:30 (CET, Europe/Berlin)" in shown["judith.okonkwo"]
    assert "Tuesday 1 December 2026, 10:30–11:30 (EST, America/New_York)" in shown["tomas.herrera"]
    subjects = {str(mail["Subject"]) for mail in mail_server.mails}
    assert "Your session on Wed 2 December, 00:30 JST" in subjects
    assert "Session with Hana Sato on Tue 1 December, 16:30 CET" not in subjects  # the engagement's client is Leila
    assert "Session with Leila Haddad on Tue 1 December, 16:30 CET" in subjects


def test_links_into_the_portal_go_only_to_those_who_can_sign_in(post: House, mail_server: MailServer) -> None:
    session = uuid4()
    record = post.client_called("Marcus Whitfield", "internal_record")
    phone = {"location": {"kind": "phone", "detail": "+44 20 7946 0321", "href": "tel:+442079460321"}}
    post.session_mail("session_scheduled", session, post.client, record, GUEST, context=phone)
    post.send_all()
    with_link = {
        r for r, mail in zip(mail_server.recipients, mail_server.mails, strict=True) if "/sessions/" in str(mail)
    }
    assert with_link == {"leila.haddad@example.org"}


def test_names_are_escaped_in_html_and_never_break_a_header(post: House, mail_server: MailServer) -> None:
    nasty = 'Eve <script>alert("x")</script>\r\nBcc: all@example.org'
    client = people.client("Eve")
    post.client_is(client, name=nasty)
    post.organisation_is(name="Smith & <Sons>\nX-Evil: 1")
    engagement = post.engagement_of(client)
    mail = sent(
        post, mail_server, "resource_shared", client, engagement_id=engagement,
        context={"names": ["<b>guide</b>\n.pdf"]},
    )  # fmt: skip
    assert mail["Bcc"] is None
    assert mail["X-Evil"] is None
    assert mail["To"].addresses[0].display_name == one_line(nasty)
    html = content(mail, "text/html")
    assert "<script>" not in html
    assert "&lt;b&gt;guide&lt;/b&gt;" in html
    assert "Smith &amp; &lt;Sons&gt;" in html
    assert mail.defects == []


def test_a_link_that_is_no_safe_link_is_only_shown(post: House, mail_server: MailServer) -> None:
    place = {"kind": "other", "detail": "here", "href": "javascript:alert(1)"}
    mail = sent(post, mail_server, "session_scheduled", post.client, context={"location": place})
    assert "javascript:" not in content(mail, "text/html")


def test_a_placeholder_in_a_name_stays_as_it_is(post: House, mail_server: MailServer) -> None:
    mail = sent(post, mail_server, "resource_shared", post.client, context={"names": ["{{ 7 * 7 }} {% raw %}"]})
    assert mail["Subject"] == "New in your resources: {{ 7 * 7 }} {% raw %}"


def test_c10_who_has_handed_an_engagement_over_gets_no_link_to_it(post: House, mail_server: MailServer) -> None:
    new = people.coach("Samuel Adler")
    post.coach_is(new)
    post.request("coach_changed", post.coach, new)
    post.send_all()
    shown = {mail["To"].addresses[0].username: content(mail, "text/plain") for mail in mail_server.mails}
    assert "/engagements/" in shown["samuel.adler"]
    assert "/engagements/" not in shown["judith.okonkwo"]


def test_one_who_is_dropped_from_a_session_is_not_told_that_it_is_cancelled(
    post: House, mail_server: MailServer
) -> None:
    session = uuid4()
    version = post.session_is(session, ics_sequence=1)
    post.session_mail("session_cancelled", session, GUEST, ics_sequence=1, about_version=version)
    post.send_all()
    (mail,) = mail_server.mails
    assert mail["Subject"].startswith(
        "No longer expected: session with Leila Haddad and Judith Okonkwo on Tue 1 December"
    )


@pytest.mark.parametrize("kind", sorted(DEFAULTS))
def test_every_kind_has_text_and_html_that_say_the_same(post: House, mail_server: MailServer, kind: str) -> None:
    reader = post.coach if kind in ("staff_invitation", "coach_changed") else post.client
    if kind == "invitation":
        reader = post.client_called("Grace Mbeki", "internal_record")
    mail = sent(post, mail_server, kind, reader)
    html, text = (content(mail, type_) for type_ in ("text/html", "text/plain"))
    words = set(re.findall(r"[A-Za-z]{3,}", re.sub(r"<style>.*?</style>|<[^>]+>", " ", html, flags=re.S)))
    for word in re.findall(r"[A-Za-z]{3,}", re.sub(r"https?://\S+", "", text)):
        assert word in words, f"{word} is in the text only"
    shown = post.detail(post.only()["id"])
    assert shown["subject"] == mail["Subject"]
    assert TOKEN not in json.dumps(shown)
    if kind not in SECRET_KINDS:
        assert shown["html"] == html


@pytest.mark.parametrize(
    ("kind", "context", "subject", "place"),
    [
        ("note_shared", {}, "Judith Okonkwo has shared a note with you", "notes"),
        ("goal_created", {"name": "Lead with calm"}, "A new goal: Lead with calm", "goals"),
        ("assignment_shared", {"name": "Values"}, "A new assignment: Values", "assignments"),
        ("comment_added", {"place": "note"}, "Judith Okonkwo has commented on a note", "notes"),
        ("comment_added", {"place": "goal", "name": "Calm"}, "Judith Okonkwo has commented on the goal Calm", "goals"),
    ],
)
def test_what_is_new_in_an_engagement_is_opened_from_its_mail(
    post: House, mail_server: MailServer, kind: str, context: dict[str, str], subject: str, place: str
) -> None:
    mail = sent(post, mail_server, kind, post.client, context=context)
    assert mail["Subject"] == subject
    assert re.search(rf"/engagements/[0-9a-f-]{{36}}/{place}/[0-9a-f-]{{36}}", content(mail, "text/plain"))


def test_a_missing_value_is_an_error_and_not_a_gap() -> None:
    with pytest.raises(Exception, match="nobody"):
        fill(Wording("Hello {{ nobody }}", ""), {})
    with pytest.raises(Exception, match="unsafe"):
        fill(Wording("{{ x.__class__.__mro__ }}", ""), {"x": "text"})


@given(name=st.text(max_size=300))
def test_any_name_whatever_makes_a_mail_that_parses(name: str) -> None:
    post = Post("<1@x.example>", "invoice", Mailbox(name, "a@x.example"), Mailbox(name, "b@x.example"), None, NOW)
    try:
        name.encode()
    except UnicodeEncodeError:
        return
    written = build(post, Letter(one_line(name), "<p>x</p>", "x"), [])
    assert max(len(line) for line in written.split(b"\r\n")) <= 998
    assert max((len(word) for word in re.findall(rb"=\?utf-8\?\S+\?=", written)), default=0) <= 75
    mail = message_from_bytes(written, policy=default)
    assert mail["To"].addresses[0].addr_spec == "b@x.example"
    assert set(mail.keys()) == {
        "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "X-Auto-Response-Suppress",
        "X-Coachworks-Kind", "MIME-Version", "Content-Type",
    }  # fmt: skip


@pytest.mark.parametrize("length", [20, 69, 70, 73, 77, 78, 200])
def test_a_subject_stands_on_the_line_of_its_name(length: int) -> None:
    subject = ("Session with Leila Haddad on Tue 1 December, 16:30 CET " * 4)[:length].strip()
    post = Post("<1@x.example>", "invoice", Mailbox("", "a@x.example"), Mailbox("", "b@x.example"), None, NOW)
    written = build(post, Letter(subject, "<p>x</p>", "x"), [])
    assert f"\r\nSubject: {subject}\r\n".encode() in written


def test_the_lines_of_a_mail_are_as_long_as_mail_servers_take_them() -> None:
    """RFC 5322: at most 998 characters; RFC 2045: at most 76 in an encoded body."""
    word, files = "x" * 5000, [File("Größe.pdf", "application/pdf", None, bytes(5000))]
    post = Post("<1@x.example>", "invoice", Mailbox(word, "a@x.example"), Mailbox("Ö" * 300, "b@x.example"), None, NOW)
    written = build(post, Letter("Größe " * 33, f"<p>{word}</p>", word), files)
    assert max(len(line) for line in written.split(b"\r\n")) <= 200
    bodies = [part.get_payload() for part in message_from_bytes(written).walk() if not part.is_multipart()]
    assert [max(len(line) for line in str(body).splitlines()) for body in bodies] == [76, 76, 76]


def test_a_line_for_a_header_keeps_joiners_and_nothing_that_breaks_or_turns_it() -> None:
    assert one_line("  Nasrin\u200cDokht \r\n\tBcc:\u2028x\x00y\u202ez ") == "Nasrin\u200cDokht Bcc: x y z"


@given(red=st.integers(0, 255), green=st.integers(0, 255), blue=st.integers(0, 255))
def test_white_letters_can_be_read_on_any_organisations_colour(red: int, green: int, blue: int) -> None:
    colour = readable_with_white(f"#{red:02x}{green:02x}{blue:02x}")
    assert contrast_with_white([int(colour[start : start + 2], 16) for start in (1, 3, 5)]) >= 4.5


def test_times_and_money_read_as_people_write_them() -> None:
    assert short(NOW, "Europe/Berlin") == "Tue 24 November, 10:00 CET"
    assert moment(NOW, "America/Sao_Paulo") == "Tuesday 24 November 2026, 06:00 (UTC-03, America/Sao_Paulo)"
    assert moment(NOW, "UTC") == "Tuesday 24 November 2026, 09:00 (UTC)"
    assert "23:30–Thursday" in long(NOW.replace(hour=23, minute=30), NOW.replace(day=26, hour=0), "UTC")
    assert [money("1190.00", "EUR"), money("-5.50", "GBP"), money("120000", "JPY"), money("0.10", "CHF")] == [
        "€1,190.00", "-£5.50", "JPY 120,000", "CHF 0.10",
    ]  # fmt: skip


def test_the_examples_of_the_tests_cover_every_kind() -> None:
    assert all(context_of(kind) is not None for kind in DEFAULTS)


def test_a_reminder_of_a_form_says_that_it_is_one_whatever_the_wording(post: House, mail_server: MailServer) -> None:
    mail = sent(post, mail_server, "form_request", GUEST, context={"reminder": True})
    assert mail["Subject"] == "Reminder: Judith Okonkwo asks you to fill in: Before we begin"
    text = content(mail, "text/plain")
    assert "still waits for your answers to Before we begin. It works on a phone too." in text
    assert "This is a reminder. The link works once" in text
    assert f"https://coach.example/invitations/{TOKEN}" in text
