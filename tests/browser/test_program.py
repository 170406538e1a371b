"""Programs by clicking: the editor, items, the bell, and what goes out by itself (S1.11–S1.24, C12)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import ARTEFACTS
from tests.browser.people import drag_to_top, enrol, sign_in
from tests.browser.test_accessibility import AXE, flaws
from tests.support.broker import eventually
from tests.support.mail import link_of
from tests.system.conftest import ADMIN, PASSWORD, Running

CLIENT, CLIENT_PASSWORD = "ines.ferreira@example.org", "nine slow barges pass"


@pytest.fixture(scope="module")
def engagement(running: Running) -> str:
    return enrol(running, "Ines Ferreira", CLIENT, CLIENT_PASSWORD)


@pytest.fixture(scope="module")
def form(running: Running) -> str:
    questions = [{"label": "What did you notice?", "kind": "text", "required": True}]
    made = running.admin.post("/forms", {"title": "Reflection", "questions": questions}, expect=201)
    return str(made["id"])


@pytest.fixture(scope="module")
def coach(running: Running, browser: Browser) -> Iterator[Page]:
    context = browser.new_context(
        base_url=running.local.url, reduced_motion="reduce", viewport={"width": 1440, "height": 900}
    )
    context.set_default_timeout(10_000)
    context.add_init_script(path=AXE)
    page = context.new_page()
    sign_in(page, ADMIN, PASSWORD)
    yield page
    context.close()


def there(running: Running, engagement: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = running.admin.get(f"{engagement}/items")["items"]
    return items


def item_of(running: Running, engagement: str, title: str, kind: str = "task", **given: Any) -> str:
    """An item to the client; its path."""
    made = running.admin.post(f"{engagement}/items", {"kind": kind, "title": title, **given}, expect=201)
    to = {"recipients": [{"email": CLIENT, "name": "Ines Ferreira"}]}
    running.admin.request("PUT", f"/items/{made['id']}/recipients", expect=200, json=to)
    return f"/items/{made['id']}"


def test_a_program_is_written_with_items_in_order_and_an_engagement_starts_as_its_copy(
    coach: Page, running: Running, form: str
) -> None:
    coach.goto("/programs/new")
    coach.get_by_label("Name").fill("Presence")
    coach.get_by_label("Sessions planned").fill("8")
    for title, kind in (("First session", "session"), ("A talk", "link"), ("Reflection", "form")):
        coach.get_by_role("button", name="Add an item").click()
        row = coach.locator("fieldset.question").last
        row.get_by_label("Title").fill(title)
        row.get_by_label("Kind").select_option(kind)
    coach.get_by_label("Address of the link").nth(1).fill("https://example.org/talk")
    row.get_by_label("Form").select_option(form)
    row.get_by_label("How it goes out").select_option("after_previous")
    row.locator(".grip").press("ArrowUp")
    assert flaws(coach) == []
    coach.screenshot(path=ARTEFACTS / "90-program-editor.png", full_page=True)
    coach.get_by_role("button", name="Save").click()
    expect(coach.get_by_text("Presence is saved.")).to_be_visible()
    program = next(one for one in running.admin.get("/programs")["items"] if one["name"] == "Presence")
    assert [(item["title"], item["delivery"]["mode"]) for item in program["items"]] == [
        ("First session", "manual"), ("Reflection", "after_previous"), ("A talk", "manual"),
    ]  # fmt: skip
    client = running.admin.post("/clients", {"name": "Copy Cat", "email": "copy.cat@example.org"}, expect=201)
    given = {"client_id": client["id"], "program_id": program["id"]}
    copied = running.admin.post("/engagements", given, expect=201)
    coach.goto(f"/engagements/{copied['id']}/program")
    expect(coach.locator(".items .row-title")).to_have_text(["First session", "Reflection", "A talk"])
    expect(coach.get_by_text("Add recipients before it can go out")).to_have_count(2)


def test_s1_11_s1_12_s1_24_an_item_is_added_addressed_and_sent_by_the_airplane(
    coach: Page, running: Running, engagement: str
) -> None:
    coach.goto(f"{engagement}/program")
    coach.get_by_role("link", name="Add item").first.click()
    dialog = coach.get_by_role("dialog")
    dialog.get_by_label("Kind").select_option("link")
    dialog.get_by_label("Title").fill("A talk")
    dialog.get_by_label("Address of the link").fill("https://example.org/talk")
    dialog.get_by_role("button", name="Add it").click()
    expect(coach.get_by_text("The item is added. Nobody was mailed.")).to_be_visible()
    coach.get_by_label("Send A talk now").click()
    expect(coach.get_by_role("dialog").get_by_text("Add recipients before it can go out. (Rule S1.11)")).to_be_visible()
    coach.keyboard.press("Escape")
    coach.get_by_role("link", name="Add recipients before it can go out").click()
    coach.get_by_role("dialog").get_by_role("button", name="Add a person").click()
    coach.get_by_role("dialog").get_by_label("Address").last.fill(CLIENT)
    coach.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(coach.get_by_text("By hand · Ines Ferreira")).to_be_visible()
    assert running.mailbox.mails(CLIENT, "item_link") == []
    coach.get_by_label("Send A talk now").click()
    assert flaws(coach) == []
    coach.get_by_role("button", name="Send now, send 1 mail").click()
    expect(coach.get_by_text("A talk is on its way.")).to_be_visible()
    assert "https://example.org/talk" in str(running.mailbox.await_mail(CLIENT, "item_link"))
    expect(coach.get_by_label("Send A talk now")).to_have_count(0)


def test_s1_13_s1_14_the_bell_words_the_mail_shows_it_and_sends_a_test_to_oneself(
    coach: Page, running: Running, engagement: str
) -> None:
    path = item_of(running, engagement, "Three wins")
    coach.goto(f"{engagement}/program")
    coach.get_by_label("Notification of Three wins").click()
    panel = coach.get_by_role("complementary", name="Three wins")
    frame = coach.frame_locator("iframe[name=preview]")
    expect(frame.locator("p.ink", has_text="has a task for you: Three wins.")).to_be_visible()
    panel.get_by_label("Subject").fill("For you, {{ client.shoe_size }}")
    expect(frame.get_by_text("There is no placeholder {{client.shoe_size}}")).to_be_visible()
    panel.get_by_label("Subject").fill("For you, ")
    panel.get_by_role("button", name="client first name").click()
    expect(panel.get_by_label("Subject")).to_have_value("For you, {{client.first_name}}")
    expect(frame.get_by_text("For you, Ines")).to_be_visible()
    assert flaws(coach) == []
    coach.screenshot(path=ARTEFACTS / "91-bell.png")
    panel.get_by_role("button", name="Save").click()
    expect(coach.get_by_text("Saved. The mail is worded so.")).to_be_visible()
    panel.get_by_role("button", name="Test to me").click()
    expect(coach.get_by_text("The mail is on its way to you alone.")).to_be_visible()
    assert running.mailbox.await_mail(ADMIN, "item_task")["Subject"] == "For you, Ines"
    assert running.mailbox.mails(CLIENT, "item_task") == []
    running.admin.post(f"{path}/send", expect=202)
    assert running.mailbox.await_mail(CLIENT, "item_task")["Subject"] == "For you, Ines"


def test_s1_22_c12_a_form_goes_out_once_the_item_before_it_is_completed_and_the_next_once_it_is_answered(
    coach: Page, running: Running, engagement: str, form: str
) -> None:
    first = item_of(running, engagement, "Read the chapter")
    item_of(running, engagement, "Reflection", "form", form_id=form, delivery={"mode": "after_previous"})
    item_of(running, engagement, "Bring one offer", delivery={"mode": "after_previous"})
    running.admin.post(f"{first}/send", expect=202)
    assert running.mailbox.mails(CLIENT, "form_request") == []
    coach.goto(f"{engagement}/program")
    coach.get_by_label("Menu of Read the chapter").click()
    coach.get_by_role("button", name="Mark complete").locator("visible=true").click()
    expect(coach.locator("li", has_text="Read the chapter").get_by_text("Completed")).to_be_visible()
    token = link_of(running.mailbox.await_mail(CLIENT, "form_request"), "forms")
    asked = running.anybody.get(f"/public/forms/{token}")
    answers = {asked["questions"][0]["id"]: "The pause"}
    running.anybody.request("POST", f"/public/forms/{token}", expect=201, json={"answers": answers})

    def states() -> dict[str, str]:
        return {item["title"]: item["state"] for item in there(running, engagement)}

    eventually(lambda: states()["Bring one offer"] == "sent")
    assert states()["Reflection"] == "completed"
    titles = [str(mail["Subject"]) for mail in running.mailbox.mails(CLIENT, "item_task")]
    assert sum("Bring one offer" in title for title in titles) <= 1
    assert len(running.mailbox.mails(CLIENT, "form_request")) == 1


def test_items_are_dragged_and_a_phone_shows_them_in_the_dark(
    coach: Page, running: Running, browser: Browser, engagement: str
) -> None:
    item_of(running, engagement, "Before the last")
    item_of(running, engagement, "Last of all")
    coach.goto(f"{engagement}/program")
    with coach.expect_response(re.compile("/items/order")):
        drag_to_top(coach, coach.get_by_label("Move Last of all"), coach.locator(".items [data-row]"))
    assert there(running, engagement)[0]["title"] == "Last of all"
    assert flaws(coach) == []
    context = browser.new_context(
        base_url=running.local.url, viewport={"width": 390, "height": 844}, color_scheme="dark", reduced_motion="reduce"
    )
    context.add_init_script(path=AXE)
    phone = context.new_page()
    sign_in(phone, ADMIN, PASSWORD)
    phone.goto(f"{engagement}/program")
    assert phone.evaluate("document.documentElement.scrollWidth") == 390
    assert flaws(phone) == []
    phone.screenshot(path=ARTEFACTS / "92-program-phone.png", full_page=True)
    phone.get_by_label("Notification of Last of all").click()
    expect(phone.get_by_role("complementary", name="Last of all")).to_be_visible()
    assert flaws(phone) == []
    phone.screenshot(path=ARTEFACTS / "93-bell-phone.png")
    context.close()


def test_s1_15_a_sessions_item_gets_its_date_by_the_calendar_icon(
    coach: Page, running: Running, engagement: str
) -> None:
    given = {"kind": "session", "title": "Saying no", "duration_minutes": 45}
    running.admin.post(f"{engagement}/items", given, expect=201)
    coach.goto(f"{engagement}/program")
    coach.get_by_label("Schedule Saying no").click()
    dialog = coach.get_by_role("dialog")
    expect(dialog.get_by_label("Title")).to_have_value("Saying no")
    expect(dialog.get_by_label("Minutes")).to_have_value("45")
    dialog.get_by_label("Date and time").fill("2030-03-05T10:00")
    dialog.get_by_label("Link, number or address").fill("https://zoom.us/j/1")
    dialog.get_by_role("button", name=re.compile("^Schedule")).click()
    expect(coach.get_by_text("The session is scheduled")).to_be_visible()
    running.mailbox.await_mail(CLIENT, "session_scheduled")
    eventually(lambda: there(running, engagement)[-1]["state"] == "scheduled")
    coach.goto(f"{engagement}/program")
    coach.get_by_label("Reschedule Saying no").click()
    expect(coach.get_by_role("dialog")).to_be_visible()


def test_s1_38_a_client_sees_what_was_sent_to_it_and_says_what_is_done(
    running: Running, browser: Browser, engagement: str
) -> None:
    path = item_of(running, engagement, "Write one page")
    item_of(running, engagement, "Not sent yet")
    running.admin.post(f"{path}/send", expect=202)
    context = browser.new_context(base_url=running.local.url, viewport={"width": 390, "height": 844})
    context.add_init_script(path=AXE)
    client = context.new_page()
    sign_in(client, CLIENT, CLIENT_PASSWORD)
    client.goto(f"{engagement}/program")
    expect(client.get_by_text("Not sent yet")).to_have_count(0)
    row = client.locator("li", has_text="Write one page")
    row.get_by_role("button", name="Mark as done").click()
    expect(row.get_by_text("Completed")).to_be_visible()
    assert flaws(client) == []
    client.screenshot(path=ARTEFACTS / "94-my-program.png", full_page=True)
    context.close()


def test_c14_c15_a_series_shows_its_dates_before_it_is_scheduled(
    coach: Page, running: Running, engagement: str
) -> None:
    taken = {
        "starts_at": "2031-04-01T08:00:00Z",
        "duration_minutes": 60,
        "location": {"kind": "phone"},
        "notify": False,
    }
    running.admin.post(f"{engagement}/sessions", taken, expect=201)
    coach.goto(f"{engagement}/sessions")
    coach.get_by_role("link", name="Add new appointment").first.click()
    dialog = coach.get_by_role("dialog")
    dialog.get_by_label("Date and time").fill("2031-03-25T08:00")
    expect(dialog.get_by_label("How many sessions")).to_be_hidden()
    dialog.get_by_label("Repeat").select_option("week")
    dialog.get_by_label("How many sessions").fill("3")
    dialog.get_by_role("button", name="Show the dates").click()
    expect(dialog.locator(".session-dates li")).to_have_count(3)
    expect(dialog.get_by_text("Booked already")).to_have_count(1)
    assert flaws(coach) == []
    coach.screenshot(path=ARTEFACTS / "95-series.png")
    dialog.get_by_label("Link, number or address").fill("https://zoom.us/j/2")
    dialog.get_by_role("button", name=re.compile("^Schedule")).click()
    expect(dialog.get_by_text("is booked at that time already on 2031-04-01")).to_be_visible()
    dialog.get_by_label("Date and time").fill("2031-05-06T08:00")
    dialog.get_by_role("button", name=re.compile("^Schedule")).click()
    expect(coach.get_by_text("3 sessions are scheduled")).to_be_visible()
