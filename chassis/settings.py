"""Settings come from the environment, typed; one that is missing stops the start and is named."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import environs


def keys(env: environs.Env, name: str) -> tuple[str, ...]:
    """The keys of that variable, separated by commas; at least one, and none may be empty."""
    found = tuple(key.strip() for key in env.str(name).split(","))
    if not all(found):
        raise environs.EnvError(f'Environment variable "{name}" holds an empty key.')
    return found


@dataclass(frozen=True, kw_only=True)
class ServiceSettings:
    """What every service needs.

    `<SERVICE>_DATABASE_URL`, `AMQP_URL`, `ASSERTION_PUBLIC_KEY` (raw Ed25519 key, URL-safe base64) and `SECRET_KEY` are
    required. The last two may be several, separated by commas, while one takes another's place: any of them verifies
    and opens, the first one seals. `HTTP_HOST`/`HTTP_PORT` is where `/healthz`, `/readyz` and `/metrics` are served
    (port 0: any free one).
    """

    service: str
    database_url: str
    amqp_url: str
    assertion_public_keys: tuple[str, ...]
    secret_keys: tuple[str, ...]
    public_url: str
    http_host: str
    http_port: int

    @classmethod
    def read(cls, service: str, env: environs.Env | None = None) -> Self:
        """The settings of `service`; raises `environs.EnvError`, which names the variable that is missing or wrong."""
        env = env or environs.Env()
        return cls(
            service=service,
            database_url=env.str(f"{service.upper()}_DATABASE_URL"),
            amqp_url=env.str("AMQP_URL"),
            assertion_public_keys=keys(env, "ASSERTION_PUBLIC_KEY"),
            secret_keys=keys(env, "SECRET_KEY"),
            public_url=env.str("PUBLIC_URL").rstrip("/"),
            http_host=env.str("HTTP_HOST", "127.0.0.1"),
            http_port=env.int("HTTP_PORT", 0),
            **cls.extra(env),
        )

    @classmethod
    def extra(cls, env: environs.Env) -> dict[str, Any]:
        """What a service's own subclass reads besides: a dict of its fields."""
        return {}
