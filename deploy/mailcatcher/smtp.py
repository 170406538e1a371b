"""The SMTP side: takes every mail for everybody."""

from __future__ import annotations

import asyncio
from typing import Any

from aiosmtpd.controller import Controller

from deploy.mailcatcher.store import MailStore

LARGEST = 50 * 1024 * 1024


class _Handler:
    def __init__(self, store: MailStore) -> None:
        self._store = store

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 (aiosmtpd calls it so)
        """250 only once the mail is on the disk."""
        loop = asyncio.get_running_loop()
        add = self._store.add
        id_ = await loop.run_in_executor(None, add, envelope.mail_from or "", envelope.rcpt_tos, envelope.content)
        return f"250 OK: kept as {id_}"


def smtp_server(store: MailStore, host: str, port: int) -> Controller:
    """The server, not yet started; `start()` returns when it listens, `stop()` ends it."""
    return Controller(_Handler(store), hostname=host, port=port, data_size_limit=LARGEST, enable_SMTPUTF8=True)
