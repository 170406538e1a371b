"""The library and an engagement's resources by clicking, as coach and client (rules S2.28, S2.78–S2.90, C20)."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.people import enrol, sign_in
from tests.browser.test_notes import HOSTILE
from tests.service.documents.house import PDF
from tests.system.conftest import ADMIN, PASSWORD, Running

CLIENT, CLIENT_PASSWORD = "mireille.laurent@example.org", "six paper lanterns"
#: One grey pixel.
PNG = b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGPoAAAAggCBd81ytgAAAABJRU5ErkJggg==")
#: Drops a file onto the page as a hand would.
DROP = """([name, text]) => {
    const data = new DataTransfer();
    data.items.add(new File([text], name, {type: "text/plain"}));
    for (const kind of ["dragover", "drop"]) {
        document.body.dispatchEvent(new DragEvent(kind, {dataTransfer: data, bubbles: true, cancelable: true}));
    }
}"""


@pytest.fixture(scope="module")
def engagement(running: Running) -> str:
    return enrol(running, "Mireille Laurent", CLIENT, CLIENT_PASSWORD)


def _page(running: Running, browser: Browser, email: str, password: str, width: int) -> Page:
    context = browser.new_context(
        base_url=running.local.url, viewport={"width": width, "height": 900}, reduced_motion="reduce"
    )
    context.set_default_timeout(10_000)
    page = context.new_page()
    sign_in(page, email, password)
    return page


@pytest.fixture(scope="module")
def coach(running: Running, browser: Browser) -> Iterator[Page]:
    page = _page(running, browser, ADMIN, PASSWORD, 1280)
    yield page
    page.context.close()


@pytest.fixture(scope="module")
def client(running: Running, browser: Browser, engagement: str) -> Iterator[Page]:
    page = _page(running, browser, CLIENT, CLIENT_PASSWORD, 390)
    yield page
    page.context.close()


def of(page: Page, name: str, action: str) -> None:
    """Chooses from the menu of a row."""
    page.get_by_label(f"Menu of {name}", exact=True).click()
    page.locator("details[open]").get_by_text(action).click()


def test_folders_are_made_filled_by_dropping_renamed_moved_deleted_and_brought_back(coach: Page) -> None:
    coach.goto("/library")
    for name in ("Worksheets", "Archive"):
        coach.get_by_role("link", name="New folder").click()
        coach.get_by_role("textbox", name="Name").fill(name)
        coach.get_by_role("button", name="Make the folder").click()
        expect(coach.get_by_role("link", name=name, exact=True)).to_be_visible()
    coach.get_by_role("link", name="Worksheets", exact=True).click()
    expect(coach.get_by_role("heading", name="Worksheets", level=1)).to_be_visible()
    coach.evaluate(DROP, ["Values.txt", "What matters?"])
    expect(coach.get_by_role("link", name="Values.txt", exact=True)).to_be_visible()
    of(coach, "Values.txt", "Rename…")
    coach.get_by_role("textbox", name="Name").fill("Own values.txt")
    coach.get_by_role("button", name="Rename it").click()
    expect(coach.get_by_role("link", name="Own values.txt", exact=True)).to_be_visible()

    of(coach, "Own values.txt", "Move…")
    dialog = coach.get_by_role("dialog")
    dialog.get_by_role("link", name="Library").click()
    dialog.get_by_role("link", name="Archive").click()
    expect(dialog.get_by_role("heading")).to_contain_text("Archive")
    dialog.get_by_role("button", name="Move it here").click()
    expect(coach.get_by_text("Own values.txt is moved.")).to_be_visible()
    coach.goto("/library")
    of(coach, "Archive", "Delete with what is in it")
    expect(coach.get_by_role("link", name="Archive", exact=True)).to_have_count(0)
    coach.get_by_role("button", name="Undo").click()
    coach.get_by_role("link", name="Archive", exact=True).click()
    expect(coach.get_by_role("link", name="Own values.txt", exact=True)).to_be_visible()
    coach.goto("/library")
    coach.get_by_placeholder("Search the library").fill("own val")
    coach.keyboard.press("Enter")
    expect(coach.get_by_role("link", name="Own values.txt", exact=True)).to_be_visible()


def test_c20_a_shared_folder_shows_what_lies_in_it_at_the_time(
    coach: Page, client: Page, running: Running, engagement: str
) -> None:
    admin = running.admin
    folder = admin.post("/library/folders", {"name": "Packet"}, expect=201)
    upload = {"data": {"folder_id": folder["id"]}, "files": {"file": ("Welcome.txt", b"Welcome.")}}
    admin.request("POST", "/library/files", expect=201, **upload)
    coach.goto(f"{engagement}/resources")
    coach.get_by_role("link", name="Add from the library").first.click()
    dialog = coach.get_by_role("dialog")
    dialog.locator(f"[value='{folder['id']}']").check()
    expect(dialog).to_contain_text("Mireille Laurent")
    dialog.get_by_role("button", name="Share, send 1 mail").click()
    expect(coach.get_by_role("link", name="Packet", exact=True)).to_be_visible()

    client.goto(f"{engagement}/resources")
    client.get_by_role("link", name="Packet", exact=True).click()
    expect(client.get_by_role("link", name="Welcome.txt", exact=True)).to_be_visible()
    upload["files"] = {"file": ("Later.txt", b"Later.")}
    admin.request("POST", "/library/files", expect=201, **upload)
    client.reload()
    with client.expect_download() as download:
        client.get_by_role("link", name="Later.txt", exact=True).click()
    assert Path(download.value.path()).read_text() == "Later."
    assert client.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    answer = client.goto("/library")
    assert answer is not None
    assert answer.status == 403

    coach.goto(f"{engagement}/resources")
    of(coach, "Packet", "Remove")
    expect(coach.get_by_role("link", name="Packet", exact=True)).to_have_count(0)
    coach.get_by_role("button", name="Undo").click()
    expect(coach.get_by_role("link", name="Packet", exact=True)).to_be_visible()


def test_s2_90_a_shared_folder_is_downloaded_whole_as_a_zip(client: Page, engagement: str) -> None:
    client.goto(f"{engagement}/resources")
    with client.expect_download() as download:
        of(client, "Packet", "Download as ZIP")
    assert download.value.suggested_filename == "Packet.zip"
    with ZipFile(download.value.path()) as found:
        assert found.testzip() is None
        assert found.namelist() == ["Packet/", "Packet/Later.txt", "Packet/Welcome.txt"]


def test_s2_28_a_picture_and_a_pdf_are_seen_without_downloading_them(coach: Page, running: Running) -> None:
    for name, content in (("Lantern.png", PNG), ("Plan.pdf", PDF)):
        running.admin.request("POST", "/library/files", expect=201, files={"file": (name, content)})
    coach.goto("/library")
    coach.get_by_role("link", name="Lantern.png", exact=True).click()
    shown = coach.get_by_role("dialog").get_by_role("img", name="Lantern.png")
    expect(shown).to_be_visible()
    assert shown.evaluate("image => image.decode().then(() => image.naturalWidth)") == 1
    coach.keyboard.press("Escape")
    with coach.expect_response("**/files/*/view") as answered:
        of(coach, "Plan.pdf", "Preview")
    assert answered.value.headers["content-type"] == "application/pdf"
    expect(coach.get_by_role("dialog").locator("iframe[title='Plan.pdf']")).to_be_visible()
    with coach.expect_download() as download:
        coach.get_by_role("dialog").get_by_role("link", name="Download").click()
    assert Path(download.value.path()).read_bytes() == PDF


def test_nothing_in_names_of_files_and_folders_runs(coach: Page, running: Running, engagement: str) -> None:
    folders = []
    for hostile in HOSTILE:
        name = hostile.replace("/", "")[:100]
        folder = running.admin.post("/library/folders", {"name": hostile[:100]}, expect=201)
        upload = {"data": {"folder_id": folder["id"]}, "files": {"file": (name, b"text")}}
        running.admin.request("POST", "/library/files", expect=201, **upload)
        folders.append(folder["id"])
    running.admin.post(f"{engagement}/resources", {"library_ids": folders}, expect=201)
    inside = [f"/library?folder_id={id_}" for id_ in folders]
    for address in ("/library", *inside, f"{engagement}/resources", engagement):
        coach.goto(address)
        assert coach.evaluate("window.owned") is None
