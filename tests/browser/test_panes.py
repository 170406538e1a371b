"""An engagement's panes are swapped without leaving the page (rules S2.12–S2.17)."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.people import enrol, sign_in
from tests.system.conftest import ADMIN, PASSWORD, Running

CLIENT, CLIENT_PASSWORD = "tobias.kern@example.org", "two rusty anchors"


@pytest.fixture(scope="module")
def engagement(running: Running) -> str:
    return enrol(running, "Tobias Kern", CLIENT, CLIENT_PASSWORD)


@pytest.fixture
def page(running: Running, browser: Browser, engagement: str) -> Iterator[Page]:
    context = browser.new_context(base_url=running.local.url, reduced_motion="reduce")
    context.set_default_timeout(10_000)
    made = context.new_page()
    sign_in(made, ADMIN, PASSWORD)
    made.goto(engagement)
    made.evaluate("window.stayed = true")
    yield made
    context.close()


def tab(page: Page, name: str) -> None:
    page.get_by_role("navigation", name="Engagement").get_by_role("link", name=re.compile(f"^{name}")).click()


def test_the_sub_menu_swaps_the_pane_with_its_address_title_and_focus(page: Page, engagement: str) -> None:
    for name, path in (("Notes", "/notes"), ("Goals", "/goals"), ("Sessions", "/sessions"), ("Invoices", "/invoices")):
        tab(page, name)
        expect(page).to_have_url(re.compile(f"{engagement}{path}$"))
        expect(page).to_have_title(re.compile(f"^{name} · Executive Presence · Tobias Kern"))
        expect(page.locator("[data-pane] h2").first).to_be_focused()
        current = page.get_by_role("navigation", name="Engagement").locator("[aria-current=page]")
        expect(current).to_contain_text(name)
        assert page.evaluate("window.stayed") is True
    page.go_back()
    expect(page.get_by_role("heading", name="Sessions", level=2)).to_be_visible()
    page.go_forward()
    expect(page.get_by_role("heading", name="Invoices", level=2)).to_be_visible()


def test_text_that_was_typed_is_there_when_one_comes_back(page: Page, running: Running, engagement: str) -> None:
    goal = running.admin.post(f"{engagement}/goals", {"name": "Keep it"}, expect=201)
    other = running.admin.post(f"{engagement}/goals", {"name": "Another"}, expect=201)
    tab(page, "Goals")
    page.get_by_role("link", name="Keep it").click()
    page.get_by_role("textbox", name="Your comment").fill("half a thought")
    page.get_by_role("link", name="Another").click()
    expect(page.get_by_role("textbox", name="Your comment")).to_have_value("")
    expect(page.get_by_role("link", name="Another")).to_be_focused()
    tab(page, "Notes")
    tab(page, "Goals")
    page.get_by_role("link", name="Keep it").click()
    expect(page.get_by_role("textbox", name="Your comment")).to_have_value("half a thought")
    page.reload()
    expect(page.get_by_role("textbox", name="Your comment")).to_have_value("half a thought")
    page.get_by_role("button", name="Comment").click()
    expect(page.locator(".comments li")).to_contain_text("half a thought")
    expect(page.get_by_role("textbox", name="Your comment")).to_have_value("")
    assert running.admin.get(f"/goals/{other['id']}/comments")["items"] == []
    assert len(running.admin.get(f"/goals/{goal['id']}/comments")["items"]) == 1


def test_a_note_that_was_not_saved_yet_is_saved_when_its_pane_goes(
    page: Page, running: Running, engagement: str
) -> None:
    note = running.admin.post(f"{engagement}/notes", {"title": "Quick", "body": "<p>a</p>"}, expect=201)
    tab(page, "Notes")
    page.get_by_role("link", name="Quick").click()
    page.locator(".rich-editor [contenteditable=true]").click()
    page.keyboard.press("Control+End")
    page.keyboard.type("bc")
    with page.expect_response(re.compile(f"/notes/{note['id']}$")):
        tab(page, "Goals")
    expect(page.get_by_role("heading", name="Goals", level=2)).to_be_visible()
    assert running.admin.get(f"/notes/{note['id']}")["body"] == "<p>abc</p>"


def test_who_is_signed_out_meanwhile_comes_to_the_sign_in(page: Page) -> None:
    page.context.clear_cookies()
    tab(page, "Notes")
    expect(page).to_have_url(re.compile("/sign-in"))
    expect(page.get_by_label("Your address")).to_be_visible()
