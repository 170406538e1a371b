"""The calendar by hand: dragging asks before it moves or mails, and every view has its address (C13, C14)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import ARTEFACTS
from tests.browser.people import enrol, sign_in
from tests.browser.test_accessibility import AXE, SCREENS, flaws
from tests.support.api import Api
from tests.support.mail import invite_of, link_of
from tests.system.conftest import ADMIN, PASSWORD, Running

CLIENT, CLIENT_PASSWORD = "bruno.tavares@example.org", "two lanterns over water"
#: The coach is far from UTC and from the server's own zone.
ZONE = ZoneInfo("America/New_York")
COACH, COACH_PASSWORD = "carmen.diaz@example.org", "seven stones in a stream"
MONDAY = dt.date(2030, 3, 4)  # a week before clocks change there


def at(hour: int, minute: int = 0, day: int = 0) -> dt.datetime:
    return dt.datetime.combine(MONDAY + dt.timedelta(days=day), dt.time(hour, minute), ZONE)


@pytest.fixture(scope="module")
def coach_api(running: Running) -> Api:
    """A coach in New York."""
    made = {"name": "Carmen Diaz", "email": COACH, "role": "coach", "time_zone": str(ZONE)}
    running.admin.post("/coaches", made, expect=201)
    token = link_of(running.mailbox.await_mail(COACH, "staff_invitation"), "invitations")
    running.anybody.post(f"/public/invitations/{token}", {"password": COACH_PASSWORD}, expect=201)
    return running.anybody.signed_in(COACH, COACH_PASSWORD)


@pytest.fixture(scope="module")
def session(running: Running, coach_api: Api) -> str:
    """Monday, 10:00 to 11:00 of the coach's clock; its path."""
    path = enrol(running, "Bruno Tavares", CLIENT, CLIENT_PASSWORD)
    running.admin.post(f"{path}/assign", {"coach_id": coach_api.get("/me")["id"]})
    given = {"starts_at": at(10).isoformat(), "duration_minutes": 60, "location": {"kind": "phone"}}
    made = running.admin.post(f"{path}/sessions", given, expect=201)
    running.mailbox.await_mail(CLIENT, "session_scheduled")
    return f"/sessions/{made['id']}"


@pytest.fixture(params=["light-1440", "dark-390"])
def screen(request: pytest.FixtureRequest) -> Any:
    return SCREENS[request.param]


def opened(running: Running, browser: Browser, email: str, password: str, **screen: Any) -> Iterator[Page]:
    context = browser.new_context(base_url=running.local.url, reduced_motion="reduce", **screen)
    context.set_default_timeout(10_000)
    context.add_init_script(path=AXE)
    page = context.new_page()
    sign_in(page, email, password)
    yield page
    context.close()


@pytest.fixture
def coach(running: Running, browser: Browser, coach_api: Api) -> Iterator[Page]:
    yield from opened(running, browser, COACH, COACH_PASSWORD, **SCREENS["light-1440"])


@pytest.fixture
def anywhere(running: Running, browser: Browser, coach_api: Api, screen: Any) -> Iterator[Page]:
    yield from opened(running, browser, COACH, COACH_PASSWORD, **screen)


def shown(page: Page, view: str = "week") -> Locator:
    page.goto(f"/calendar?view={view}&date={MONDAY}")
    return page.locator(".fc-event").filter(has_text="Bruno Tavares")


def drag_down(page: Page, event: Locator, hours: float) -> None:
    """By so many hours, as a hand does it."""
    row = page.locator(".fc-timegrid-slot-lane").first.bounding_box()
    box = event.bounding_box()
    assert row is not None
    assert box is not None
    x, y, down = box["x"] + 40, box["y"] + 10, row["height"] * 2 * hours
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 4, y + down / 2, steps=8)
    page.mouse.move(x, y + down, steps=8)
    page.mouse.up()


def starts_at(api: Api, session: str) -> dt.datetime:
    return dt.datetime.fromisoformat(api.get(session)["starts_at"])


def test_c14_a_session_stands_where_the_readers_clock_shows_it(coach: Page, session: str) -> None:
    event = shown(coach)
    expect(event).to_have_count(1)
    expect(event).to_contain_text("10:00–11:00")
    expect(coach.get_by_text("All times New York")).to_be_visible()
    coach.screenshot(path=ARTEFACTS / "97-calendar.png", full_page=True)


def test_what_was_dragged_goes_back_unless_it_is_confirmed(
    coach: Page, session: str, coach_api: Api, running: Running
) -> None:
    mails = len(running.mailbox.mails(CLIENT))
    event = shown(coach)
    drag_down(coach, event, 2)
    dialog = coach.get_by_role("dialog")
    expect(dialog).to_contain_text("Bruno Tavares")
    expect(dialog.get_by_label("New date and time")).to_have_value(f"{MONDAY}T12:00")
    assert flaws(coach) == []
    coach.screenshot(path=ARTEFACTS / "98-calendar-drag.png")
    dialog.get_by_role("link", name="Keep the time").click()
    expect(event).to_have_count(1)
    expect(event).to_contain_text("10:00–11:00")
    assert starts_at(coach_api, session) == at(10)
    assert len(running.mailbox.mails(CLIENT)) == mails


