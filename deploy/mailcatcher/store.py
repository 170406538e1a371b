"""Mails as files in a folder: one `.eml` for each accepted mail, numbered in the order of acceptance."""

from __future__ import annotations

import datetime as dt
import os
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from email import policy
from email.message import EmailMessage, MIMEPart
from email.parser import BytesParser
from functools import lru_cache
from pathlib import Path

ENVELOPE_FROM = "X-Envelope-From"
ENVELOPE_TO = "X-Envelope-To"


@dataclass(frozen=True)
class Attachment:
    """A part of a mail that is not its text; `place` is its number among the attachments."""

    place: int
    filename: str
    content_type: str
    content_id: str
    content: bytes = field(repr=False)


@dataclass(frozen=True)
class Mail:
    """A mail as it was received; `recipients` are those of the SMTP dialogue, who really would have got it."""

    id: str
    received_at: dt.datetime
    sender: str
    recipients: tuple[str, ...]
    subject: str
    headers: tuple[tuple[str, str], ...]
    text: str
    html: str
    attachments: tuple[Attachment, ...]

    def header(self, name: str) -> str:
        """The first header of this name, or nothing."""
        return next((value for known, value in self.headers if known.lower() == name.lower()), "")

    def matches(self, words: str) -> bool:
        """Whether every one of the words is somewhere in who, what or the text."""
        hay = " ".join([self.sender, *self.recipients, self.header("To"), self.subject, self.text]).casefold()
        return all(word in hay for word in words.casefold().split())


class MailStore:
    """The folder. A mail that `add` has returned for survives a power cut."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.folder.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._last = max((int(path.stem) for path in self._files()), default=0)

    def add(self, sender: str, recipients: Sequence[str], content: bytes) -> str:
        """Keep a mail; answers its id."""
        envelope = f"{ENVELOPE_FROM}: {sender}\r\n{ENVELOPE_TO}: {', '.join(recipients)}\r\n".encode()
        with self._lock:
            id_ = f"{self._last + 1:08d}"
            unfinished = self.folder / f"{id_}.part"
            with unfinished.open("wb") as file:
                file.write(envelope + content)
                file.flush()
                os.fsync(file.fileno())
            unfinished.rename(self.path(id_))
            folder = os.open(self.folder, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
            self._last += 1
        return id_

    def path(self, id_: str) -> Path:
        """The file of a mail."""
        return self.folder / f"{id_}.eml"

    def get(self, id_: str) -> Mail | None:
        """A mail, or None where there is none of this id."""
        return _read(self.path(id_)) if id_.isdigit() and self.path(id_).exists() else None

    def newest_first(self, *, to: str = "", words: str = "") -> Iterator[Mail]:
        """All mails, or those that went to an address, or that hold all the words."""
        for path in sorted(self._files(), reverse=True):
            mail = _read(path)
            if (not to or to.lower() in (known.lower() for known in mail.recipients)) and mail.matches(words):
                yield mail

    def _files(self) -> Iterator[Path]:
        return self.folder.glob("[0-9]*.eml")


@lru_cache(maxsize=5000)
def _read(path: Path) -> Mail:
    with path.open("rb") as file:
        message = BytesParser(policy=policy.default).parse(file)
        received_at = dt.datetime.fromtimestamp(os.fstat(file.fileno()).st_mtime, dt.UTC)
    assert isinstance(message, EmailMessage)
    headers = tuple((name, str(value)) for name, value in message.items())
    shown = [(name, value) for name, value in headers if name not in (ENVELOPE_FROM, ENVELOPE_TO)]
    return Mail(
        id=path.stem,
        received_at=received_at,
        sender=str(message[ENVELOPE_FROM] or message["From"] or ""),
        recipients=tuple(address.strip() for address in str(message[ENVELOPE_TO] or "").split(",") if address.strip()),
        subject=str(message["Subject"] or ""),
        headers=tuple(shown),
        text=_body(message, "plain"),
        html=_body(message, "html"),
        attachments=tuple(_attachments(message)),
    )


def _body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    return _text(part) if part is not None else ""


def _text(part: MIMEPart) -> str:
    try:
        return str(part.get_content())
    except (LookupError, UnicodeError):  # an unknown charset is shown as far as it goes
        payload = part.get_payload(decode=True)
        return payload.decode(errors="replace") if isinstance(payload, bytes) else ""


def _attachments(message: EmailMessage) -> Iterator[Attachment]:
    bodies = [message.get_body(("plain",)), message.get_body(("html",))]
    place = 0
    for part in message.walk():
        if part.is_multipart() or any(part is body for body in bodies):
            continue
        payload = part.get_payload(decode=True)
        yield Attachment(
            place=place,
            filename=part.get_filename() or f"part-{place + 1}",
            content_type=part.get_content_type(),
            content_id=str(part["Content-ID"] or "").strip("<> "),
            content=payload if isinstance(payload, bytes) else b"",
        )
        place += 1
