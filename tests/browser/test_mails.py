"""Every kind of mail as a mail program shows it: wide and narrow, light and dark, nothing cut off, all readable."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext

from contracts.notification import KINDS
from services.notifications.outbound.letter import compose
from services.notifications.outbound.samples import scene_of
from services.notifications.outbound.wording import DEFAULTS
from tests.browser.conftest import ARTEFACTS
from tests.browser.test_accessibility import AXE, flaws

SCREENS: dict[str, dict[str, Any]] = {
    f"{name}-{scheme}": {"viewport": {"width": width, "height": 900}, "color_scheme": scheme}
    for name, width in (("desktop", 1000), ("phone", 390))
    for scheme in ("light", "dark")
}


@pytest.fixture(scope="module", params=SCREENS)
def screen(request: pytest.FixtureRequest, browser: Browser) -> Iterator[tuple[str, BrowserContext]]:
    context = browser.new_context(**SCREENS[request.param])
    context.add_init_script(path=AXE)
    yield request.param, context
    context.close()


@pytest.mark.parametrize("kind", KINDS)
def test_a_mail_is_readable_on_every_screen(screen: tuple[str, BrowserContext], kind: str) -> None:
    name, context = screen
    scene = scene_of(kind, DEFAULTS[kind], "Northlight Coaching", "#0E6B56", "Europe/Berlin", "https://coach.example")
    page = context.new_page()
    page.goto("about:blank")
    page.set_content(compose(scene).html)
    viewport = page.viewport_size
    assert viewport is not None
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
    assert flaws(page) == []
    folder = ARTEFACTS / "mails"
    folder.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=folder / f"{kind}-{name}.png", full_page=True)
    page.close()
