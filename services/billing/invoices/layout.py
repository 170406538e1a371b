"""What pages are made of, whatever they say: words, grids, the organisation's mark, pages that are counted. Pure."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from reportlab.graphics.barcode.qr import QrCodeWidget
from reportlab.graphics.shapes import Drawing
from reportlab.lib.colors import Color, HexColor, white
from reportlab.lib.enums import TA_LEFT, TA_RIGHT
from reportlab.lib.pagesizes import A4, LETTER
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, Image, PageTemplate, Paragraph, Table

from services.billing.invoices import fonts
from services.billing.invoices.document import Issuer

INK, QUIET, HAIRLINE, RED = HexColor("#17211C"), HexColor("#4A5751"), HexColor("#DEE5E1"), HexColor("#B3261E")
PAPERS = {"a4": A4, "letter": LETTER}
MARGIN = 20 * mm
FOOTER_LEVEL = 11 * mm
TALLEST_FOOTER = 45 * mm
MOST_LINES_AT_TOP = 6
WIDEST_LOGO, TALLEST_LOGO = 40 * mm, 16 * mm


class Stationery:
    """An organisation's paper: letterhead, running head and footer. `foot` is where the footer begins, in points from
    below; `subject` stands beside the name on each page but the first."""

    def __init__(self, *, issuer: Issuer, subject: str, paper: str) -> None:
        self.name, self.logo, self.subject, self.paper = issuer.name, issuer.logo, subject, paper
        self.page_width, self.page_height = PAPERS[paper]
        self.width = self.page_width - 2 * MARGIN
        self.accent = dark_enough_for_white(issuer.colour)
        self.details_at_top, details_below = _divided(issuer.details)
        footer_width = self.width - 30 * mm
        self.details = words(details_below, footer_width, size=8, colour=QUIET)
        height = self.details.wrap(footer_width, self.page_height)[1]
        self.details_fit_in_footer = height <= TALLEST_FOOTER
        self.foot = FOOTER_LEVEL + (max(height, 11) if self.details_fit_in_footer else 11)

    @property
    def bottom(self) -> float:
        """Where what a page says ends, in points from below."""
        return self.foot + 10 * mm

    def print(self, story: list[Flowable], *, title: str, subject: str, language: str, besides: Any = None) -> bytes:
        """The pages as a PDF file; `besides` may have a `begin(canvas)` and an `end(canvas)` of each page."""
        out = BytesIO()
        template = BaseDocTemplate(
            out,
            pagesize=PAPERS[self.paper],
            title=fonts.plain(title),
            author=fonts.plain(self.name),
            subject=fonts.plain(subject),
            creator="Coachworks",
            lang=language,
            displayDocTitle=1,
            invariant=1,
        )

        def first(canvas: Canvas, _template: BaseDocTemplate) -> None:
            self._draw_footer(canvas)

        def later(canvas: Canvas, _template: BaseDocTemplate) -> None:
            self._draw_running_head(canvas)
            self._draw_footer(canvas)
            if besides:
                besides.begin(canvas)

        def end(canvas: Canvas, _template: BaseDocTemplate) -> None:
            if besides:
                besides.end(canvas)

        template.addPageTemplates(
            [
                PageTemplate(
                    "first", [self._frame(18 * mm)], onPage=first, onPageEnd=end, autoNextPageTemplate="later"
                ),
                PageTemplate("later", [self._frame(32 * mm)], onPage=later, onPageEnd=end),
            ]
        )
        template.build(story, canvasmaker=_CanvasThatCountsPages)
        return out.getvalue()

    def letterhead(self) -> Table:
        """The logo or else the mark, the name, and what stands beside it."""
        half = self.width / 2
        mark, mark_width = self._mark()
        name_width = half - mark_width - 3 * mm
        name = words(self.name, name_width, bold=True, size=12)
        details = words(self.details_at_top, half, size=8, colour=QUIET, right=True)
        widths = [mark_width + 3 * mm, name_width, half]
        return grid([[mark, name, details]], widths, ("VALIGN", (0, 0), (-1, -1), "MIDDLE"))

    def _mark(self) -> tuple[Flowable, float]:
        """With its width. A logo is as large as its place lets it be, and keeps its proportions."""
        if self.logo is None:
            side = 9.5 * mm
            return _Mark(fonts.initial(self.name), self.accent, side), side
        wide, high = ImageReader(BytesIO(self.logo)).getSize()
        scale = min(WIDEST_LOGO / wide, TALLEST_LOGO / high)
        return Image(BytesIO(self.logo), wide * scale, high * scale, mask="auto"), wide * scale

    def _frame(self, above: float) -> Frame:
        return Frame(MARGIN, self.bottom, self.width, self.page_height - self.bottom - above, 0, 0, 0, 0)

    def _draw_footer(self, canvas: Canvas) -> None:
        canvas.setStrokeColor(HAIRLINE)
        canvas.setLineWidth(0.7)
        canvas.line(MARGIN, self.foot + 2.5 * mm, self.page_width - MARGIN, self.foot + 2.5 * mm)
        if self.details_fit_in_footer:
            height = self.details.wrapOn(canvas, self.width - 30 * mm, TALLEST_FOOTER)[1]
            self.details.drawOn(canvas, MARGIN, self.foot - height)

    def _draw_running_head(self, canvas: Canvas) -> None:
        half = self.width / 2
        name = words(fonts.plain(self.name), half, size=8, colour=QUIET)
        subject = words(fonts.plain(self.subject), half, size=8, colour=QUIET, right=True)
        for each, left in ((name, MARGIN), (subject, MARGIN + half)):
            height = each.wrapOn(canvas, half, self.page_height)[1]
            each.drawOn(canvas, left, self.page_height - 13 * mm - height)


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
            right = self._pagesize[0] - MARGIN  # type: ignore[attr-defined]
            self.drawRightString(right, FOOTER_LEVEL, f"Page {number} of {len(pages)}")
            super().showPage()
        super().save()


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


def qr_code(url: str, side: float) -> Drawing:
    """The address as a QR code, `side` points wide, without a margin of its own."""
    return Drawing(side, side, QrCodeWidget(url, barWidth=side, barHeight=side, barBorder=0, barLevel="M"))


def words(
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


def grid(
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


def dark_enough_for_white(colour: str) -> Color:
    """`colour`, darkened until white text on it has a contrast of 4.5 (WCAG 2)."""
    found = HexColor(colour)
    while 1.05 / (_luminance(found) + 0.05) < 4.5:
        found = found.clone(red=found.red * 0.95, green=found.green * 0.95, blue=found.blue * 0.95)
    return found


def _luminance(colour: Color) -> float:
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in colour.rgb()]
    return float(0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2])
