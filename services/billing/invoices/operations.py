"""What can be done with invoices: one function per call, and what the service does by itself."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select

from chassis.paging import counted_page
from chassis.runtime import Runtime
from chassis.work import Work
from contracts.actor import Actor
from contracts.envelope import Event
from contracts.errors import Conflict, NotFound
from contracts.events import billing as events
from services.billing.copies import operations as copies
from services.billing.copies.models import Engagement
from services.billing.invoices import numbers, sessions
from services.billing.invoices.mail import mail, rendered
from services.billing.invoices.models import Invoice, InvoiceCounter
from services.billing.invoices.views import facts, issuer_now, shown

WHAT = "invoice"


class EngagementDeleted(Conflict):
    """Nothing is sent for an engagement that has been deleted (C9)."""


class NumberTaken(Conflict):
    """The organisation's number format was changed so that it gives a number again that an older invoice has."""


def create(work: Work, actor: Actor, input: dict[str, Any]) -> dict[str, Any]:
    """A draft for an engagement that the actor sees."""
    engagement = copies.seen_engagement(work, actor, input.pop("engagement_id"))
    return shown(work, add_draft(work, actor, Invoice.draft(engagement.id, input)))


def add_draft(work: Work, actor: Actor, draft: Invoice) -> Invoice:
    """Keeps a new draft, with its sessions; raises what `sessions.take` does."""
    work.add(draft)
    work.session.flush()
    sessions.take(work, draft)
    work.publish(events.InvoiceCreated, draft, facts(draft), actor)
    return draft


def list_of_engagement(work: Work, actor: Actor, input: dict[str, Any]) -> dict[str, Any]:
    """The engagement's invoices, newest first; a client sees no drafts (C22)."""
    engagement = copies.seen_engagement(work, actor, input["engagement_id"])
    return _page(work, actor, select(Invoice).where(Invoice.engagement_id == engagement.id), input)


def list_all(work: Work, actor: Actor, input: dict[str, Any]) -> dict[str, Any]:
    """The invoices that the actor sees (C22), newest first."""
    return _page(work, actor, visible(actor, input), input)


def visible(actor: Actor, input: dict[str, Any]) -> Any:
    """Those that the actor sees (C22) and a filter wants: all, those of own engagements, or own ones once sent."""
    wanted = select(Invoice) if actor.is_staff else select(Invoice).where(Invoice.state != "draft")
    if not actor.is_admin:
        own = Engagement.coach_id if actor.role == "coach" else Engagement.client_id
        wanted = wanted.where(Invoice.engagement_id.in_(select(Engagement.id).where(own == actor.id)))
    if "client_id" in input:
        of_client = select(Engagement.id).where(Engagement.client_id == input["client_id"])
        wanted = wanted.where(Invoice.engagement_id.in_(of_client))
    if "state" in input:
        wanted = wanted.where(Invoice.state == input["state"])
    if "from_" in input:
        wanted = wanted.where(Invoice.issued_on >= input["from_"])
    if "to" in input:
        wanted = wanted.where(Invoice.issued_on <= input["to"])
    return wanted


def get(work: Work, actor: Actor, input: dict[str, Any]) -> dict[str, Any]:
    """One invoice that the actor sees."""
    return shown(work, seen(actor, work.get(Invoice, input["id"], what=WHAT)))


def update(work: Work, actor: Actor, input: dict[str, Any]) -> dict[str, Any]:
    """Changes a draft."""
    invoice = to_change(work, actor, input.pop("id"))
    invoice.write(input)
    sessions.take(work, invoice)
    work.publish(events.InvoiceUpdated, invoice, facts(invoice), actor)
    return shown(work, invoice)


def delete(work: Work, actor: Actor, input: dict[str, Any]) -> None:
    """Deletes a draft."""
    invoice = to_change(work, actor, input["id"])
    invoice.must_be_draft("deleted")
    sessions.free(work, invoice)
    work.publish(events.InvoiceDeleted, invoice, facts(invoice), actor)
    work.session.delete(invoice)


def send(work: Work, actor: Actor, input: dict[str, Any]) -> dict[str, Any]:
    """Gives a draft the next number and mails its PDF (S1.31, C21), all in one transaction: number and mail are
    there together or not at all."""
    invoice = to_change(work, actor, input["id"])
    send_draft(work, actor, invoice)
    return shown(work, invoice)


def item_sent(work: Work, event: Event) -> None:
    """An item of the program that is an invoice goes out: to those billed and to the item's recipients (S1.12).

    One that is no draft any more by now has gone out already, by hand, or was deleted.
    """
    if event.data["kind"] != "invoice":
        return
    invoice = work.session.get(Invoice, event.data["invoice_id"], with_for_update=True, populate_existing=True)
    if invoice is not None and invoice.state == "draft":
        sender = Actor(event.data["sender_id"], "coach", event.data["sender_name"])
        send_draft(work, sender, invoice, besides=event.data["recipients"], item_id=event.subject_id)


