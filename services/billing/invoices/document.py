"""What an invoice's PDF says, as data: the same document gives the same bytes. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from services.billing.invoices.totals import Totals


@dataclass(frozen=True)
class Issuer:
    """The organisation. The first paragraph of `details` (address, tax id) stands at the top of the invoice, what
    follows an empty line (bank) in the footer of each page; without an empty line all of it stands in the footer.
    `colour` is `#rrggbb`; it is darkened until white can be read on it. `logo` is PNG; without one its initial stands
    there."""

    name: str
    colour: str
    details: str = ""
    logo: bytes | None = None


@dataclass(frozen=True)
class Recipient:
    """Who is to pay; `address` may have several lines."""

    name: str
    email: str = ""
    address: str = ""


@dataclass(frozen=True)
class DocumentLine:
    """One position as it is printed; its amount is in the document's totals. Rates are in percent or None."""

    description: str
    quantity: Decimal
    unit_price: Decimal
    tax_rate: Decimal | None = None
    discount_rate: Decimal | None = None


@dataclass(frozen=True)
class InvoiceDocument:
    """All that is printed. A draft has no `number` and no `issued_on`; `stamp` is a word beside the title ("Paid",
    "Void"). `totals` are those of `lines` in `currency`; `paid` is what has been received of them. `paper` is `a4` or
    `letter`; `pay_url` is where it can be paid by card, printed as words and as a QR code."""

    issuer: Issuer
    recipient: Recipient
    currency: str
    lines: Sequence[DocumentLine]
    totals: Totals
    paid: Decimal = Decimal(0)
    number: str | None = None
    issued_on: date | None = None
    due_on: date | None = None
    purchase_order: str = ""
    replaces: str = ""
    program: str = ""
    notes: str = ""
    stamp: str = ""
    discount_rate: Decimal | None = None
    paper: str = "a4"
    pay_url: str = ""
    language: str = "en"

    @property
    def title(self) -> str:
        return f"Invoice {self.number}" if self.number else "Invoice"
