"""Who may see which client (rule C22), and finding people."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select, true
from sqlalchemy.exc import IntegrityError

from chassis.work import Work
from contracts.actor import Actor
from contracts.errors import NotFound, Unauthenticated
from services.engagements.engagements.models import Engagement
from services.engagements.people.models import Deactivated, EmailTaken, Person, email_key


def own_id(actor: Actor) -> UUID:
    """The id of the person who acts; `Unauthenticated` for whoever is none."""
    if actor.id is None:
        raise Unauthenticated("Sign in first.")
    return actor.id


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """The clients that a member of staff sees: an admin all, a coach the own ones and those of own engagements."""
    if actor.is_admin:
        return true()
    own = select(Engagement.id).where(
        Engagement.client_id == Person.id, Engagement.coach_id == actor.id, Engagement.deleted_at.is_(None)
    )
    return or_(Person.coach_id == actor.id, own.exists())


def client_for(work: Work, actor: Actor, client_id: UUID, *, change: bool = False) -> Person:
    """The client of that id, locked if it is to be changed; `NotFound` also where the actor may not see it."""
    seen = select(Person.id).where(Person.id == client_id, Person.role == "client", visible_to(actor))
    if work.session.scalar(seen) is None:
        raise NotFound("There is no such client.")
    return (work.change if change else work.get)(Person, client_id, what="client")


def staff_member(work: Work, coach_id: UUID, *, change: bool = False) -> Person:
    """The coach or admin of that id, or `NotFound`."""
    seen = select(Person.id).where(Person.id == coach_id, Person.role != "client")
    if work.session.scalar(seen) is None:
        raise NotFound("There is no such coach.")
    return (work.change if change else work.get)(Person, coach_id, what="coach")


def serving_coach(work: Work, coach_id: UUID) -> Person:
    """The coach or admin of that id, who stays so until the transaction ends; `Deactivated` for one who has left."""
    found = work.session.get(Person, coach_id, with_for_update={"read": True}, populate_existing=True)
    if found is None or found.is_client:
        raise NotFound("There is no such coach.")
    if found.deactivated:
        raise Deactivated(f"{found.name} is deactivated and takes on nobody.")
    return found


@contextmanager
def email_of_one(work: Work, email: str, *, but: UUID | None = None) -> Iterator[None]:
    """`EmailTaken` if another person (than `but`) has that address, without regard to case, or takes it meanwhile."""
    with no_email_twice(work):
        taken = select(Person.id).where(Person.email_key == email_key(email), Person.id != but)
        if work.session.scalar(taken) is not None:
            raise _email_taken()
        yield


@contextmanager
def no_email_twice(work: Work) -> Iterator[None]:
    """`EmailTaken` if an address that is written inside was taken by another transaction at the same time."""
    try:
        yield
        work.session.flush()
    except IntegrityError as error:
        if "email_key" in str(error.orig):
            raise _email_taken() from None
        raise


def _email_taken() -> EmailTaken:
    return EmailTaken("This address belongs to somebody else already.", errors={"email": ["Taken already."]})
