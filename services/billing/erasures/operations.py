"""Takes free text and addresses off a client's invoices, which are kept as the law asks (rule C24)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import String, cast, delete, func, or_, select

from chassis.inbox import forget_failed
from chassis.records import records_of
from chassis.work import Work
from contracts.actor import Actor
from contracts.envelope import Event
from contracts.events.billing import InvoiceDeleted
from contracts.events.erasures import BillingErased
from services.billing.base import Base
from services.billing.cards.models import PayLink, StripeEvent
from services.billing.copies.models import Client, Engagement, Session
from services.billing.credit_notes.models import CreditNote
from services.billing.erasures.models import Erasure
from services.billing.installments.models import InstallmentPlan
from services.billing.invoices import sessions
from services.billing.invoices.models import Invoice
from services.billing.invoices.reminders import InvoiceReminders
from services.billing.invoices.views import facts
from services.billing.payments.models import Payment


def erase(work: Work, event: Event) -> None:
    """Drafts go. Sent invoices keep number, amounts, dates and who was billed; no free text, no mail address.

    It must be handled before the copy of the client is, which has the address.
    """
    client = work.session.get(Client, event.subject_id)
    by = Actor(event.actorid, event.actorrole, "")  # type: ignore[arg-type]
    engagements = _engagements_of(work, event.subject_id)
    invoices = _locked(work, Invoice.engagement_id.in_(engagements))
    mine = [invoice.id for invoice in invoices]
    work.session.execute(delete(InvoiceReminders).where(InvoiceReminders.invoice_id.in_(mine)))
    work.session.execute(
        delete(PayLink).where(PayLink.invoice_id.in_([invoice.id for invoice in invoices if not invoice.is_open]))
    )
    _forget_payers(work, invoices)
    for invoice in invoices:
        invoice.erase()
        if invoice.state == "draft":
            sessions.free(work, invoice)
            work.publish(InvoiceDeleted, invoice, facts(invoice), by)
            work.session.delete(invoice)
    for plan in work.session.scalars(select(InstallmentPlan).where(InstallmentPlan.engagement_id.in_(engagements))):
        plan.erase(work.now)
    for session in work.session.scalars(select(Session).where(Session.engagement_id.in_(engagements))):
        session.title = "Session"
    if client is not None:
        for invoice in _locked(work, _names_address(client.email)):
            invoice.forget_address(client.email)
    address = [client.email] if client else []
    forget_failed(work, Base.metadata, [*address, *(str(id_) for id_ in (event.subject_id, *engagements))])
    work.publish(BillingErased, work.add(Erasure(id=event.subject_id)), {}, by)


def is_of_erased(work: Work, invoice: Invoice) -> bool:
    """Whether the invoice is that of a client who is erased."""
    return work.session.get(Erasure, invoice.engagement.client_id) is not None


def is_over(work: Work, event: Event) -> bool:
    """Whether it comes late: about an engagement whose client is erased."""
    engagement = work.session.get(Engagement, event.data["engagement_id"])
    return engagement is not None and work.session.get(Erasure, engagement.client_id) is not None


def export(work: Work, actor: Actor, input: dict[str, Any]) -> dict[str, Any]:
    """The client's invoices, drafts among them, with their credit notes and payments."""
    client = work.session.get(Client, input["id"])
    mine = select(Invoice.id).where(Invoice.engagement_id.in_(_engagements_of(work, input["id"])))
    wanted = {
        "invoices": select(Invoice).where(Invoice.id.in_(mine)).order_by(Invoice.created_at, Invoice.id),
        "installment_plans": select(InstallmentPlan).where(
            InstallmentPlan.engagement_id.in_(_engagements_of(work, input["id"]))
        ),
        "credit_notes": select(CreditNote)
        .where(CreditNote.invoice_id.in_(mine))
        .order_by(CreditNote.invoice_id, CreditNote.ordinal),
        "payments": select(Payment).where(Payment.invoice_id.in_(mine)).order_by(Payment.paid_at, Payment.id),
    }
    found = {name: records_of(work.session.scalars(rows)) for name, rows in wanted.items()}
    return {"data": {"client": records_of([client] if client else []), **found}}


def _engagements_of(work: Work, client_id: UUID) -> list[UUID]:
    return list(work.session.scalars(select(Engagement.id).where(Engagement.client_id == client_id)))


def _locked(work: Work, which: Any) -> list[Invoice]:
    found = select(Invoice).where(which).order_by(Invoice.id).with_for_update()
    return list(work.session.scalars(found.execution_options(populate_existing=True)).all())


def _names_address(address: str) -> Any:
    columns = (cast(Invoice.copy_to, String), cast(Invoice.bill_to, String))
    return or_(*(func.lower(column).contains(address.lower(), autoescape=True) for column in columns))


def _forget_payers(work: Work, invoices: Sequence[Invoice]) -> None:
    """What Stripe told of whoever paid these."""
    payments = [payment for invoice in invoices for payment in invoice.payments]
    words = [str(invoice.id) for invoice in invoices]
    words += [payment.payment_intent for payment in payments if payment.payment_intent]
    for word in words:
        telling = select(StripeEvent).where(StripeEvent.payload.contains(word, autoescape=True))
        for event in work.session.scalars(telling):
            event.forget_people()
