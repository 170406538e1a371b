"""An invoice and the counter that numbers it. Its sums and its balance are worked out, never stored."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Date, Index, String, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column, relationship

from chassis.database import Entity, Exact, UtcDateTime
from contracts.errors import Conflict, Invalid
from services.billing.base import Base
from services.billing.copies.models import Engagement
from services.billing.credit_notes.models import CreditNote, InvoiceCredited, NothingToCredit
from services.billing.credit_notes.sums import NotThere, Remainder
from services.billing.invoices.totals import Line, Totals, is_payable, rounded, totals_of
from services.billing.payments.models import Payment

MOST_TOTAL = Decimal(10) ** 12
OPEN = ("sent", "partially_paid", "overdue")
_CONTENT = (
    "currency", "lines", "discount_rate", "due_days", "purchase_order", "paper", "notes", "card_payment", "bill_to",
    "copy_to",
)  # fmt: skip


class InvoiceNotDraft(Conflict):
    """A sent invoice never changes (C21)."""


class InvoiceNotOpen(Conflict):
    """A draft or a void invoice takes no payment and cannot be voided."""


class NothingToPay(Conflict):
    """The invoice is paid already."""


class InvoiceCounter(Base):
    """The last position given in a series: a year, or 0 where the organisation's format shows no year (C21)."""

    __tablename__ = "invoice_counter"

    series: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int]


