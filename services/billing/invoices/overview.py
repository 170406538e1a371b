"""What the invoices that somebody sees come to, by currency and state."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import lazyload

from chassis.work import Work
from contracts.actor import Actor
from contracts.calls.billing import INVOICE_STATES
from services.billing.invoices.models import Invoice
from services.billing.invoices.operations import visible

_AT_ONCE = 500
_SUMS = ("total", "credited", "paid", "balance", "credit")


def totals(work: Work, actor: Actor, input: dict[str, Any]) -> dict[str, Any]:
    """The sums of what the list of invoices would show (C22). They are added up from lines and payments each time, for
    no sum is stored: that takes about a second for ten thousand invoices."""
    wanted = visible(actor, input).options(lazyload(Invoice.engagement), lazyload(Invoice.reminders))  # type: ignore[attr-defined]
    sums: dict[str, dict[str, dict[str, Any]]] = {}
    for invoice in work.session.scalars(wanted.execution_options(yield_per=_AT_ONCE)):
        states = sums.setdefault(invoice.currency, {})
        sum_ = states.setdefault(invoice.state, {"count": 0, **dict.fromkeys(_SUMS, Decimal(0))})
        sum_["count"] += 1
        amounts = (invoice.totals.total, invoice.credited, invoice.paid, invoice.balance, invoice.credit)
        for name, amount in zip(_SUMS, amounts, strict=True):
            sum_[name] += amount
    return {"currencies": [_of(currency, sums[currency]) for currency in sorted(sums)]}


def _of(currency: str, states: dict[str, dict[str, Any]]) -> dict[str, Any]:
    counted = [sums for state, sums in states.items() if state not in ("draft", "void")]
    credit = sum((sums["credit"] for sums in states.values()), Decimal(0))
    return {
        "currency": currency,
        "states": [{"state": state, **states[state]} for state in INVOICE_STATES if state in states],
        **{name: _sum(counted, name) for name in ("total", "credited", "paid", "balance")},
        "credit": credit,
    }


def _sum(of: Iterable[dict[str, Any]], name: str) -> Decimal:
    return sum((each[name] for each in of), Decimal(0))
