"""The wording of mails by clicking: a preview beside the text, a placeholder that is none, the mail as it goes out."""

from __future__ import annotations

from playwright.sync_api import Browser, expect

from tests.browser.conftest import ARTEFACTS
from tests.browser.people import enrol, sign_in
from tests.browser.test_accessibility import AXE, flaws
from tests.system.conftest import ADMIN, PASSWORD, Running

CLIENT, CLIENT_PASSWORD = "ines.vogel@example.org", "two brass weathercocks"


def test_s1_13_s1_14_an_admin_words_and_previews_a_mail_that_then_goes_out_so(
    running: Running, browser: Browser
) -> None:
    engagement = enrol(running, "Ines Vogel", CLIENT, CLIENT_PASSWORD)
    context = browser.new_context(
        base_url=running.local.url, viewport={"width": 1280, "height": 1000}, reduced_motion="reduce"
    )
    context.set_default_timeout(10_000)
    context.add_init_script(path=AXE)
    page = context.new_page()
    sign_in(page, ADMIN, PASSWORD)
    page.goto("/settings")
    page.get_by_role("link", name="Wording of mails").click()
    page.get_by_role("link", name="Feedback request").click()
    frame = page.frame_locator("iframe[name=preview]")
    expect(frame.get_by_text("Lead with calm")).to_be_visible()
    page.get_by_label("Subject").fill("{{coach.nickname}} asks")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("There is no placeholder {{coach.nickname}} in this kind of mail.")).to_be_visible()
    page.get_by_label("Subject").fill("A word on {{goal}}, {{recipient.first_name}}?")
    page.get_by_label("Text").fill("Dear {{recipient.first_name}},\n\nhow is it going?")
    page.get_by_role("button", name="Preview").click()
    expect(frame.locator("p", has_text="how is it going?")).to_be_visible()
    expect(frame.get_by_role("link", name="Give feedback")).to_be_visible()
    expect(frame.get_by_text("A word on Lead with calm, Leila?")).to_be_visible()
    ARTEFACTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=ARTEFACTS / "75-wording.png", full_page=True)
    assert flaws(page) == []
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Mails are worded so from now on.")).to_be_visible()

    goal = running.admin.post(f"{engagement}/goals", {"name": "Delegate"}, expect=201)
    someone = {"email": "mireille@mentor.example", "name": "Mireille Laurent"}
    running.admin.post(f"/goals/{goal['id']}/stakeholders", someone, expect=201)
    running.admin.post(f"/goals/{goal['id']}/feedback-requests", expect=202)
    mail = running.mailbox.await_mail(someone["email"], "feedback_request")
    assert mail["Subject"] == "A word on Delegate, Mireille?"
    page.get_by_role("button", name="Back to the default").click()
    expect(page.get_by_text("The default is back.")).to_be_visible()
    page.set_viewport_size({"width": 390, "height": 844})
    page.emulate_media(color_scheme="dark")
    page.reload()
    assert flaws(page) == []
    page.screenshot(path=ARTEFACTS / "76-wording-phone.png", full_page=True)
    context.close()
