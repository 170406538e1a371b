"""The invoice as a page: `render` turns what is known of it into an A4 PDF. Pure: no database, no clock, no network.

The same document gives the same bytes. Fonts are embedded (see fonts.py), title, author and language are set, the
table's head is repeated on each page, and every page says which of how many it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any

from reportlab.lib.colors import Color, HexColor, white
from reportlab.lib.enums import TA_LEFT, TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    KeepTogether,
    LongTable,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
)

from services.billing.invoices import figures, fonts
from services.billing.invoices.totals import Totals

INK, QUIET, HAIRLINE, RED = HexColor("#17211C"), HexColor("#4A5751"), HexColor("#DEE5E1"), HexColor("#B3261E")

PAGE_WIDTH, PAGE_HEIGHT = A4
MARGIN = 20 * mm
WIDTH = PAGE_WIDTH - 2 * MARGIN
FOOTER_WIDTH = WIDTH - 30 * mm
FOOTER_LEVEL = 11 * mm
TALLEST_FOOTER = 45 * mm
MOST_LINES_AT_TOP = 6
QUANTITY, UNIT_PRICE, TAX, AMOUNT = 20 * mm, 28 * mm, 16 * mm, 30 * mm


@dataclass(frozen=True)
class Issuer:
    """The organisation. The first paragraph of `details` (address, tax id) stands at the top of the invoice, what
    follows an empty line (bank) in the footer of each page; without an empty line all of it stands in the footer.
    `colour` is `#rrggbb`; it is darkened until white can be read on it."""

    name: str
    colour: str
    details: str = ""


@dataclass(frozen=True)
class Recipient:
    """Who is to pay; `address` may have several lines."""

    name: str
    email: str = ""
    address: str = ""


@dataclass(frozen=True)
class DocumentLine:
    """One position as it is printed; its amount is in the document's totals. `tax_rate` is in percent or None."""

    description: str
    quantity: Decimal
    unit_price: Decimal
    tax_rate: Decimal | None = None


@dataclass(frozen=True)
class InvoiceDocument:
    """All that is printed. A draft has no `number` and no `issued_on`; `stamp` is a word beside the title ("Paid",
    "Void"). `totals` are those of `lines` in `currency`; `paid` is what has been received of them."""

    issuer: Issuer
    recipient: Recipient
    currency: str
    lines: Sequence[DocumentLine]
    totals: Totals
    paid: Decimal = Decimal(0)
    number: str | None = None
    issued_on: date | None = None
    due_on: date | None = None
    program: str = ""
    notes: str = ""
    stamp: str = ""
    language: str = "en"

    @property
    def title(self) -> str:
        return f"Invoice {self.number}" if self.number else "Invoice"


def render(invoice: InvoiceDocument) -> bytes:
    """The invoice as a PDF file. Any text is fine: markup is shown as it was typed, unknown characters as a mark."""
    fonts.register()
    page = _Page(invoice)
    out = BytesIO()
    template = BaseDocTemplate(
        out,
        pagesize=A4,
        title=fonts.plain(invoice.title),
        author=fonts.plain(invoice.issuer.name),
        subject=fonts.plain(f"{invoice.title} for {invoice.recipient.name}"),
        creator="Coachworks",
        lang=invoice.language,
        invariant=1,
    )
    bottom = page.foot + 10 * mm
    first = Frame(MARGIN, bottom, WIDTH, PAGE_HEIGHT - bottom - 18 * mm, 0, 0, 0, 0)
    later = Frame(MARGIN, bottom, WIDTH, PAGE_HEIGHT - bottom - 28 * mm, 0, 0, 0, 0)
    template.addPageTemplates(
        [
            PageTemplate("first", [first], onPage=page.draw_footer, autoNextPageTemplate="later"),
            PageTemplate("later", [later], onPage=page.draw_running_head_and_footer),
        ]
    )
    template.build(page.story(), canvasmaker=_CanvasThatCountsPages)
    return out.getvalue()