def test_c13_a_session_is_moved_by_dragging_and_its_client_is_mailed_once(
    coach: Page, session: str, coach_api: Api, running: Running
) -> None:
    drag_down(coach, shown(coach), 3.5)
    coach.get_by_role("dialog").get_by_role("button", name="Move it, send 2 mails").click()
    expect(coach.get_by_text("The session is moved, and the mails are on their way.")).to_be_visible()
    expect(coach).to_have_url(f"{running.local.url}/calendar?view=week&date={MONDAY}")
    assert starts_at(coach_api, session) == at(13, 30)
    method, event = invite_of(running.mailbox.await_mail(CLIENT, "session_rescheduled"))
    assert (method, event.decoded("dtstart"), event["sequence"]) == ("REQUEST", at(13, 30), 1)


@pytest.mark.parametrize("view", ["week", "month", "list"])
def test_every_view_has_an_address_and_axe_finds_nothing(anywhere: Page, session: str, view: str) -> None:
    expect(shown(anywhere, view)).to_have_count(1)
    assert flaws(anywhere) == []
    anywhere.get_by_role("link", name="Later").click()
    expect(anywhere).not_to_have_url(f"/calendar?view={view}&date={MONDAY}")
    later = anywhere.url
    expect(anywhere.locator("[data-calendar-title]")).to_contain_text("2030")
    anywhere.reload()
    assert anywhere.url == later
    anywhere.screenshot(path=ARTEFACTS / f"99-calendar-{view}-{anywhere.viewport_size['width']}.png", full_page=True)  # type: ignore[index]


def test_a_session_outside_of_the_usual_hours_and_days_is_shown_all_the_same(
    coach: Page, session: str, coach_api: Api
) -> None:
    engagement = coach_api.get(session)["engagement_id"]
    given = {"starts_at": at(22, 30, day=6).isoformat(), "duration_minutes": 45, "location": {"kind": "phone"}}
    late = coach_api.post(f"/engagements/{engagement}/sessions", {**given, "notify": False}, expect=201)
    expect(shown(coach).filter(has_text="22:30–23:15")).to_be_visible()
    coach_api.post(f"/sessions/{late['id']}/cancel", {"notify": False})


def test_c14_a_time_that_comes_twice_is_asked_about_and_the_session_stays_there(
    coach: Page, session: str, coach_api: Api
) -> None:
    path = f"/engagements/{coach_api.get(session)['engagement_id']}/sessions"
    coach.goto(path)
    coach.get_by_role("link", name="Add new appointment").first.click()
    dialog = coach.get_by_role("dialog")
    dialog.get_by_label("Date and time").fill("2030-11-03T01:30")  # clocks go back there at two that night
    dialog.get_by_label("Repeat").select_option("week")
    second = dialog.get_by_role("group", name="Clocks show this time twice").get_by_label("The second, UTC-05:00 (EST)")
    expect(second).to_have_count(0)
    dialog.get_by_role("button", name="Show the dates").click()
    second.check()
    dialog.get_by_role("button", name="Show the dates").click()
    expect(dialog.get_by_text("Sun 3 November 2030, 01:30 EST")).to_be_visible()
    expect(second).to_be_checked()
    coach.screenshot(path=ARTEFACTS / "100-time-that-comes-twice.png")
    assert flaws(coach) == []
    dialog.get_by_label("Repeat").select_option("")
    dialog.get_by_label("Send the mails").uncheck()
    dialog.get_by_role("button", name="Schedule").click()
    expect(coach.get_by_text("The session is scheduled. Nobody was mailed.")).to_be_visible()
    (made,) = [one for one in coach_api.get(path)["items"] if one["starts_at"] == "2030-11-03T06:30:00Z"]
    coach.goto(f"/sessions/{made['id']}/reschedule")
    expect(coach.get_by_label("The second, UTC-05:00 (EST)")).to_be_checked()
    coach.get_by_label("Minutes").fill("45")
    coach.get_by_role("button", name="Move it").click()
    expect(coach.get_by_text("The session is moved")).to_be_visible()
    moved = coach_api.get(f"/sessions/{made['id']}")
    assert (moved["starts_at"], moved["ends_at"]) == ("2030-11-03T06:30:00Z", "2030-11-03T07:15:00Z")
    coach_api.post(f"/sessions/{made['id']}/cancel", {"notify": False})


def test_an_admin_chooses_whose_sessions_are_shown(running: Running, browser: Browser, session: str) -> None:
    for page in opened(running, browser, ADMIN, PASSWORD, **SCREENS["light-1440"]):
        expect(shown(page)).to_contain_text("Carmen Diaz")
        page.get_by_label("Coach", exact=True).select_option("Carmen Diaz")
        page.wait_for_url("**coach_id=*")
        expect(page.locator(".fc-event").filter(has_text="Bruno Tavares")).not_to_contain_text("Carmen Diaz")


def test_without_scripts_the_week_is_a_list(running: Running, browser: Browser, session: str) -> None:
    context = browser.new_context(base_url=running.local.url, java_script_enabled=False)
    page = context.new_page()
    sign_in(page, COACH, COACH_PASSWORD)
    page.goto(f"/calendar?date={MONDAY}")
    expect(page.locator("main")).to_contain_text("Executive Presence")
    page.get_by_role("link", name="Later").click()
    expect(page.get_by_text("No session this week")).to_be_visible()
    context.close()
