"""Talking to the mail server: where it is, and what its answers mean."""

from __future__ import annotations

import smtplib
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from email.headerregistry import Address
from email.utils import parseaddr
from typing import Literal
from urllib.parse import parse_qsl, unquote, urlsplit

from services.notifications.outbound.bounces import is_about_the_mailbox
from services.notifications.outbound.wording import one_line

_SWITCH = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}


class TryLater(Exception):
    """The mail could not be handed over now; another attempt may succeed. The message is a sentence for a person."""


class Rejected(Exception):
    """The mail server refuses this mail for good. The message is a sentence for a person.

    `bounced` is what the server said, on one line, if it said that the recipient's mailbox takes no mail for good.
    """

    def __init__(self, sentence: str, *, bounced: str = "") -> None:
        super().__init__(sentence)
        self.bounced = bounced


@dataclass(frozen=True)
class Server:
    """Where mail goes. `seconds` is how long any one answer of it is waited for."""

    host: str
    port: int
    implicit_tls: bool
    starttls: bool
    user: str
    password: str
    seconds: float

    @classmethod
    def parse(cls, url: str) -> Server:
        """Reads `smtp://[user:password@]host[:port][?starttls=1&timeout=30]`, or `smtps://` for TLS from the start.

        User and password are percent-encoded. Raises `ValueError` with what is wrong.
        """
        parts = urlsplit(url)
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
            raise ValueError("must look like smtp://host:25 or smtps://user:password@host:465")
        options = dict(parse_qsl(parts.query, keep_blank_values=True))
        starttls = _SWITCH.get(options.pop("starttls", "0").lower())
        seconds = options.pop("timeout", "30")
        if starttls is None:
            raise ValueError("takes starttls=1 or starttls=0")
        if not seconds.replace(".", "", 1).isdigit() or not float(seconds):
            raise ValueError("takes timeout= as a number of seconds")
        if options:
            raise ValueError(f"does not take the option {next(iter(options))}")
        implicit = parts.scheme == "smtps"
        default_port = 465 if implicit else 587 if starttls else 25
        return cls(
            parts.hostname,
            parts.port or default_port,
            implicit,
            starttls,
            unquote(parts.username or ""),
            unquote(parts.password or ""),
            float(seconds),
        )


def parse_sender(mail_from: str) -> tuple[str, str]:
    """`MAIL_FROM` as (name, address); the name may be empty. Raises `ValueError` for what is no address."""
    name, address = parseaddr(mail_from)
    try:
        Address(addr_spec=address)
    except (ValueError, IndexError) as error:
        raise ValueError(f"is no mail address: {mail_from!r}") from error
    if "@" not in address:
        raise ValueError(f"is no mail address: {mail_from!r}")
    return name, address


class Connection:
    """One connection that is kept for a batch and made anew when it is lost. Not thread-safe.

    A server that cannot be reached or does not answer in time is not asked again by this connection.
    """

    def __init__(self, server: Server) -> None:
        self._server = server
        self._smtp: smtplib.SMTP | None = None
        self._out_of_reach: TryLater | None = None

    def deliver(self, sender: str, recipient: str, message: bytes, before_data: Callable[[], None]) -> None:
        """Hands over one mail; raises `TryLater` or `Rejected`.

        `before_data` runs when the server has agreed to sender and recipient, just before it gets the mail; what it
        raises goes through, and nothing has been mailed then.
        """
        smtp = self._open()
        try:
            options = [] if _is_ascii(sender, recipient) else ["SMTPUTF8", "BODY=8BITMIME"]
            if options and not smtp.has_extn("smtputf8"):
                raise Rejected("The mail server takes no address with letters outside ASCII.")
            self._expect(smtp.mail(sender, options))
            self._expect(smtp.rcpt(recipient), "rcpt")
            try:
                before_data()
            except BaseException:
                self._reset()
                raise
            self._expect(smtp.data(message), "data")
        except smtplib.SMTPDataError as error:
            self._expect((error.smtp_code, _bytes(error.smtp_error)), "data")
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            # smtplib tells a timeout as a lost connection.
            if isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError):
                self._out_of_reach = TryLater("The mail server did not answer in time.")
                raise self._out_of_reach from None
            raise TryLater(f"The connection to the mail server broke: {_sentence(error)}") from error

    def close(self) -> None:
        """Drops the connection."""
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            smtp.close()

    def quit(self) -> None:
        """Takes leave politely at the end of a batch."""
        if self._smtp is not None:
            try:
                self._smtp.quit()
            except (OSError, smtplib.SMTPException):
                self._smtp.close()
            self._smtp = None

    def _open(self) -> smtplib.SMTP:
        if self._out_of_reach is not None:
            raise self._out_of_reach
        if self._smtp is None:
            try:
                self._smtp = self._connect()
            except (OSError, smtplib.SMTPException) as error:
                self._out_of_reach = TryLater(f"The mail server cannot be reached: {_sentence(error)}")
                raise self._out_of_reach from error
        return self._smtp

    def _connect(self) -> smtplib.SMTP:
        server = self._server
        name = socket.gethostname()
        smtp: smtplib.SMTP
        if server.implicit_tls:
            smtp = smtplib.SMTP_SSL(
                server.host, server.port, name, timeout=server.seconds, context=ssl.create_default_context()
            )
        else:
            smtp = smtplib.SMTP(server.host, server.port, name, timeout=server.seconds)
        try:
            if server.starttls:
                smtp.starttls(context=ssl.create_default_context())
            smtp.ehlo_or_helo_if_needed()
            if server.user:
                smtp.login(server.user, server.password)
        except BaseException:
            smtp.close()
            raise
        return smtp

    def _expect(self, reply: tuple[int, bytes], stage: Literal["mail", "rcpt", "data"] = "mail") -> None:
        """Returns on 2xx; else the transaction is over, and a 4xx is `TryLater`, a 5xx `Rejected`."""
        code, text = reply
        if 200 <= code < 300:
            return
        words = _clean(text.decode("utf-8", "replace"))
        answer = f"{code} {words}"
        said = f"The mail server said: {answer}"
        if code == 421:  # it is closing the connection
            self.close()
        else:
            self._reset()
        if not 500 <= code < 600:
            raise TryLater(said)
        bounced = stage != "mail" and is_about_the_mailbox(stage, code, words)
        raise Rejected(said, bounced=answer if bounced else "")

    def _reset(self) -> None:
        if self._smtp is None:
            return
        try:
            self._smtp.rset()
        except (OSError, smtplib.SMTPException):
            self.close()


def _is_ascii(*addresses: str) -> bool:
    return all(address.isascii() for address in addresses)


def _bytes(value: bytes | str) -> bytes:
    return value if isinstance(value, bytes) else value.encode()


def _clean(text: str) -> str:
    return one_line(text)[:300]


def _sentence(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {_clean(_bytes(error.smtp_error).decode('utf-8', 'replace'))}"
    return _clean(str(error)) or type(error).__name__
