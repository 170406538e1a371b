"""Forms by clicking: written with the builder, sent, filled in on a phone, read (rules S1.21–S1.24)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import ARTEFACTS
from tests.browser.people import enrol, sign_in
from tests.browser.test_accessibility import AXE, flaws
from tests.browser.test_notes import HOSTILE
from tests.support.mail import link_of
from tests.system.conftest import ADMIN, PASSWORD, Running

CLIENT, CLIENT_PASSWORD = "otto.brandt@example.org", "eleven grey seals"


@pytest.fixture(scope="module")
def engagement(running: Running) -> str:
    return enrol(running, "Otto Brandt", CLIENT, CLIENT_PASSWORD)


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


def test_a_form_is_built_with_questions_of_several_kinds_in_an_order_of_ones_own(coach: Page) -> None:
    coach.goto("/forms")
    coach.get_by_role("link", name="New form").first.click()
    coach.get_by_label("Title").fill("Before we begin")
    for number, (label, kind) in enumerate(
        [("What brings you here?", "long_text"), ("Where do you work?", "choice"), ("How well do you sleep?", "rating")]
    ):
        if number:
            coach.get_by_role("button", name="Add a question").click()
        row = coach.locator("fieldset.question").nth(number)
        row.get_by_label("Question", exact=True).fill(label)
        row.get_by_label("Kind of answer").select_option(kind)
    choice = coach.locator("fieldset.question").nth(1)
    choice.get_by_label("Options, one on each line").fill("At home")
    coach.get_by_role("button", name="Save").click()
    expect(coach.get_by_text("Two different options at least.")).to_be_visible()
    choice = coach.locator("fieldset.question").nth(1)
    choice.get_by_label("Options, one on each line").fill("At home\nIn an office")
    coach.locator("fieldset.question").nth(0).get_by_label("Is it needed?").select_option("yes")
    coach.locator("fieldset.question").nth(2).locator(".grip").press("ArrowUp")
    assert flaws(coach) == []
    ARTEFACTS.mkdir(parents=True, exist_ok=True)
    coach.screenshot(path=ARTEFACTS / "80-form-builder.png", full_page=True)
    coach.get_by_role("button", name="Save").click()
    coach.get_by_role("link", name="Before we begin").click()
    labels = coach.locator("fieldset.question").get_by_label("Question", exact=True)
    assert labels.evaluate_all("fields => fields.map(field => field.value)") == [
        "What brings you here?", "How well do you sleep?", "Where do you work?",
    ]  # fmt: skip


def test_s1_23_s1_24_it_is_sent_filled_in_on_a_phone_once_and_read(
    coach: Page, running: Running, browser: Browser, engagement: str
) -> None:
    coach.goto(f"{engagement}/program")
    coach.get_by_role("link", name="Send a form").first.click()
    dialog = coach.get_by_role("dialog")
    expect(dialog.get_by_label("Name")).to_have_value("Otto Brandt")
    dialog.get_by_role("button", name="Add a person").click()
    dialog.get_by_label("Address").nth(1).fill("mara@partner.example")
    assert flaws(coach) == []
    dialog.get_by_role("button", name="Send the form").click()
    expect(coach.get_by_text("2 mails on the way.")).to_be_visible()
    expect(coach.get_by_text("Not answered")).to_have_count(2)

    phone = _page(browser, running, viewport={"width": 390, "height": 844}, color_scheme="dark", has_touch=True)
    mail = running.mailbox.await_mail("mara@partner.example", "form_request")
    path = f"/forms/{link_of(mail, 'forms')}"
    phone.goto(path)
    assert flaws(phone) == []
    phone.get_by_role("button", name="Send the answers").click()
    expect(phone.get_by_text("This needs an answer.")).to_be_visible()
    phone.get_by_label("What brings you here?").fill("A change of pace")
    phone.get_by_role("radio", name="4", exact=True).check(force=True)
    phone.get_by_label("In an office").check()
    phone.goto("about:blank")
    phone.goto(path)
    expect(phone.get_by_label("What brings you here?")).to_have_value("A change of pace")
    expect(phone.get_by_label("In an office")).to_be_checked()
    phone.screenshot(path=ARTEFACTS / "81-form-phone.png", full_page=True)
    phone.get_by_role("button", name="Send the answers").click()
    expect(phone.get_by_role("heading", name="Thank you")).to_be_visible()
    assert phone.evaluate("localStorage.length") == 0
    answer = phone.goto(path)
    assert answer is not None
    assert answer.status == 404
    phone.context.close()

    coach.reload()
    expect(coach.get_by_text("A change of pace")).to_be_visible()
    expect(coach.get_by_text("In an office").first).to_be_visible()
    assert flaws(coach) == []
    coach.screenshot(path=ARTEFACTS / "82-form-answers.png", full_page=True)
    coach.goto(f"{engagement}/program")
    expect(coach.get_by_text("1 of 2 answered")).to_be_visible()
    assert flaws(coach) == []


def test_s1_38_a_client_fills_in_its_form_in_the_portal_too_and_reads_what_it_said(
    coach: Page, running: Running, browser: Browser, engagement: str
) -> None:
    client = _page(browser, running, viewport={"width": 390, "height": 844})
    sign_in(client, CLIENT, CLIENT_PASSWORD)
    client.goto(f"{engagement}/program")
    expect(client.get_by_text("To fill in")).to_be_visible()
    assert flaws(client) == []
    client.get_by_role("link", name="Before we begin").click()
    client.get_by_label("What brings you here?").fill("Curiosity")
    client.get_by_label("At home").check()
    assert flaws(client) == []
    client.get_by_role("button", name="Send the answers").click()
    expect(client.get_by_text("Thank you. Your answers are there.")).to_be_visible()
    expect(client.get_by_text("Curiosity")).to_be_visible()
    assert not client.evaluate("Object.keys(localStorage).some(key => key.startsWith('draft'))")
    client.screenshot(path=ARTEFACTS / "83-form-client.png", full_page=True)
    assert flaws(client) == []
    client.context.close()
    coach.goto(f"{engagement}/program")
    expect(coach.get_by_text("2 of 2 answered")).to_be_visible()
    expect(coach.locator(".rows").get_by_text("Answered", exact=True)).to_be_visible()


def test_nothing_in_questions_and_answers_runs(coach: Page, running: Running, engagement: str) -> None:
    admin = running.admin
    questions = [{"label": hostile, "kind": "text", "help": hostile, "section": hostile[:200]} for hostile in HOSTILE]
    form = admin.post("/forms", {"title": HOSTILE[0], "questions": questions}, expect=201)
    recipients = [{"email": "hostile@example.org", "name": HOSTILE[1]}]
    given = {"form_id": form["id"], "recipients": recipients}
    asked = admin.post(f"{engagement}/form-requests", given, expect=202)
    token = link_of(running.mailbox.await_mail("hostile@example.org", "form_request"), "forms")
    coach.goto(f"/forms/{token}")
    assert coach.evaluate("window.owned") is None
    answers = {question["id"]: hostile for question, hostile in zip(form["questions"], HOSTILE, strict=True)}
    running.anybody.post(f"/public/forms/{token}", {"answers": answers}, expect=201)
    for address in (f"/form-requests/{asked['id']}", f"/forms/{form['id']}", "/forms", f"{engagement}/program"):
        coach.goto(address)
        assert coach.evaluate("window.owned") is None


def test_c3_reminders_are_switched_on_in_the_dialog_and_off_on_the_requests_page(coach: Page, engagement: str) -> None:
    coach.goto(f"{engagement}/program")
    coach.get_by_role("link", name="Send a form").first.click()
    dialog = coach.get_by_role("dialog")
    dialog.get_by_label("Reminders").select_option("2")
    dialog.get_by_label("Days between them").fill("31")
    dialog.get_by_role("button", name="Send the form").click()
    expect(dialog.locator("#every_days-error")).to_be_visible()
    expect(dialog.get_by_label("Reminders")).to_have_value("2")
    coach.screenshot(path=ARTEFACTS / "84-form-reminders.png")
    dialog.get_by_label("Days between them").fill("3")
    dialog.get_by_role("button", name="Send the form").click()
    expect(coach.get_by_text("0 of 2 reminders sent, the next one on")).to_be_visible()
    assert flaws(coach) == []
    coach.screenshot(path=ARTEFACTS / "85-form-request-reminders.png", full_page=True)
    coach.get_by_role("button", name="Stop the reminders").click()
    expect(coach.get_by_text("They were switched off on")).to_be_visible()
    expect(coach.get_by_role("button", name="Stop the reminders")).to_have_count(0)


def test_c2_whoever_unsubscribes_is_said_to_get_no_mail_until_an_admin_lets_it(
    coach: Page, running: Running, browser: Browser, engagement: str
) -> None:
    mail = running.mailbox.await_mail("mara@partner.example", "form_request")
    phone = _page(browser, running, viewport={"width": 390, "height": 844})
    phone.goto(mail["List-Unsubscribe"].strip("<>"))
    assert flaws(phone) == []
    phone.screenshot(path=ARTEFACTS / "86-unsubscribe.png")
    phone.get_by_role("button", name="Unsubscribe").click()
    expect(phone.get_by_role("heading", name="You are unsubscribed")).to_be_visible()
    assert flaws(phone) == []
    phone.context.close()

    coach.goto(f"{engagement}/program")
    coach.get_by_role("link", name="Send a form").first.click()
    dialog = coach.get_by_role("dialog")
    dialog.get_by_role("button", name="Add a person").click()
    dialog.get_by_label("Address").nth(1).fill("mara@partner.example")
    dialog.get_by_role("button", name="Send the form").click()
    expect(dialog.get_by_text("whoever reads it has unsubscribed")).to_be_visible()
    assert flaws(coach) == []
    coach.screenshot(path=ARTEFACTS / "87-form-refused.png")

    coach.goto("/settings/suppressions")
    expect(coach.get_by_text("mara@partner.example")).to_be_visible()
    assert flaws(coach) == []
    coach.screenshot(path=ARTEFACTS / "88-suppressions.png")
    coach.get_by_label("Menu of mara@partner.example").click()
    coach.get_by_role("link", name="Let it have mail again").click()
    coach.get_by_role("dialog").get_by_role("button", name="Let it have mail").click()
    expect(coach.get_by_text("Every address gets mail")).to_be_visible()
    assert flaws(coach) == []
