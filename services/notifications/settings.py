"""What this service reads from its environment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import environs

from chassis.settings import ServiceSettings
from services.notifications.outbound.smtp import Server, parse_sender


@dataclass(frozen=True, kw_only=True)
class Settings(ServiceSettings):
    """`SMTP_URL` is where mail goes (see `Server.parse`); `MAIL_FROM` is an address, with a name before it or not.

    `GATHER_SECONDS` is for how long news from an engagement waits for more, to go out as one mail.
    `ALLOW_PRIVATE_ADDRESSES=1`: webhooks may go to servers in private networks.
    """

    smtp_url: str
    mail_from: str
    gather_seconds: int = 300
    allow_private_addresses: bool = False

    @classmethod
    def extra(cls, env: environs.Env) -> dict[str, Any]:
        smtp_url, mail_from = env.str("SMTP_URL"), env.str("MAIL_FROM")
        for name, value, check in (("SMTP_URL", smtp_url, Server.parse), ("MAIL_FROM", mail_from, parse_sender)):
            try:
                check(value)
            except ValueError as error:
                raise environs.EnvValidationError(f"{name} {error}", [str(error)]) from None
        gather_seconds = env.int("GATHER_SECONDS", 300, validate=environs.validate.Range(min=0, max=86_400))
        return {
            "smtp_url": smtp_url,
            "mail_from": mail_from,
            "gather_seconds": gather_seconds,
            "allow_private_addresses": env.bool("ALLOW_PRIVATE_ADDRESSES", False),
        }
