"""The tables."""

from __future__ import annotations

from chassis.migrate import check
from tests.support.harness import Harness


def test_the_migrations_lead_to_the_models(scheduling: Harness) -> None:
    check(scheduling.service, scheduling.database)
