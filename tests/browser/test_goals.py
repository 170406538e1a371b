"""Goals and assignments by clicking, as a client and as a coach (rules S2.42–S2.77, C17)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Route, expect

from tests.browser.people import drag_to_top, enrol, sign_in
from tests.browser.test_library import DROP
from tests.browser.test_notes import HOSTILE
from tests.system.conftest import ADMIN, PASSWORD, Running

CLIENT, CLIENT_PASSWORD = "ines.vogel@example.org", "nine brass kettles"


@pytest.fixture(scope="module")
def engagement(running: Running) -> str:
    return enrol(running, "Ines Vogel", CLIENT, CLIENT_PASSWORD)


def _context(running: Running, browser: Browser, email: str, password: str, **settings: object) -> BrowserContext:
    context = browser.new_context(base_url=running.local.url, reduced_motion="reduce", **settings)  # type: ignore[arg-type]
    context.set_default_timeout(10_000)
    page = context.new_page()
    sign_in(page, email, password)
    page.close()
    return context


@pytest.fixture(scope="module")
def staff(running: Running, browser: Browser) -> Iterator[BrowserContext]:
    context = _context(running, browser, ADMIN, PASSWORD)
    yield context
    context.close()


@pytest.fixture(scope="module")
def phone(running: Running, browser: Browser, engagement: str) -> Iterator[BrowserContext]:
    """The client's, 390 pixels wide."""
    context = _context(running, browser, CLIENT, CLIENT_PASSWORD, viewport={"width": 390, "height": 844})
    yield context
    context.close()


@pytest.fixture
def coach(staff: BrowserContext) -> Iterator[Page]:
    page = staff.new_page()
    yield page
    page.close()


@pytest.fixture
def client(phone: BrowserContext) -> Iterator[Page]:
    page = phone.new_page()
    yield page
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    page.close()


def test_s2_46_to_s2_51_a_client_sets_a_goal_that_the_coach_edits_completes_and_deletes(
    client: Page, coach: Page, engagement: str
) -> None:
    client.goto(f"{engagement}/goals")
    client.get_by_role("link", name="Create goal").first.click()
    client.get_by_label("Name").fill("Raise the price")
    client.get_by_label("Due").fill("2030-02-26")
    client.get_by_role("button", name="Set the goal").click()
    expect(client.get_by_role("heading", name="Raise the price")).to_be_visible()

    coach.goto(f"{engagement}/goals")
    coach.get_by_role("link", name="Raise the price").click()
    expect(coach.get_by_text("set by Ines Vogel")).to_be_visible()
    coach.get_by_label("Menu of the goal").click()
    coach.get_by_role("link", name="Edit…").click()
    coach.get_by_label("Name").fill("Raise the average price")
    coach.get_by_role("button", name="Save").click()
    expect(coach.get_by_role("heading", name="Raise the average price")).to_be_visible()
    coach.get_by_role("button", name="Mark complete").click()
    expect(coach.get_by_role("button", name="Reopen")).to_be_visible()
    coach.get_by_role("link", name="Completed").click()
    expect(coach.get_by_role("link", name="Raise the average price")).to_be_visible()
    coach.get_by_role("link", name="Raise the average price").click()
    coach.get_by_role("button", name="Reopen").click()
    coach.get_by_label("Menu of the goal").click()
    coach.get_by_role("button", name="Delete goal").click()
    expect(coach.get_by_role("link", name="Raise the average price")).to_have_count(0)
    coach.get_by_role("button", name="Undo").click()
    expect(coach.get_by_role("link", name="Raise the average price")).to_be_visible()


def test_a_form_that_rests_on_an_older_version_changes_nothing_at_first(
    coach: Page, running: Running, engagement: str
) -> None:
    goal = running.admin.post(f"{engagement}/goals", {"name": "Two editors"}, expect=201)
    coach.goto(f"{engagement}/goals/{goal['id']}")
    coach.get_by_label("Menu of the goal").click()
    coach.get_by_role("link", name="Edit…").click()
    expect(coach.get_by_role("dialog")).to_be_visible()
    running.admin.patch(f"/goals/{goal['id']}", {"description": "By somebody else"})
    coach.get_by_label("Name").fill("Mine")
    coach.get_by_role("button", name="Save").click()
    expect(coach.get_by_role("alert")).to_be_visible()
    assert running.admin.get(f"/goals/{goal['id']}")["name"] == "Two editors"


