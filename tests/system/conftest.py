"""All of Coachworks, running."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local.configuration import SERVICES
from deploy.local.system import LocalSystem
from tests.support.api import Api
from tests.support.mail import Mailbox
from tests.support.servers import PostgresServer
from tests.support.stripe import StripeServer, stripe_server

ADMIN = "ada.admin@northlight.example"
PASSWORD = "seven quiet harbours"


class Running:
    """A system that runs, with the admin's hand on it."""

    stripe: StripeServer

    def __init__(self, folder: Path, **settings: str) -> None:
        self.local = LocalSystem(
            folder, {"PORT": "0", "DEMO": "0", "ADMIN_EMAIL": ADMIN, "ADMIN_PASSWORD": PASSWORD, **settings}
        )
        self.local.start()
        self.mailbox = Mailbox(self.local.mail_folder)
        self.anybody = Api(self.local.url)
        self.admin = self.anybody.signed_in(ADMIN, PASSWORD)


def databases(server: PostgresServer, prefix: str) -> dict[str, str]:
    """The settings that put each service onto a PostgreSQL database of its own."""
    return {f"{service.upper()}_DATABASE_URL": server.create_database(f"{prefix}_{service}") for service in SERVICES}


@pytest.fixture(scope="package", params=["sqlite", "postgresql"])
def running(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One system for all tests of this package, once on SQLite and once on PostgreSQL; it takes payments by card."""
    settings = {"ALLOW_PRIVATE_ADDRESSES": "1"}
    if request.param == "postgresql":
        settings |= databases(request.getfixturevalue("postgres_server"), "system")
    with stripe_server() as stripe:
        made = Running(tmp_path_factory.mktemp("system"), **settings, **stripe.settings)
        made.stripe = stripe
        yield made
        made.local.stop()
