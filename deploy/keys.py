"""Prints fresh secrets, and which profiles run, as lines of an env file for docker-compose.yml: `make keys >> .env`."""

from __future__ import annotations

import secrets

from chassis.identity import new_keys

SECRET_KEYS = ("ENGAGEMENTS", "SCHEDULING", "DOCUMENTS", "NOTIFICATIONS", "BILLING", "GATEWAY")


def fresh() -> dict[str, str]:
    """Every secret that the containers need, by the name of its setting."""
    private, public = new_keys()
    return {
        "ADMIN_PASSWORD": secrets.token_urlsafe(12),
        "POSTGRES_PASSWORD": secrets.token_urlsafe(24),
        "ASSERTION_PRIVATE_KEY": private,
        "ASSERTION_PUBLIC_KEY": public,
        **{f"{owner}_SECRET_KEY": secrets.token_urlsafe(32) for owner in SECRET_KEYS},
    }


if __name__ == "__main__":
    for name, value in {**fresh(), "COMPOSE_PROFILES": "all,dev"}.items():
        print(f"{name}={value}")
