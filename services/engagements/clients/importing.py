"""Import of clients from CSV: good rows land, bad ones come back with their line; nobody is mailed."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from chassis.work import Work
from contracts.actor import Actor
from contracts.events.people import ClientUpdated
from services.engagements.clients.csv_rows import Row, read_rows
from services.engagements.clients.operations import publish_added
from services.engagements.organisation.operations import organisation
from services.engagements.people.access import no_email_twice, own_id, serving_coach, visible_to
from services.engagements.people.models import Person, email_key

Input = dict[str, Any]
CHUNK = 500


def import_clients(work: Work, actor: Actor, input: Input) -> dict[str, Any]:
    """`{created, updated, rejected: [{line, errors}]}`. A row whose address is a client's updates that client: empty
    cells leave what is there. With `preview` it is only said what would happen."""
    rows = list(read_rows(input["content"]))
    known = _known(work, actor, [email_key(row.profile["email"]) for row in rows if not row.errors])
    seen: dict[str, int] = {}
    created: list[Row] = []
    updated: list[tuple[Person, Row]] = []
    rejected = []
    for row in rows:
        errors = row.errors or _clash(row, seen, known)
        if errors:
            rejected.append({"line": row.line, "errors": errors})
            continue
        key = email_key(row.profile["email"])
        seen[key] = row.line
        client = known.get(key)
        if client is None:
            created.append(row)
        else:
            updated.append((client, row))
    if not input["preview"]:
        with no_email_twice(work):
            _create(work, actor, created)
        _update(work, actor, updated)
    return {"created": len(created), "updated": len(updated), "rejected": rejected}


def _known(work: Work, actor: Actor, keys: list[str]) -> dict[str, Person | None]:
    """By address: the client that the actor may change, or None where the address is somebody else's."""
    known: dict[str, Person | None] = {}
    for start in range(0, len(keys), CHUNK):
        chosen = Person.email_key.in_(keys[start : start + CHUNK])
        known |= dict.fromkeys(work.session.scalars(select(Person.email_key).where(chosen)))
        mine = select(Person).where(chosen, Person.role == "client", Person.erased_at.is_(None), visible_to(actor))
        known |= {client.email_key: client for client in work.session.scalars(mine)}
    return known


def _clash(row: Row, seen: dict[str, int], known: dict[str, Person | None]) -> dict[str, list[str]]:
    key = email_key(row.profile["email"])
    if key in seen:
        return {"email": [f"The same address is in line {seen[key]}."]}
    if key in known and known[key] is None:
        return {"email": ["Taken already."]}
    return {}


def _create(work: Work, actor: Actor, rows: list[Row]) -> None:
    coach = serving_coach(work, own_id(actor)) if actor.role == "coach" else None
    zone = organisation(work).time_zone
    for row in rows:
        publish_added(work, Person.client(coach=coach, **{"time_zone": zone, **row.profile}), actor)


def _update(work: Work, actor: Actor, found: list[tuple[Person, Row]]) -> None:
    for client, row in sorted(found, key=lambda pair: pair[0].id):  # in one order, so that two imports cannot deadlock
        locked = work.change(Person, client.id, what="client")
        if locked.describe({name: value for name, value in row.profile.items() if name != "email"}):
            work.publish(ClientUpdated, locked, locked.client_facts(), actor)
