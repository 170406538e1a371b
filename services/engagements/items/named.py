"""What items name of others' objects: forms, files, goals, invoices."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select

from chassis.work import Work
from services.engagements.copies.models import FileCopy, FormCopy, InvoiceCopy
from services.engagements.goals.models import Goal
from services.engagements.items.content import ItemContent

_NOWHERE = "There is no such thing here."


def unknown_names(
    work: Work,
    content: ItemContent,
    *,
    engagement_id: UUID | None = None,
    goal_id: UUID | None = None,
    invoice_id: UUID | None = None,
    known: Collection[UUID] = (),
) -> dict[str, list[str]]:
    """Errors by field for what is not there, or belongs to another engagement; without one, only what all share is.

    Forms and files that are `known` stood there before: they may be gone by now.
    """
    form = work.session.get(FormCopy, content.form_id) if content.form_id else None
    goal = work.session.get(Goal, goal_id) if goal_id else None
    invoice = work.session.get(InvoiceCopy, invoice_id) if invoice_id else None
    files = [id_ for id_ in content.file_ids if id_ not in known]
    is_there = {
        "form_id": content.form_id is None or content.form_id in known or (form is not None and not form.deleted),
        "goal_id": goal_id is None
        or (goal is not None and goal.deleted_at is None and goal.engagement_id == engagement_id),
        "invoice_id": invoice_id is None
        or (invoice is not None and invoice.state != "deleted" and invoice.engagement_id == engagement_id),
        "file_ids": len(files_named(work, files, engagement_id)) == len(files),
    }
    return {name: [_NOWHERE] for name, there in is_there.items() if not there}


def files_named(work: Work, ids: list[UUID], engagement_id: UUID | None) -> dict[UUID, FileCopy]:
    """Those of the files that are there and lie in the library or in the engagement, by id."""
    named = select(FileCopy).where(FileCopy.id.in_(ids), FileCopy.deleted.is_(False))
    return {file.id: file for file in work.session.scalars(named) if file.engagement_id in (None, engagement_id)}