def test_s2_44_to_s2_58_goals_work_with_the_keyboard_alone(coach: Page, engagement: str) -> None:
    def reach(target: Locator) -> None:
        """As far with Tab as it takes."""
        for _ in range(80):
            if target.evaluate("element => element === document.activeElement"):
                return
            coach.keyboard.press("Tab")
        expect(target).to_be_focused()

    coach.goto(f"{engagement}/goals")
    reach(coach.get_by_role("link", name="Create goal").first)
    coach.keyboard.press("Enter")
    expect(coach.get_by_role("dialog")).to_be_visible()
    reach(coach.get_by_label("Name"))
    coach.keyboard.type("Speak last")
    coach.keyboard.press("Enter")
    expect(coach.get_by_role("heading", name="Speak last")).to_be_visible()
    reach(coach.get_by_role("link", name="Milestone", exact=True))
    coach.keyboard.press("Enter")
    reach(coach.get_by_label("Name"))
    coach.keyboard.type("Count to seven")
    coach.keyboard.press("Enter")
    tick = coach.get_by_role("checkbox", name="Count to seven")
    expect(tick).to_be_visible()
    reach(tick)
    coach.keyboard.press("Space")
    expect(tick).to_be_checked()
    reach(coach.get_by_label("Menu of the goal"))
    coach.keyboard.press("Enter")
    reach(coach.get_by_role("link", name="Edit…"))
    coach.keyboard.press("Enter")
    expect(coach.get_by_role("dialog")).to_be_visible()
    coach.keyboard.press("Escape")
    expect(coach.get_by_role("dialog")).to_have_count(0)
    reach(coach.get_by_role("button", name="Mark complete"))
    coach.keyboard.press("Enter")
    expect(coach.get_by_role("button", name="Reopen")).to_be_visible()


def test_s2_53_to_s2_59_milestones_are_added_edited_checked_moved_and_deleted(
    coach: Page, running: Running, engagement: str
) -> None:
    goal = running.admin.post(f"{engagement}/goals", {"name": "Steps"}, expect=201)
    for name in ("Interview", "Write"):
        running.admin.post(f"/goals/{goal['id']}/milestones", {"name": name}, expect=201)
    coach.goto(f"{engagement}/goals/{goal['id']}")
    coach.get_by_role("link", name="Milestone", exact=True).click()
    coach.get_by_label("Name").fill("Send")
    coach.get_by_role("button", name="Add it").click()
    expect(coach.get_by_text("The milestone is added.")).to_be_visible()

    def order() -> list[str]:
        return [each["name"] for each in running.admin.get(f"/goals/{goal['id']}")["milestones"]]

    assert order() == ["Interview", "Write", "Send"]
    with coach.expect_response(re.compile("/milestones/order")):
        coach.get_by_label("Move Send").press("ArrowUp")
    assert order() == ["Interview", "Send", "Write"]
    coach.get_by_text("Write", exact=True).hover()
    with coach.expect_response(re.compile("/milestones/order")):
        drag_to_top(coach, coach.get_by_label("Move Write"), coach.locator(".milestones [data-row]"))
    assert order() == ["Write", "Interview", "Send"]

    coach.get_by_role("checkbox", name="Interview").click()
    expect(coach.get_by_role("checkbox", name="Interview")).to_be_checked()
    expect(coach.get_by_role("button", name="Mark complete")).to_be_visible()  # C17
    coach.get_by_label("Menu of Send").click()
    coach.get_by_role("link", name="Edit…").click()
    coach.get_by_label("Name").fill("Send it")
    coach.get_by_role("button", name="Save").click()
    expect(coach.get_by_role("checkbox", name="Send it")).to_be_visible()
    coach.get_by_label("Menu of Send it").click()
    coach.get_by_role("button", name="Delete milestone").click()
    expect(coach.get_by_role("checkbox", name="Send it")).to_have_count(0)
    coach.get_by_role("button", name="Undo").click()
    expect(coach.get_by_role("checkbox", name="Send it")).to_be_visible()


def test_s2_62_to_s2_76_an_assignment_gets_files_and_a_link_and_the_client_does_it(
    coach: Page, client: Page, running: Running, engagement: str, tmp_path: Path
) -> None:
    running.admin.request("POST", "/library/files", expect=201, files={"file": ("Worksheet.txt", b"Questions.")})
    coach.goto(f"{engagement}/assignments")
    coach.get_by_role("link", name="New assignment").first.click()
    coach.get_by_label("Name").fill("Price three offers")
    coach.get_by_role("button", name="Give the assignment, send 1 mail").click()
    expect(coach.get_by_role("heading", name="Price three offers")).to_be_visible()

    file = tmp_path / "Chapter 4.txt"
    file.write_text("Anchoring.")
    coach.get_by_label("Message beside the file").fill("From page 3")
    coach.locator(".drop input[type=file]").set_input_files(file)
    expect(coach.get_by_role("link", name="Chapter 4.txt")).to_be_visible()
    expect(coach.get_by_text("From page 3")).to_be_visible()
    held: list[Route] = []
    coach.route("**/files", lambda route: held.append(route), times=1)
    coach.evaluate(DROP, ["Dropped.txt", "Offers."])
    expect(coach.locator(".upload")).to_contain_text("Dropped.txt")
    expect(coach.get_by_role("progressbar", name="Dropped.txt")).to_be_visible()
    held[0].continue_()
    expect(coach.get_by_role("link", name="Dropped.txt")).to_be_visible()
    coach.get_by_role("link", name="From the library").click()
    coach.get_by_label("Worksheet.txt", exact=False).first.check()
    coach.get_by_label("Message beside Worksheet.txt").fill("Fill it in")
    coach.get_by_role("button", name="Add them").click()
    expect(coach.get_by_text("Fill it in")).to_be_visible()
    coach.get_by_role("link", name="Link", exact=True).click()
    coach.get_by_label("Address").fill("javascript:alert(1)")
    coach.get_by_role("button", name="Add it").click()
    expect(coach.locator("#url-error")).to_be_visible()
    coach.get_by_label("Address").fill("https://example.org/anchoring")
    coach.get_by_role("button", name="Add it").click()
    expect(coach.get_by_role("link", name="https://example.org/anchoring")).to_be_visible()

    client.goto(coach.url)
    with client.expect_download() as download:
        client.get_by_label("Menu of Chapter 4.txt").click()
        client.get_by_role("link", name="Download").click()
    assert Path(download.value.path()).read_text() == "Anchoring."
    client.get_by_role("textbox", name="Your comment").fill("Done at last")
    client.get_by_role("button", name="Comment").click()
    expect(client.get_by_text("Done at last")).to_be_visible()
    client.get_by_role("button", name="Mark complete").click()
    expect(client.get_by_role("button", name="Reopen")).to_be_visible()
    coach.reload()
    expect(coach.get_by_text("Done at last")).to_be_visible()
    coach.get_by_label("Menu of Worksheet.txt").click()
    coach.get_by_role("button", name="Take it off").click()
    expect(coach.get_by_role("link", name="Worksheet.txt")).to_have_count(0)


