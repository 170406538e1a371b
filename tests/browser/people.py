"""People who sit before the browser, and how they get there."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.support.mail import link_of
from tests.system.conftest import Running


def sign_in(page: Page, email: str, password: str) -> None:
    page.goto("/sign-in")
    page.get_by_label("Your address").fill(email)
    page.get_by_role("textbox", name="Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Good")


def enrol(running: Running, name: str, email: str, password: str, **client: Any) -> str:
    """A client of the admin's own who has accepted the invitation; the path of the engagement."""
    admin = running.admin
    made = admin.post("/clients", {"name": name, "email": email, **client}, expect=201)
    started = {"client_id": made["id"], "program_name": "Executive Presence", "sessions_total": 8}
    engagement = admin.post("/engagements", {**started, "coach_id": admin.get("/me")["id"]}, expect=201)
    path = f"/engagements/{engagement['id']}"
    admin.post(f"{path}/invitation", expect=202)
    token = link_of(running.mailbox.await_mail(email, "invitation"), "invitations")
    running.anybody.post(f"/public/invitations/{token}", {"password": password}, expect=201)
    return path


def drag_to_top(page: Page, grip: Locator, rows: Locator) -> None:
    """Takes a row by its grip before the first of `rows`, as a hand does: it lets go once the row lies there.

    The library passes over moves while a row makes way, so the hand moves on until it does.
    """
    row = grip.locator("xpath=ancestor::*[@data-row]")
    id_ = row.get_attribute("data-id")
    grip.hover()
    page.mouse.down()
    box = rows.first.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 20, box["y"] + 4, steps=25)
    for step in range(50):
        if rows.first.get_attribute("data-id") == id_:
            break
        page.mouse.move(box["x"] + 20 + step % 2, box["y"] + 3)
        page.wait_for_timeout(50)
    expect(rows.first).to_have_attribute("data-id", id_ or "")
    page.mouse.up()
