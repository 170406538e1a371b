"""The facts of all objects of which other services keep copies."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select

from chassis.service import Fact
from chassis.work import Work
from contracts.events.documents import (
    FileDeleted,
    FileUploaded,
    FolderRemoved,
    FolderShared,
    ResourceRemoved,
    ResourceShared,
)
from contracts.events.forms import FormDeleted, FormRequestUpdated, FormUpdated
from services.documents.files.models import File
from services.documents.forms.models import Form, FormRequest
from services.documents.resources.models import Resource


def facts(work: Work) -> Iterator[Fact]:
    for file in work.session.scalars(select(File).order_by(File.id)):
        yield FileDeleted if file.deleted_at else FileUploaded, file, file.facts()
    for resource in work.session.scalars(select(Resource).order_by(Resource.id)):
        shared, removed = (ResourceShared, ResourceRemoved) if resource.file else (FolderShared, FolderRemoved)
        yield removed if resource.removed_at else shared, resource, resource.facts()
    for form in work.session.scalars(select(Form).order_by(Form.id)):
        yield FormDeleted if form.deleted_at else FormUpdated, form, form.facts()
    for request in work.session.scalars(select(FormRequest).order_by(FormRequest.id)):
        yield FormRequestUpdated, request, request.facts()
