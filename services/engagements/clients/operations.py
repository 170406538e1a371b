"""Clients: added, found, changed, switched off and on. Rows and portal states are those of `people.models.Person`."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from chassis.paging import page
from chassis.work import Work
from contracts.actor import Actor
from contracts.errors import Forbidden
from contracts.events.people import ClientAdded, ClientDisabled, ClientEnabled, ClientUpdated
from services.engagements.activity.operations import record
from services.engagements.engagements.models import Engagement
from services.engagements.invitations.operations import revoke_links
from services.engagements.organisation.operations import organisation
from services.engagements.people.access import client_for, email_of_one, own_id, serving_coach, visible_to
from services.engagements.people.models import Person
from services.engagements.sign_ins.operations import revoke_sign_ins

Input = dict[str, Any]


def add(work: Work, actor: Actor, input: Input) -> Person:
    """Adds a client as an Internal Record (S1.1). Nobody is mailed.

    A coach adds own clients only (C22); an admin names the coach, or none.
    """
    profile = {name: value for name, value in input.items() if name != "coach_id"}
    coach_id = input.get("coach_id")
    if actor.role == "coach":
        if coach_id not in (None, own_id(actor)):
            raise Forbidden("A coach adds clients of their own only; an admin adds them for others.", rule="C22")
        coach_id = own_id(actor)
    coach = serving_coach(work, coach_id) if coach_id else None
    zone = {"time_zone": organisation(work).time_zone}
    with email_of_one(work, input["email"]):
        return publish_added(work, Person.client(coach=coach, **zone | profile), actor)


def publish_added(work: Work, client: Person, actor: Actor) -> Person:
    """Adds the row and tells of it."""
    work.add(client)
    work.publish(ClientAdded, client, client.client_facts(), actor)
    return client


def list_clients(work: Work, actor: Actor, input: Input) -> dict[str, Any]:
    """The clients that the actor may see, by name, with the filters that are given; none that was erased."""
    there = (Person.role == "client", Person.erased_at.is_(None), visible_to(actor))
    statement = select(Person).options(selectinload(Person.coach)).where(*there)
    if "portal" in input:
        statement = statement.where(Person.portal == input["portal"])
    if "coach_id" in input:
        statement = statement.where(Person.coach_id == input["coach_id"])
    if input["q"]:
        statement = statement.where(Person.search.contains(input["q"].lower(), autoescape=True))
    return page(work, statement, input, by=(Person.search, Person.id), descending=False)


def show(work: Work, actor: Actor, input: Input) -> Person:
    """One client."""
    return client_for(work, actor, input["id"])


def update(work: Work, actor: Actor, input: Input) -> Person:
    """Changes a client. A new address ends the links that were mailed to the old one."""
    client = client_for(work, actor, input["id"], change=True)
    changes = {name: value for name, value in input.items() if name not in ("id", "coach_id")}
    if input.get("coach_id", client.coach_id) != client.coach_id:
        changes["coach"] = serving_coach(work, input["coach_id"]) if input["coach_id"] else None
    if input.get("email", client.email) != client.email:
        revoke_links(work, client)
    with email_of_one(work, input.get("email", client.email), but=client.id):
        if client.describe(changes):
            work.publish(ClientUpdated, client, client.client_facts(), actor)
    return client


def disable(work: Work, actor: Actor, input: Input) -> Person:
    """Switches the portal access off; every session ends at once."""
    client = client_for(work, actor, input["id"], change=True)
    client.disable()
    revoke_sign_ins(work, client)
    revoke_links(work, client)
    work.publish(ClientDisabled, client, client.client_facts(), actor)
    _log(work, client, actor, "disabled", f"switched off the portal access of {client.name}")
    return client


def enable(work: Work, actor: Actor, input: Input) -> Person:
    """Switches the portal access on again."""
    client = client_for(work, actor, input["id"], change=True)
    client.enable()
    work.publish(ClientEnabled, client, client.client_facts(), actor)
    _log(work, client, actor, "enabled", f"switched on the portal access of {client.name}")
    return client


def _log(work: Work, client: Person, actor: Actor, verb: str, text: str) -> None:
    """An entry in each engagement of the client that is not over."""
    running = select(Engagement.id).where(
        Engagement.client_id == client.id, Engagement.status != "completed", Engagement.deleted_at.is_(None)
    )
    for engagement_id in work.session.scalars(running):
        record(
            work, engagement_id, actor, kind="client", verb=verb, text=text, target=client.name,
            link=f"/clients/{client.id}", client_sees=False,
        )  # fmt: skip
