"""Erases what was stored and answered in a client's engagements, and shows beforehand what is held (rule C24)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, or_, select

from chassis.inbox import forget_failed
from chassis.records import records_of
from chassis.work import Work
from contracts.actor import Actor
from contracts.envelope import Event
from contracts.errors import NotFound
from contracts.events.documents import FileDeleted
from contracts.events.erasures import DocumentsErased
from services.documents.base import Base
from services.documents.copies.models import ClientCopy, EngagementCopy, PlaceCopy, PlaceFile
from services.documents.erasures.models import Erasure
from services.documents.files.models import KEPT_FOR, File
from services.documents.forms.models import FormRecipient, FormRequest
from services.documents.forms.operations import end_for
from services.documents.forms.reminders import FormReminderLink, FormReminders
from services.documents.resources.models import Resource


def erase(work: Work, event: Event) -> None:
    """Nothing of the client's engagements is left but what the library shared with it; nor its address elsewhere.

    The bytes go with the next sweep that finds them old enough. It must be handled before the copy of the client is,
    which has the address.
    """
    client = work.session.get(ClientCopy, event.subject_id)
    by = Actor(event.actorid, event.actorrole, "")  # type: ignore[arg-type]
    engagements = _engagements_of(work, event.subject_id)
    _remove_forms(work, engagements)
    _remove_files(work, engagements, by)
    if client is not None:
        elsewhere = select(FormRecipient).where(func.lower(FormRecipient.email) == client.email.lower())
        for recipient in work.session.scalars(elsewhere).all():
            recipient.erase(f"{event.subject_id}@erased.invalid")
            end_for(work, by, recipient)
    address = [client.email] if client else []
    forget_failed(work, Base.metadata, [*address, *(str(id_) for id_ in (event.subject_id, *engagements))])
    work.publish(DocumentsErased, work.add(Erasure(id=event.subject_id)), {}, by)


def is_over(work: Work, event: Event) -> bool:
    """Whether it comes late: about an engagement whose client is erased."""
    engagement = work.session.get(EngagementCopy, event.data["engagement_id"])
    return engagement is not None and work.session.get(Erasure, engagement.client_id) is not None


def export(work: Work, actor: Actor, input: dict[str, Any]) -> dict[str, Any]:
    """The client's files and resources, and every form that it or its engagements were asked to fill in."""
    client = work.session.get(ClientCopy, input["id"])
    engagements = _engagements_of(work, input["id"])
    requests = select(FormRequest.id).where(FormRequest.engagement_id.in_(engagements))
    address = client.email.lower() if client else ""
    asked = or_(FormRecipient.request_id.in_(requests), func.lower(FormRecipient.email) == address)
    wanted = {
        "files": _stored(work, engagements),
        "resources": select(Resource).where(Resource.engagement_id.in_(engagements)),
        "form_requests": select(FormRequest).where(FormRequest.engagement_id.in_(engagements)),
        "form_answers": select(FormRecipient).where(asked),
    }
    found = {name: records_of(work.session.scalars(rows), without=("token_digest",)) for name, rows in wanted.items()}
    return {"data": {"client": records_of([client] if client else []), **found}}


def exported_file(work: Work, actor: Actor, input: dict[str, Any]) -> File:
    """A file that an export names, whose bytes are there; else `NotFound`."""
    stored = _stored(work, _engagements_of(work, input["client_id"])).where(File.id == input["id"])
    found = work.session.scalar(stored)
    if found is None:
        raise NotFound("There is no such file.")
    return found


def _engagements_of(work: Work, client_id: UUID) -> list[UUID]:
    return list(work.session.scalars(select(EngagementCopy.id).where(EngagementCopy.client_id == client_id)))


def _stored(work: Work, engagements: Sequence[UUID]) -> Any:
    """The files of engagements whose bytes are still kept."""
    is_kept = or_(File.deleted_at.is_(None), File.deleted_at > work.now - KEPT_FOR)
    return select(File).where(File.engagement_id.in_(engagements), is_kept).order_by(File.created_at, File.id)


def _remove_forms(work: Work, engagements: Sequence[UUID]) -> None:
    requests = select(FormRequest.id).where(FormRequest.engagement_id.in_(engagements))
    recipients = select(FormRecipient.id).where(FormRecipient.request_id.in_(requests))
    for statement in (
        delete(FormReminderLink).where(FormReminderLink.recipient_id.in_(recipients)),
        delete(FormReminders).where(FormReminders.request_id.in_(requests)),
        delete(FormRecipient).where(FormRecipient.request_id.in_(requests)),
        delete(FormRequest).where(FormRequest.engagement_id.in_(engagements)),
    ):
        work.session.execute(statement, execution_options={"synchronize_session": False})


def _remove_files(work: Work, engagements: Sequence[UUID], by: Actor) -> None:
    places = select(PlaceCopy.id).where(PlaceCopy.engagement_id.in_(engagements))
    for statement in (
        delete(PlaceFile).where(PlaceFile.place_id.in_(places)),
        delete(PlaceCopy).where(PlaceCopy.engagement_id.in_(engagements)),
        delete(Resource).where(Resource.engagement_id.in_(engagements)),
    ):
        work.session.execute(statement, execution_options={"synchronize_session": False})
    files = select(File).where(File.engagement_id.in_(engagements)).order_by(File.id).with_for_update()
    for file in work.session.scalars(files).all():
        file.name = "Erased file"
        work.publish(FileDeleted, file, file.facts(), by)
        work.session.delete(file)
