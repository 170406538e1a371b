"""Sessions that invoices are written for: each is offered until an invoice has it, and again when that one is void.

Whoever takes a session has locked its copy first: it is on one invoice at most, however many are written at once.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Uuid, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from chassis.work import Work
from contracts.actor import Actor
from contracts.errors import Conflict, NotFound
from services.billing.base import Base
from services.billing.copies import operations as copies
from services.billing.copies.models import Session
from services.billing.invoices.models import Invoice


class SessionInvoiced(Conflict):
    """The session is on another invoice."""


class InvoicedSession(Base):
    """A session that an invoice, draft or sent, has a line for."""

    __tablename__ = "invoiced_session"

    session_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("session.id"), primary_key=True)
    invoice_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("invoice.id"), index=True)


def take(work: Work, invoice: Invoice) -> None:
    """The sessions of its lines are the invoice's, and no others; raises `SessionInvoiced`, and `NotFound` for one that
    was not completed or is of another engagement."""
    free(work, invoice)
    if not invoice.sessions:
        return
    wanted = select(Session).where(Session.id.in_(invoice.sessions), Session.engagement_id == invoice.engagement_id)
    found = work.session.scalars(wanted.order_by(Session.id).with_for_update()).all()
    if len(found) < len(invoice.sessions):
        raise NotFound("There is no such completed session in this engagement.", awaited=True)
    taken = select(InvoicedSession.session_id).where(InvoicedSession.session_id.in_(invoice.sessions))
    if by_others := set(work.session.scalars(taken)):
        titles = ", ".join(session.title for session in found if session.id in by_others)
        raise SessionInvoiced(f"Invoiced already: {titles}.")
    work.session.add_all(InvoicedSession(session_id=session.id, invoice_id=invoice.id) for session in found)
    work.session.flush()


def free(work: Work, invoice: Invoice) -> None:
    """The invoice's sessions can be invoiced again."""
    work.session.execute(delete(InvoicedSession).where(InvoicedSession.invoice_id == invoice.id))


def list_billable(work: Work, actor: Actor, input: dict[str, Any]) -> dict[str, Any]:
    """The engagement's completed sessions that are on no invoice, oldest first."""
    engagement = copies.seen_engagement(work, actor, input["engagement_id"])
    invoiced = select(InvoicedSession.session_id)
    wanted = select(Session).where(Session.engagement_id == engagement.id, Session.id.not_in(invoiced))
    return {"items": work.session.scalars(wanted.order_by(Session.starts_at, Session.id)).all()}
