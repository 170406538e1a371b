"""A real browser before a running system; every screenshot is kept as an artefact."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.support.stripe import stripe_server
from tests.system.conftest import Running

ARTEFACTS = Path(os.environ.get("ARTEFACTS", "var/screenshots"))
CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-sync"]


@pytest.fixture(scope="package")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One system for all tests of this package; it takes payments by card."""
    with stripe_server() as stripe:
        made = Running(tmp_path_factory.mktemp("browser"), **stripe.settings)
        made.stripe = stripe
        stripe.webhooks = f"{made.local.url}/api/v1/webhooks/stripe"
        yield made
        made.local.stop()


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The story begins in an empty house, so it comes before the other tests of this folder."""
    here = Path(__file__).parent
    places = [place for place, item in enumerate(items) if item.path.parent == here]
    ours = sorted((items[place] for place in places), key=lambda item: item.path.name != "test_story.py")
    for place, item in zip(places, ours, strict=True):
        items[place] = item
