"""A client's statement as pages: a pure function of a `StatementDocument`, on the organisation's paper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, LongTable, Spacer, Table

from services.billing.invoices import figures, fonts
from services.billing.invoices.document import Issuer
from services.billing.invoices.layout import HAIRLINE, INK, QUIET, Stationery, grid, words

STATES = {
    "sent": "Sent", "partially_paid": "Partly paid", "paid": "Paid", "overdue": "Overdue", "void": "Void",
}  # fmt: skip


@dataclass(frozen=True)
class StatedInvoice:
    number: str
    issued_on: date
    due_on: date | None
    state: str
    total: Decimal
    credited: Decimal
    paid: Decimal
    balance: Decimal


@dataclass(frozen=True)
class StatedCreditNote:
    issued_on: date
    number: str
    invoice: str
    total: Decimal


@dataclass(frozen=True)
class StatedPayment:
    """`amount` is what is left of it after refunds and disputes."""

    paid_on: date
    number: str
    method: str
    amount: Decimal


@dataclass(frozen=True)
class StatementOfCurrency:
    """The sums are of all invoices but the void ones; `credit` of all."""

    currency: str
    invoices: Sequence[StatedInvoice]
    credit_notes: Sequence[StatedCreditNote]
    payments: Sequence[StatedPayment]
    total: Decimal
    credited: Decimal
    paid: Decimal
    balance: Decimal
    credit: Decimal


@dataclass(frozen=True)
class StatementDocument:
    issuer: Issuer
    client: str
    on: date
    currencies: Sequence[StatementOfCurrency]
    paper: str = "a4"
    language: str = "en"


def render(statement: StatementDocument) -> bytes:
    """The statement as a PDF file; the same document gives the same bytes."""
    fonts.register()
    title = f"Statement of {figures.day(statement.on)}"
    stationery = Stationery(issuer=statement.issuer, subject=title, paper=statement.paper)
    width = stationery.width
    story: list[Flowable] = [
        stationery.letterhead(),
        Spacer(0, 15 * mm),
        words("For", width, size=8, colour=QUIET),
        words(statement.client, width, bold=True),
        Spacer(0, 12 * mm),
        words(title, width, bold=True, size=19),
    ]
    if not statement.currencies:
        story += [Spacer(0, 6 * mm), words("Nothing has been invoiced.", width)]
    for each in statement.currencies:
        story += [Spacer(0, 8 * mm), words(f"Invoices in {each.currency}", width, bold=True, size=11)]
        story += [Spacer(0, 2 * mm), _invoices(each, width)]
        if each.credit_notes:
            story += [Spacer(0, 8 * mm), words(f"Credit notes in {each.currency}", width, bold=True, size=11)]
            story += [Spacer(0, 2 * mm), _credit_notes(each, width)]
        if each.payments:
            story += [Spacer(0, 8 * mm), words(f"Payments in {each.currency}", width, bold=True, size=11)]
            story += [Spacer(0, 2 * mm), _payments(each, width)]
    if not stationery.details_fit_in_footer:
        story += [Spacer(0, 10 * mm), stationery.details]
    subject = f"{title} for {statement.client}"
    return stationery.print(story, title=title, subject=subject, language=statement.language)


def _invoices(of: StatementOfCurrency, width: float) -> Table:
    """A column says what was credited where there is anything."""

    def amounts_of(one: StatedInvoice | StatementOfCurrency) -> list[str]:
        credited = [-one.credited] if of.credited else []
        return [figures.amount(sum_, of.currency) for sum_ in (one.total, *credited, one.paid, one.balance)]

    heads = ["Total", *(["Credited"] if of.credited else []), "Paid", "Open"]
    amounts = [(23 if of.credited else 27) * mm] * len(heads)
    others = [(20 if of.credited else 24) * mm] * 3
    first = width - sum(amounts) - sum(others)
    rows: list[list[Any]] = [["Invoice", "Date", "Due", "State", *heads]]
    rows += [
        [
            words(one.number, first - 2 * mm),
            figures.day(one.issued_on),
            figures.day(one.due_on),
            STATES[one.state],
            *amounts_of(one),
        ]
        for one in of.invoices
    ]
    rows.append([f"Sum {of.currency}", "", "", "", *amounts_of(of)])
    below = 1
    if of.credit:
        rows.append(["Credit", *[""] * (2 + len(heads)), figures.amount(of.credit, of.currency)])
        below = 2
    return _table(rows, [first, *others, *amounts], right_from=4, below=below)


def _credit_notes(of: StatementOfCurrency, width: float) -> Table:
    rows: list[list[Any]] = [["Date", "Credit note", "Invoice", "Amount"]]
    rows += [
        [
            figures.day(one.issued_on),
            words(one.number, 48 * mm),
            words(one.invoice, width - 112 * mm),
            figures.amount(-one.total, of.currency),
        ]
        for one in of.credit_notes
    ]
    return _table(rows, [28 * mm, 50 * mm, width - 110 * mm, 32 * mm], right_from=3, below=0)


def _payments(of: StatementOfCurrency, width: float) -> Table:
    rows: list[list[Any]] = [["Date", "Invoice", "Method", "Amount"]]
    rows += [
        [
            figures.day(one.paid_on),
            words(one.number, 48 * mm),
            words(one.method.replace("_", " ").capitalize(), width - 112 * mm),
            figures.amount(one.amount, of.currency),
        ]
        for one in of.payments
    ]
    return _table(rows, [28 * mm, 50 * mm, width - 110 * mm, 32 * mm], right_from=3, below=0)


def _table(rows: list[list[Any]], widths: list[float], *, right_from: int, below: int) -> Table:
    """A table with a head, whose last rows, so many as are `below`, are sums."""
    looks: list[tuple[Any, ...]] = [
        ("FONT", (0, 0), (-1, 0), fonts.BOLD, 8, 11),
        ("LINEBELOW", (0, 0), (-1, -1), 0.6, HAIRLINE),
        ("LINEBELOW", (0, 0), (-1, 0), 1.1, INK),
        ("ALIGN", (right_from, 0), (-1, -1), "RIGHT"),
        ("TOPPADDING", (0, 1), (-1, -1), 5),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 5),
    ]
    if below:
        looks += [
            ("FONT", (0, -below), (-1, -1), fonts.BOLD, 9, 12.78),
            ("LINEABOVE", (0, -below), (-1, -below), 1.1, INK),
        ]
    return grid(rows, widths, *looks, kind=LongTable, head=1)
