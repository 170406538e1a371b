"""An invoice from the editor to the payment, by clicking: staff write and send it, the client pays it by card."""

from __future__ import annotations

import re
from io import BytesIO

from playwright.sync_api import Browser, Page, expect
from pypdf import PdfReader

from tests.browser.conftest import ARTEFACTS
from tests.browser.people import enrol, sign_in
from tests.support.mail import attachment_of, link_of
from tests.system.conftest import ADMIN, PASSWORD, Running

CLIENT, CLIENT_PASSWORD = "mira.lindqvist@example.org", "nine patient lanterns"


def words_of(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)


def someone(running: Running, browser: Browser, width: int = 1440) -> Page:
    context = browser.new_context(base_url=running.local.url, viewport={"width": width, "height": 900})
    context.set_default_timeout(10_000)
    return context.new_page()


def picture(page: Page, name: str) -> None:
    page.wait_for_load_state("networkidle")
    ARTEFACTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=ARTEFACTS / f"{name}.png", full_page=True)


def test_s1_34_an_invoice_is_written_previewed_sent_and_paid_by_card(running: Running, browser: Browser) -> None:
    path = enrol(running, "Mira Lindqvist", CLIENT, CLIENT_PASSWORD)
    staff = someone(running, browser)
    sign_in(staff, ADMIN, PASSWORD)

    # The editor: totals follow each key.
    staff.goto(f"{path}/invoices")
    staff.get_by_role("link", name=re.compile("New invoice")).first.click()
    totals = staff.locator("form [data-totals]")
    for place, (words, quantity, price, rate, sum_) in enumerate(
        [("Coaching, hours", "1.5", "120", "19", "214.20"), ("Workbook", "2", "18.50", "7", "253.79")]
    ):
        if place:
            staff.get_by_role("button", name="Add line").click()
        staff.get_by_label("Description").nth(place).fill(words)
        staff.get_by_label("Quantity").nth(place).fill(quantity)
        staff.get_by_label("Unit price").nth(place).fill(price)
        staff.get_by_label("Tax in percent").nth(place).fill(rate)
        expect(totals).to_contain_text(sum_)
    staff.get_by_label("Note on the invoice").fill("Thank you, Mira.")
    staff.get_by_label("Payment by card").check()
    picture(staff, "60-invoice-editor")

    # The very PDF, before it is sent.
    staff.get_by_role("button", name="Send invoice…").click()
    preview = staff.get_by_role("link", name="Look at the PDF")
    shown = staff.context.request.get(preview.get_attribute("href") or "")
    assert shown.headers["content-disposition"].startswith("inline")
    draft = words_of(shown.body())
    for words in (
        "Workbook",
        "Total EUR",
        "253.79",
        "Thank you, Mira.",
        "The number is given when the invoice is sent.",
    ):
        assert words in draft
    assert "Pay by card" not in draft

    # Sent: the mail brings the same PDF, with its number, and the link.
    staff.get_by_role("button", name=re.compile("^Send it")).click()
    number = re.search(r"20\d\d-\d{4}", staff.get_by_role("heading", level=1).inner_text())
    assert number
    address = staff.url
    mail = running.mailbox.await_mail(CLIENT, "invoice")
    token = link_of(mail, "pay")
    mailed = words_of(attachment_of(mail, f"invoice-{number.group()}.pdf"))
    assert f"Invoice {number.group()}" in mailed
    assert f"/pay/{token}" in mailed.replace("\n", "")

    # The client pays, on a phone, without a sign-in.
    phone = someone(running, browser, 390)
    phone.goto(f"/pay/{token}")
    expect(phone.get_by_role("heading")).to_have_text(f"Invoice {number.group()}")
    expect(phone.get_by_text("EUR 253.79")).to_be_visible()
    phone.get_by_role("button", name="Pay").click()
    expect(phone).to_have_url(re.compile("/paid$"))
    expect(phone.get_by_role("heading", name="Thank you")).to_be_visible()
    running.mailbox.await_mail(CLIENT, "payment_received")

    # Both see it paid.
    sign_in(phone, CLIENT, CLIENT_PASSWORD)
    phone.goto("/invoices")
    expect(phone.get_by_role("row").filter(has_text=number.group())).to_contain_text("Paid")
    phone.goto(address)
    expect(phone.get_by_text("Paid", exact=True).first).to_be_visible()
    expect(phone.get_by_role("link", name="Pay by card")).to_have_count(0)
    picture(phone, "61-invoice-paid-client-phone")
    staff.reload()
    expect(staff.get_by_text("Paid", exact=True).first).to_be_visible()
    expect(staff.get_by_role("listitem").filter(has_text="Card")).to_contain_text("€253.79")
    picture(staff, "62-invoice-paid-staff")
    staff.goto(path)
    expect(staff.get_by_role("listitem").filter(has_text=f"the invoice {number.group()} as paid")).to_be_visible()

    answer = phone.goto(f"/pay/{token}")
    assert answer is not None
    assert answer.status == 410
    expect(phone.get_by_text(f"Invoice {number.group()} is paid")).to_be_visible()
    for page in (staff, phone):
        page.context.close()
