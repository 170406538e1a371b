"""The invoice's PDF, read back as text."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from services.billing.invoices.document import CreditedInvoice, DocumentLine, InvoiceDocument, Issuer, Recipient
from services.billing.invoices.pdf import render
from services.billing.invoices.totals import Line, totals_of

DETAILS = "Lindenstraße 14, 10969 Berlin\nVAT DE 318 204 771\n\nIBAN DE02 1203 0000 0000 2020 51\nBIC BYLADEM1001"


def invoice(*lines: tuple[str, str, str, str | None], currency: str = "EUR", **changes) -> InvoiceDocument:
    printed = [
        DocumentLine(text, Decimal(quantity), Decimal(price), None if rate is None else Decimal(rate))
        for text, quantity, price, rate in lines or [("Coaching, six sessions", "6", "150.00", "19")]
    ]
    document = InvoiceDocument(
        issuer=Issuer("Northlight Coaching", "#0E6B56", DETAILS),
        recipient=Recipient("Haddad Studio GmbH", "leila@haddad.example", "Leila Haddad\nTorstraße 88\n10119 Berlin"),
        currency=currency,
        lines=printed,
        totals=totals_of((Line(each.quantity, each.unit_price, each.tax_rate) for each in printed), currency),
        number="2026-0042",
        issued_on=date(2026, 11, 24),
        due_on=date(2026, 12, 8),
        program="Business Coaching",
        notes="Thank you. Please quote the invoice number.",
    )
    return replace(document, **changes)


def pages(document: InvoiceDocument) -> list[str]:
    return [page.extract_text() for page in PdfReader(BytesIO(render(document))).pages]


def text(document: InvoiceDocument) -> str:
    return "\n".join(pages(document))


def test_s1_31_the_pdf_says_who_what_how_much_and_until_when():
    found = text(
        invoice(
            ("Second instalment, sessions 5 to 8", "4", "240.00", "19"),
            ("Workshop preparation, hours", "1.5", "120.00", "19"),
            ("Workbook “The value ladder”", "2", "18.50", "7"),
        )
    )
    for words in (
        "Northlight Coaching", "VAT DE 318 204 771", "IBAN DE02 1203 0000 0000 2020 51", "Haddad Studio GmbH",
        "Torstraße 88", "Invoice 2026-0042", "24 Nov 2026", "8 Dec 2026", "Business Coaching",
        "Workbook “The value ladder”", "1.5", "18.50", "Tax 19% on 1,140.00", "216.60", "Tax 7% on 37.00", "2.59",
        "Total EUR", "1,396.19", "Please quote the invoice number.", "Page 1 of 1",
    ):  # fmt: skip
        assert words in found


def test_what_is_paid_already_is_taken_off_the_balance():
    found = text(invoice(paid=Decimal("71.00")))
    assert "Balance due EUR" in found
    assert "1,000.00" in found
    assert "Balance due" not in text(invoice())


def test_a_draft_says_that_it_has_no_number_yet():
    found = text(invoice(number=None, issued_on=None))
    assert "The number is given when the invoice is sent." in found
    assert "24 Nov" not in found


def test_a_void_invoice_says_so():
    assert "VOID" in text(invoice(stamp="Void"))


def test_nothing_is_due_on_a_void_invoice_even_if_a_part_was_paid():
    found = " ".join(text(invoice(stamp="Void", paid=Decimal("71.00"))).split())
    assert "Balance due EUR 0.00" in found
    assert "1,000.00" not in found


@pytest.mark.parametrize(("currency", "shown"), [("JPY", "1,235"), ("EUR", "1,234.50"), ("KWD", "1,234.500")])
def test_c21_amounts_have_the_decimals_of_their_currency(currency, shown):
    assert shown in text(invoice(("Coaching", "1", "1234.5", None), currency=currency))


def test_a_unit_price_keeps_the_decimals_that_the_currency_has_not():
    assert "0.0375" in text(invoice(("Kilometres", "120", "0.0375", None)))


def credit_note(**changes) -> InvoiceDocument:
    lines = [DocumentLine("Second instalment", tax_rate=Decimal("19")), DocumentLine("Workbook")]
    totals = totals_of([Line(Decimal(1), Decimal("240"), Decimal("19")), Line(Decimal(1), Decimal("18.50"))], "EUR")
    kept = {"lines": lines, "totals": totals.negated(), "number": "CN-2026-0007", "notes": "Reason: It fell out."}
    return invoice(**{**kept, "due_on": None, "credits": CreditedInvoice("2026-0042", date(2026, 11, 24)), **changes})


def test_a_credit_note_says_what_it_is_of_which_invoice_and_shows_amounts_below_zero():
    found = " ".join(text(credit_note()).split())
    for words in (
        "Credit note CN-2026-0007", "Credits Invoice 2026-0042 of 24 Nov 2026", "Credit to Haddad Studio GmbH",
        "Second instalment 19% –240.00", "Workbook –18.50", "Subtotal –258.50", "Tax 19% on –240.00 –45.60",
        "Total EUR –304.10", "Reason: It fell out.", "IBAN DE02",
    ):  # fmt: skip
        assert words in found, words
    for words in ("Quantity", "Unit price", "Due", "Balance", "Bill to"):
        assert words not in found
    assert "The number is given when the credit note is issued." in text(credit_note(number=None, issued_on=None))


def test_a_credit_note_has_a_title_a_language_and_the_same_bytes_each_time():
    reader = PdfReader(BytesIO(render(credit_note())))
    assert reader.metadata.title == "Credit note CN-2026-0007"
    assert reader.trailer["/Root"]["/Lang"] == "en"
    assert render(credit_note()) == render(credit_note())


def test_what_was_credited_stands_below_the_total_and_what_is_too_much_is_credit():
    found = " ".join(text(invoice(credited=Decimal("71.00"), paid=Decimal("1000"))).split())
    assert "Total EUR 1,071.00 Credited –71.00 Paid –1,000.00 Balance due EUR 0.00" in found
    found = " ".join(text(invoice(credited=Decimal("171.00"), paid=Decimal("1000"))).split())
    assert "Credit EUR 100.00" in found
    assert "Balance due" not in found


def test_without_any_tax_there_is_no_word_of_tax():
    found = text(invoice(("Coaching", "1", "100", None)))
    assert "Tax" not in found
    assert "Subtotal" not in found


def test_a_zero_rate_is_shown_as_such():
    assert "Tax 0% on 100.00" in text(invoice(("Coaching", "1", "100", "0")))


@pytest.mark.parametrize(("lines", "fewest_pages"), [(1, 1), (40, 2), (200, 6)])
def test_a_long_invoice_goes_over_pages_with_head_and_number_on_each(lines, fewest_pages):
    found = pages(invoice(*((f"Session number {n}", "1", "99.00", "19") for n in range(1, lines + 1))))

    assert len(found) >= fewest_pages
    for number, page in enumerate(found, start=1):
        assert f"Page {number} of {len(found)}" in page
        assert "Invoice 2026-0042" in page
        assert "IBAN DE02" in page
        assert ("Description" in page) == ("Session number" in page)
    everything = "\n".join(found)
    assert all(f"Session number {n}\n" in everything for n in range(1, lines + 1))
    assert "Total EUR" in found[-1]


@pytest.mark.parametrize(
    "name",
    [
        "Bob & <b>Alice</b> <script> &amp; %s",
        "Łukasz Žižka Ğül Þór Nguyễn Thị Ẩn",
        "Ελένη Παπαδοπούλου",
        "Дмитрий Щербаков Їжак",
        "გიორგი ბერიძე",
        "สมชาย ใจดี",
        "北京市 山田太郎 さくら 김철수",
        "דוד לוי",
    ],
)
def test_a_name_in_any_of_these_scripts_reads_back_as_it_was_typed(name):
    assert name in text(invoice(recipient=Recipient(name)))


@pytest.mark.parametrize("name", ["राम कुमार", "محمد الحربي"])
def test_a_name_in_a_joined_script_is_set_without_gaps(name):
    assert "\N{REPLACEMENT CHARACTER}" not in text(invoice(recipient=Recipient(name)))


def test_what_no_font_can_show_is_marked_and_what_surrounds_it_stays():
    assert "Mia \N{REPLACEMENT CHARACTER} Wolf" in text(invoice(recipient=Recipient("Mia \N{WOLF FACE} Wolf")))


@given(anything=st.text(max_size=300))
@settings(max_examples=60, deadline=None)
def test_no_text_whatsoever_stops_the_invoice(anything):
    everywhere = invoice(
        (anything, "1", "10", "19"),
        issuer=Issuer(anything, "#FFFFFF", anything),
        recipient=Recipient(anything, anything, anything),
        program=anything,
        notes=anything,
    )
    assert "Total EUR" in text(everywhere)


def test_texts_longer_than_a_page_are_broken_not_lost():
    tall = "\n".join(f"row {n}." for n in range(1, 201))
    found = text(
        invoice(
            (tall, "1", "10", None),
            issuer=Issuer("Northlight", "#0E6B56", tall.replace("row", "detail")),
            recipient=Recipient("Haddad", "", tall.replace("row", "address")),
            notes=tall.replace("row", "note") + "x" * 2000,
        )
    )
    for kind in ("row", "detail", "address", "note"):
        assert all(f"{kind} {n}." in found for n in range(1, 201))


def test_the_same_invoice_gives_the_same_bytes_whatever_was_rendered_in_between():
    first = render(invoice())
    render(invoice(("Ωμέγα 北京", "3", "7.77", "7")))
    assert render(invoice()) == first


def test_lines_that_go_on_over_pages_carry_their_sum():
    every = pages(invoice(*((f"Session number {n}", "1", "99.00", "19") for n in range(1, 41))))
    found = [page for page in every if "Session number" in page]
    carried = [page.split("Carried forward")[1].split()[0] for page in found[:-1]]
    brought = [page.split("Brought forward")[1].split()[0] for page in found[1:]]
    lines = [page.count("Session number") for page in found]
    sums = [f"{99 * sum(lines[: place + 1]):,}.00" for place in range(len(lines) - 1)]
    assert len(found) > 1
    assert carried == brought == sums
    assert "forward" not in text(invoice())


def test_a_line_that_is_broken_in_two_is_carried_once():
    tall = "\n".join(f"row {n}." for n in range(1, 120))
    found = pages(invoice((tall, "1", "10", None), ("Coaching", "1", "5", None)))
    assert len(found) > 2
    assert all("Carried forward\n10.00" in page for page in found[:2])
    assert "Total EUR\n15.00" in found[-1]


@pytest.mark.parametrize(("paper", "size"), [("a4", (595, 842)), ("letter", (612, 792))])
def test_the_paper_is_as_it_was_wished(paper, size):
    for page in PdfReader(BytesIO(render(invoice(paper=paper)))).pages:
        assert (round(page.mediabox.width), round(page.mediabox.height)) == size


def test_s1_34_where_it_can_be_paid_by_card_stands_in_words_and_as_a_link_that_can_be_clicked():
    url = "https://coach.example/pay/" + "a" * 32
    payable = invoice(pay_url=url)
    (page,) = PdfReader(BytesIO(render(payable))).pages
    assert url in page.extract_text().replace("\n", "")
    assert [link.get_object()["/A"]["/URI"] for link in page["/Annots"]] == [url]
    assert render(payable) == render(payable)
    assert "Pay by card" not in text(invoice())


def test_a_discount_is_shown_on_its_line_and_below():
    line = DocumentLine("Coaching", Decimal(1), Decimal(100), None, Decimal("12.5"))
    totals = totals_of([Line(Decimal(1), Decimal(100), None, Decimal("12.5"))], "EUR", Decimal(10))
    found = " ".join(text(invoice(lines=[line], totals=totals, discount_rate=Decimal(10))).split())
    for words in ("Discount", "12.5%", "Subtotal 87.50", "Discount 10% –8.75", "Total EUR 78.75"):
        assert words in found


def test_title_author_and_language_are_in_the_file_and_every_font_is_embedded():
    reader = PdfReader(BytesIO(render(invoice(recipient=Recipient("北京 דוד Дмитрий")))))

    assert reader.metadata.title == "Invoice 2026-0042"
    assert reader.metadata.author == "Northlight Coaching"
    assert reader.trailer["/Root"]["/Lang"] == "en"
    fonts = [font.get_object() for page in reader.pages for font in page["/Resources"]["/Font"].values()]
    used = [font for font in fonts if font["/Subtype"] == "/TrueType"]
    assert len(used) >= 4
    assert all("/FontFile2" in font["/FontDescriptor"] for font in used)


def test_a_light_colour_of_the_organisation_is_darkened_until_white_can_be_read_on_it():
    yellow = render(invoice(issuer=Issuer("Northlight", "#FFFF00")))
    drawn = PdfReader(BytesIO(yellow)).pages[0].get_contents().get_data().decode("latin-1")
    colours = {tuple(map(float, line.split()[-4:-1])) for line in drawn.splitlines() if line.endswith(" rg")}
    assert (1, 1, 0) not in colours
    assert any(red == green and 0 < red < 0.5 and blue == 0 for red, green, blue in colours)
