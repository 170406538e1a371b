"""Staff, and what each person may change of itself."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from chassis.paging import page
from chassis.work import Work
from contracts.actor import Actor
from contracts.errors import Conflict
from contracts.events.people import ClientUpdated, CoachAdded, CoachDeactivated, CoachUpdated
from services.engagements.engagements.models import Engagement
from services.engagements.invitations.operations import invite_staff, revoke_links
from services.engagements.organisation.operations import organisation
from services.engagements.people.access import email_of_one, own_id, staff_member
from services.engagements.people.models import Person
from services.engagements.sign_ins.operations import revoke_sign_ins

Input = dict[str, Any]


class OpenEngagements(Conflict):
    """The coach still has engagements that are not completed."""


class LastAdmin(Conflict):
    """Somebody has to be admin."""


def me(work: Work, actor: Actor, input: Input) -> Person:
    """The own person."""
    return work.get(Person, own_id(actor), what="person")


def update_me(work: Work, actor: Actor, input: Input) -> Person:
    """Changes one's own name, zone or language."""
    person = work.change(Person, own_id(actor), what="person")
    if person.describe(input):
        if person.is_client:
            work.publish(ClientUpdated, person, person.client_facts(), actor)
        else:
            work.publish(CoachUpdated, person, person.coach_facts(), actor)
    return person


def add_coach(work: Work, actor: Actor, input: Input) -> Person:
    """Adds a coach or an admin and mails the invitation to set a password."""
    zone = {"time_zone": organisation(work).time_zone}
    with email_of_one(work, input["email"]):
        person = work.add(Person.staff(**zone | input))
        work.publish(CoachAdded, person, person.coach_facts(), actor)
    invite_staff(work, person, actor)
    return person


def invite_coach(work: Work, actor: Actor, input: Input) -> Person:
    """Mails a new invitation to who has not set a password yet; the earlier one works no more."""
    person = staff_member(work, input["id"], change=True)
    invite_staff(work, person, actor)
    return person


def list_coaches(work: Work, actor: Actor, input: Input) -> dict[str, Any]:
    """Staff by name, those who have left among them."""
    statement = select(Person).where(Person.role != "client")
    if input["q"]:
        statement = statement.where(Person.search.contains(input["q"].lower(), autoescape=True))
    return page(work, statement, input, by=(Person.search, Person.id), descending=False)


def get_coach(work: Work, actor: Actor, input: Input) -> Person:
    """One member of staff."""
    return staff_member(work, input["id"])


def update_coach(work: Work, actor: Actor, input: Input) -> Person:
    """Changes a member of staff. A new address ends the links that were mailed to the old one."""
    person = staff_member(work, input["id"], change=True)
    if input.get("role", person.role) != "admin":
        _keep_an_admin(work, person)
    if input.get("email", person.email) != person.email:
        revoke_links(work, person)
    with email_of_one(work, input.get("email", person.email), but=person.id):
        if person.describe({name: value for name, value in input.items() if name != "id"}):
            work.publish(CoachUpdated, person, person.coach_facts(), actor)
    return person


def deactivate_coach(work: Work, actor: Actor, input: Input) -> Person:
    """Ends a member of staff's access; refused while open engagements are theirs."""
    person = staff_member(work, input["id"], change=True)
    _keep_an_admin(work, person)
    open_ones = work.session.scalars(
        select(Engagement).where(
            Engagement.coach_id == person.id, Engagement.status != "completed", Engagement.deleted_at.is_(None)
        )
    ).all()
    if open_ones:
        raise OpenEngagements(
            f"{person.name} still coaches {len(open_ones)} open engagements. Assign them to somebody else first."
            if len(open_ones) > 1
            else f"{person.name} still coaches {open_ones[0].program_name}. Assign it to somebody else first."
        )
    person.deactivate()
    revoke_sign_ins(work, person)
    revoke_links(work, person)
    work.publish(CoachDeactivated, person, person.coach_facts(), actor)
    return person


def _keep_an_admin(work: Work, person: Person) -> None:
    """`LastAdmin` if without this one there would be none who can sign in."""
    if person.role != "admin" or person.deactivated:
        return
    # All admins are locked, so that two who deactivate each other at the same time cannot both succeed.
    admins = work.session.scalars(select(Person).where(Person.role == "admin").order_by(Person.id).with_for_update())
    if not any(admin.may_sign_in for admin in admins if admin.id != person.id):
        raise LastAdmin(f"{person.name} is the last admin.")
