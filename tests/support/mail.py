"""The mail that really went out, as the mail catcher keeps it."""

from __future__ import annotations

import email
import email.policy
import re
from email.message import EmailMessage
from pathlib import Path
from typing import cast

import icalendar

from tests.support.broker import eventually


class Mailbox:
    """All mails that the SMTP server accepted, one file each."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def mails(self, to: str | None = None, kind: str | None = None) -> list[EmailMessage]:
        """In the order in which they came."""
        found = []
        for file in sorted(self.folder.glob("*.eml")):
            mail = cast(EmailMessage, email.message_from_bytes(file.read_bytes(), policy=email.policy.default))
            if to in (None, mail["To"].addresses[0].addr_spec) and kind in (None, mail["X-Coachworks-Kind"]):
                found.append(mail)
        return found

    def await_mail(self, to: str, kind: str, count: int = 1) -> EmailMessage:
        """The newest of at least `count` mails of that kind to that address."""
        what = f"mail {count} of kind {kind} to {to}"
        return eventually(lambda: found[-1] if len(found := self.mails(to, kind)) >= count else None, 20, what)


def link_of(mail: EmailMessage, page: str) -> str:
    """The token of the link to `/<page>/TOKEN` in the mail's text."""
    text = mail.get_body(("plain",))
    assert text is not None
    found = re.search(rf"/{page}/([\w-]+)", text.get_content())
    assert found, f"no link to {page} in: {text.get_content()}"
    return found.group(1)


def attachment_of(mail: EmailMessage, filename: str) -> bytes:
    """The bytes of an attachment."""
    found = {part.get_filename(): part.get_payload(decode=True) for part in mail.iter_attachments()}
    assert filename in found, f"{filename} is not among {sorted(map(str, found))}"
    return cast(bytes, found[filename])


def invite_of(mail: EmailMessage) -> tuple[str, icalendar.Event]:
    """The method and the one event of the mail's invite, which is there as a part and as an attachment alike."""
    (part,) = [part for part in mail.walk() if part.get_content_type() == "text/calendar" and part.get_param("method")]
    calendar = icalendar.Calendar.from_ical(attachment_of(mail, "invite.ics"))
    assert str(calendar["METHOD"]) == part.get_param("method")
    (event,) = calendar.walk("VEVENT")
    return str(calendar["METHOD"]), event
