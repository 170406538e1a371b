"""Note templates: written, listed, changed, deleted. No other service knows them, so they are no events."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select

from chassis.paging import page
from chassis.work import Work
from contracts.actor import Actor
from services.engagements.note_templates.models import NoteTemplate

Input = dict[str, Any]
_WHAT = "note template"


def create(work: Work, actor: Actor, input: Input) -> NoteTemplate:
    """Writes a template."""
    template = NoteTemplate()
    template.write(input)
    work.add(template)
    template.version = 1
    return template


def list_all(work: Work, actor: Actor, input: Input) -> dict[str, Any]:
    """The templates by title."""
    return page(work, select(NoteTemplate), input, by=(NoteTemplate.title, NoteTemplate.id), descending=False)


def show(work: Work, actor: Actor, input: Input) -> NoteTemplate:
    """One template."""
    return work.get(NoteTemplate, input["id"], what=_WHAT)


def update(work: Work, actor: Actor, input: Input) -> NoteTemplate:
    """Changes it; notes that began with it stay as they are."""
    template = work.change(NoteTemplate, input["id"], what=_WHAT)
    template.write(input)
    template.version += 1
    template.updated_at = work.now
    return template


def delete(work: Work, actor: Actor, input: Input) -> None:
    """Deletes it."""
    work.session.delete(work.change(NoteTemplate, input["id"], what=_WHAT))


def body_of(work: Work, template_id: UUID) -> str:
    """What a note with that template begins with; `NotFound` if there is no such template."""
    return work.get(NoteTemplate, template_id, what=_WHAT).body
