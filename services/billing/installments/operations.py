"""Plans of instalments: set up, stopped, and their invoices written when their days have come."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select

from chassis import logs
from chassis.runtime import Runtime
from chassis.work import Work
from contracts.actor import Actor
from contracts.errors import Conflict, Invalid, NotFound
from services.billing.copies import operations as copies
from services.billing.copies.models import Engagement
from services.billing.installments.models import Installment, InstallmentPlan
from services.billing.invoices.models import Invoice
from services.billing.invoices.operations import add_draft, send_draft
from services.billing.invoices.totals import rounded

log = logs.get(__name__)
WHAT = "plan of instalments"
_TERMS = ("due_days", "purchase_order", "paper", "notes", "card_payment", "bill_to", "copy_to")
_AT_ONCE = 20


def set_up(work: Work, actor: Actor, input: dict[str, Any]) -> dict[str, Any]:
    """A plan for an engagement that the actor sees; its invoices are written on their days, from today on."""
    engagement = copies.seen_engagement(work, actor, input["engagement_id"])
    if input["first_due"] < copies.today(work):
        raise Invalid("The input is not valid.", errors={"first_due": ["Lies in the past."]})
    rate = input["tax_rate"]
    plan = InstallmentPlan(
        engagement_id=engagement.id,
        tax_rate=None if rate is None else f"{rate:f}",
        terms={name: input[name] for name in _TERMS if name in input},
        set_up_by={"id": str(actor.id) if actor.id else None, "role": actor.role, "name": actor.name},
        **{name: input[name] for name in ("description", "total", "currency", "every", "send")},
    )
    plan.share_out(input["count"], input["first_due"])
    work.add(plan)
    work.session.flush()
    return _shown(plan)


def list_of_engagement(work: Work, actor: Actor, input: dict[str, Any]) -> dict[str, Any]:
    """The engagement's plans, newest first."""
    engagement = copies.seen_engagement(work, actor, input["engagement_id"])
    wanted = select(InstallmentPlan).where(InstallmentPlan.engagement_id == engagement.id)
    found = work.session.scalars(wanted.order_by(InstallmentPlan.created_at.desc(), InstallmentPlan.id))
    return {"items": [_shown(plan) for plan in found]}


def stop(work: Work, actor: Actor, input: dict[str, Any]) -> dict[str, Any]:
    """No more invoices are written; those that were stay. Raises `NoneToCome`."""
    plan = work.change(InstallmentPlan, input["id"], what=WHAT)
    if not actor.sees(plan.engagement):
        raise NotFound(f"There is no such {WHAT}.")
    plan.stop(work.now)
    work.changed(plan)
    return _shown(plan)


def write_due(runtime: Runtime) -> int:
    """Writes the invoices whose day has come, in the organisation's zone; how many. Each in a transaction of its own:
    one that is refused, because its number is taken for instance, holds up no other and is tried again."""
    with runtime.read() as work:
        if copies.find_organisation(work) is None:
            return 0
        due = _due(work).with_only_columns(Installment.plan_id, Installment.ordinal)
        found = work.session.execute(due.limit(_AT_ONCE)).all()
    written = 0
    for plan_id, ordinal in found:
        try:
            written += _write(runtime, plan_id, ordinal)
        except Conflict as error:
            log.warning("installment_refused", plan=str(plan_id), ordinal=ordinal, error=error.detail)
    return written


def _due(work: Work) -> Any:
    due = select(Installment).join(InstallmentPlan).join(Engagement, Engagement.id == InstallmentPlan.engagement_id)
    due = due.where(Installment.on <= copies.today(work), Installment.invoice_id.is_(None))
    due = due.where(InstallmentPlan.stopped_at.is_(None), Engagement.deleted.is_(False))
    return due.order_by(Installment.on, Installment.plan_id, Installment.ordinal)


def _write(runtime: Runtime, plan_id: UUID, ordinal: int) -> bool:
    """The plan's lock keeps another worker, and a stop, waiting: an instalment is written once, or not at all."""
    with runtime.work() as work:
        plan = work.session.get_one(InstallmentPlan, plan_id, with_for_update=True, populate_existing=True)
        part = work.session.scalar(_due(work).where(Installment.plan_id == plan_id, Installment.ordinal == ordinal))
        if part is None:
            return False
        by = plan.set_up_by
        actor = Actor(UUID(by["id"]) if by["id"] else None, by["role"], by["name"])
        invoice = add_draft(work, actor, Invoice.draft(plan.engagement_id, part.content()))
        part.invoice_id = invoice.id
        work.changed(plan)
        if plan.send:
            send_draft(work, actor, invoice)
        return True


def _shown(plan: InstallmentPlan) -> dict[str, Any]:
    own = ("id", "created_at", "updated_at", "version", "engagement_id", "description", "currency", "every", "send")
    return {
        **{name: getattr(plan, name) for name in own},
        "total": rounded(plan.total, plan.currency),
        "stopped_at": plan.stopped_at,
        "installments": [
            {
                "ordinal": part.ordinal,
                "on": part.on,
                "amount": rounded(part.amount, plan.currency),
                "invoice_id": part.invoice_id,
            }
            for part in plan.installments
        ],
    }
