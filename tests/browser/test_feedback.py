"""Feedback on a goal by clicking: stakeholders, the request, the page on a phone, the results (S1.26–S1.29, C18)."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import ARTEFACTS
from tests.browser.people import enrol, sign_in
from tests.browser.test_accessibility import AXE, flaws
from tests.support.mail import link_of
from tests.system.conftest import ADMIN, PASSWORD, Running

CLIENT, CLIENT_PASSWORD = "teo.lindqvist@example.org", "nine copper kettles"
PEOPLE = {"Rafael Moreno": "4", "Ana Duarte": "5", "Tobias Kern": "4"}


@pytest.fixture(scope="module")
def goal(running: Running) -> str:
    engagement = enrol(running, "Teo Lindqvist", CLIENT, CLIENT_PASSWORD)
    given = {"name": "Delegate", "description": "Two things a week"}
    made = running.admin.post(f"{engagement}/goals", given, expect=201)
    return f"{engagement}/goals/{made['id']}"


def _page(browser: Browser, running: Running, **options: object) -> Page:
    context = browser.new_context(base_url=running.local.url, reduced_motion="reduce", **options)  # type: ignore[arg-type]
    context.set_default_timeout(10_000)
    context.add_init_script(path=AXE)
    return context.new_page()


@pytest.fixture(scope="module")
def coach(running: Running, browser: Browser) -> Iterator[Page]:
    page = _page(browser, running, viewport={"width": 1280, "height": 900})
    sign_in(page, ADMIN, PASSWORD)
    yield page
    page.context.close()


@pytest.fixture
def phone(running: Running, browser: Browser) -> Iterator[Page]:
    page = _page(browser, running, viewport={"width": 390, "height": 844}, color_scheme="dark", has_touch=True)
    yield page
    page.context.close()


def address_of(name: str) -> str:
    return f"{name.split()[0].lower()}@partner.example"


def test_s1_27_stakeholders_are_added_and_then_asked(coach: Page, running: Running, goal: str) -> None:
    coach.goto(goal)
    stakeholders = coach.get_by_role("region", name="Stakeholders")
    for name in PEOPLE:
        stakeholders.get_by_role("link", name="Add").click()
        dialog = coach.get_by_role("dialog")
        dialog.get_by_label("Address").fill(address_of(name))
        dialog.get_by_label("Name").fill(name)
        dialog.get_by_label("Relation").fill("Business partner")
        assert flaws(coach) == []
        dialog.get_by_role("button", name="Add").click()
        expect(stakeholders.get_by_text(name, exact=True)).to_be_visible()
    expect(stakeholders.get_by_text("Not asked yet", exact=True)).to_have_count(3)
    stakeholders.get_by_role("button", name="Request feedback, send 3 mails").click()
    expect(coach.get_by_text("3 people are asked.")).to_be_visible()
    expect(stakeholders.get_by_text(re.compile("^Asked "))).to_have_count(3)


def test_s1_28_the_page_works_on_a_phone_with_the_keyboard_and_once(phone: Page, running: Running, goal: str) -> None:
    mail = running.mailbox.await_mail(address_of("Rafael"), "feedback_request")
    path = f"/feedback/{link_of(mail, 'feedback')}"
    phone.goto(path)
    expect(phone.get_by_role("heading", name="Delegate")).to_be_visible()
    expect(phone.get_by_text("Two things a week")).to_be_visible()
    assert flaws(phone) == []
    phone.get_by_role("radio", name="1, Not yet").focus()
    for _ in range(3):
        phone.keyboard.press("ArrowRight")
    expect(phone.get_by_role("radio", name="4")).to_be_checked()
    phone.get_by_label("What have you seen?").fill("He lets go of the calendar.")
    ARTEFACTS.mkdir(parents=True, exist_ok=True)
    phone.screenshot(path=ARTEFACTS / "70-feedback-phone.png", full_page=True)
    phone.get_by_role("button", name="Send feedback").click()
    expect(phone.get_by_role("heading", name="Thank you")).to_be_visible()
    answer = phone.goto(path)
    assert answer is not None
    assert answer.status == 404
    expect(phone.get_by_role("heading", name="This link has been used")).to_be_visible()


def test_c18_the_coach_reads_who_said_what_and_the_client_averages_of_three(
    coach: Page, phone: Page, running: Running, goal: str
) -> None:
    sign_in(phone, CLIENT, CLIENT_PASSWORD)
    phone.goto(goal)
    expect(phone.get_by_role("heading", name="Delegate")).to_be_visible()
    expect(phone.get_by_role("region", name="Feedback")).to_have_count(0)
    for name in ("Ana Duarte", "Tobias Kern"):
        mail = running.mailbox.await_mail(address_of(name), "feedback_request")
        answer = {"rating": int(PEOPLE[name])}
        running.anybody.post(f"/public/feedback/{link_of(mail, 'feedback')}", answer, expect=201)
    coach.reload()
    results = coach.get_by_role("region", name="Results")
    expect(results).to_contain_text("4.3")
    expect(results).to_contain_text("from 3 answers")
    expect(results).to_contain_text("He lets go of the calendar.")
    coach.screenshot(path=ARTEFACTS / "71-feedback-results.png", full_page=True)
    assert flaws(coach) == []
    phone.reload()
    shown = phone.get_by_role("region", name="Feedback")
    expect(shown).to_contain_text("4.3")
    expect(phone.get_by_text("Rafael")).to_have_count(0)
    phone.screenshot(path=ARTEFACTS / "72-feedback-client.png", full_page=True)
    assert flaws(phone) == []
    coach.get_by_role("button", name="Ask all again in a new round").click()
    expect(coach.get_by_text("3 people are asked.")).to_be_visible()
    expect(results).to_contain_text("Round 2, 0 of 3 answered")