class _CanvasThatCountsPages(Canvas):
    """Holds every page back until the last is there, so that each can say "Page 1 of 3"."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._pages: list[dict[str, Any]] = []

    def showPage(self) -> None:  # noqa: N802, reportlab's name
        self._pages.append(dict(self.__dict__))
        self._startPage()  # type: ignore[attr-defined]

    def save(self) -> None:
        pages = self._pages
        for number, page in enumerate(pages, start=1):
            self.__dict__.update(page)
            self.setFont(fonts.REGULAR, 8)
            self.setFillColor(QUIET)
            self.drawRightString(PAGE_WIDTH - MARGIN, FOOTER_LEVEL, f"Page {number} of {len(pages)}")
            super().showPage()
        super().save()


class _Page:
    """The parts of one invoice, from top to bottom. `foot` is where the footer begins, in points from below."""

    def __init__(self, invoice: InvoiceDocument) -> None:
        self.invoice = invoice
        self.accent = _dark_enough_for_white(invoice.issuer.colour)
        self.details_at_top, details_below = _divided(invoice.issuer.details)
        self.details = _words(details_below, FOOTER_WIDTH, size=8, colour=QUIET)
        height = self.details.wrap(FOOTER_WIDTH, PAGE_HEIGHT)[1]
        self.details_fit_in_footer = height <= TALLEST_FOOTER
        self.foot = FOOTER_LEVEL + (max(height, 11) if self.details_fit_in_footer else 11)

    def story(self) -> list[Flowable]:
        invoice = self.invoice
        parts: list[Flowable] = [
            self._letterhead(),
            Spacer(0, 15 * mm),
            self._parties_and_facts(),
            Spacer(0, 12 * mm),
            self._title(),
            Spacer(0, 6 * mm),
            self._lines(),
            Spacer(0, 4 * mm),
        ]
        below: list[Flowable] = [self._sums()]
        if invoice.notes.strip():
            below += [Spacer(0, 10 * mm), _words(invoice.notes.strip(), WIDTH)]
        parts.append(KeepTogether(below))
        if not self.details_fit_in_footer:
            parts += [Spacer(0, 10 * mm), self.details]
        return parts

    def draw_footer(self, canvas: Canvas, _template: BaseDocTemplate) -> None:
        canvas.setStrokeColor(HAIRLINE)
        canvas.setLineWidth(0.7)
        canvas.line(MARGIN, self.foot + 2.5 * mm, PAGE_WIDTH - MARGIN, self.foot + 2.5 * mm)
        if self.details_fit_in_footer:
            height = self.details.wrapOn(canvas, FOOTER_WIDTH, TALLEST_FOOTER)[1]
            self.details.drawOn(canvas, MARGIN, self.foot - height)

    def draw_running_head_and_footer(self, canvas: Canvas, template: BaseDocTemplate) -> None:
        name = _words(fonts.plain(self.invoice.issuer.name), WIDTH / 2, size=8, colour=QUIET)
        title = _words(fonts.plain(self.invoice.title), WIDTH / 2, size=8, colour=QUIET, right=True)
        for words, left in ((name, MARGIN), (title, MARGIN + WIDTH / 2)):
            height = words.wrapOn(canvas, WIDTH / 2, PAGE_HEIGHT)[1]
            words.drawOn(canvas, left, PAGE_HEIGHT - 13 * mm - height)
        self.draw_footer(canvas, template)

    def _letterhead(self) -> Table:
        name, half = self.invoice.issuer.name, WIDTH / 2
        side = 9.5 * mm
        mark = _Mark(fonts.initial(name), self.accent, side)
        name_width = half - side - 3 * mm
        return _grid(
            [
                [
                    mark,
                    _words(name, name_width, bold=True, size=12),
                    _words(self.details_at_top, half, size=8, colour=QUIET, right=True),
                ]
            ],
            [side + 3 * mm, name_width, half],
            ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
        )

    def _parties_and_facts(self) -> Table:
        invoice, left = self.invoice, WIDTH * 0.56
        bill_to: list[Flowable] = [
            _words("Bill to", left, size=8, colour=QUIET),
            Spacer(0, 1.5),
            _words(invoice.recipient.name, left, bold=True),
        ]
        bill_to += [
            _words(text.strip(), left) for text in (invoice.recipient.address, invoice.recipient.email) if text.strip()
        ]
        label = 22 * mm
        value = WIDTH - left - label
        facts = [
            [_words(name, label, size=8.5, colour=QUIET), _words(text, value, size=8.5, right=True)]
            for name, text in (
                ("Date", figures.day(invoice.issued_on)),
                ("Due", figures.day(invoice.due_on)),
                ("Program", invoice.program.strip()),
            )
            if text
        ]
        beside: Any = _grid(facts, [label, value], ("BOTTOMPADDING", (0, 0), (-1, -1), 3)) if facts else ""
        return _grid([[bill_to, beside]], [left, WIDTH - left])

    def _title(self) -> Table:
        invoice = self.invoice
        words: list[Flowable] = [_words(invoice.title, WIDTH * 0.75, bold=True, size=19)]
        if not invoice.number:
            words += [
                Spacer(0, 3),
                _words("Draft. The number is given when the invoice is sent.", WIDTH * 0.75, size=8.5, colour=QUIET),
            ]
        colour = RED if invoice.stamp == "Void" else self.accent
        stamp = _words(invoice.stamp.upper(), WIDTH * 0.25, bold=True, size=15, colour=colour, right=True)
        return _grid([[words, stamp]], [WIDTH * 0.75, WIDTH * 0.25], ("VALIGN", (0, 0), (-1, -1), "MIDDLE"))

    def _lines(self) -> Table:
        invoice = self.invoice
        taxed = bool(invoice.totals.taxes)
        numbers = [QUANTITY, UNIT_PRICE, *([TAX] if taxed else []), AMOUNT]
        width = WIDTH - sum(numbers)
        heads = ["Quantity", "Unit price", *(["Tax"] if taxed else []), "Amount"]
        rows: list[list[Any]] = [["Description", *heads]]
        for line, amount in zip(invoice.lines, invoice.totals.amounts, strict=True):
            tax = [figures.percent(line.tax_rate)] if taxed else []
            rows.append(
                [
                    _words(line.description, width - 5 * mm),
                    figures.quantity(line.quantity),
                    figures.price(line.unit_price, invoice.currency),
                    *tax,
                    figures.amount(amount, invoice.currency),
                ]
            )
        return _grid(
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

    def _sums(self) -> Table:
        invoice, currency = self.invoice, self.invoice.currency
        totals = invoice.totals
        rows = [["Subtotal", figures.amount(totals.subtotal, currency)]] if totals.taxes else []
        for tax in totals.taxes:
            label = f"Tax {figures.percent(tax.rate)} on {figures.amount(tax.base, currency)}"
            rows.append([label, figures.amount(tax.amount, currency)])
        before = len(rows)
        rows.append([f"Total {currency}", figures.amount(totals.total, currency)])
        if invoice.paid:
            rows.append(["Paid", figures.amount(-invoice.paid, currency)])
            balance = Decimal(0) if invoice.stamp == "Void" else totals.total - invoice.paid
            rows.append([f"Balance due {currency}", figures.amount(balance, currency)])
        width = 86 * mm
        looks: list[tuple[Any, ...]] = [
            ("TEXTCOLOR", (0, 0), (0, before - 1), QUIET),
            ("FONT", (0, before), (-1, before), fonts.BOLD, 11, 14),
            ("LINEABOVE", (0, before), (-1, before), 1.1, INK),
            ("TOPPADDING", (0, before), (-1, before), 6),
        ]
        if invoice.paid:
            looks += [
                ("TEXTCOLOR", (0, before + 1), (-1, before + 1), QUIET),
                ("FONT", (0, -1), (-1, -1), fonts.BOLD, 11, 14),
                ("TEXTCOLOR", (0, -1), (-1, -1), self.accent),
                ("LINEABOVE", (0, -1), (-1, -1), 0.6, HAIRLINE),
                ("TOPPADDING", (0, -1), (-1, -1), 6),
            ]
        table = _grid(
            rows,
            [width - AMOUNT - 6 * mm, AMOUNT + 6 * mm],
            ("BOTTOMPADDING", (0, 0), (-1, -1), 5),
            ("ALIGN", (1, 0), (1, -1), "RIGHT"),
            *looks,
        )
        table.hAlign = "RIGHT"
        return table


class _Mark(Flowable):
    """The organisation's mark: its initial in white on a rounded square of its colour."""

    def __init__(self, letter: str, colour: Color, side: float) -> None:
        super().__init__()
        self.letter, self.colour, self.side = letter, colour, side

    def wrap(self, *_available: float) -> tuple[float, float]:
        return self.side, self.side

    def draw(self) -> None:
        self.canv.setFillColor(self.colour)
        self.canv.roundRect(0, 0, self.side, self.side, self.side * 0.24, stroke=0, fill=1)
        self.canv.setFillColor(white)
        size = self.side * 0.56
        self.canv.setFont(fonts.BOLD, size)
        self.canv.drawCentredString(self.side / 2, self.side / 2 - size * 0.357, self.letter)


