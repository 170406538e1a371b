"""Settings of scheduling."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import environs

from chassis.settings import ServiceSettings


@dataclass(frozen=True, kw_only=True)
class Settings(ServiceSettings):
    """`ALLOW_PRIVATE_ADDRESSES=1`: coaches' calendars may lie in private networks, and be reached without TLS."""

    allow_private_addresses: bool = False

    @classmethod
    def extra(cls, env: environs.Env) -> dict[str, Any]:
        return {"allow_private_addresses": env.bool("ALLOW_PRIVATE_ADDRESSES", False)}
