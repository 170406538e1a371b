"""The gateway's settings, from the environment; one that is missing stops the start and is named."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import environs

from chassis.settings import keys


@dataclass(frozen=True, kw_only=True)
class Settings:
    """`documents_url` is where the documents service takes and gives bytes; `trusted_proxies` how many reverse proxies
    in front of the gateway add to `X-Forwarded-For`, so that rate limits count the address of the person. `secret_keys`
    are several, separated by commas, while one takes another's place: the first signs cookies, any of them verifies.
    `HTTP_HOST`/`HTTP_PORT` is where `/metrics` is served (port 0: any free one), apart from what people reach."""

    amqp_url: str
    documents_url: str
    public_url: str
    secret_keys: tuple[str, ...]
    trusted_proxies: int = 0
    http_host: str = "127.0.0.1"
    http_port: int = 0

    @classmethod
    def read(cls, env: environs.Env | None = None) -> Self:
        """The settings; raises `environs.EnvError`, which names the variable that is missing or wrong."""
        env = env or environs.Env()
        return cls(
            amqp_url=env.str("AMQP_URL"),
            documents_url=env.str("DOCUMENTS_URL").rstrip("/"),
            public_url=env.str("PUBLIC_URL").rstrip("/"),
            secret_keys=keys(env, "SECRET_KEY"),
            trusted_proxies=env.int("TRUSTED_PROXIES", 0),
            http_host=env.str("HTTP_HOST", "127.0.0.1"),
            http_port=env.int("HTTP_PORT", 0),
        )

    @property
    def is_https(self) -> bool:
        return self.public_url.startswith("https://")

    @property
    def cookie_prefix(self) -> str:
        """`__Host-` binds a cookie to this host and to https (RFC 6265bis §4.1.3.2)."""
        return "__Host-" if self.is_https else ""
