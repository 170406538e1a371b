"""The scheduling service on both databases, and a small house: one coach, one client, one engagement."""

from __future__ import annotations

import pytest

from tests.service.scheduling.house import House
from tests.support.harness import Harness, service_harness

scheduling = service_harness("services.scheduling.service")


@pytest.fixture
def house(scheduling: Harness) -> House:
    return House(scheduling)
