"""The invoice, or a credit note of it, as a page: `render` turns what is known of it into a PDF. Pure: no database, no
clock, no network.

The same document gives the same bytes. Fonts are embedded (see fonts.py), title, author and language are set. Where the
lines go on over a page, their head is repeated, and the sum so far is carried over.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, KeepTogether, LongTable, Spacer, Table

from services.billing.invoices import figures, fonts
from services.billing.invoices.document import DocumentLine, InvoiceDocument
from services.billing.invoices.layout import HAIRLINE, INK, MARGIN, QUIET, RED, Stationery, grid, qr_code, words

QUANTITY, UNIT_PRICE, PERCENT, AMOUNT = 20 * mm, 28 * mm, 16 * mm, 30 * mm
SUMS = 86 * mm
QR_SIDE = 24 * mm


def render(invoice: InvoiceDocument) -> bytes:
    """The document as a PDF file. Any text is fine: markup is shown as it was typed, unknown characters as a mark."""
    fonts.register()
    page = _Page(invoice)
    subject = f"{invoice.title} for {invoice.recipient.name}"
    return page.stationery.print(
        page.story(), title=invoice.title, subject=subject, language=invoice.language, besides=page.carry
    )


class _Page:
    """The parts of one invoice, from top to bottom."""

    def __init__(self, invoice: InvoiceDocument) -> None:
        self.invoice = invoice
        issuer = invoice.issuer
        self.stationery = Stationery(issuer=issuer, subject=invoice.title, paper=invoice.paper)
        self.width = self.stationery.width
        self.carry = _Carry(self.stationery, invoice)

    def story(self) -> list[Flowable]:
        invoice = self.invoice
        parts: list[Flowable] = [
            self.stationery.letterhead(),
            Spacer(0, 15 * mm),
            self._parties_and_facts(),
            Spacer(0, 12 * mm),
            self._title(),
            Spacer(0, 6 * mm),
            self._lines(),
            Spacer(0, 4 * mm),
        ]
        below: list[Flowable] = [grid([[self._card_payment(), self._sums()]], [self.width - SUMS, SUMS])]
        if invoice.notes.strip():
            below += [Spacer(0, 10 * mm), words(invoice.notes.strip(), self.width)]
        parts.append(KeepTogether(below))
        if not self.stationery.details_fit_in_footer:
            parts += [Spacer(0, 10 * mm), self.stationery.details]
        return parts

    def _parties_and_facts(self) -> Table:
        invoice, left = self.invoice, self.width * 0.56
        bill_to: list[Flowable] = [
            words("Credit to" if invoice.credits else "Bill to", left, size=8, colour=QUIET),
            Spacer(0, 1.5),
            words(invoice.recipient.name, left, bold=True),
        ]
        bill_to += [
            words(text.strip(), left) for text in (invoice.recipient.address, invoice.recipient.email) if text.strip()
        ]
        credited = invoice.credits
        label = 22 * mm
        value = self.width - left - label
        facts = [
            [words(name, label, size=8.5, colour=QUIET), words(text, value, size=8.5, right=True)]
            for name, text in (
                ("Date", figures.day(invoice.issued_on)),
                ("Due", figures.day(invoice.due_on)),
                ("Your order", invoice.purchase_order.strip()),
                ("Replaces", f"Invoice {invoice.replaces}" if invoice.replaces else ""),
                ("Credits", f"Invoice {credited.number} of {figures.day(credited.issued_on)}" if credited else ""),
                ("Program", invoice.program.strip()),
            )
            if text
        ]
        beside: Any = grid(facts, [label, value], ("BOTTOMPADDING", (0, 0), (-1, -1), 3)) if facts else ""
        return grid([[bill_to, beside]], [left, self.width - left])

    def _title(self) -> Table:
        invoice, left = self.invoice, self.width * 0.75
        title: list[Flowable] = [words(invoice.title, left, bold=True, size=19)]
        if not invoice.number:
            hint = (
                "Preview. The number is given when the credit note is issued."
                if invoice.credits
                else "Draft. The number is given when the invoice is sent."
            )
            title += [Spacer(0, 3), words(hint, left, size=8.5, colour=QUIET)]
        colour = RED if invoice.stamp == "Void" else self.stationery.accent
        stamp = words(invoice.stamp.upper(), self.width * 0.25, bold=True, size=15, colour=colour, right=True)
        return grid([[title, stamp]], [left, self.width * 0.25], ("VALIGN", (0, 0), (-1, -1), "MIDDLE"))

    def _lines(self) -> Table:
        invoice = self.invoice
        taxed = bool(invoice.totals.taxes)
        discounted = any(line.discount_rate for line in invoice.lines)
        counted = invoice.credits is None
        percents = [*(["Discount"] if discounted else []), *(["Tax"] if taxed else [])]
        numbers = [*([QUANTITY, UNIT_PRICE] if counted else []), *(PERCENT for _ in percents), AMOUNT]
        width = self.width - sum(numbers)
        heads = ["Description", *(["Quantity", "Unit price"] if counted else []), *percents, "Amount"]
        rows: list[list[Any]] = [heads]
        for line, amount in zip(invoice.lines, invoice.totals.amounts, strict=True):
            discount = [figures.percent(line.discount_rate or None)] if discounted else []
            tax = [figures.percent(line.tax_rate)] if taxed else []
            rows.append(
                [
                    words(line.description, width - 5 * mm),
                    *self._count_of(line),
                    *discount,
                    *tax,
                    _Amount(figures.amount(amount, invoice.currency), amount, self.carry),
                ]
            )
        return grid(
            rows,
            [width, *numbers],
            ("FONT", (0, 0), (-1, 0), fonts.BOLD, 8, 11),
            ("LINEBELOW", (0, 0), (-1, -1), 0.6, HAIRLINE),
            ("LINEBELOW", (0, 0), (-1, 0), 1.1, INK),
            ("ALIGN", (1, 0), (-1, -1), "RIGHT"),
            ("RIGHTPADDING", (0, 0), (0, -1), 5 * mm),
            ("TOPPADDING", (0, 1), (-1, -1), 6.5),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 6.5),
            kind=LongTable,
            head=1,
        )

    def _count_of(self, line: DocumentLine) -> list[str]:
        if line.quantity is None or line.unit_price is None:
            return []
        return [figures.quantity(line.quantity), figures.price(line.unit_price, self.invoice.currency)]

    def _card_payment(self) -> Table | str:
        """Where it can be paid by card: a code to scan, which can be clicked too, and the address in words."""
        url = self.invoice.pay_url
        if not url:
            return ""
        beside = self.width - SUMS - QR_SIDE - 10 * mm
        said = [words("Pay by card", beside, bold=True), words("Scan the code or open", beside, size=8, colour=QUIET)]
        return grid(
            [[_Link(url), [*said, words(url, beside, size=7, colour=self.stationery.accent)]]],
            [QR_SIDE + 4 * mm, beside],
            ("TOPPADDING", (0, 0), (-1, -1), 2),
        )

    def _sums(self) -> Table:
        invoice, currency = self.invoice, self.invoice.currency
        totals = invoice.totals
        rows = [["Subtotal", figures.amount(totals.subtotal, currency)]] if totals.taxes or totals.discount else []
        if totals.discount:
            label = f"Discount {figures.percent(invoice.discount_rate)}"
            rows.append([label, figures.amount(-totals.discount, currency)])
        for tax in totals.taxes:
            label = f"Tax {figures.percent(tax.rate)} on {figures.amount(tax.base, currency)}"
            rows.append([label, figures.amount(tax.amount, currency)])
        before = len(rows)
        rows.append([f"Total {currency}", figures.amount(totals.total, currency)])
        taken_off = [(name, of) for name, of in (("Credited", invoice.credited), ("Paid", invoice.paid)) if of]
        rows += [[name, figures.amount(-of, currency)] for name, of in taken_off]
        if taken_off:
            balance = Decimal(0) if invoice.stamp == "Void" else totals.total - invoice.credited - invoice.paid
            label = "Credit" if balance < 0 else "Balance due"
            rows.append([f"{label} {currency}", figures.amount(abs(balance), currency)])
        looks: list[tuple[Any, ...]] = [
            ("TEXTCOLOR", (0, 0), (0, before - 1), QUIET),
            ("FONT", (0, before), (-1, before), fonts.BOLD, 11, 14),
            ("LINEABOVE", (0, before), (-1, before), 1.1, INK),
            ("TOPPADDING", (0, before), (-1, before), 6),
        ]
        if taken_off:
            looks += [
                ("TEXTCOLOR", (0, before + 1), (-1, -2), QUIET),
                ("FONT", (0, -1), (-1, -1), fonts.BOLD, 11, 14),
                ("TEXTCOLOR", (0, -1), (-1, -1), self.stationery.accent),
                ("LINEABOVE", (0, -1), (-1, -1), 0.6, HAIRLINE),
                ("TOPPADDING", (0, -1), (-1, -1), 6),
            ]
        return grid(
            rows,
            [SUMS - AMOUNT - 6 * mm, AMOUNT + 6 * mm],
            ("BOTTOMPADDING", (0, 0), (-1, -1), 5),
            ("ALIGN", (1, 0), (1, -1), "RIGHT"),
            *looks,
        )


class _Carry:
    """What the lines that have been drawn come to: said at the end of a page and at the beginning of the next, while
    there are more of them to come."""

    def __init__(self, stationery: Stationery, invoice: InvoiceDocument) -> None:
        self.stationery, self.invoice = stationery, invoice
        self.drawn, self.sum = 0, Decimal(0)

    def add(self, amount: Decimal) -> None:
        self.drawn += 1
        self.sum += amount

    def begin(self, canvas: Canvas) -> None:
        self._say(canvas, "Brought forward", self.stationery.page_height - 29 * mm)

    def end(self, canvas: Canvas) -> None:
        self._say(canvas, "Carried forward", self.stationery.bottom - 4.5 * mm)

    def _say(self, canvas: Canvas, what: str, level: float) -> None:
        if 0 < self.drawn < len(self.invoice.lines):
            right = self.stationery.page_width - MARGIN
            canvas.setFillColor(QUIET)
            canvas.setFont(fonts.REGULAR, 9)
            canvas.drawRightString(right - AMOUNT, level, what)
            canvas.setFont(fonts.BOLD, 9)
            canvas.drawRightString(right, level, figures.amount(self.sum, self.invoice.currency))


class _Amount(Flowable):
    """The amount of a line, which adds up as it is drawn."""

    def __init__(self, text: str, amount: Decimal, carry: _Carry) -> None:
        super().__init__()
        self.text, self.amount, self.carry = text, amount, carry

    def wrap(self, *available: float) -> tuple[float, float]:
        self.width = available[0]
        return self.width, 12.78

    def draw(self) -> None:
        self.canv.setFont(fonts.REGULAR, 9)
        self.canv.setFillColor(INK)
        self.canv.drawRightString(self.width, 3.78, self.text)
        self.carry.add(self.amount)


class _Link(Flowable):
    """A QR code that can be clicked."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.url = url

    def wrap(self, *_available: float) -> tuple[float, float]:
        return QR_SIDE, QR_SIDE

    def draw(self) -> None:
        qr_code(self.url, QR_SIDE).drawOn(self.canv, 0, 0)
        self.canv.linkURL(self.url, (0, 0, QR_SIDE, QR_SIDE), relative=1)