class Invoice(Entity, Base):
    """An invoice of an engagement.

    `lines` are `{description, quantity, unit_price, tax_rate, discount_rate, session_id}`, the last two missing in old
    ones, with decimals and ids as text; `bill_to` is `{name, email, address}`, None while a draft is for the client
    itself; `replaces` is `{id, number}`; `issuer` is `{name, colour, details, paper, logo}`, the last one an id,
    kept as it was when the invoice was sent, because a sent invoice never changes (C21). `due_days` of a sent invoice
    are those that its `due_date` was worked out with, if it was.
    """

    __tablename__ = "invoice"
    __table_args__ = (
        Index("ix_invoice_series_position", "series", "position", unique=True),
        Index("ix_invoice_state_due_date", "state", "due_date"),
        Index("ix_invoice_created_at_id", "created_at", "id"),
    )

    engagement_id: Mapped[UUID] = mapped_column(Uuid, index=True)
    state: Mapped[str] = mapped_column(String(20))
    currency: Mapped[str] = mapped_column(String(3))
    lines: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    discount_rate: Mapped[Decimal | None] = mapped_column(Exact)
    due_date: Mapped[dt.date | None] = mapped_column(Date)
    due_days: Mapped[int | None]
    purchase_order: Mapped[str | None] = mapped_column(String(100))
    paper: Mapped[str | None] = mapped_column(String(10))
    replaces: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    notes: Mapped[str | None] = mapped_column(Text)
    card_payment: Mapped[bool]
    bill_to: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    copy_to: Mapped[list[str]] = mapped_column(JSON)
    number: Mapped[str | None] = mapped_column(String(100), unique=True)
    series: Mapped[int | None]
    position: Mapped[int | None]
    issued_on: Mapped[dt.date | None] = mapped_column(Date, index=True)
    sent_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    issuer: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    program_name: Mapped[str | None]
    reminded: Mapped[int] = mapped_column(default=0, server_default="0")
    reminded_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)

    engagement: Mapped[Engagement] = relationship(
        primaryjoin=lambda: Engagement.id == Invoice.engagement_id,
        foreign_keys=lambda: Invoice.engagement_id,
        viewonly=True,
        lazy="selectin",
    )
    payments: Mapped[list[Payment]] = relationship(
        lazy="selectin", order_by=[Payment.paid_at, Payment.created_at, Payment.id], cascade="all, delete-orphan"
    )
    credit_notes: Mapped[list[CreditNote]] = relationship(lazy="selectin", order_by=CreditNote.ordinal)

    @classmethod
    def draft(cls, engagement_id: UUID, content: dict[str, Any]) -> Invoice:
        """A draft; `content` holds at least `currency` and `lines` (see `write`)."""
        made = cls(engagement_id=engagement_id, state="draft", card_payment=False, copy_to=[], reminded=0)
        made.payments, made.credit_notes = [], []
        made.write(content)
        return made

    @property
    def totals(self) -> Totals:
        """What the lines come to (C21)."""
        return totals_of(self._positions, self.currency, self.discount_rate)

    @property
    def _positions(self) -> list[Line]:
        return [
            Line(
                Decimal(line["quantity"]),
                Decimal(line["unit_price"]),
                decimal_or_none(line["tax_rate"]),
                decimal_or_none(line.get("discount_rate")),
            )
            for line in self.lines
        ]

    @property
    def sessions(self) -> set[UUID]:
        """The sessions that its lines invoice."""
        return {UUID(line["session_id"]) for line in self.lines if line.get("session_id")}

    @property
    def paid(self) -> Decimal:
        """The sum of the payments, without what of them went back."""
        return rounded(sum((payment.counts for payment in self.payments), Decimal(0)), self.currency)

    @property
    def balance(self) -> Decimal:
        """What is left to pay; nothing once the invoice is void."""
        return max(rounded(Decimal(0), self.currency), self._owed - self.paid)

    @property
    def credit(self) -> Decimal:
        """What was paid beyond what is owed; nothing is owed once the invoice is void."""
        return max(rounded(Decimal(0), self.currency), self.paid - self._owed)

    @property
    def remainder(self) -> Remainder:
        """What no credit note has taken off yet."""
        return self._credits()[0]

    @property
    def credits(self) -> list[tuple[CreditNote, Totals]]:
        """The credit notes, in the order in which they were issued, and what each comes to."""
        return self._credits()[1] if self.credit_notes else []

    @property
    def credited(self) -> Decimal:
        """What all credit notes come to: never more than the total (C21)."""
        return sum((came_to.total for _, came_to in self.credits), rounded(Decimal(0), self.currency))

    @property
    def uncredited(self) -> tuple[Decimal, ...]:
        """What is left of the amount of each line."""
        return self.remainder.amounts if self.credit_notes else self.totals.amounts

    @property
    def is_credited(self) -> bool:
        """Whether credit notes have taken off all that it came to."""
        return bool(self.credit_notes) and not self.remainder.totals.total

    def _credits(self) -> tuple[Remainder, list[tuple[CreditNote, Totals]]]:
        left, found = Remainder.of(self._positions, self.currency, self.discount_rate), []
        for note in self.credit_notes:
            found.append((note, left.credit(note.credited)))
            left = left.without(note.credited)
        return left, found

    @property
    def _owed(self) -> Decimal:
        return rounded(Decimal(0), self.currency) if self.state == "void" else self.totals.total - self.credited

    @property
    def is_open(self) -> bool:
        """Whether it was sent and something is left to pay."""
        return self.state in OPEN

    @property
    def billed_to(self) -> dict[str, Any]:
        """Who is to pay, as `{name, email, address}`: the client, if nobody else was named."""
        client = self.engagement.client
        return self.bill_to or {"name": client.name, "email": client.email, "address": client.company}

    def write(self, content: dict[str, Any]) -> None:
        """Changes what a draft says, as far as `content` names it; raises `InvoiceNotDraft`, and `Invalid` for lines
        that come to less than nothing or to more than can be counted."""
        self.must_be_draft("changed")
        for name, value in content.items():
            setattr(self, name, [_plain(line) for line in value] if name == "lines" else value)
        if not 0 <= self.totals.total < MOST_TOTAL:
            message = "Must not come to less than zero." if self.totals.total < 0 else "Come to too much."
            raise Invalid("The input is not valid.", errors={"lines": [message]})

    def must_be_draft(self, what: str) -> None:
        """Raises `InvoiceNotDraft` unless it is one; `what` is what cannot be done any more, like `changed`."""
        if self.state != "draft":
            raise InvoiceNotDraft(f"Invoice {self.number} has been sent and cannot be {what}.", rule="C21")

    def send(
        self,
        *,
        series: int,
        position: int,
        number: str,
        today: dt.date,
        now: dt.datetime,
        issuer: dict[str, Any],
        due_days: int | None,
    ) -> None:
        """Gives the number and fixes all that is printed; an invoice over nothing is paid at once. `due_days` are the
        organisation's."""
        self.must_be_draft("sent again")
        self.series, self.position, self.number = series, position, number
        self.issued_on, self.sent_at, self.issuer = today, now, issuer
        if self.due_date:
            self.due_days = None
        elif (days := due_days if self.due_days is None else self.due_days) is not None:
            self.due_date, self.due_days = today + dt.timedelta(days=days), days
        self.bill_to, self.program_name = self.billed_to, self.engagement.program_name
        self.state = "sent" if self.balance else "paid"

    def outstanding(self) -> Decimal:
        """The balance, which is more than nothing; raises `InvoiceNotOpen`, or `NothingToPay`."""
        self.must_be_unpaid("paid")
        return self.balance

    def must_be_unpaid(self, what: str = "reminded of") -> None:
        """Raises `InvoiceNotOpen` or `NothingToPay` unless something is left to pay; `what` cannot be done else."""
        self._must_be_open(what)
        if not self.balance:
            raise NothingToPay(f"Invoice {self.number} is paid already.")

    def remind(self, now: dt.datetime) -> int:
        """It is mailed once more; the ordinal of this reminder. Raises `InvoiceNotOpen`, or `NothingToPay`."""
        self.must_be_unpaid()
        self.reminded += 1
        self.reminded_at = now
        return self.reminded

    def pay(self, payment: Payment, today: dt.date) -> None:
        """Takes a payment, and the state follows. Raises `InvoiceNotOpen`, and `Invalid` for an amount that is not
        positive, not whole smallest units of the currency, or above the balance."""
        self._must_be_open("paid")
        problem = None
        if payment.amount <= 0:
            problem = "Must be more than zero."
        elif not is_payable(payment.amount, self.currency):
            problem = f"{self.currency} has no such small amount."
        elif payment.amount > self.balance:
            problem = f"More than the balance of {self.balance:f}."
        if problem:
            raise Invalid("The input is not valid.", errors={"amount": [problem]})
        self.payments.append(payment)
        self._follow_payments(today)

    def receive(self, payment: Payment, today: dt.date) -> None:
        """Takes a payment that has been made already, and the state follows: whatever is left to pay, even if the
        invoice is void, for what arrived is never lost. Raises `InvoiceNotOpen` for a draft."""
        if self.state == "draft":
            self._must_be_open("paid")
        self.payments.append(payment)
        self.reckon(today)

    def reckon(self, today: dt.date) -> None:
        """What a payment comes to has changed, and the state follows."""
        if self.state != "void":
            self._follow_payments(today)

    def take_back(self, payment: Payment, today: dt.date) -> None:
        """Drops a payment, and the state goes back (C21); raises `InvoiceNotOpen`, or `TakenOnline`."""
        self._must_be_open("changed")
        payment.must_be_removable()
        self.payments.remove(payment)
        self._follow_payments(today)

    def to_credit(self, wanted: Mapping[int, Decimal] | None) -> dict[int, Decimal]:
        """What a credit note over so much of the lines at these places may take off, by place; None is all that is
        left. Raises `InvoiceNotOpen`, `NothingToCredit`, and `Invalid` for more than is left of a line, of a tax rate
        or of the whole (C21)."""
        self._must_be_open("credited")
        left = self.remainder
        if not left.totals.total:
            raise NothingToCredit(f"All of invoice {self.number} is credited already.", rule="C21")
        credited = left.whole if wanted is None else dict(wanted)
        try:
            left.must_have(credited)
        except NotThere as refused:
            problem: Any = [refused.problem]
            if refused.place is not None:
                problem = {list(credited).index(refused.place): {"amount": problem}}
            raise Invalid("The input is not valid.", errors={"lines": problem}) from None
        return credited

    def take_credit(self, note: CreditNote, today: dt.date) -> Totals:
        """Is reduced by a credit note over what `to_credit` allows, and the state follows; what it comes to."""
        came_to = self.remainder.credit(self.to_credit(note.credited))
        note.ordinal = len(self.credit_notes) + 1
        self.credit_notes.append(note)
        self._follow_payments(today)
        return came_to

    def written_anew(self) -> Invoice:
        """A draft that says the same and names this one, which must be void."""
        again = Invoice.draft(self.engagement_id, {name: getattr(self, name) for name in _CONTENT})
        again.due_date = None if self.due_days is not None else self.due_date
        again.replaces = {"id": str(self.id), "number": self.number}
        return again

    def void(self) -> None:
        """Declares it void; its number stays taken. Raises `InvoiceNotOpen`, or `InvoiceCredited`."""
        self._must_be_open("voided")
        if self.credit_notes:
            message = f"Invoice {self.number} has credit notes and cannot be voided; credit the rest of it."
            raise InvoiceCredited(message, rule="C21")
        self.state = "void"

    def fall_due(self, today: dt.date) -> None:
        """Is overdue if its due date lies before `today` and something is left to pay; raises `InvoiceNotOpen`."""
        self._must_be_open("overdue")
        self._follow_payments(today)

    def erase(self) -> None:
        """Its client is erased (C24): what is owed and paid stays, and who was billed; whatever else was typed goes."""
        self.lines = [{**line, "description": "Coaching"} for line in self.lines]
        self.notes, self.program_name, self.copy_to = None, self.engagement.program_name, []
        self.purchase_order = None
        self.bill_to = {**self.billed_to, "email": ""}
        for payment in self.payments:
            payment.erase()
        for note in self.credit_notes:
            note.erase()

    def forget_address(self, address: str) -> None:
        """Whoever has the address is erased (C24): nothing is sent there any more."""
        key = address.lower()
        self.copy_to = [one for one in self.copy_to if one.lower() != key]
        if self.bill_to and self.bill_to["email"].lower() == key:
            self.bill_to = {**self.bill_to, "email": ""}

    def _must_be_open(self, what: str) -> None:
        if self.state == "draft":
            raise InvoiceNotOpen(f"A draft cannot be {what}; send it first.")
        if self.state == "void":
            raise InvoiceNotOpen(f"Invoice {self.number} is void and cannot be {what}.")

    def _follow_payments(self, today: dt.date) -> None:
        if not self.balance:
            self.state = "paid"
        elif self.due_date and self.due_date < today:
            self.state = "overdue"
        else:
            self.state = "partially_paid" if self.paid else "sent"


def decimal_or_none(kept: str | None) -> Decimal | None:
    """A decimal of a kept line."""
    return None if kept is None else Decimal(kept)


def _plain(line: dict[str, Any]) -> dict[str, Any]:
    """A line as it is kept: its decimals as text, which JSON leaves exact, and ids too."""
    return {name: _text(value) if isinstance(value, Decimal | UUID) else value for name, value in line.items()}


def _text(value: Decimal | UUID) -> str:
    return f"{value:f}" if isinstance(value, Decimal) else str(value)
