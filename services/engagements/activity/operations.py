"""The activity log: written in the transaction of what it tells of, read newest first."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from sqlalchemy import select

from chassis.paging import page
from chassis.work import Work
from contracts.actor import SYSTEM, Actor
from services.engagements.activity.models import Activity
from services.engagements.engagements.access import engagement_for
from services.engagements.notes.models import Note
from services.engagements.people.models import Person

Input = dict[str, Any]


def record(
    work: Work,
    engagement_id: UUID,
    actor: Actor,
    *,
    kind: str,
    verb: str,
    text: str,
    target: str,
    link: str,
    detail: str | None = None,
    client_sees: bool = True,
    at: dt.datetime | None = None,
) -> None:
    """Writes one entry. `text` goes on from the actor's name and holds `target`, the words that are linked to `link`;
    `detail` is a second line that the client does not see; `at` is now if left out."""
    work.add(
        Activity(
            engagement_id=engagement_id, at=at or work.now, actor_id=actor.id, actor_role=actor.role, kind=kind,
            verb=verb, text=text, target=target, link=link, detail=detail, client_sees=client_sees,
        )
    )  # fmt: skip


def list_activity(work: Work, actor: Actor, input: Input) -> dict[str, Any]:
    """The entries of an engagement, newest first; a client sees only what it may."""
    engagement = engagement_for(work, actor, input["id"])
    statement = select(Activity).where(Activity.engagement_id == engagement.id)
    if not actor.is_staff:
        statement = statement.where(Activity.client_sees)
    if actor.role == "coach" and (hidden := _notes_out_of_sight(work, actor, engagement.id)):
        statement = statement.where(Activity.link.not_in(hidden))
    if "kind" in input:
        statement = statement.where(Activity.kind == input["kind"])
    if "link" in input:
        statement = statement.where(Activity.link == input["link"])
    if "by" in input:
        roles = ("client",) if input["by"] == "client" else ("coach", "admin")
        statement = statement.where(Activity.actor_role.in_(roles))
    found = page(work, statement, input, by=(Activity.at, Activity.id))
    names = _names(work, [entry.actor_id for entry in found["items"]])
    return found | {"items": [_shown(entry, names, detailed=actor.is_staff) for entry in found["items"]]}


def _notes_out_of_sight(work: Work, actor: Actor, engagement_id: UUID) -> list[str]:
    """The pages of private notes of a coach before this one, which did not go along: nor do their titles (C10)."""
    hidden = select(Note.id).where(
        Note.engagement_id == engagement_id, Note.shared.is_(False), Note.coach_id != actor.id
    )
    return [f"/engagements/{engagement_id}/notes/{id_}" for id_ in work.session.scalars(hidden)]


def _names(work: Work, ids: list[UUID | None]) -> dict[UUID | None, str]:
    rows = work.session.execute(select(Person.id, Person.name).where(Person.id.in_({id for id in ids if id})))
    return {row.id: row.name for row in rows}


def _shown(entry: Activity, names: dict[UUID | None, str], *, detailed: bool) -> dict[str, Any]:
    return {
        "id": entry.id,
        "at": entry.at,
        "actor": {
            "id": entry.actor_id,
            "name": names.get(entry.actor_id, SYSTEM.name),
            "role": entry.actor_role,
        },
        "kind": entry.kind,
        "verb": entry.verb,
        "text": entry.text,
        "target": entry.target,
        "link": entry.link,
        "detail": entry.detail if detailed else None,
    }
