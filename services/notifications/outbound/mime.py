"""The mail as the mail server gets it: real MIME, built by the standard library. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from email.headerregistry import Address, HeaderRegistry
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from email.utils import format_datetime

from services.notifications.outbound.letter import Letter
from services.notifications.outbound.wording import one_line

LONGEST_NAME = 100
CALENDAR = "text/calendar"
#: Encoded bodies, and headers with encoded words, have lines of at most this many characters (RFC 2045, RFC 2047).
SHORT_LINE = 76
#: No line may be longer (RFC 5322 §2.1.1).
LONGEST_LINE = 998


@dataclass(frozen=True)
class Mailbox:
    """A name, which may be empty, and an address."""

    name: str
    address: str

    @property
    def wire_address(self) -> str:
        """The address with its domain in ASCII (IDNA), as SMTP wants it."""
        local, _, domain = self.address.rpartition("@")
        return self.address if domain.isascii() else f"{local}@{domain.encode('idna').decode()}"


@dataclass(frozen=True)
class File:
    """A file that travels along; `method` is the iTIP method of a calendar object, else None."""

    filename: str
    content_type: str
    method: str | None
    content: bytes


@dataclass(frozen=True)
class Post:
    """What the headers say; `unsubscribe_url` is the address that unsubscribes by one click (RFC 8058)."""

    message_id: str
    kind: str
    sender: Mailbox
    recipient: Mailbox
    reply_to: Mailbox | None
    date: dt.datetime
    unsubscribe_url: str = ""


class _Registry(HeaderRegistry):
    """Makes the class of a header once, not anew for each mail: that took a third of the time of building one."""

    def __init__(self) -> None:
        super().__init__()
        self._made: dict[str, type] = {}

    def __getitem__(self, name: str) -> type:
        if name not in self._made:
            self._made[name] = super().__getitem__(name)
        return self._made[name]


class _Headers(EmailPolicy):
    """Keeps a header of ASCII alone on one line: folded, a subject may begin on a line of its own, below its name."""

    def fold_binary(self, name: str, value: str) -> bytes:
        limit = LONGEST_LINE if str(value).isascii() else SHORT_LINE
        return SMTP.clone(utf8=self.utf8, max_line_length=limit).fold_binary(name, value)


_REGISTRY = _Registry()


def build(post: Post, letter: Letter, files: Sequence[File]) -> bytes:
    """The message in CRLF lines: text, HTML and calendar as alternatives of one another, then the attachments."""
    # A header may hold letters outside ASCII only where the addresses force the mail to go out as SMTPUTF8 anyway.
    utf8 = not all(box.wire_address.isascii() for box in (post.sender, post.recipient))
    message = EmailMessage(SMTP.clone(utf8=utf8, max_line_length=SHORT_LINE, header_factory=_REGISTRY))
    message["From"] = _header(post.sender)
    message["To"] = _header(post.recipient)
    if post.reply_to is not None and (utf8 or post.reply_to.wire_address.isascii()):
        message["Reply-To"] = _header(post.reply_to)
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(post.date)
    message["Message-ID"] = post.message_id
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message["X-Coachworks-Kind"] = post.kind
    if post.unsubscribe_url:
        message["List-Unsubscribe"] = f"<{post.unsubscribe_url}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(letter.text, cte="quoted-printable")
    message.add_alternative(letter.html, subtype="html", cte="quoted-printable")
    for file in files:
        if file.content_type == CALENDAR and file.method:
            params = {"method": file.method, "charset": "utf-8", "component": "VEVENT"}
            message.add_alternative(file.content, maintype="text", subtype="calendar", params=params, cte="base64")
    for file in files:
        # As text/calendar a second time, some programs would show the invite twice.
        content_type = "application/ics" if file.content_type == CALENDAR else file.content_type
        maintype, _, subtype = content_type.partition("/")
        message.add_attachment(file.content, maintype=maintype, subtype=subtype, filename=one_line(file.filename))
    return message.as_bytes(policy=_Headers(utf8=utf8, linesep="\r\n", header_factory=_REGISTRY))


def _header(box: Mailbox) -> Address:
    # As two parts, because `addr_spec` refuses letters outside ASCII even where the mail goes out as SMTPUTF8.
    username, _, domain = box.wire_address.rpartition("@")
    return Address(one_line(box.name)[:LONGEST_NAME], username, domain)