def _words(
    text: str, width: float, *, bold: bool = False, size: float = 9, colour: Color = INK, right: bool = False
) -> Paragraph:
    """A paragraph of anything that a person typed."""
    font = fonts.BOLD if bold else fonts.REGULAR
    style = ParagraphStyle(
        "words",
        fontName=font,
        fontSize=size,
        leading=size * 1.42,
        textColor=colour,
        alignment=TA_RIGHT if right else TA_LEFT,
    )
    return Paragraph(fonts.markup(text, font, size, width), style)


def _grid(
    rows: list[list[Any]], widths: list[float], *looks: tuple[Any, ...], kind: type[Table] = Table, head: int = 0
) -> Table:
    """A table without padding or rules of its own, which breaks wherever it must, within a row too."""
    basics: list[tuple[Any, ...]] = [
        ("FONT", (0, 0), (-1, -1), fonts.REGULAR, 9, 12.78),
        ("TEXTCOLOR", (0, 0), (-1, -1), INK),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        *((side, (0, 0), (-1, -1), 0) for side in ("LEFTPADDING", "RIGHTPADDING", "TOPPADDING", "BOTTOMPADDING")),
    ]
    return kind(rows, colWidths=widths, repeatRows=head, style=[*basics, *looks], splitInRow=1, hAlign="LEFT")


def _divided(details: str) -> tuple[str, str]:
    """An issuer's details as (at the top, below)."""
    lines = [line.strip() for line in details.strip().splitlines()]
    if "" not in lines or lines.index("") > MOST_LINES_AT_TOP:
        return "", "\n".join(lines)
    return "\n".join(lines[: lines.index("")]), "\n".join(lines[lines.index("") :]).strip()


def _dark_enough_for_white(colour: str) -> Color:
    """`colour`, darkened until white text on it has a contrast of 4.5 (WCAG 2)."""
    found = HexColor(colour)
    while 1.05 / (_luminance(found) + 0.05) < 4.5:
        found = found.clone(red=found.red * 0.95, green=found.green * 0.95, blue=found.blue * 0.95)
    return found


def _luminance(colour: Color) -> float:
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in colour.rgb()]
    return float(0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2])
