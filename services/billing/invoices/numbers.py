"""Numbers of invoices and of credit notes: of each one series per year, without gaps and without doubles, however many
are sent at once (C21)."""

from __future__ import annotations

from typing import TypeVar

from sqlalchemy.dialects import postgresql, sqlite

from chassis.work import Work
from services.billing.credit_notes.models import CreditNoteCounter
from services.billing.invoices.models import InvoiceCounter

Counter = TypeVar("Counter", InvoiceCounter, CreditNoteCounter)


def series_of(pattern: str, year: int) -> int:
    """The year, or 0, one series for ever, where the pattern does not show the year: its numbers must not come back."""
    return year if "{year" in pattern else 0


def take_position(work: Work, of: type[Counter], series: int) -> int:
    """The next position of the counter's series, from 1.

    The counter's row stays locked until the transaction ends: whoever comes meanwhile waits, and if this one fails its
    position is given to the next.
    """
    insert = sqlite.insert if work.session.get_bind().dialect.name == "sqlite" else postgresql.insert
    work.session.execute(insert(of).values(series=series, last=0).on_conflict_do_nothing())
    counter = work.session.get_one(of, series, with_for_update=True, populate_existing=True)
    counter.last += 1
    return counter.last


def number_of(pattern: str, year: int, position: int) -> str:
    """The number as it is printed; `pattern` holds `{number}` and perhaps `{year}`, like `{year}-{number:04d}`."""
    return pattern.format(year=year, number=position)
