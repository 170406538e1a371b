"""Notes by clicking and typing (rules S2.21–S2.41, C16)."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.people import drag_to_top, enrol, sign_in
from tests.system.conftest import ADMIN, PASSWORD, Running

CLIENT, CLIENT_PASSWORD = "noor.bakker@example.org", "five slow tugboats"
PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAYAAACNMs+9AAAAFUlEQVR42mNk+M9Qz0AEYBxVSF+FABJADveWkH6oAAAAAElFTkSuQmCC"
)
#: Pastes what `html` holds, or a picture, as the browser does when somebody presses Ctrl+V.
PASTE = """(editor, {html, picture}) => {
    const data = new DataTransfer();
    if (html) data.setData("text/html", html);
    const bytes = Uint8Array.from(atob(picture || ""), (sign) => sign.charCodeAt(0));
    if (picture) data.items.add(new File([bytes], "board.png", {type: "image/png"}));
    editor.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}));
}"""
#: Drops a picture into the text as a hand would.
DROP = """(editor, picture) => {
    const data = new DataTransfer();
    const bytes = Uint8Array.from(atob(picture), (sign) => sign.charCodeAt(0));
    data.items.add(new File([bytes], "board.png", {type: "image/png"}));
    const {left, top} = editor.getBoundingClientRect();
    const place = {clientX: left + 30, clientY: top + 30};
    editor.dispatchEvent(new DragEvent("drop", {...place, dataTransfer: data, bubbles: true, cancelable: true}));
}"""
LOOKS = """body => [...body.querySelectorAll("h2, li, p")].map((part) => {
    const style = getComputedStyle(part);
    return [part.innerText, style.fontSize, style.fontWeight, style.color];
})"""
HOSTILE = [
    "<img src=x onerror=window.owned=1>",
    "<svg onload=window.owned=1>",
    '"><script>window.owned=1</script>',
    "<a href='javascript:window.owned=1'>x</a>",
    "<iframe srcdoc='<script>parent.owned=1</script>'></iframe>",
    "{{ 7*7 }}${7*7}<math><mi xlink:href='javascript:window.owned=1'>",
]


@pytest.fixture(scope="module")
def engagement(running: Running) -> str:
    return enrol(running, "Noor Bakker", CLIENT, CLIENT_PASSWORD)


@pytest.fixture(scope="module")
def staff(running: Running, browser: Browser) -> Iterator[BrowserContext]:
    """The browser of the coach, signed in once."""
    context = browser.new_context(base_url=running.local.url, timezone_id="Europe/Berlin", reduced_motion="reduce")
    context.set_default_timeout(10_000)
    page = context.new_page()
    sign_in(page, ADMIN, PASSWORD)
    page.close()
    yield context
    context.close()


@pytest.fixture
def page(staff: BrowserContext) -> Iterator[Page]:
    made = staff.new_page()
    problems: list[str] = []
    made.on("pageerror", lambda error: problems.append(str(error)))
    yield made
    made.close()
    assert problems == []


def note_of(running: Running, engagement: str, title: str, body: str = "") -> dict[str, Any]:
    return running.admin.post(f"{engagement}/notes", {"title": title, "body": body}, expect=201)


def editor_of(page: Page) -> Any:
    return page.locator(".rich-editor [contenteditable=true]")


def saved(page: Page) -> None:
    expect(page.get_by_role("status").filter(has_text="Saved")).to_have_text("Saved")


def titles(page: Page) -> list[str]:
    return [words.splitlines()[0] for words in page.locator(".choices a").all_inner_texts()]


def test_s2_27_s2_29_a_note_is_begun_from_a_template_written_and_saves_itself(
    page: Page, running: Running, engagement: str
) -> None:
    running.admin.post(
        "/note-templates", {"title": "First session", "body": "<p>What brings you here?</p>"}, expect=201
    )
    page.goto(f"{engagement}/notes")
    page.get_by_role("link", name="Add new note").first.click()
    page.get_by_label("Title").fill("Chemistry call")
    page.get_by_label("Begins with").select_option(label="First session")
    page.get_by_role("button", name="Write it").click()
    editor = editor_of(page)
    expect(editor).to_contain_text("What brings you here?")
    expect(page.get_by_text("Private").first).to_be_visible()  # S2.30

    editor.click()
    page.keyboard.press("Control+End")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Bold").click()
    page.keyboard.type("A raise")
    page.get_by_role("button", name="Bold").click()
    page.keyboard.type(" by spring")
    page.get_by_label("Title").fill("Chemistry")
    saved(page)
    expect(page.locator("[data-editor-title]")).to_have_text("Chemistry")
    page.reload()
    expect(editor_of(page)).to_contain_text("A raise by spring")
    expect(editor_of(page).locator("strong")).to_have_text("A raise")
    expect(page.get_by_label("Title")).to_have_value("Chemistry")


def test_s2_37_styles_links_videos_and_pictures_stay_as_they_were_made(
    page: Page, running: Running, engagement: str
) -> None:
    note = note_of(running, engagement, "Styles")
    page.goto(f"{engagement}/notes/{note['id']}")
    editor = editor_of(page)
    editor.click()
    page.get_by_role("button", name="Highlight").click()
    page.get_by_label("Font").select_option("serif")
    page.get_by_label("Size").select_option("large")
    page.keyboard.type("Say the number. ")
    page.get_by_role("button", name="Link").click()
    page.get_by_label("Address").fill("javascript:alert(1)")
    page.get_by_role("button", name="Link it").click()
    expect(page.get_by_text("This is no address.")).to_be_visible()
    page.get_by_label("Address").fill("example.org/anchoring")
    page.get_by_role("button", name="Link it").click()
    page.get_by_role("button", name="Video").click()
    page.get_by_label("Address of the video").fill("https://www.youtube.com/watch?v=abcdef12345")
    page.get_by_role("button", name="Show it").click()
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Picture").click()
    chooser.value.set_files({"name": "flip chart.png", "mimeType": "image/png", "buffer": PICTURE})
    expect(editor.get_by_role("img", name="flip chart")).to_be_visible()
    saved(page)

    body = running.admin.get(f"/notes/{note['id']}")["body"]
    assert "data:" not in body
    assert "style=" not in body
    for kept in ("ql-bg-yellow", "ql-font-serif", "ql-size-large", 'href="https://example.org/anchoring"', "sandbox="):
        assert kept in body, kept
    assert re.search(r'src="https://www\.youtube-nocookie\.com/embed/abcdef12345"', body)
    page.reload()
    expect(editor_of(page).get_by_role("img", name="flip chart")).to_be_visible()
    assert editor_of(page).locator("img").evaluate("picture => picture.naturalWidth") == 10


def test_c16_pasted_and_dropped_pictures_are_uploaded_and_those_of_other_sites_left_out(
    page: Page, running: Running, engagement: str
) -> None:
    note = note_of(running, engagement, "Pasted")
    page.goto(f"{engagement}/notes/{note['id']}")
    editor = editor_of(page)
    editor.click()
    picture = base64.b64encode(PICTURE).decode()
    editor.evaluate(PASTE, {"picture": picture})
    expect(editor.locator("img")).to_have_count(1)
    editor.evaluate(PASTE, {"html": f"<p>inside <img src='data:image/png;base64,{picture}'></p>"})
    expect(editor.locator("img")).to_have_count(2)
    editor.evaluate(DROP, picture)
    expect(editor.locator("img")).to_have_count(3)
    editor.evaluate(PASTE, {"html": "<p>elsewhere <img src='https://elsewhere.example/a.png'></p>"})
    expect(page.get_by_text("A picture of another site was left out")).to_be_visible()
    saved(page)
    body = running.admin.get(f"/notes/{note['id']}")["body"]
    assert len(re.findall(r'<img src="/files/[0-9a-f-]{36}/content"', body)) == 3
    assert "elsewhere.example" not in body
    assert "data:" not in body


def test_a_second_tab_never_overwrites_silently(
    page: Page, staff: BrowserContext, running: Running, engagement: str
) -> None:
    note = note_of(running, engagement, "Two tabs", "<p>text</p>")
    address = f"{engagement}/notes/{note['id']}"
    other = staff.new_page()
    for tab in (page, other):
        tab.goto(address)
        expect(editor_of(tab)).to_have_text("text")
    for tab, word in ((page, "one "), (other, "two ")):
        editor_of(tab).click()
        tab.keyboard.press("Control+Home")
        tab.keyboard.type(word)
        if tab is page:
            saved(page)
    expect(other.get_by_text("This text was changed elsewhere")).to_be_visible()
    assert running.admin.get(f"/notes/{note['id']}")["body"] == "<p>one text</p>"
    other.get_by_role("button", name="Write mine over it").click()
    saved(other)
    assert running.admin.get(f"/notes/{note['id']}")["body"] == "<p>two text</p>"
    other.close()

    editor_of(page).click()
    page.keyboard.type("never ")
    expect(page.get_by_text("This text was changed elsewhere")).to_be_visible()
    page.get_by_role("button", name="Load the other one").click()
    expect(editor_of(page)).to_have_text("two text")


def test_text_that_could_not_be_saved_is_kept_tried_again_and_comes_back(
    page: Page, running: Running, engagement: str
) -> None:
    note = note_of(running, engagement, "Offline", "<p>text</p>")
    page.goto(f"{engagement}/notes/{note['id']}")
    expect(editor_of(page)).to_have_text("text")
    page.route("**/notes/*", lambda route: route.abort() if route.request.method == "POST" else route.fallback())
    editor_of(page).click()
    page.keyboard.press("Control+End")
    page.keyboard.type(" in a tunnel")
    expect(page.get_by_text("Not saved: no connection")).to_be_visible()
    page.reload()
    expect(editor_of(page)).to_have_text("text in a tunnel")
    page.unroute("**/notes/*")
    saved(page)
    assert running.admin.get(f"/notes/{note['id']}")["body"] == "<p>text in a tunnel</p>"


def test_s2_36_notes_are_put_in_order_by_dragging_by_keys_and_by_menu(
    page: Page, running: Running, engagement: str
) -> None:
    for title in ("Third", "Second", "First"):
        note = note_of(running, engagement, title)
    page.goto(f"{engagement}/notes/{note['id']}")
    assert titles(page)[:3] == ["First", "Second", "Third"]

    def order() -> list[str]:
        return [each["title"] for each in running.admin.get(f"{engagement}/notes")["items"]][:3]

    with page.expect_response(re.compile("/notes/order")):
        page.get_by_label("Move First").press("ArrowDown")
    assert order() == titles(page)[:3] == ["Second", "First", "Third"]
    with page.expect_response(re.compile("/notes/order")):
        drag_to_top(page, page.get_by_label("Move Third"), page.locator(".choices [data-row]"))
    assert order() == titles(page)[:3] == ["Third", "Second", "First"]
    page.reload()
    page.get_by_label("Menu of the note").click()
    page.get_by_role("button", name="Move up").click()
    expect(page.get_by_text("Moved")).to_be_visible()
    assert order() == ["Third", "First", "Second"]


def test_s2_25_s2_26_search_marks_what_it_finds(page: Page, running: Running, engagement: str) -> None:
    note_of(running, engagement, "Zebra crossing", "<p>Anchors hold.</p>")
    page.goto(f"{engagement}/notes")
    page.get_by_placeholder("Search notes").fill("zebra anch")
    page.keyboard.press("Enter")
    expect(page.locator(".choices mark")).to_have_text(["Zebra", "Anchors"])
    page.get_by_text("Edited any time").click()
    page.get_by_label("Until").fill("2020-01-01")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_text("No note has these words and days.")).to_be_visible()
    page.get_by_role("link", name="Show all").click()
    expect(page.locator(".choices a").first).to_be_visible()


def test_s2_31_to_s2_40_a_note_is_shared_looks_the_same_and_is_taken_back(
    page: Page, browser: Browser, running: Running, engagement: str
) -> None:
    body = '<h2>Plan</h2><ol><li data-list="bullet"><span class="ql-ui"></span>less</li></ol><p>more</p>'
    note = note_of(running, engagement, "Shared one", body)
    address = f"{engagement}/notes/{note['id']}"
    page.goto(address)
    page.get_by_label("Menu of the note").click()
    page.get_by_role("link", name="Share with client…").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Noor Bakker")
    dialog.get_by_role("button", name="Share it, send 1 mail").click()
    expect(page.get_by_text("Shared with Noor Bakker")).to_be_visible()

    context = browser.new_context(base_url=running.local.url, viewport={"width": 390, "height": 844})
    client = context.new_page()
    sign_in(client, CLIENT, CLIENT_PASSWORD)
    client.goto(address)
    expect(client.locator(".rich h2")).to_have_text("Plan")
    assert client.locator(".rich").evaluate(LOOKS) == editor_of(page).evaluate(LOOKS)
    assert client.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    client.get_by_role("textbox", name="Your comment").fill("I tried it.")
    client.get_by_role("button", name="Comment").click()
    expect(client.get_by_text("I tried it.")).to_be_visible()
    page.reload()
    expect(page.get_by_text("I tried it.")).to_be_visible()
    page.get_by_label("Menu of the note").click()
    page.get_by_role("button", name="Un-share").click()
    expect(page.get_by_text("Only you see the note now.")).to_be_visible()
    answer = client.goto(address)
    assert answer is not None
    assert answer.status == 404
    context.close()


def test_c16_nothing_that_people_write_runs(page: Page, running: Running, engagement: str) -> None:
    for hostile in HOSTILE:
        note = note_of(running, engagement, hostile[:200], f"<p>{hostile}</p>")
        running.admin.post(f"/notes/{note['id']}/comments", {"body": hostile}, expect=201)
        page.goto(f"{engagement}/notes/{note['id']}?q=owned")
        expect(editor_of(page)).to_be_visible()
        page.goto(f"{engagement}/notes/{note['id']}")
        expect(page.locator(".comments")).to_contain_text(hostile)
        assert page.evaluate("window.owned") is None
    page.goto(engagement)
    assert page.evaluate("window.owned") is None


def test_nothing_in_names_of_people_and_programs_runs(page: Page, running: Running) -> None:
    admin = running.admin
    for number, hostile in enumerate(HOSTILE):
        client = admin.post("/clients", {"name": hostile, "email": f"hostile{number}@example.org"}, expect=201)
        enrolled = {"client_id": client["id"], "program_name": hostile, "sessions_total": 4}
        made = admin.post("/engagements", {**enrolled, "coach_id": admin.get("/me")["id"]}, expect=201)
        goal = {"name": hostile[:200], "due_date": "2020-01-05"}
        admin.post(f"/engagements/{made['id']}/goals", goal, expect=201)
        for address in (f"/clients/{client['id']}", f"/engagements/{made['id']}"):
            page.goto(address)
            assert page.evaluate("window.owned") is None
    for address in ("/clients", "/", "/todos"):
        page.goto(address)
        assert page.evaluate("window.owned") is None


def test_the_keyboard_alone_leaves_the_editor(page: Page, running: Running, engagement: str) -> None:
    note = note_of(running, engagement, "Keys", "<ul><li>item</li></ul>")
    page.goto(f"{engagement}/notes/{note['id']}")
    editor_of(page).focus()
    page.keyboard.press("Tab")
    expect(page.get_by_role("textbox", name="Your comment")).to_be_focused()
