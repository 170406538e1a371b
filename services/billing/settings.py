"""What this service reads from its environment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import environs

from chassis.settings import ServiceSettings, keys
from services.billing.cards.stripe_api import API_BASE, StripeAccount


@dataclass(frozen=True, kw_only=True)
class Settings(ServiceSettings):
    """`stripe` is None where payment by card is not set up: `STRIPE_SECRET_KEY` and `STRIPE_WEBHOOK_SECRET` are empty.

    `STRIPE_WEBHOOK_SECRET` may be two, separated by a comma, while one takes the other's place.
    `STRIPE_API_BASE` is another server that speaks Stripe's API, such as `http://127.0.0.1:12111`.
    """

    stripe: StripeAccount | None = None

    @classmethod
    def extra(cls, env: environs.Env) -> dict[str, Any]:
        secret_key, webhook_secret = env.str("STRIPE_SECRET_KEY", ""), env.str("STRIPE_WEBHOOK_SECRET", "")
        api_base = env.str("STRIPE_API_BASE", "") or API_BASE
        if not secret_key and not webhook_secret:
            return {}
        if not secret_key or not webhook_secret:
            missing = "STRIPE_WEBHOOK_SECRET" if secret_key else "STRIPE_SECRET_KEY"
            raise environs.EnvError(f'Environment variable "{missing}" is empty, and payment by card needs both.')
        if urlsplit(api_base).scheme not in ("http", "https") or not urlsplit(api_base).hostname:
            raise environs.EnvError(f'Environment variable "STRIPE_API_BASE" must be a web address, not {api_base!r}.')
        return {"stripe": StripeAccount(secret_key, keys(env, "STRIPE_WEBHOOK_SECRET"), api_base.rstrip("/"))}
