"""Kinds of mail that somebody has switched off, and on again. The gate asks `is_switched_off` (C2)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import delete, select

from chassis.work import Work
from contracts.actor import Actor
from contracts.errors import Invalid, Unauthenticated
from services.notifications.preferences.models import SwitchedOff

#: What each role can do without: news that stand in the portal anyway, in the order in which they are shown.
KINDS = {
    "client": ("note_shared", "goal_created", "assignment_shared", "resource_shared", "comment_added"),
    "coach": ("resource_shared",),
    "admin": ("resource_shared",),
}


def show(work: Work, actor: Actor, input: dict[str, Any]) -> dict[str, Any]:
    """The kinds that the actor can switch, and whether each is on."""
    person_id = _person(actor)
    off = set(work.session.scalars(select(SwitchedOff.kind).where(SwitchedOff.person_id == person_id)))
    return {"kinds": [{"kind": kind, "on": kind not in off} for kind in KINDS[actor.role]]}


def update(work: Work, actor: Actor, input: dict[str, Any]) -> dict[str, Any]:
    """Switches the kinds that are named; the others stay as they are. `Invalid` for one that is not for the actor."""
    person_id = _person(actor)
    for each in input["kinds"]:
        if each["kind"] not in KINDS[actor.role]:
            raise Invalid("The input is not valid.", errors={"kinds": [f"{each['kind']} cannot be switched off."]})
        there = SwitchedOff.person_id == person_id, SwitchedOff.kind == each["kind"]
        work.session.execute(delete(SwitchedOff).where(*there))
        if not each["on"]:
            work.session.add(SwitchedOff(person_id=person_id, kind=each["kind"]))
        work.session.flush()
    return show(work, actor, input)


def is_switched_off(work: Work, person_id: UUID | None, kind: str) -> bool:
    """Whether that person does without mails of that kind."""
    return person_id is not None and work.session.get(SwitchedOff, (person_id, kind)) is not None


def _person(actor: Actor) -> UUID:
    if actor.id is None:
        raise Unauthenticated("Sign in first.")
    return actor.id
