"""Note templates: written, listed, changed, deleted. No other service knows them, so they are no events."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select

from chassis.paging import page
from chassis.work import Work
from contracts.actor import Actor
from contracts.errors import NotFound
from services.engagements.note_templates.models import NoteTemplate

Input = dict[str, Any]


def create(work: Work, actor: Actor, input: Input) -> NoteTemplate:
    """Writes a template."""
    template = NoteTemplate()
    template.write(input)
    work.add(template)
    template.version = 1
    return template


def list_all(work: Work, actor: Actor, input: Input) -> dict[str, Any]:
    """The templates by title."""
    there = select(NoteTemplate).where(NoteTemplate.deleted_at.is_(None))
    return page(work, there, input, by=(NoteTemplate.title, NoteTemplate.id), descending=False)


def show(work: Work, actor: Actor, input: Input) -> NoteTemplate:
    """One template."""
    return _template(work, input["id"])


def update(work: Work, actor: Actor, input: Input) -> NoteTemplate:
    """Changes it; notes that began with it stay as they are."""
    template = _template(work, input["id"], change=True)
    template.write(input)
    return _changed(work, template)


def delete(work: Work, actor: Actor, input: Input) -> None:
    """Deletes it; for 30 days that can be undone."""
    template = _template(work, input["id"], change=True)
    template.delete(work.now)
    _changed(work, template)


def restore(work: Work, actor: Actor, input: Input) -> NoteTemplate:
    """Undoes the deletion."""
    template = work.change(NoteTemplate, input["id"], what=NoteTemplate.what)
    template.restore(work.now)
    return _changed(work, template)


def body_of(work: Work, template_id: UUID) -> str:
    """What a note with that template begins with; `NotFound` if there is no such template."""
    return _template(work, template_id).body


def _template(work: Work, id: UUID, *, change: bool = False) -> NoteTemplate:
    """The template of that id, locked if it is to be changed; `NotFound` if it is deleted."""
    find = work.change if change else work.get
    template = find(NoteTemplate, id, what=NoteTemplate.what)
    if template.deleted_at is not None:
        raise NotFound("There is no such note template.")
    return template


def _changed(work: Work, template: NoteTemplate) -> NoteTemplate:
    work.changed(template)
    return template
