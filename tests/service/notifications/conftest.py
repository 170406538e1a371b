"""The notifications service on both databases, a small house in it, and a real mail server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.service.notifications.hooks import Hooks
from tests.service.notifications.hookserver import HookServer
from tests.service.notifications.house import House
from tests.service.notifications.mailserver import MailServer
from tests.support.harness import Harness, service_harness

notifications = service_harness(
    "services.notifications.service", smtp_url="smtp://127.0.0.1:1", mail_from="no-reply@northlight.example"
)


@pytest.fixture
def house(notifications: Harness) -> House:
    return House(notifications)


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    with MailServer() as server:
        yield server


@pytest.fixture
def post(house: House, mail_server: MailServer) -> House:
    """The house, with a mail server that works."""
    house.sends_to(mail_server.url)
    return house


@pytest.fixture
def hooks(notifications: Harness) -> Hooks:
    return Hooks(notifications)


@pytest.fixture
def hook() -> Iterator[HookServer]:
    with HookServer() as server:
        yield server
