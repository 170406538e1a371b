"""Booking by clicking: a coach offers time, and a client in another zone books, moves and cancels (C14, C15)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import ARTEFACTS
from tests.browser.people import enrol, sign_in
from tests.browser.test_accessibility import AXE, SCREENS, flaws
from tests.support.broker import eventually
from tests.support.mail import invite_of
from tests.system.conftest import ADMIN, PASSWORD, Running

CLIENT, CLIENT_PASSWORD, TOKYO = "haruka.mori@example.org", "four paper cranes drift", ZoneInfo("Asia/Tokyo")


@pytest.fixture(scope="module")
def engagement(running: Running) -> str:
    return enrol(running, "Haruka Mori", CLIENT, CLIENT_PASSWORD, time_zone="Asia/Tokyo")


def _page(running: Running, browser: Browser, email: str, password: str, **screen: Any) -> Iterator[Page]:
    context = browser.new_context(base_url=running.local.url, reduced_motion="reduce", **screen)
    context.set_default_timeout(10_000)
    context.add_init_script(path=AXE)
    page = context.new_page()
    sign_in(page, email, password)
    yield page
    context.close()


@pytest.fixture(scope="module")
def coach(running: Running, browser: Browser) -> Iterator[Page]:
    yield from _page(running, browser, ADMIN, PASSWORD, **SCREENS["light-1440"])


@pytest.fixture(scope="module")
def client(running: Running, browser: Browser, engagement: str) -> Iterator[Page]:
    yield from _page(running, browser, CLIENT, CLIENT_PASSWORD, **SCREENS["dark-390"])


def offered(running: Running) -> list[dt.datetime]:
    """The free slots of the coming four weeks."""
    now = dt.datetime.now(dt.UTC)
    coach = running.admin.get("/me")["id"]
    until = (now + dt.timedelta(days=28)).isoformat()
    slots = running.admin.get(f"/coaches/{coach}/slots", **{"from": now.isoformat(), "to": until})["items"]
    return [dt.datetime.fromisoformat(slot["starts_at"]) for slot in slots]


def planned(running: Running, engagement: str) -> list[dt.datetime]:
    found = running.admin.get(f"{engagement}/sessions", when="upcoming")["items"]
    return [dt.datetime.fromisoformat(one["starts_at"]) for one in found]


def choose(page: Page, slot: dt.datetime) -> None:
    """The slot by the words that it stands under for a reader in Tokyo."""
    local = slot.astimezone(TOKYO)
    day = page.get_by_role("group", name=f"{local:%a} {local.day} {local:%B}")
    day.get_by_role("radio", name=f"{local:%H:%M}").check()


def test_a_coach_says_when_it_offers_time_and_asks_why_a_time_is_not_free(coach: Page, running: Running) -> None:
    coach.goto("/profile")
    coach.get_by_role("link", name="When you offer time").click()
    expect(coach.get_by_text("Clients cannot book yet.")).to_be_visible()
    for day in ("Monday", "Wednesday"):
        coach.get_by_role("button", name="Add hours").click()
        row = coach.locator("#weekly [data-row]").last
        row.get_by_label("Day").select_option(day)
        row.get_by_label("From").fill("22:00")
        row.get_by_label("To").fill("00:00")
    coach.get_by_label("Time zone of these hours").fill("UTC")
    coach.get_by_label("A session lasts").fill("30")
    coach.get_by_label("Changed at least").fill("1.5")
    assert flaws(coach) == []
    coach.screenshot(path=ARTEFACTS / "95-availability.png", full_page=True)
    coach.get_by_role("button", name="Save").click()
    expect(coach.get_by_role("status").filter(has_text="Saved")).to_be_visible()
    stored = running.admin.get(f"/coaches/{running.admin.get('/me')['id']}/availability")
    assert [(hours["weekday"], hours["to"]) for hours in stored["weekly"]] == [(0, "24:00"), (2, "24:00")]
    assert (stored["slot_minutes"], stored["change_notice_minutes"]) == (30, 90)
    coach.get_by_label("Date and time").fill(f"{offered(running)[0]:%Y-%m-%d}T21:00")
    coach.get_by_role("button", name="Look").click()
    expect(coach.get_by_text("The coach offers no hours then.")).to_be_visible()


def test_what_is_wrong_with_the_hours_stands_beside_them_and_nothing_typed_is_lost(coach: Page) -> None:
    coach.get_by_role("button", name="Add hours").click()
    row = coach.locator("#weekly [data-row]").last
    row.get_by_label("From").fill("23:00")
    row.get_by_label("To").fill("22:00")
    coach.get_by_label("Pause around it").fill("15")
    coach.get_by_role("button", name="Save").click()
    expect(coach.locator("#weekly-error")).to_contain_text("Must be later")
    expect(coach.locator("#weekly [data-row]")).to_have_count(3)
    expect(coach.get_by_label("Pause around it")).to_have_value("15")


def test_c14_a_client_in_tokyo_books_by_its_own_clock(client: Page, running: Running, engagement: str) -> None:
    slot = offered(running)[0]
    client.goto(f"{engagement}/sessions")
    client.get_by_role("link", name="Book a session").click()
    expect(client.get_by_text("Tokyo (JST)")).to_be_visible()
    assert flaws(client) == []
    client.screenshot(path=ARTEFACTS / "96-booking-390-dark.png", full_page=True)
    choose(client, slot)
    client.get_by_role("button", name="Book it").click()
    expect(client.get_by_text("Booked. The invite is on its way.")).to_be_visible()
    assert planned(running, engagement) == [slot]
    assert running.mailbox.await_mail(CLIENT, "session_scheduled")


def test_c15_a_slot_that_is_taken_meanwhile_is_refused_with_fresh_slots(
    client: Page, running: Running, engagement: str
) -> None:
    slot = offered(running)[0]
    client.goto(f"{engagement}/book")
    other = running.admin.post("/clients", {"name": "Otto Other", "email": "otto.other@example.org"}, expect=201)
    started = {"client_id": other["id"], "program_name": "Focus", "sessions_total": 3}
    theirs = running.admin.post("/engagements", started, expect=201)["id"]
    session = {"starts_at": slot.isoformat(), "duration_minutes": 30, "location": {"kind": "phone"}}
    running.admin.post(f"/engagements/{theirs}/sessions", session, expect=201)
    choose(client, slot)
    client.get_by_role("button", name="Book it").click()
    expect(client.get_by_role("alert")).to_contain_text("The coach is not free at that time.")
    values = client.locator("input[name=starts_at]").evaluate_all("all => all.map(one => one.value)")
    assert slot.isoformat() not in values
    assert offered(running)[0].isoformat() in values
    assert len(planned(running, engagement)) == 1


def test_c13_a_client_moves_its_session_and_cancels_it(client: Page, running: Running, engagement: str) -> None:
    slot = offered(running)[2]
    client.goto(f"{engagement}/sessions")
    client.locator(".banner h2 a").click()
    client.get_by_role("link", name="Move it").click()
    choose(client, slot)
    client.get_by_label("Reason").fill("The school called")
    client.get_by_role("button", name="Move it").click()
    expect(client.get_by_text("The session is moved.")).to_be_visible()
    assert planned(running, engagement) == [slot]
    client.get_by_role("link", name="Cancel it…").click()
    dialog = client.get_by_role("dialog")
    expect(dialog).to_contain_text("gets a mail that takes it out of the calendar")
    assert flaws(client) == []
    dialog.get_by_role("button", name="Cancel it").click()
    expect(client.get_by_text("The session is cancelled")).to_be_visible()
    assert planned(running, engagement) == []
    assert invite_of(running.mailbox.await_mail(ADMIN, "session_cancelled"))[0] == "CANCEL"


def test_a_client_whose_sessions_are_all_planned_is_told_so(client: Page, running: Running, engagement: str) -> None:
    running.admin.request("PATCH", engagement, expect=200, json={"sessions_total": 0})
    try:
        eventually(lambda: running.admin.get(f"{engagement}/booking-terms")["left"] == 0, 10, "the new total")
        client.goto(f"{engagement}/book")
        expect(client.get_by_text("All sessions are planned")).to_be_visible()
        client.goto(f"{engagement}/sessions")
        expect(client.get_by_role("link", name="Book a session")).to_have_count(0)
    finally:
        running.admin.request("PATCH", engagement, expect=200, json={"sessions_total": 8})