def test_what_is_dropped_goes_to_what_is_shown_and_to_nothing_that_was_shown_before(
    coach: Page, running: Running, engagement: str
) -> None:
    made = [running.admin.post(f"{engagement}/assignments", {"name": name}, expect=201) for name in ("One", "Two")]
    posted: list[str] = []
    coach.on("request", lambda request: posted.append(request.url) if request.method == "POST" else None)
    coach.goto(f"{engagement}/resources")
    panes = coach.get_by_role("navigation", name="Engagement")
    panes.get_by_role("link", name="Assignments").click()
    for name in ("One", "Two"):
        coach.get_by_role("link", name=re.compile(f"^{name}")).click()
        expect(coach.get_by_role("heading", name=name, exact=True)).to_be_visible()
    with coach.expect_navigation():
        coach.evaluate(DROP, ["Offers.txt", "Three."])
    expect(coach.get_by_role("link", name="Offers.txt")).to_be_visible()
    panes.get_by_role("link", name="Notes").click()
    expect(coach.get_by_role("heading", name="Notes", level=2)).to_be_visible()
    coach.evaluate(DROP, ["Private.txt", "Not for anybody."])
    coach.evaluate("window.scrollTo(0, 0)")
    assert posted == [f"{running.local.url}{engagement}/assignments/{made[1]['id']}/files"]


def test_s2_60_s2_61_s2_77_what_is_due_stands_on_the_dashboard_and_on_a_page(
    coach: Page, client: Page, running: Running, engagement: str
) -> None:
    running.admin.post(f"{engagement}/goals", {"name": "Late one", "due_date": "2020-01-05"}, expect=201)
    for page in (coach, client):
        page.goto("/")
        page.get_by_role("region", name="To-Do’s").or_(page.get_by_role("region", name="to-do’s")).get_by_role(
            "link", name="See all"
        ).click()
        expect(page.get_by_role("heading", level=1)).to_contain_text(re.compile("to-do’s", re.IGNORECASE))
        row = page.get_by_role("listitem").filter(has_text="Late one")
        expect(row).to_contain_text("overdue")
        row.get_by_role("link", name="Late one").click()
        expect(page.get_by_role("heading", name="Late one")).to_be_visible()


def test_nothing_in_names_and_comments_runs(coach: Page, running: Running, engagement: str) -> None:
    for hostile in HOSTILE:
        goal = running.admin.post(f"{engagement}/goals", {"name": hostile[:200], "description": hostile}, expect=201)
        running.admin.post(f"/goals/{goal['id']}/milestones", {"name": hostile[:200]}, expect=201)
        running.admin.post(f"/goals/{goal['id']}/comments", {"body": hostile}, expect=201)
        given = {"name": hostile[:200], "description": hostile}
        assignment = running.admin.post(f"{engagement}/assignments", given, expect=201)
        link = {"url": "https://example.org", "title": hostile[:200], "message": hostile}
        running.admin.post(f"/assignments/{assignment['id']}/files", link, expect=201)
        upload = {"file": (hostile.replace("/", "")[:100], b"text")}
        running.admin.request("POST", f"/assignments/{assignment['id']}/files", expect=201, files=upload)
        for address in (f"{engagement}/goals/{goal['id']}", f"{engagement}/assignments/{assignment['id']}"):
            coach.goto(address)
            assert coach.evaluate("window.owned") is None
    coach.goto(engagement)
    assert coach.evaluate("window.owned") is None
