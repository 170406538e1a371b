"""Settings of the engagements service, from the environment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import environs

from chassis.settings import ServiceSettings


@dataclass(frozen=True, kw_only=True)
class Settings(ServiceSettings):
    """`assertion_private_key` signs who acts (raw Ed25519 seed, URL-safe base64; only this service has it).

    `admin_email` and `admin_password` are needed as long as there is no admin yet.
    """

    assertion_private_key: str
    admin_email: str
    admin_password: str

    @classmethod
    def extra(cls, env: environs.Env) -> dict[str, Any]:
        return {
            "assertion_private_key": env.str("ASSERTION_PRIVATE_KEY"),
            "admin_email": env.str("ADMIN_EMAIL", ""),
            "admin_password": env.str("ADMIN_PASSWORD", ""),
        }
