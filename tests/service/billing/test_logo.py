"""The organisation's logo on invoices and statements."""

from __future__ import annotations

import base64
from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from pypdf import PdfReader
from sqlalchemy import select

from contracts.calls import billing as calls
from contracts.calls import logos as logo_calls
from contracts.errors import Forbidden, Invalid, NotFound
from services.billing.invoices.models import Invoice
from tests.service.billing.conftest import Desk
from tests.support import people
from tests.support.pictures import picture

RED, BLUE = (179, 38, 30), (29, 92, 184)


def put(desk: Desk, content: bytes) -> Any:
    given = {"file": base64.b64encode(content).decode()}
    return desk.billing.call(logo_calls.put_logo, given, actor=people.ADMIN)


def colours(pdf: dict[str, Any]) -> list[Any]:
    """What the pictures of the file are filled with."""
    pages = PdfReader(BytesIO(base64.b64decode(pdf["content"]))).pages
    return [image.image.convert("RGB").getpixel((1, 1)) for page in pages for image in page.images]


def test_drafts_and_what_is_sent_show_the_logo_and_so_does_the_statement(desk: Desk) -> None:
    assert colours(desk.do(calls.invoice_pdf, desk.draft())) == []
    logo = put(desk, picture(300, 100))
    assert (logo["width"], logo["height"]) == (300, 100)
    sent = desk.sent()
    (mail,) = desk.billing.requests("invoice")
    statement = desk.billing.call(calls.client_statement_pdf, {"id": str(desk.client.id)}, actor=desk.coach)
    for pdf in (
        desk.do(calls.invoice_pdf, desk.draft()), desk.do(calls.invoice_pdf, sent), mail["attachments"][0], statement,
    ):  # fmt: skip
        assert colours(pdf) == [RED]


def test_c21_a_sent_invoice_keeps_the_logo_that_it_was_sent_with_to_the_byte(desk: Desk) -> None:
    none = desk.sent()
    put(desk, picture(300, 100))
    red = desk.sent()
    before = [desk.do(calls.invoice_pdf, invoice) for invoice in (none, red)]
    put(desk, picture(100, 100, colour="#1D5CB8", kind="JPEG", quality=100))
    assert [desk.do(calls.invoice_pdf, invoice) for invoice in (none, red)] == before
    assert colours(desk.do(calls.invoice_pdf, desk.sent()))[0] == pytest.approx(BLUE, abs=3)

    desk.billing.call(logo_calls.remove_logo, {}, actor=people.ADMIN)
    assert [desk.do(calls.invoice_pdf, invoice) for invoice in (none, red)] == before
    assert colours(desk.do(calls.invoice_pdf, desk.sent())) == []


def test_it_can_be_looked_at_replaced_and_removed(desk: Desk) -> None:
    def shown() -> Any:
        return desk.billing.call(logo_calls.get_logo, {}, actor=desk.client)

    for _ in range(2):
        with pytest.raises(NotFound, match="no logo"):
            shown()
        put(desk, picture(30, 10))
        put(desk, picture(20, 40))
        found = shown()
        assert (found["width"], found["height"]) == (20, 40)
        assert Image.open(BytesIO(base64.b64decode(found["content"]))).size == (20, 40)
        desk.billing.call(logo_calls.remove_logo, {}, actor=people.ADMIN)
    with pytest.raises(NotFound, match="no logo"):
        desk.billing.call(logo_calls.remove_logo, {}, actor=people.ADMIN)


def test_what_is_no_picture_changes_nothing(desk: Desk) -> None:
    put(desk, picture(30, 10))
    for wrong in (b"<svg/>", b"", picture(5000, 1)):
        with pytest.raises(Invalid) as refused:
            put(desk, wrong)
        assert list(refused.value.errors) == ["file"]
    with pytest.raises(Invalid):
        desk.billing.call(logo_calls.put_logo, {"file": "no base64!"}, actor=people.ADMIN)
    assert desk.billing.call(logo_calls.get_logo, {}, actor=people.ADMIN)["width"] == 30


def test_c22_only_admins_change_it(desk: Desk) -> None:
    for actor in (desk.coach, desk.client):
        with pytest.raises(Forbidden):
            desk.billing.call(logo_calls.put_logo, {"file": ""}, actor=actor)
        with pytest.raises(Forbidden):
            desk.billing.call(logo_calls.remove_logo, {}, actor=actor)


def test_invoices_that_an_earlier_release_sent_are_printed_as_before(desk: Desk) -> None:
    sent = desk.sent()
    before = desk.do(calls.invoice_pdf, sent)
    put(desk, picture(30, 10))
    with desk.billing.runtime.work() as work:
        for invoice in work.session.scalars(select(Invoice)):
            assert invoice.issuer
            invoice.issuer = {name: value for name, value in invoice.issuer.items() if name != "logo"}
    assert desk.do(calls.invoice_pdf, sent) == before
