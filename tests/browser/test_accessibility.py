"""axe finds nothing serious and nothing scrolls sideways, wide and light, narrow and dark, whoever looks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Page, expect

from deploy.local.system import ROOT
from tests.browser.conftest import ARTEFACTS
from tests.browser.people import enrol, sign_in
from tests.support.api import Api
from tests.support.broker import eventually
from tests.system.conftest import ADMIN, PASSWORD, Running

AXE = ROOT / "gateway" / "assets" / "node_modules" / "axe-core" / "axe.min.js"
RUN = "async () => (await axe.run(document, {iframes: false, resultTypes: ['violations']})).violations"
GRAVE = {"serious", "critical"}

CLIENT, CLIENT_PASSWORD = "wei-ling.tan@merlion.example", "three grey herons at dawn"
#: A wide light screen and a narrow dark one.
SCREENS: dict[str, dict[str, Any]] = {
    "light-1440": {"viewport": {"width": 1440, "height": 1000}, "color_scheme": "light"},
    "dark-390": {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark"},
}


@dataclass
class Place:
    """Addresses of an engagement with some of everything."""

    client: str
    engagement: str
    session: str
    draft: str
    invoice: str
    mail: str
    workspace: list[str]


@pytest.fixture(scope="module")
def place(running: Running) -> Place:
    admin = running.admin
    path = enrol(running, "Wei-Ling Tan", CLIENT, CLIENT_PASSWORD, company="Merlion Foods")
    client = admin.get(path)["client"]
    next_one = _sessions(admin, path)
    admin.request("POST", f"{path}/resources", expect=201, files={"file": ("Plan.txt", b"A plan.")})
    lines = [{"description": "Coaching", "quantity": "1", "unit_price": "800.00", "tax_rate": "19"}]
    bill = {"currency": "EUR", "lines": lines}
    draft, sent = (admin.post(f"{path}/invoices", bill, expect=201) for _ in range(2))
    admin.post(f"/invoices/{sent['id']}/send", expect=202)
    running.mailbox.await_mail(CLIENT, "invoice")
    mail = admin.get("/notifications", kind="invoice", client_id=client["id"])["items"][0]
    workspace = _workspace(admin, path)
    return Place(
        client=f"/clients/{client['id']}",
        engagement=path,
        session=f"/sessions/{next_one['id']}",
        draft=f"/invoices/{draft['id']}/edit",
        invoice=f"/invoices/{sent['id']}",
        mail=f"/notifications/{mail['id']}",
        workspace=workspace,
    )


def _workspace(admin: Api, engagement: str) -> list[str]:
    """A shared note, a goal and an assignment, each with a comment; their tails within the engagement."""
    body = '<h2>Plan</h2><p>Say <strong>less</strong>, <span class="ql-bg-yellow">later</span>.</p>'
    note = admin.post(f"{engagement}/notes", {"title": "Session 1", "body": body}, expect=201)
    admin.post(f"/notes/{note['id']}/share")
    goal = admin.post(f"{engagement}/goals", {"name": "Lead with calm", "due_date": "2026-01-05"}, expect=201)
    for name in ("Count to seven", "Ask twice"):
        made = admin.post(f"/goals/{goal['id']}/milestones", {"name": name, "due_date": "2030-01-05"}, expect=201)
    admin.post(f"/milestones/{made['id']}/complete")
    assignment = admin.post(f"{engagement}/assignments", {"name": "Read chapter 4"}, expect=201)
    link = {"url": "https://example.org/4", "title": "Chapter 4", "message": "From page 3"}
    admin.post(f"/assignments/{assignment['id']}/files", link, expect=201)
    places = {"notes": note, "goals": goal, "assignments": assignment}
    for kind, thing in places.items():
        admin.post(f"/{kind}/{thing['id']}/comments", {"body": "Well seen."}, expect=201)
    return [f"/{kind}/{thing['id']}" for kind, thing in places.items()]


def _sessions(admin: Api, engagement: str) -> Any:
    """One completed, one whose outcome is unsaid, one in an hour and one in a week; answers the one in an hour."""
    zoom, studio = (
        {"kind": "zoom", "detail": "https://zoom.us/j/123456789"},
        {"kind": "in_person", "detail": "Studio 2"},
    )
    now = dt.datetime.now(dt.UTC).replace(minute=0, second=0, microsecond=0)
    made = [
        admin.post(
            f"{engagement}/sessions",
            {"starts_at": (now + wait).isoformat(), "duration_minutes": 45, "location": location, "notify": False},
            expect=201,
        )
        for wait, location in (
            (dt.timedelta(days=-9), studio),
            (dt.timedelta(days=-2), zoom),
            (dt.timedelta(hours=1), zoom),
            (dt.timedelta(days=7), studio),
        )
    ]
    admin.post(f"/sessions/{made[0]['id']}/complete")
    eventually(lambda: admin.get(engagement)["progress"]["completed"] == 1, what="the progress")
    return made[2]


@pytest.fixture(params=SCREENS)
def page(request: pytest.FixtureRequest, browser: Browser, running: Running) -> Iterator[Page]:
    context = browser.new_context(
        base_url=running.local.url, timezone_id="Europe/Berlin", reduced_motion="reduce", **SCREENS[request.param]
    )
    context.set_default_timeout(10_000)
    context.add_init_script(path=AXE)
    made = context.new_page()
    yield made
    context.close()


def flaws(page: Page) -> list[str]:
    """What axe finds serious, and whether the page scrolls sideways."""
    found = [
        f"{page.url}: {one['id']}: {node['target']} {node['failureSummary']}"
        for one in page.evaluate(RUN)
        if one["impact"] in GRAVE
        for node in one["nodes"]
    ]
    if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
        found.append(f"{page.url}: scrolls sideways")
    return found


def flaws_of(page: Page, *addresses: str) -> list[str]:
    found = []
    for address in addresses:
        answer = page.goto(address)
        assert answer is not None
        assert answer.status == 200, address
        found += flaws(page)
    return found


def test_a_flaw_would_be_found(page: Page) -> None:
    page.goto("/sign-in")
    page.evaluate(
        """() => {
            document.querySelector("main").insertAdjacentHTML("beforeend", "<button></button><hr>");
            document.querySelector("hr").style.width = "2000px";
        }"""
    )
    [nameless, sideways] = flaws(page)
    assert "button-name" in nameless
    assert "sideways" in sideways


def test_pages_of_strangers(page: Page) -> None:
    assert flaws_of(page, "/sign-in", "/forgot-password") == []


def test_pages_of_staff(page: Page, place: Place) -> None:
    sign_in(page, ADMIN, PASSWORD)
    lists = ["/", "/clients", "/invoices", "/programs", "/library", "/note-templates", "/notifications"]
    own = ["/todos", "/team", "/settings", "/settings/stripe", "/profile", "/profile/calendar"]
    record = [f"{place.client}{tab}" for tab in ("", "/notes", "/mail", "/profile")]
    panes = [f"{place.engagement}{tab}" for tab in ("", *place.workspace, "/resources", "/sessions", "/invoices")]
    assert flaws_of(page, *lists, *own, *record, *panes, place.session, place.draft, place.invoice, place.mail) == []


def test_dialogs_and_menus(page: Page, place: Place) -> None:
    sign_in(page, ADMIN, PASSWORD)
    page.goto(f"{place.engagement}/sessions")
    page.get_by_label("Menu of the session").first.click()
    found = flaws(page)
    page.keyboard.press("Escape")
    page.get_by_role("link", name="RESCHEDULE").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    ARTEFACTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=ARTEFACTS / "60-dialog.png")
    found += flaws(page)
    page.goto(f"{place.engagement}/sessions")
    page.get_by_role("link", name="Add new appointment").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    assert found + flaws(page) == []


def test_dialogs_of_notes_goals_assignments_and_files(page: Page, place: Place) -> None:
    sign_in(page, ADMIN, PASSWORD)
    tails = place.workspace
    opened = {
        tails[0]: ["Add new note"],
        tails[1]: ["Create goal", "Milestone"],
        tails[2]: ["New assignment", "From the library", "Link"],
        "/resources": ["Add from the library"],
    }
    found = []
    for tail, names in opened.items():
        for name in names:
            page.goto(place.engagement + tail)
            page.get_by_role("link", name=name, exact=True).first.click()
            expect(page.get_by_role("dialog")).to_be_visible()
            found += flaws(page)
    assert found == []


def test_menus_and_the_dialogs_behind_them(page: Page, running: Running, place: Place) -> None:
    sign_in(page, ADMIN, PASSWORD)
    _, goal, assignment = place.workspace
    private = running.admin.post(f"{place.engagement}/notes", {"title": "Private"}, expect=201)
    menus = [
        (f"/notes/{private['id']}", "Menu of the note", "Share with client…"),
        (goal, "Menu of the goal", "Edit…"),
        (goal, "Menu of Count to seven", "Edit…"),
        (assignment, "Menu of the assignment", "Edit…"),
    ]
    found = []
    for tail, menu, name in menus:
        page.goto(place.engagement + tail)
        page.get_by_label(menu).click()
        found += flaws(page)
        page.get_by_role("link", name=name).click()
        expect(page.get_by_role("dialog")).to_be_visible()
        found += flaws(page)
    assert found == []


def test_a_note_that_was_changed_elsewhere(page: Page, running: Running, place: Place) -> None:
    sign_in(page, ADMIN, PASSWORD)
    page.goto(place.engagement + place.workspace[0])
    editor = page.locator(".rich-editor [contenteditable=true]")
    expect(editor).to_contain_text("later")
    running.admin.patch(place.workspace[0], {"body": f"<p>Say it later, {uuid4()}.</p>"})
    editor.click()
    page.keyboard.type("Mine. ")
    expect(page.get_by_role("alert").filter(has_text="This text was changed elsewhere")).to_be_visible()
    assert flaws(page) == []


def test_pages_of_clients(page: Page, place: Place) -> None:
    sign_in(page, CLIENT, CLIENT_PASSWORD)
    panes = [f"{place.engagement}{tab}" for tab in ("", *place.workspace, "/resources", "/sessions", "/invoices")]
    assert flaws_of(page, "/", "/todos", *panes, "/sessions", "/invoices", place.session, place.invoice) == []
