"""A real SMTP server on loopback that behaves as a test tells it to."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

LOST = "250 Taken, and nobody hears it"


class MailServer:
    """Takes mail; `answers(stage, recipient)` may say otherwise for the stages `rcpt` and `data`.

    An answer is None (take it), a reply such as `450 Busy`, `"hang"` (say nothing), `"drop"` (close the line) or, for
    `data`, `"lose"` (take it, and close the line before saying so);
    `looks` sees each mail before it is answered; `options` are those of aiosmtpd's controller.
    """

    def __init__(self, **options: Any) -> None:
        self.taken: list[tuple[str, bytes]] = []
        self.connections = 0
        self.answers: Callable[[str, str], str | None] = lambda stage, recipient: None
        self.looks: Callable[[bytes], object] = lambda content: None
        self._lock = threading.Lock()
        self.options = options
        self._controller = Controller(
            _Handler(self), hostname="127.0.0.1", port=_free_port(), ready_timeout=10, **options
        )

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self._controller.port}?timeout=2"

    @property
    def mails(self) -> list[EmailMessage]:
        """The mails taken so far, parsed."""
        return [cast(EmailMessage, message_from_bytes(content, policy=default)) for _, content in self.taken]

    @property
    def recipients(self) -> list[str]:
        return [recipient for recipient, _ in self.taken]

    def take(self, recipient: str, content: bytes) -> None:
        with self._lock:
            self.taken.append((recipient, content))

    def __enter__(self) -> MailServer:
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop()


class _Handler:
    def __init__(self, server: MailServer) -> None:
        self.server = server

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        self.server.connections += 1
        session.host_name = hostname
        return responses

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        reply = await self._answer("rcpt", server, address)
        if reply is None:
            envelope.rcpt_tos.append(address)
        return reply or "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        recipient = envelope.rcpt_tos[0]
        self.server.looks(cast(bytes, envelope.original_content))
        reply = await self._answer("data", server, recipient)
        if reply in (None, LOST):
            self.server.take(recipient, cast(bytes, envelope.original_content))
        return reply or "250 Taken"

    async def _answer(self, stage: str, server: Any, recipient: str) -> str | None:
        answer = self.server.answers(stage, recipient)
        if answer == "hang":
            await asyncio.sleep(60)
        if answer in ("drop", "lose"):
            server.transport.abort()
            return LOST if answer == "lose" else "421 Gone"
        return answer


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
