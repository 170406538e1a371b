"""Generated from the contracts of Coachworks by `python -m contracts.docs`; do not edit."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from coachworks_events.facts import Facts


@dataclass(frozen=True, kw_only=True)
class FileFacts(Facts):
    name: str
    content_type: str
    size: int
    engagement_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class FileDeleted(FileFacts):
    """A file left the library, or the engagement that it was uploaded to. Where else it is shared it stays."""

    type = "documents.file.deleted.v1"


@dataclass(frozen=True, kw_only=True)
class FileRenamed(FileFacts):
    """A file of the library has another name, wherever it is shared."""

    type = "documents.file.renamed.v1"


@dataclass(frozen=True, kw_only=True)
class FileUploaded(FileFacts):
    """A file was uploaded, to the library or into an engagement, or its deletion was undone."""

    type = "documents.file.uploaded.v1"


@dataclass(frozen=True, kw_only=True)
class FolderFacts(Facts):
    engagement_id: UUID
    folder_id: UUID
    name: str


@dataclass(frozen=True, kw_only=True)
class FolderRemoved(FolderFacts):
    """A shared folder was taken out of an engagement, with all that is in it."""

    type = "documents.folder.removed.v1"


@dataclass(frozen=True, kw_only=True)
class FolderShared(FolderFacts):
    """A folder of the library was shared whole into an engagement, as it is at any time (rules S2.82, C20)."""

    type = "documents.folder.shared.v1"


@dataclass(frozen=True, kw_only=True)
class ResourceFacts(Facts):
    engagement_id: UUID
    file_id: UUID
    name: str
    by_client: bool


@dataclass(frozen=True, kw_only=True)
class ResourceRemoved(ResourceFacts):
    """A file was taken out of an engagement."""

    type = "documents.resource.removed.v1"


@dataclass(frozen=True, kw_only=True)
class ResourceShared(ResourceFacts):
    """A file was shared into an engagement, by staff or by its client (rules S2.83, S2.88)."""

    type = "documents.resource.shared.v1"
