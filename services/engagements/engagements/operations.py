"""Engagements: enrolled, listed, changed, assigned, completed, reopened, deleted, restored."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import aliased, joinedload

from chassis.paging import page
from chassis.work import Work
from contracts.actor import Actor
from contracts.errors import Invalid
from contracts.events.engagements import (
    EngagementAssigned,
    EngagementCompleted,
    EngagementCreated,
    EngagementDeleted,
    EngagementReopened,
    EngagementRestored,
    EngagementUpdated,
)
from contracts.events.people import ClientUpdated
from services.engagements.activity.operations import record
from services.engagements.copies.models import UNPAID, InvoiceCopy, SessionCopy
from services.engagements.engagements.access import engagement_for, visible_to
from services.engagements.engagements.models import Engagement
from services.engagements.engagements.progress import Progress, progress_of
from services.engagements.items.operations import copy_program
from services.engagements.notes.operations import hand_over
from services.engagements.organisation.operations import organisation
from services.engagements.people.access import client_for, own_id, serving_coach
from services.engagements.people.models import Person
from services.engagements.programs.models import ProgramItem
from services.engagements.programs.operations import program_for

Input = dict[str, Any]


def create(work: Work, actor: Actor, input: Input) -> dict[str, Any]:
    """Enrols a client in a program, which is copied (C11), or under a name of its own. Nobody is mailed (C5)."""
    client = _staying(work, client_for(work, actor, input["client_id"]))
    name, total = input["program_name"], input["sessions_total"]
    items: list[ProgramItem] = []
    if input["program_id"] is not None:
        program = program_for(work, input["program_id"])
        name = name or program.name
        total = program.sessions_total if total is None else total
        items = program.items
    if name is None:
        needed = "Needed where no program is chosen."
        raise Invalid("The input is not valid.", errors={"program_name": [needed]})
    own = own_id(actor) if actor.role == "coach" else client.coach_id or own_id(actor)
    coach = serving_coach(work, input["coach_id"] or own)
    engagement = Engagement(client=client, coach=coach, program_id=input["program_id"], status="not_started")
    dates = {"start_date": input["start_date"], "end_date": input["end_date"]}
    engagement.describe({"program_name": name, "sessions_total": total or 0, **dates})
    work.add(engagement)
    work.publish(EngagementCreated, engagement, engagement.facts(), actor)
    copy_program(work, actor, engagement, items)
    _log(work, engagement, actor, "enrolled", f"enrolled {client.name} in {engagement.program_name}")
    return _shown(work, engagement)


def show(work: Work, actor: Actor, input: Input) -> dict[str, Any]:
    """One engagement with its parties and its progress."""
    return _shown(work, engagement_for(work, actor, input["id"]))


def list_engagements(work: Work, actor: Actor, input: Input) -> dict[str, Any]:
    """The engagements that the actor may see, newest first, with the filters that are given."""
    statement = _listed(actor)
    for name in ("status", "coach_id", "client_id"):
        if name in input:
            statement = statement.where(getattr(Engagement, name) == input[name])
    if input["quiet"]:
        statement = statement.where(_quiet(work))
    if input["q"]:
        client, words = aliased(Person), input["q"].lower()
        statement = statement.join(client, Engagement.client_id == client.id).where(
            or_(Engagement.search.contains(words, autoescape=True), client.search.contains(words, autoescape=True))
        )
    return _page(work, statement, input)


def _quiet(work: Work) -> ColumnElement[bool]:
    """It runs, is as old as that, and has neither had a session lately nor one to come."""
    since = work.now - dt.timedelta(weeks=organisation(work).quiet_after_weeks)
    session = exists().where(
        SessionCopy.engagement_id == Engagement.id, SessionCopy.starts_at > since, SessionCopy.state != "cancelled"
    )
    return and_(Engagement.status != "completed", Engagement.created_at <= since, ~session)


def list_of_client(work: Work, actor: Actor, input: Input) -> dict[str, Any]:
    """The engagements of one client that the actor may see (S2.2)."""
    client = client_for(work, actor, input["id"])
    return _page(work, _listed(actor).where(Engagement.client_id == client.id), input)


def update(work: Work, actor: Actor, input: Input) -> dict[str, Any]:
    """Changes name, planned sessions or dates."""
    engagement = engagement_for(work, actor, input["id"], change=True)
    if different := engagement.describe({name: value for name, value in input.items() if name != "id"}):
        work.publish(EngagementUpdated, engagement, engagement.facts(), actor)
        words = {"program_name": "name", "start_date": "start", "end_date": "end", "sessions_total": "planned sessions"}
        changed = " and ".join(word for name, word in words.items() if name in different)
        _log(work, engagement, actor, "changed", f"changed the {changed} of {engagement.program_name}")
    return _shown(work, engagement)


def assign(work: Work, actor: Actor, input: Input) -> dict[str, Any]:
    """Another coach takes over (C10): both are told, and the one before sees nothing of it from now on.

    A client whose own coach was the one before goes along, unless another engagement ties the two together.
    """
    engagement = engagement_for(work, actor, input["id"], change=True)
    previous = engagement.coach
    engagement.assign(serving_coach(work, input["coach_id"]))
    along = input["include_private_notes"]
    changes = {"previous_coach_id": previous.id, "include_private_notes": along}
    work.publish(EngagementAssigned, engagement, engagement.facts() | changes, actor)
    _hand_over_client(work, engagement, previous, actor)
    hand_over(work, engagement, private=along)
    work.request(
        key=f"engagement/{engagement.id}/{engagement.version}/assigned",
        kind="coach_changed",
        recipients=[
            {"person_id": coach.id, "email": coach.email, "name": coach.name} for coach in (previous, engagement.coach)
        ],
        about={"kind": "engagement", "id": engagement.id, "version": engagement.version},
        trigger={"origin": "staff", "person_id": actor.id},
        engagement_id=engagement.id,
        context={"previous_coach_name": previous.name, "new_coach_name": engagement.coach.name},
    )
    _log(
        work,
        engagement,
        actor,
        "assigned",
        f"assigned {engagement.program_name} from {previous.name} to {engagement.coach.name}",
        detail="The private notes go along." if along else "The private notes do not go along.",
    )
    return _shown(work, engagement)


def complete(work: Work, actor: Actor, input: Input) -> dict[str, Any]:
    """Completes it by hand, also early, with a reason (C8, S2.101)."""
    engagement = engagement_for(work, actor, input["id"], change=True)
    progress = progress_for(work, [engagement])[engagement.id]
    engagement.complete(work.now, progress, input["reason"])
    publish_completed(work, engagement, actor)
    _log(work, engagement, actor, "completed", f"completed {engagement.program_name}", detail=input["reason"])
    return _shown(work, engagement)


def reopen(work: Work, actor: Actor, input: Input) -> dict[str, Any]:
    """Takes a completed engagement up again (C8)."""
    engagement = engagement_for(work, actor, input["id"], change=True)
    engagement.reopen()
    work.publish(EngagementReopened, engagement, engagement.facts(), actor)
    _log(work, engagement, actor, "reopened", f"reopened {engagement.program_name}")
    return _shown(work, engagement)


def delete(work: Work, actor: Actor, input: Input) -> None:
    """Deletes it for 30 days (C9)."""
    engagement = engagement_for(work, actor, input["id"], change=True)
    engagement.delete(work.now, _unpaid_invoices(work, engagement))
    work.publish(EngagementDeleted, engagement, engagement.facts(), actor)
    _log(work, engagement, actor, "deleted", f"deleted {engagement.program_name}", client_sees=False)


def restore(work: Work, actor: Actor, input: Input) -> dict[str, Any]:
    """Undoes the deletion, within 30 days (C9)."""
    engagement = engagement_for(work, actor, input["id"], change=True, deleted=True)
    engagement.client.must_not_be_erased()
    engagement.restore(work.now)
    work.publish(EngagementRestored, engagement, engagement.facts(), actor)
    _log(work, engagement, actor, "restored", f"restored {engagement.program_name}", client_sees=False)
    return _shown(work, engagement)


def publish_completed(work: Work, engagement: Engagement, actor: Actor) -> None:
    """Tells that the engagement was completed."""
    data = engagement.facts() | {"sessions_unused": engagement.sessions_unused}
    work.publish(EngagementCompleted, engagement, data, actor)


def progress_for(work: Work, engagements: Iterable[Engagement]) -> dict[UUID, Progress]:
    """The progress of each, by the copies of its sessions (C7)."""
    totals = {engagement.id: engagement.sessions_total for engagement in engagements}
    states = defaultdict(list)
    rows = select(SessionCopy.engagement_id, SessionCopy.state).where(SessionCopy.engagement_id.in_(totals))
    for engagement_id, state in work.session.execute(rows):
        states[engagement_id].append(state)
    no_show_counts = organisation(work).no_show_counts
    return {id_: progress_of(states[id_], total, no_show_counts=no_show_counts) for id_, total in totals.items()}


def _staying(work: Work, client: Person) -> Person:
    """The client, who is not erased before the transaction ends; raises `Erased`."""
    locked = work.session.get_one(Person, client.id, with_for_update={"read": True}, populate_existing=True)
    locked.must_not_be_erased()
    return locked


def _unpaid_invoices(work: Work, engagement: Engagement) -> list[str]:
    unpaid = select(InvoiceCopy).where(InvoiceCopy.engagement_id == engagement.id, InvoiceCopy.state.in_(UNPAID))
    return sorted(invoice.number or "without a number" for invoice in work.session.scalars(unpaid))


def _hand_over_client(work: Work, engagement: Engagement, previous: Person, actor: Actor) -> None:
    work.session.flush()
    client = work.session.get(Person, engagement.client_id, with_for_update=True, populate_existing=True)
    tied = select(Engagement.id).where(
        Engagement.client_id == engagement.client_id,
        Engagement.coach_id == previous.id,
        Engagement.deleted_at.is_(None),
    )
    if client is not None and client.coach_id == previous.id and work.session.scalar(tied) is None:
        client.describe({"coach": engagement.coach})
        work.publish(ClientUpdated, client, client.client_facts(), actor)


def _listed(actor: Actor) -> Any:
    loaded = (joinedload(Engagement.client), joinedload(Engagement.coach))
    return select(Engagement).options(*loaded).where(visible_to(actor), Engagement.deleted_at.is_(None))


def _page(work: Work, statement: Any, input: Input) -> dict[str, Any]:
    found = page(work, statement, input, by=(Engagement.created_at, Engagement.id))
    progress = progress_for(work, found["items"])
    return found | {"items": [_view(engagement, progress[engagement.id]) for engagement in found["items"]]}


def _shown(work: Work, engagement: Engagement) -> dict[str, Any]:
    work.session.flush()
    return _view(engagement, progress_for(work, [engagement])[engagement.id])


_FIELDS = (
    "id", "created_at", "updated_at", "version", "client", "coach", "program_id", "program_name", "sessions_total",
    "start_date", "end_date", "status", "completed_at", "ended_reason", "sessions_unused",
)  # fmt: skip


def _view(engagement: Engagement, progress: Progress) -> dict[str, Any]:
    return {name: getattr(engagement, name) for name in _FIELDS} | {"progress": progress}


def _log(
    work: Work,
    engagement: Engagement,
    actor: Actor,
    verb: str,
    text: str,
    *,
    detail: str | None = None,
    client_sees: bool = True,
) -> None:
    record(
        work, engagement.id, actor, kind="engagement", verb=verb, text=text, target=engagement.program_name,
        link=f"/engagements/{engagement.id}", detail=detail, client_sees=client_sees,
    )  # fmt: skip
