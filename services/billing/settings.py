"""What this service reads from its environment."""

from __future__ import annotations

from chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    """Nothing but what every service needs."""
