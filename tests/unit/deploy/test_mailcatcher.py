"""The mail catcher is a real SMTP server: what it accepted is a file, and its pages show it safely."""

from __future__ import annotations

import smtplib
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from deploy.mailcatcher.pages import create_app
from deploy.mailcatcher.smtp import smtp_server
from deploy.mailcatcher.store import MailStore
from tests.support.servers import free_port


@pytest.fixture
def store(tmp_path: Path) -> MailStore:
    return MailStore(tmp_path / "mail")


@pytest.fixture
def smtp(store: MailStore) -> Iterator[smtplib.SMTP]:
    port = free_port()
    server = smtp_server(store, "127.0.0.1", port)
    server.start()
    with smtplib.SMTP("127.0.0.1", port) as client:
        yield client
    server.stop()


@pytest.fixture
def pages(store: MailStore) -> FlaskClient:
    return create_app(store).test_client()


def invitation() -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = "Coachworks <no-reply@coachworks.example>"
    mail["To"] = "Zoë Ångström <zoe@client.example>"
    mail["Subject"] = "Your session with Łukasz"
    mail["Message-ID"] = "<one@coachworks.example>"
    mail.set_content("We meet on Tuesday.")
    mail.add_alternative("<p onclick='x()'>We meet on <b>Tuesday</b>.</p><script>steal()</script>", subtype="html")
    mail.add_attachment(b"BEGIN:VCALENDAR", maintype="text", subtype="calendar", filename="invite.ics")
    return mail


def test_an_accepted_mail_is_a_file_and_is_listed_for_its_recipient(
    store: MailStore, smtp: smtplib.SMTP, pages: FlaskClient
) -> None:
    smtp.send_message(invitation(), to_addrs=["zoe@client.example", "hidden@client.example"])
    smtp.send_message(invitation(), to_addrs=["other@client.example"])

    assert [path.name for path in sorted(store.folder.iterdir())] == ["00000001.eml", "00000002.eml"]
    [mail] = pages.get("/api/mails?to=HIDDEN@client.example").get_json()
    assert (mail["subject"], mail["to"]) == (
        "Your session with Łukasz",
        ["zoe@client.example", "hidden@client.example"],
    )
    assert mail["message_id"] == "<one@coachworks.example>"
    assert mail["text"].strip() == "We meet on Tuesday."
    [attachment] = mail["attachments"]
    assert attachment["filename"] == "invite.ics"
    assert pages.get(attachment["url"]).data == b"BEGIN:VCALENDAR"
    assert b"BEGIN:VCALENDAR" not in pages.get(mail["raw_url"]).data  # encoded, as it travelled
    assert b"Message-ID: <one@coachworks.example>" in pages.get(mail["raw_url"]).data


def test_numbers_go_on_after_a_restart(store: MailStore) -> None:
    first = store.add("a@b.example", ["c@d.example"], b"Subject: one\r\n\r\n")
    again = MailStore(store.folder).add("a@b.example", ["c@d.example"], b"Subject: two\r\n\r\n")
    assert (first, again) == ("00000001", "00000002")


def test_search_finds_by_address_subject_and_text(store: MailStore, pages: FlaskClient) -> None:
    store.add("a@b.example", ["c@d.example"], invitation().as_bytes())
    store.add("a@b.example", ["e@f.example"], b"Subject: Invoice\r\n\r\nPlease pay.")
    assert [mail["to"] for mail in pages.get("/api/mails?q=tuesday łukasz").get_json()] == [["c@d.example"]]
    page = pages.get("/?q=invoice").text
    assert "e@f.example" in page
    assert "c@d.example" not in page


def test_html_of_a_mail_can_run_nothing(store: MailStore, pages: FlaskClient) -> None:
    id_ = store.add("a@b.example", ["c@d.example"], invitation().as_bytes())
    frame = pages.get(f"/mails/{id_}/html")
    assert "sandbox" in frame.headers["Content-Security-Policy"]
    assert "script-src" not in frame.headers["Content-Security-Policy"]
    assert "default-src 'none'" in frame.headers["Content-Security-Policy"]
    page = pages.get(f"/mails/{id_}").text
    assert "sandbox=" in page
    assert "<script" not in page


@pytest.mark.parametrize("path", ["/mails/00000009", "/mails/x/html", "/mails/../secrets.eml", "/api/mails/7"])
def test_an_unknown_mail_is_404(pages: FlaskClient, path: str) -> None:
    assert pages.get(path).status_code == 404


def test_a_broken_mail_is_still_shown(store: MailStore, pages: FlaskClient) -> None:
    id_ = store.add("", ["c@d.example"], b"Content-Type: text/plain; charset=unknown-8\r\n\r\n\xff\xfe what")
    assert pages.get(f"/mails/{id_}").status_code == 200
    assert "what" in pages.get("/api/mails").get_json()[0]["text"]
