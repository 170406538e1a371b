"""Notes: begun, listed, written on, shared, taken back, put in order, deleted, restored."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, false, func, literal_column, or_, select, text, true, update
from sqlalchemy.orm import joinedload

from chassis.paging import page
from chassis.work import Work
from contracts.actor import Actor
from contracts.errors import Invalid, NotFound
from contracts.events.engagements import NoteCreated, NoteDeleted, NoteShared, NoteUnshared, NoteUpdated
from services.engagements.activity.models import Activity
from services.engagements.activity.operations import record
from services.engagements.copies.models import FileCopy
from services.engagements.engagements.access import engagement_for, lock_program, visible_to
from services.engagements.engagements.models import Engagement
from services.engagements.note_templates.operations import body_of
from services.engagements.notes.models import Note, NoteWords
from services.engagements.notes.sanitise import file_ids
from services.engagements.notes.words import words_of
from services.engagements.order import moved
from services.engagements.people.access import client_for, own_id
from services.engagements.people.models import Person
from services.engagements.telling import tell_client

Input = dict[str, Any]
#: A note that saves itself while one types is in the log once in this time.
_QUIET = dt.timedelta(minutes=30)


#: What the index of PostgreSQL is made of.
_VECTOR = "to_tsvector('simple'::regconfig, words)"


def seen_by(actor: Actor) -> ColumnElement[bool]:
    """An admin sees all notes, a coach the shared and the own private ones (C10), a client the shared ones (S2.30)."""
    if actor.is_admin:
        return true()
    return or_(Note.shared, Note.coach_id == actor.id) if actor.role == "coach" else Note.shared.is_(True)


def note_for(work: Work, actor: Actor, note_id: UUID, *, change: bool = False, deleted: bool = False) -> Note:
    """The note of that id, locked if it is to be changed, its engagement before it; `NotFound` also where the actor may
    not see it.

    A deleted one is not there either, unless `deleted` asks for it.
    """
    note = work.get(Note, note_id, what="note")
    _check_seen(actor, note, deleted=deleted)
    if change:
        lock_program(work, note.engagement_id)
        note = work.change(Note, note_id, what="note")
        _check_seen(actor, note, deleted=deleted)  # another may have taken it away meanwhile
    return note


def _check_seen(actor: Actor, note: Note, *, deleted: bool) -> None:
    engagement = note.engagement
    private = not note.shared and not actor.is_admin and note.coach_id != actor.id
    gone = engagement.deleted_at is not None or (note.deleted_at is not None and not deleted)
    if private or gone or not actor.sees(engagement):
        raise NotFound("There is no such note.")


def create(work: Work, actor: Actor, input: Input) -> Note:
    """Begins a note, which is private (S2.29, S2.30), at the top of the list."""
    engagement = engagement_for(work, actor, input["engagement_id"])
    first = work.session.scalar(select(func.min(Note.position)).where(Note.engagement_id == engagement.id))
    note = Note(
        engagement_id=engagement.id, coach_id=engagement.coach_id, title="", body="", words=NoteWords(words=""),
        shared=False, position=0 if first is None else first - 1,
    )  # fmt: skip
    body = input["body"]
    if body is None:
        body = body_of(work, input["template_id"]) if input["template_id"] else ""
    note.write(work.now, {"title": input["title"], "body": body})
    _check_pictures(work, note)
    work.add(note)
    work.publish(NoteCreated, note, note.facts(), actor)
    _log(work, actor, note, "wrote", "wrote the note")
    return note


def list_notes(work: Work, actor: Actor, input: Input) -> dict[str, Any]:
    """The notes of an engagement in their order, with the words and the days that are asked for (S2.25, S2.26)."""
    engagement = engagement_for(work, actor, input["engagement_id"])
    statement = _matching(work, actor, select(Note).where(Note.engagement_id == engagement.id), input)
    return _page(work, statement, input, by=(Note.position, Note.id), descending=False)


def list_of_client(work: Work, actor: Actor, input: Input) -> dict[str, Any]:
    """All notes of all engagements with a client, the last edited first (S2.22)."""
    client = client_for(work, actor, input["id"])
    statement = select(Note).join(Engagement, Note.engagement_id == Engagement.id)
    statement = statement.where(Engagement.client_id == client.id, Engagement.deleted_at.is_(None), visible_to(actor))
    return _page(work, _matching(work, actor, statement, input), input, by=(Note.edited_at, Note.id))


def _matching(work: Work, actor: Actor, statement: Any, input: Input) -> Any:
    statement = statement.where(Note.deleted_at.is_(None), seen_by(actor)).options(joinedload(Note.engagement))
    if input["q"]:
        statement = statement.join(Note.words).where(_holding(work, words_of(input["q"])))
    if "edited_from" in input or "edited_to" in input:
        zone = ZoneInfo(work.session.get_one(Person, own_id(actor)).time_zone)
        if "edited_from" in input:
            statement = statement.where(Note.edited_at >= _midnight(input["edited_from"], zone))
        if "edited_to" in input:
            statement = statement.where(Note.edited_at < _midnight(input["edited_to"] + dt.timedelta(days=1), zone))
    return statement


def _holding(work: Work, words: list[str]) -> ColumnElement[bool]:
    """All of these folded words are there, or words that begin with them; none, if there are no words."""
    if not words:
        return false()
    if work.session.get_bind().dialect.name == "sqlite":
        query = " ".join(f'"{word}"*' for word in words)
        found = text("SELECT rowid FROM note_words_fts WHERE note_words_fts MATCH :query").bindparams(query=query)
        return NoteWords.id.in_(found.columns(NoteWords.id))
    return literal_column(_VECTOR).bool_op("@@")(func.to_tsquery("simple", " & ".join(f"{word}:*" for word in words)))


def _page(work: Work, statement: Any, input: Input, **order: Any) -> dict[str, Any]:
    """A page of notes that show what the reader looks for."""
    found = page(work, statement, input, **order)
    for note in found["items"]:
        note.wanted = tuple(words_of(input["q"]))
    return found


def _midnight(day: dt.date, zone: ZoneInfo) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), zone)


def show(work: Work, actor: Actor, input: Input) -> Note:
    """One note."""
    return note_for(work, actor, input["id"])


def write(work: Work, actor: Actor, input: Input) -> Note:
    """Changes title or body; with If-Match a second tab cannot overwrite what it has not seen."""
    note = note_for(work, actor, input["id"], change=True)
    if note.write(work.now, {name: value for name, value in input.items() if name != "id"}):
        _check_pictures(work, note)
        work.publish(NoteUpdated, note, note.facts(), actor)
        if not _logged_lately(work, actor, note):
            _log(work, actor, note, "edited", "edited the note")
    return note


def share(work: Work, actor: Actor, input: Input) -> Note:
    """Shows it to the client (S2.31), who is told by mail."""
    note = note_for(work, actor, input["id"], change=True)
    note.share(note.engagement.client.portal)
    work.publish(NoteShared, note, note.facts(), actor)
    _show_log(work, note)
    _log(work, actor, note, "shared", "shared the note")
    tell_client(work, actor, note.engagement, key=f"note/{note.id}/{note.version}/shared", kind="note_shared",
                about={"kind": "note", "id": note.id, "version": note.version}, context={})  # fmt: skip
    return note


def unshare(work: Work, actor: Actor, input: Input) -> Note:
    """Takes it and its comments from the portal at once (S2.32, C16)."""
    note = note_for(work, actor, input["id"], change=True)
    note.unshare()
    work.publish(NoteUnshared, note, note.facts(), actor)
    _show_log(work, note)
    _log(work, actor, note, "unshared", "took back the note")
    return note


def delete(work: Work, actor: Actor, input: Input) -> None:
    """Deletes it (S2.33); for 30 days that can be undone."""
    note = note_for(work, actor, input["id"], change=True)
    note.delete(work.now)
    work.publish(NoteDeleted, note, note.facts(), actor)
    _show_log(work, note)
    _log(work, actor, note, "deleted", "deleted the note")


def restore(work: Work, actor: Actor, input: Input) -> Note:
    """Undoes the deletion: it is as it was, shared if it was."""
    note = note_for(work, actor, input["id"], change=True, deleted=True)
    note.restore(work.now)
    work.publish(NoteUpdated, note, note.facts(), actor)
    _show_log(work, note)
    _log(work, actor, note, "restored", "restored the note")
    return note


def put_in_order(work: Work, actor: Actor, input: Input) -> dict[str, Any]:
    """Puts notes that the actor sees in the order of `ids` (S2.36), which may be one page of a long list.

    They take the places that they had among them; all others stay where they are.
    """
    engagement = lock_program(work, engagement_for(work, actor, input["id"]).id)
    seen = select(Note).where(Note.engagement_id == engagement.id, Note.deleted_at.is_(None), seen_by(actor))
    there = {note.id: note for note in work.session.scalars(seen.order_by(Note.position, Note.id))}
    places = [note.position for note in there.values()]
    ids = moved(list(there), input["ids"])
    position = None
    for place, id_ in zip(places, ids, strict=True):
        position = place if position is None else max(place, position + 1)  # two begun at once have the same place
        there[id_].position = position
    return {"ids": ids}


def hand_over(work: Work, engagement: Engagement, *, private: bool) -> None:
    """The shared notes go along to the engagement's new coach, and the private ones if `private` says so (C10)."""
    going = update(Note).where(Note.engagement_id == engagement.id)
    if not private:
        going = going.where(Note.shared)
    work.session.execute(going.values(coach_id=engagement.coach.id))


