"""A credit note by clicking: typed, looked at, issued, and seen by the client (C21)."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Download, Page, expect
from pypdf import PdfReader

from tests.browser.conftest import ARTEFACTS
from tests.browser.people import enrol, sign_in
from tests.browser.test_accessibility import AXE, flaws
from tests.support.broker import eventually
from tests.system.conftest import ADMIN, PASSWORD, Running

CLIENT, CLIENT_PASSWORD = "paula.kern@example.org", "seven quiet owls"
NUMBER = re.compile(r"CN-20\d\d-\d{4}")


@pytest.fixture(scope="module")
def invoice(running: Running) -> Any:
    """An invoice of 119 € that was sent."""
    engagement = enrol(running, "Paula Kern", CLIENT, CLIENT_PASSWORD)
    lines = [
        {"description": "Coaching, two sessions", "quantity": "2", "unit_price": "40", "tax_rate": "19"},
        {"description": "Workbook", "quantity": "1", "unit_price": "20", "tax_rate": "19"},
    ]
    draft = running.admin.post(f"{engagement}/invoices", {"currency": "EUR", "lines": lines}, expect=201)
    return running.admin.post(f"/invoices/{draft['id']}/send", expect=202)


def page_of(browser: Browser, running: Running, **options: Any) -> Page:
    context = browser.new_context(base_url=running.local.url, reduced_motion="reduce", **options)
    context.set_default_timeout(10_000)
    context.add_init_script(path=AXE)
    return context.new_page()


def picture(page: Page, name: str) -> None:
    ARTEFACTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=ARTEFACTS / f"{name}.png", full_page=True)


def test_c21_a_part_is_credited_with_live_totals_and_a_preview(
    running: Running, browser: Browser, invoice: Any, tmp_path: Path
) -> None:
    page = page_of(browser, running, viewport={"width": 1280, "height": 900})
    sign_in(page, ADMIN, PASSWORD)
    page.goto(f"/invoices/{invoice['id']}")
    page.get_by_label("Invoice", exact=True).click()
    page.get_by_role("link", name="Credit note…").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Coaching, two sessions")).to_have_value("80.00")
    expect(dialog).to_contain_text("−€119.00")
    dialog.get_by_label("Workbook").fill("")
    dialog.get_by_label("Coaching, two sessions").fill("40")
    expect(dialog).to_contain_text("−€47.60")
    expect(dialog).to_contain_text("€71.40")
    dialog.get_by_label("Coaching, two sessions").fill("80.01")
    expect(dialog).to_contain_text("Must be of the 80.00 that is left.")
    dialog.get_by_label("Coaching, two sessions").fill("40")
    dialog.get_by_label("Reason").fill("The second session fell out.")
    expect(dialog).to_contain_text("−€47.60")
    assert flaws(page) == []
    picture(page, "85-credit-note")

    previews: list[Download] = []

    def keep(download: Download) -> None:
        previews.append(download)

    page.on("download", keep)
    page.context.on("page", lambda tab: tab.on("download", keep))
    dialog.get_by_role("button", name="Preview").click()
    eventually(lambda: previews or page.wait_for_timeout(10), what="the preview")
    file = tmp_path / "preview.pdf"
    previews[0].save_as(file)
    text = PdfReader(file).pages[0].extract_text()
    assert "–47.60" in text
    assert "The second session fell out." in text

    dialog.get_by_role("button", name="Issue credit note").click()
    expect(page.get_by_text(re.compile(rf"Credit note {NUMBER.pattern} is issued"))).to_be_visible()
    notes = page.locator("section", has=page.get_by_role("heading", name="Credit notes"))
    expect(notes).to_contain_text(NUMBER)
    expect(page.locator("dl.totals")).to_contain_text("€71.40")
    assert flaws(page) == []
    picture(page, "86-invoice-credited")
    page.context.close()


def test_c22_the_client_finds_it_on_a_phone_and_downloads_it(running: Running, browser: Browser, invoice: Any) -> None:
    page = page_of(browser, running, viewport={"width": 390, "height": 844}, is_mobile=True, color_scheme="dark")
    sign_in(page, CLIENT, CLIENT_PASSWORD)
    page.goto(f"/invoices/{invoice['id']}")
    expect(page.get_by_text("Credit note…")).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert flaws(page) == []
    picture(page, "87-client-credited-phone")
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile(f"PDF of {NUMBER.pattern}")).click()
    assert NUMBER.search(download.value.suggested_filename)
    page.context.close()
