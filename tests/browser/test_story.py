"""The story of issue 2 by clicking: an admin, a coach and a client, from enrolment to a paid invoice."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import ARTEFACTS
from tests.browser.people import sign_in
from tests.support.broker import eventually
from tests.support.mail import invite_of, link_of
from tests.system.conftest import ADMIN, PASSWORD, Running

NEW_PASSWORD = "a kettle, three maps"
CLIENT, COACH = "leila.haddad@example.org", "judith.okonkwo@northlight.example"
ROWS = f"""name,email,time_zone,phone,company
Leila Haddad,{CLIENT},Europe/London,+44 20 1234,Haddad & Söhne
Nobody,not an address,Europe/Berlin,,
"""
#: Words that a page shows when something is broken.
BROKEN = re.compile(r"Traceback|Internal Server Error|UndefinedError|\{\{|None None")


def picture(page: Page, name: str) -> None:
    """Keeps a picture of the page, and sees that it is whole: no error, no sideways scroll."""
    page.wait_for_load_state("networkidle")
    ARTEFACTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=ARTEFACTS / f"{name}.png", full_page=True)
    assert not BROKEN.search(page.inner_text("body"))
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), (
        f"{name} scrolls sideways"
    )


def create_password(page: Page, token: str) -> None:
    page.goto(f"/invitations/{token}")
    page.get_by_role("textbox", name="Password").first.fill(NEW_PASSWORD)
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Good")


class Story:
    """Each step is what one person does; the next goes on from there."""

    def __init__(self, running: Running, browser: Browser) -> None:
        self.running = running
        self.browser = browser
        self.problems: list[str] = []
        self.engagement = ""

    def page(self, **options: object) -> Page:
        """A new browser session, whose console is listened to."""
        settings = {"viewport": {"width": 1440, "height": 1000}, "timezone_id": "Europe/Berlin", **options}
        context = self.browser.new_context(base_url=self.running.local.url, **settings)  # type: ignore[arg-type]
        context.set_default_timeout(10_000)
        page = context.new_page()
        page.on("pageerror", lambda error: self.problems.append(f"{page.url}: {error}"))
        page.on(
            "console", lambda said: self.problems.append(f"{page.url}: {said.text}") if said.type == "error" else None
        )
        return page


@pytest.fixture(scope="module")
def story(running: Running, browser: Browser) -> Story:
    return Story(running, browser)


def test_an_admin_adds_a_coach_imports_clients_and_writes_a_program(story: Story, tmp_path: Path) -> None:
    page = story.page()
    page.goto("/clients")
    expect(page).to_have_url(re.compile("/sign-in"))
    picture(page, "01-sign-in")
    sign_in(page, ADMIN, PASSWORD)
    picture(page, "02-dashboard-empty")

    page.goto("/team")
    page.get_by_role("link", name="Add a coach").click()
    page.get_by_label("Name").fill("Judith Okonkwo")
    page.get_by_label("Address").fill(COACH)
    picture(page, "03-new-coach")
    page.get_by_role("button", name="Add, send 1 mail").click()
    expect(page.get_by_text("Judith Okonkwo").first).to_be_visible()

    page.goto("/clients")
    picture(page, "04-clients-empty")
    page.get_by_role("link", name="Import").first.click()
    file = tmp_path / "clients.csv"
    file.write_text(ROWS)
    page.get_by_label("CSV file").set_input_files(file)
    page.get_by_role("button", name="Look at it first").click()
    expect(page.get_by_text("1 client is added")).to_be_visible()
    expect(page.get_by_role("row", name=re.compile("^3 "))).to_contain_text("email")
    picture(page, "05-import-preview")
    page.get_by_role("button", name="Import 1 clients").or_(page.get_by_role("button", name="Import 1 client")).click()
    expect(page.get_by_text("1 added")).to_be_visible()

    page.goto("/programs")
    page.get_by_role("link", name=re.compile("New program")).first.click()
    page.get_by_label("Name").fill("Business Coaching")
    page.get_by_label("Sessions planned").fill("16")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("link", name="Business Coaching")).to_be_visible()

    page.goto("/clients")
    page.get_by_role("link", name="Leila Haddad").click()
    picture(page, "06-client")
    page.get_by_role("link", name=re.compile("New engagement")).first.click()
    page.get_by_label("Program").select_option(label="Business Coaching")
    page.get_by_label("Coach").select_option(label="Judith Okonkwo")
    picture(page, "07-enrol")
    page.get_by_role("button", name="Start engagement").click()
    page.wait_for_url(re.compile("/engagements/"))
    story.engagement = re.search(r"/engagements/([\w-]+)", page.url).group(1)  # type: ignore[union-attr]
    expect(page.get_by_text("Not Started").first).to_be_visible()
    picture(page, "08-engagement-new")
    page.context.close()


def test_a_coach_schedules_moves_and_completes_a_session(story: Story) -> None:
    mailbox = story.running.mailbox
    page = story.page()
    create_password(page, link_of(mailbox.await_mail(COACH, "staff_invitation"), "invitations"))
    picture(page, "10-dashboard-coach")
    page.goto(f"/engagements/{story.engagement}/sessions")
    page.get_by_role("link", name="Add new appointment").first.click()
    tomorrow = dt.datetime.now(dt.UTC).astimezone() + dt.timedelta(days=1)
    page.get_by_label("Date and time").fill(tomorrow.strftime("%Y-%m-%dT14:00"))
    page.get_by_label("Place").select_option("zoom")
    page.locator("[name=location_detail]").fill("https://zoom.us/j/123456789")
    expect(page.get_by_role("dialog")).to_contain_text("Leila Haddad")
    picture(page, "11-schedule")
    page.get_by_role("button", name=re.compile("^Schedule")).click()
    expect(page.get_by_role("link", name="RESCHEDULE")).to_be_visible()
    method, event = invite_of(mailbox.await_mail(CLIENT, "session_scheduled"))
    assert (method, int(event["SEQUENCE"])) == ("REQUEST", 0)
    picture(page, "12-sessions")

    page.get_by_role("link", name="RESCHEDULE").click()
    page.get_by_label("New date and time").fill(tomorrow.strftime("%Y-%m-%dT16:00"))
    picture(page, "13-reschedule")
    page.get_by_role("button", name=re.compile("^Move it")).click()
    expect(page.get_by_text("16:00").first).to_be_visible()
    method, event = invite_of(mailbox.await_mail(CLIENT, "session_rescheduled"))
    assert (method, int(event["SEQUENCE"])) == ("REQUEST", 1)

    page.goto(f"/engagements/{story.engagement}/sessions")
    page.get_by_role("link", name="Add new appointment").first.click()
    page.get_by_label("Date and time").fill((tomorrow - dt.timedelta(days=2)).strftime("%Y-%m-%dT10:00"))
    page.get_by_label("Place").select_option("phone")
    page.get_by_label("Send the mails").uncheck()
    page.get_by_role("button", name=re.compile("^Schedule")).click()
    expect(page.get_by_role("heading", name="Past")).to_be_visible()

    page.goto("/")
    expect(page.get_by_role("heading", name="How did it go?")).to_be_visible()
    picture(page, "14-dashboard-how-did-it-go")
    page.get_by_role("button", name="Completed").click()
    api = story.running.admin
    eventually(lambda: api.get(f"/engagements/{story.engagement}")["progress"]["completed"] == 1, what="the progress")
    page.goto(f"/engagements/{story.engagement}/sessions")
    expect(page.get_by_text("1/16").filter(visible=True).first).to_be_visible()
    expect(page.get_by_text("In Progress").filter(visible=True).first).to_be_visible()
    picture(page, "15-session-completed")


def test_the_invited_client_sees_only_its_own_engagement(story: Story) -> None:
    mailbox = story.running.mailbox
    coach = story.page()
    sign_in(coach, COACH, NEW_PASSWORD)
    coach.goto(f"/engagements/{story.engagement}/invitation")
    picture(coach, "20-invite")
    coach.get_by_role("button", name=re.compile("^Invite")).click()
    token = link_of(mailbox.await_mail(CLIENT, "invitation"), "invitations")

    page = story.page(viewport={"width": 390, "height": 844}, device_scale_factor=2, is_mobile=True)
    page.goto(f"/invitations/{token}")
    picture(page, "21-invitation-phone")
    create_password(page, token)
    picture(page, "22-client-home-phone")
    page.goto(f"/engagements/{story.engagement}")
    expect(page.get_by_role("heading", name="Business Coaching")).to_be_visible()
    picture(page, "23-client-engagement-phone")
    for address in ("/clients", "/team", "/settings", "/notifications", "/library"):
        answer = page.goto(address)
        assert answer is not None
        assert answer.status in (403, 404), address
    story.problems = [problem for problem in story.problems if "403" not in problem and "404" not in problem]
    page.goto(f"/invitations/{token}")
    expect(page.get_by_role("heading", level=1)).to_contain_text(re.compile("link", re.IGNORECASE))
    picture(page, "24-link-used-phone")
    story.problems = [problem for problem in story.problems if "404" not in problem]


def test_an_invoice_is_sent_and_marked_paid(story: Story) -> None:
    page = story.page()
    sign_in(page, COACH, NEW_PASSWORD)
    page.goto(f"/engagements/{story.engagement}/invoices")
    picture(page, "30-invoices-empty")
    page.get_by_role("link", name=re.compile("New invoice")).first.click()
    page.get_by_label("Description").first.fill("Coaching, first session")
    page.get_by_label("Unit price").first.fill("800")
    page.get_by_label("Tax in percent").first.fill("19")
    expect(page.locator("form [data-totals]")).to_contain_text("952.00")
    picture(page, "31-invoice-editor")
    page.get_by_role("button", name="Send invoice…").click()
    picture(page, "32-invoice-send")
    page.get_by_role("button", name="Send it").click()
    expect(page.get_by_text(re.compile(r"20\d\d-0001")).first).to_be_visible()
    mail = story.running.mailbox.await_mail(CLIENT, "invoice")
    assert [part.get_content_type() for part in mail.iter_attachments()] == ["application/pdf"]

    page.get_by_role("link", name="Mark as paid…").first.click()
    page.get_by_role("button", name="Mark as paid").click()
    expect(page.get_by_text("Paid", exact=True).first).to_be_visible()
    picture(page, "33-invoice-paid")


def test_s2_20_the_activity_log_tells_it_with_links(story: Story) -> None:
    page = story.page()
    sign_in(page, COACH, NEW_PASSWORD)
    page.goto(f"/engagements/{story.engagement}")
    for words in ("scheduled", "moved", "completed", "invited", "paid"):
        expect(page.get_by_role("listitem").filter(has_text=words, visible=True).first).to_be_visible()
    picture(page, "40-activity")
    page.get_by_role("link", name=re.compile(r"20\d\d-0001")).first.click()
    page.wait_for_url(re.compile("/invoices/"))
    page.go_back()
    expect(page.get_by_text("Activity Log").first).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_every_page_of_staff_is_whole(story: Story, scheme: str, width: int) -> None:
    page = story.page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    sign_in(page, ADMIN, PASSWORD)
    pages = ["/", "/clients", "/invoices", "/programs", "/library", "/notifications", "/team", "/settings", "/profile"]
    tabs = ["", "/sessions", "/invoices", "/resources"]
    for address in [*pages, *(f"/engagements/{story.engagement}{tab}" for tab in tabs)]:
        answer = page.goto(address)
        assert answer is not None
        assert answer.status == 200, address
        picture(page, f"50-{scheme}-{width}{address.replace(story.engagement, 'E').replace('/', '-')}")


def test_the_console_stayed_silent(story: Story) -> None:
    assert story.problems == []