def _check_pictures(work: Work, note: Note) -> None:
    """Pictures are files of the engagement or the library (C16); one that events have yet to bring is let through."""
    named = select(FileCopy).where(FileCopy.id.in_(file_ids(note.body)))
    if any(file.engagement_id not in (None, note.engagement_id) for file in work.session.scalars(named)):
        wrong = "A picture of another engagement cannot be shown here: upload it again (rule C16)."
        raise Invalid("The input is not valid.", errors={"body": [wrong]})


def note_address(note: Note) -> str:
    """The path of its page in the portal."""
    return f"/engagements/{note.engagement_id}/notes/{note.id}"


def client_sees(note: Note) -> bool:
    """Whether the client may know of it, in the log too (C16)."""
    return note.shared and note.deleted_at is None


def _log(work: Work, actor: Actor, note: Note, verb: str, words: str) -> None:
    record(work, note.engagement_id, actor, kind="note", verb=verb, text=f"{words} {note.title}", target=note.title,
           link=note_address(note), client_sees=client_sees(note))  # fmt: skip


def _show_log(work: Work, note: Note) -> None:
    """What the log says of the note is for the client as long as the note is; titles of before never (C16)."""
    entries = update(Activity).where(Activity.engagement_id == note.engagement_id, Activity.link == note_address(note))
    if client_sees(note):
        entries = entries.where(Activity.target == note.title)
    work.session.execute(entries.values(client_sees=client_sees(note)))


def _logged_lately(work: Work, actor: Actor, note: Note) -> bool:
    lately = select(Activity.id).where(
        Activity.engagement_id == note.engagement_id, Activity.link == note_address(note),
        Activity.actor_id == actor.id, Activity.verb.in_(("wrote", "edited")), Activity.at > work.now - _QUIET,
    )  # fmt: skip
    return work.session.scalars(lately.limit(1)).first() is not None