def send_draft(
    work: Work,
    actor: Actor,
    invoice: Invoice,
    *,
    besides: list[dict[str, Any]] | None = None,
    item_id: UUID | None = None,
) -> None:
    """The draft takes its number and is mailed. Raises `InvoiceNotDraft`, `EngagementDeleted` and `NumberTaken`."""
    invoice.must_be_draft("sent again")
    must_not_be_deleted(invoice.engagement)
    organisation = copies.organisation(work)
    today, pattern = copies.today(work), organisation.invoice_number_format
    series = numbers.series_of(pattern, today.year)
    position = numbers.take_position(work, InvoiceCounter, series)
    number = numbers.number_of(pattern, today.year, position)
    if work.session.scalar(select(Invoice.id).where(Invoice.number == number)):
        raise NumberTaken(f"Number {number} is taken; change the organisation's format of invoice numbers.", rule="C21")
    invoice.send(
        series=series,
        position=position,
        number=number,
        today=today,
        now=work.now,
        issuer=issuer_now(work),
        due_days=organisation.invoice_due_days,
    )
    work.publish(events.InvoiceSent, invoice, facts(invoice), actor)
    if invoice.state == "paid":
        work.publish(events.InvoicePaid, invoice, facts(invoice), actor)
    mail(work, actor.id, invoice, cause="sent", besides=besides or [], item_id=item_id)


def must_not_be_deleted(engagement: Engagement) -> None:
    """Raises `EngagementDeleted`."""
    if engagement.deleted:
        raise EngagementDeleted("The engagement has been deleted; restore it first.", rule="C9")


def void(work: Work, actor: Actor, input: dict[str, Any]) -> dict[str, Any]:
    """Declares a sent invoice void."""
    invoice = to_change(work, actor, input["id"])
    _void(work, actor, invoice)
    return shown(work, invoice)


def replace(work: Work, actor: Actor, input: dict[str, Any]) -> dict[str, Any]:
    """Voids a sent invoice and writes it anew (C21): the draft that says the same. Both are kept."""
    invoice = to_change(work, actor, input["id"])
    must_not_be_deleted(invoice.engagement)
    _void(work, actor, invoice)
    return shown(work, add_draft(work, actor, invoice.written_anew()))


def _void(work: Work, actor: Actor, invoice: Invoice) -> None:
    invoice.void()
    sessions.free(work, invoice)
    work.publish(events.InvoiceVoided, invoice, facts(invoice), actor)


def invoice_pdf(work: Work, actor: Actor, input: dict[str, Any]) -> dict[str, Any]:
    """The invoice as a PDF (S1.32): a draft as it would be sent now, a sent one as it was, with what has been paid."""
    invoice = seen(actor, work.get(Invoice, input["id"], what=WHAT))
    return rendered(work, invoice, invoice.issuer or issuer_now(work))


def mark_overdue(runtime: Runtime) -> int:
    """Marks what was due before today, in the organisation's zone, and is not paid; how many it marked."""
    with runtime.work() as work:
        if copies.find_organisation(work) is None:
            return 0
        today = copies.today(work)
        late = work.session.scalars(
            select(Invoice)
            .where(Invoice.state.in_(["sent", "partially_paid"]), Invoice.due_date < today)
            .order_by(Invoice.due_date, Invoice.id)
            .limit(100)
            .with_for_update(skip_locked=True)
        ).all()
        for invoice in late:
            invoice.fall_due(today)
            work.publish(events.InvoiceOverdue, invoice, facts(invoice))
        return len(late)


def to_change(work: Work, actor: Actor, id: Any) -> Invoice:
    """The invoice, locked, if the actor sees it; for a command to change."""
    return seen(actor, work.change(Invoice, id, what=WHAT))


def seen(actor: Actor, invoice: Invoice) -> Invoice:
    """The invoice if the actor may know of it (C22): a client of its own, and of no draft."""
    if not actor.sees(invoice.engagement) or (not actor.is_staff and invoice.state == "draft"):
        raise NotFound(f"There is no such {WHAT}.")
    return invoice


def _page(work: Work, actor: Actor, wanted: Any, input: dict[str, Any]) -> dict[str, Any]:
    if not actor.is_staff:
        wanted = wanted.where(Invoice.state != "draft")
    found = counted_page(work, wanted, input, by=(Invoice.created_at, Invoice.id))
    return {**found, "items": [shown(work, invoice) for invoice in found["items"]]}
