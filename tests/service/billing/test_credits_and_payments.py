"""Whatever is credited and paid, in any order, what is due is right (C21)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.calls import credit_notes
from contracts.errors import Invalid
from tests.service.billing.conftest import Desk

LINES = st.lists(
    st.fixed_dictionaries(
        {
            "description": st.just("Coaching"),
            "quantity": st.sampled_from(["1", "1.5", "3"]),
            "unit_price": st.integers(1, 99999).map(lambda cents: f"{cents / 100:.2f}"),
            "tax_rate": st.none() | st.sampled_from(["0", "7", "19", "8.875"]),
        }
    ),
    min_size=1,
    max_size=4,
)
STEPS = st.lists(st.tuples(st.sampled_from(["credit", "pay"]), st.integers(0, 3), st.integers(1, 100)), max_size=6)


def issued_or_refused(desk: Desk, wanted: dict[str, Any]) -> tuple[Decimal, Any]:
    """What the credit note came to, or nothing and why."""
    try:
        note = desk.billing.call(credit_notes.issue_credit_note, wanted, actor=desk.coach)
    except Invalid as refused:
        return Decimal(0), refused.errors
    return Decimal(note["total"]), None


@given(
    lines=LINES,
    steps=STEPS,
    off=st.none() | st.sampled_from(["10", "33.3"]),
    currency=st.sampled_from(["EUR", "JPY"]),
)
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_c21_whatever_is_credited_and_paid_due_is_total_less_credits_less_payments(
    desk: Desk, lines: Any, steps: Any, off: str | None, currency: str
) -> None:
    invoice = desk.sent(lines=lines, discount_rate=off, currency=currency)
    total, places = Decimal(invoice["total"]), 0 if currency == "JPY" else 2
    credited = paid = Decimal(0)
    for what, line, percent in steps:
        now = desk.get(invoice)
        place = line % len(lines)
        left = Decimal(now["lines"][place]["uncredited"])
        if what == "credit" and (part := round(left * percent / 100, places)):
            wanted = {"id": invoice["id"], "lines": [{"line": place, "amount": f"{part:f}"}], "reason": "x"}
            came_to, refusal = issued_or_refused(desk, wanted)
            credited += came_to
            assert not refusal or off, "only a discount may leave nothing of a smallest unit"
        elif what == "pay" and (part := round(Decimal(now["balance"]) * percent / 100, places)):
            paid += Decimal(desk.pay(invoice, f"{part:f}")["amount"])
        now = desk.get(invoice)
        due = total - credited - paid
        assert [Decimal(now[name]) for name in ("total", "credited", "paid")] == [total, credited, paid]
        assert (Decimal(now["balance"]), Decimal(now["credit"])) == (max(due, Decimal(0)), max(-due, Decimal(0)))
        assert credited <= total
        assert (now["state"] == "paid") is (due <= 0)
