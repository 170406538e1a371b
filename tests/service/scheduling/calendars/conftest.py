"""Scheduling may talk to the loopback interface here, where a real CalDAV server listens."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.service.scheduling.calendars.desk import Desk
from tests.service.scheduling.house import House
from tests.support.harness import service_harness
from tests.support.radicale import RadicaleServer

scheduling = service_harness("services.scheduling.service", allow_private_addresses=True)


@pytest.fixture(scope="session")
def radicale() -> Iterator[RadicaleServer]:
    """One server for all tests, each with a user of its own; it is restarted for whoever finds it stopped."""
    with tempfile.TemporaryDirectory(prefix="coachworks-radicale-") as folder:
        server = RadicaleServer(Path(folder))
        server.start()
        yield server
        server.stop()


@pytest.fixture
def desk(house: House, radicale: RadicaleServer) -> Desk:
    """The coach's calendar, which is not connected yet."""
    return Desk(house, radicale.account())
