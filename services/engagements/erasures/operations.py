"""Exports and erases a client (rule C24): this service's own part at once, the others' as they hear of it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import delete, select

from chassis.inbox import forget_failed
from chassis.work import Work
from contracts.actor import Actor
from contracts.envelope import Event
from contracts.errors import NotFound
from contracts.events.engagements import EngagementDeleted
from contracts.events.people import ClientErased
from services.engagements.base import Base
from services.engagements.copies.models import UNPAID, InvoiceCopy
from services.engagements.engagements.models import Engagement
from services.engagements.erasures.models import ClientExport, Erasure, NotErasable
from services.engagements.erasures.removing import forget_elsewhere, remove_content
from services.engagements.invitations.models import AccountLink
from services.engagements.people.access import client_for
from services.engagements.people.models import Person
from services.engagements.programs.models import Program
from services.engagements.sign_ins.operations import revoke_sign_ins

Input = dict[str, Any]


def request_export(work: Work, actor: Actor, input: Input) -> ClientExport:
    """Writes down that the admin asked for all that is held on the client; a second time renews it."""
    client = client_for(work, actor, input["id"], change=True)
    client.must_not_be_erased()
    asked = {"asked_by": actor.id, "asked_at": work.now}
    return work.session.merge(ClientExport(client_id=client.id, **asked))


def show_export(work: Work, actor: Actor, input: Input) -> ClientExport:
    """When an export was asked for the last time."""
    found = work.session.get(ClientExport, input["id"])
    if found is None:
        raise NotFound("No export of this client was asked for.")
    return found


def erase(work: Work, actor: Actor, input: Input) -> Erasure:
    """Erases the client here and tells the other services to (C24). There is no way back.

    Refused while an engagement is not completed or a sent invoice is not paid. What was paid a moment ago may yet have
    to be heard of.
    """
    engagements = _locked_engagements(work, client_for(work, actor, input["id"]))
    client = work.change(Person, input["id"], what="client")
    client.must_not_be_erased()
    _must_be_over(work, client, engagements)
    address, name = client.email, client.name
    client.erase(work.now)
    for engagement in engagements:
        program = work.session.get(Program, engagement.program_id) if engagement.program_id else None
        engagement.erase(work.now, program.name if program else None)
        work.publish(EngagementDeleted, engagement, engagement.facts(), actor)
    work.session.flush()
    revoke_sign_ins(work, client)
    work.session.execute(delete(AccountLink).where(AccountLink.person_id == client.id))
    work.session.execute(delete(ClientExport).where(ClientExport.client_id == client.id))
    remove_content(work, [engagement.id for engagement in engagements])
    forget_elsewhere(work, address, name, client.email)
    named = [address, str(client.id), *(str(engagement.id) for engagement in engagements)]
    forget_failed(work, Base.metadata, named)
    work.publish(ClientErased, client, client.client_facts(), actor)
    erasure = work.add(Erasure.of(client.id, actor.id, work.now))
    erasure.settle("engagements", work.now)
    work.session.flush()
    return erasure


def show_erasure(work: Work, actor: Actor, input: Input) -> Erasure:
    """How far the erasure of the client is."""
    found = _erasure_of(work, input["id"])
    if found is None:
        raise NotFound("No erasure of this client was asked for.")
    return found


def settled(work: Work, event: Event) -> None:
    """A service has done its part. All that it had told before is here by now: what that left goes too."""
    erasure = _erasure_of(work, event.subject_id, change=True)
    if erasure is not None:
        erasure.settle(event.type.split(".")[0], work.now)
        remove_content(work, list(work.session.scalars(_ids_of(event.subject_id))))


def is_over(work: Work, event: Event) -> bool:
    """Whether it comes late: about an engagement whose client is erased."""
    engagement = work.session.get(Engagement, event.data["engagement_id"]) if event.data["engagement_id"] else None
    return engagement is not None and engagement.client.erased_at is not None


def _erasure_of(work: Work, client_id: UUID, *, change: bool = False) -> Erasure | None:
    found = select(Erasure).where(Erasure.client_id == client_id)
    return work.session.scalar(found.with_for_update() if change else found)


def _ids_of(client_id: UUID) -> Any:
    return select(Engagement.id).where(Engagement.client_id == client_id)


def _locked_engagements(work: Work, client: Person) -> list[Engagement]:
    """All engagements of the client, deleted ones too; whoever locks client and engagement locks this one first."""
    there = select(Engagement).where(Engagement.client_id == client.id).order_by(Engagement.id)
    return list(work.session.scalars(there.with_for_update().execution_options(populate_existing=True)))


def _must_be_over(work: Work, client: Person, engagements: list[Engagement]) -> None:
    """Raises `NotErasable`, which names what goes on or is owed."""
    open_ones = [one.program_name for one in engagements if one.status != "completed" and one.deleted_at is None]
    if open_ones:
        raise NotErasable(
            f"{client.name} has engagements that are not completed: {', '.join(open_ones)}. Complete or delete them "
            "first.",
            rule="C24",
        )
    unpaid = select(InvoiceCopy).where(InvoiceCopy.engagement_id.in_(_ids_of(client.id)), InvoiceCopy.state.in_(UNPAID))
    if numbers := sorted(invoice.number or "without a number" for invoice in work.session.scalars(unpaid)):
        raise NotErasable(
            f"{client.name} has unpaid invoices: {', '.join(numbers)}. They must be paid or voided first.",
            rule="C24",
            awaited=True,
        )
