"""The engagements service on both databases, and a small organisation in it."""

from __future__ import annotations

import pytest

from tests.service.engagements.house import ADMIN_EMAIL, ADMIN_PASSWORD, House
from tests.support.harness import PRIVATE_KEY, Harness, service_harness

engagements = service_harness(
    "services.engagements.service",
    assertion_private_key=PRIVATE_KEY,
    admin_email=ADMIN_EMAIL,
    admin_password=ADMIN_PASSWORD,
)


@pytest.fixture
def house(engagements: Harness) -> House:
    return House(engagements)
