"""Reminders of invoices that are not paid: by hand, or by themselves where staff have switched them on.

Both are sent on purpose, as reminders of forms are (docs/decisions/0059-reminders-of-forms.md). Each brings the PDF as
it is now, and the link to pay by card.
"""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Uuid, select
from sqlalchemy.orm import Mapped, backref, mapped_column, relationship

from chassis.database import UtcDateTime
from chassis.runtime import Runtime
from chassis.work import Work
from contracts.actor import Actor
from contracts.errors import Conflict
from services.billing.base import Base
from services.billing.copies import operations as copies
from services.billing.invoices.mail import mail
from services.billing.invoices.models import Invoice
from services.billing.invoices.operations import must_not_be_deleted, to_change
from services.billing.invoices.views import shown

_AT_ONCE = 20


class NoReminders(Conflict):
    """There are none to come."""


class InvoiceReminders(Base):
    """At most `count` reminders of an invoice, `every_days` days or more apart; `sent` have gone out.

    Whoever changes a row has locked its invoice first. `next_at` is null when there are none to come.
    """

    __tablename__ = "invoice_reminders"

    invoice_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("invoice.id"), primary_key=True)
    invoice: Mapped[Invoice] = relationship(backref=backref("reminders", uselist=False, lazy="selectin"))
    count: Mapped[int]
    every_days: Mapped[int]
    switched_on_by: Mapped[UUID | None] = mapped_column(Uuid)
    sent: Mapped[int]
    next_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime, index=True)
    stopped_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)

    def switch_on(self, wanted: dict[str, Any], by: UUID | None, now: dt.datetime, days_left: int) -> None:
        """So many from now on, for the first time so many days after the due date, or after now if that is over."""
        self.count, self.every_days, self.switched_on_by = wanted["count"], wanted["every_days"], by
        self.sent, self.stopped_at = 0, None
        self.next_at = now + dt.timedelta(days=max(0, days_left) + self.every_days)

    def take(self, now: dt.datetime) -> None:
        """One is sent now; the next one is days after it, however late this one is."""
        self.sent += 1
        self.next_at = now + dt.timedelta(days=self.every_days) if self.sent < self.count else None

    def stop(self, now: dt.datetime) -> None:
        """No more of them; raises `NoReminders` where none are to come."""
        if self.next_at is None:
            raise NoReminders("There are no reminders to come.")
        self.next_at, self.stopped_at = None, now


def remind(work: Work, actor: Actor, input: dict[str, Any]) -> dict[str, Any]:
    """Mails an invoice that is not paid once more. Raises `InvoiceNotOpen`, `NothingToPay`, `EngagementDeleted`."""
    invoice = to_change(work, actor, input["id"])
    must_not_be_deleted(invoice.engagement)
    _remind(work, actor.id, invoice)
    return shown(work, invoice)


def switch_on(work: Work, actor: Actor, input: dict[str, Any]) -> dict[str, Any]:
    """Whoever does not pay is reminded so often; in place of what was switched on before. Raises as `remind`."""
    invoice = to_change(work, actor, input.pop("id"))
    invoice.must_be_unpaid()
    today = copies.today(work)
    reminders = _fresh(work, invoice) or InvoiceReminders(invoice=invoice)
    reminders.switch_on(input, actor.id, work.now, ((invoice.due_date or today) - today).days)
    work.session.add(reminders)
    work.changed(invoice)
    return shown(work, invoice)


def stop(work: Work, actor: Actor, input: dict[str, Any]) -> dict[str, Any]:
    """No more reminders by themselves; raises `NoReminders`."""
    invoice = to_change(work, actor, input["id"])
    reminders = _fresh(work, invoice)
    if reminders is None:
        raise NoReminders("There are no reminders to come.")
    reminders.stop(work.now)
    work.changed(invoice)
    return shown(work, invoice)


def remind_due(runtime: Runtime) -> int:
    """Mails the reminders that are due, of what is still to be paid; how many invoices it took on.

    The invoice's lock keeps a payment, a stop and another worker waiting: nobody is reminded twice, or of what is paid.
    """
    with runtime.work() as work:
        due = select(Invoice).join(InvoiceReminders, InvoiceReminders.invoice_id == Invoice.id)
        due = due.where(InvoiceReminders.next_at <= work.now).order_by(InvoiceReminders.next_at, Invoice.id)
        locked = due.limit(_AT_ONCE).with_for_update(skip_locked=True, of=Invoice)
        found = list(work.session.scalars(locked.execution_options(populate_existing=True)))
        for invoice in found:
            reminders = _fresh(work, invoice)
            if reminders is None or reminders.next_at is None or reminders.next_at > work.now:
                continue  # another worker was faster
            if invoice.is_open and not invoice.engagement.deleted:
                reminders.take(work.now)
                _remind(work, reminders.switched_on_by, invoice)
            else:
                reminders.next_at = None
    return len(found)


def _remind(work: Work, sender_id: UUID | None, invoice: Invoice) -> None:
    ordinal = invoice.remind(work.now)
    work.changed(invoice)
    mail(work, sender_id, invoice, cause=f"reminder/{ordinal}", reminder=True)


def _fresh(work: Work, invoice: Invoice) -> InvoiceReminders | None:
    """The row as it is now that the invoice is locked."""
    return work.session.get(InvoiceReminders, invoice.id, populate_existing=True)
