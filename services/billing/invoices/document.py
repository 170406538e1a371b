"""What the PDF of an invoice or of a credit note says, as data: the same document gives the same bytes. Pure."""

from __future__ import annotations

import re
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
class CreditedInvoice:
    """The invoice that a credit note reduces."""

    number: str
    issued_on: date


@dataclass(frozen=True)
class DocumentLine:
    """One position as it is printed; its amount is in the document's totals. Rates are in percent or None; a credit
    note, which takes an amount off a line, says no quantity and no price."""

    description: str
    quantity: Decimal | None = None
    unit_price: Decimal | None = None
    tax_rate: Decimal | None = None
    discount_rate: Decimal | None = None


@dataclass(frozen=True)
class InvoiceDocument:
    """All that is printed. A draft has no `number` and no `issued_on`; `stamp` is a word beside the title ("Paid",
    "Void"). `totals` are those of `lines` in `currency`; `credited` and `paid` are what was taken off them since.
    `paper` is `a4` or `letter`; `pay_url` is where it can be paid by card, printed as words and as a QR code. With
    `credits` it is a credit note of that invoice, its `totals` below zero."""

    issuer: Issuer
    recipient: Recipient
    currency: str
    lines: Sequence[DocumentLine]
    totals: Totals
    credited: Decimal = Decimal(0)
    paid: Decimal = Decimal(0)
    number: str | None = None
    issued_on: date | None = None
    due_on: date | None = None
    purchase_order: str = ""
    replaces: str = ""
    credits: CreditedInvoice | None = None
    program: str = ""
    notes: str = ""
    stamp: str = ""
    discount_rate: Decimal | None = None
    paper: str = "a4"
    pay_url: str = ""
    language: str = "en"

    @property
    def title(self) -> str:
        kind = "Credit note" if self.credits else "Invoice"
        return f"{kind} {self.number}" if self.number else kind

    @property
    def filename(self) -> str:
        """What the file is called, whatever stands in the number."""
        kind = "credit-note" if self.credits else "invoice"
        return re.sub(r"[^A-Za-z0-9._-]+", "-", f"{kind}-{self.number or 'draft'}") + ".pdf"
