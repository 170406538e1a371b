"""Events of the documents service: files, and what is shared into engagements. Never the content itself."""

from __future__ import annotations

from marshmallow import fields

from contracts.events import EventData


class FileFacts(EventData):
    name = fields.String(required=True, metadata={"privacy": "confidential"})
    content_type = fields.String(
        required=True, metadata={"privacy": "none", "description": "judged by content (rule C20)"}
    )
    size = fields.Integer(required=True, metadata={"description": "bytes"})
    engagement_id = fields.UUID(
        allow_none=True, load_default=None, metadata={"description": "null: a file of the library"}
    )


class FileUploaded(FileFacts):
    """A file was uploaded, to the library or into an engagement, or its deletion was undone."""

    type = "documents.file.uploaded.v1"


class FileRenamed(FileFacts):
    """A file of the library has another name, wherever it is shared."""

    type = "documents.file.renamed.v1"


class FileDeleted(FileFacts):
    """A file left the library, or the engagement that it was uploaded to. Where else it is shared it stays."""

    type = "documents.file.deleted.v1"


class ResourceFacts(EventData):
    engagement_id = fields.UUID(required=True)
    file_id = fields.UUID(required=True)
    name = fields.String(required=True, metadata={"privacy": "confidential"})
    by_client = fields.Boolean(required=True, metadata={"description": "the client added it (rule S2.87)"})


class ResourceShared(ResourceFacts):
    """A file was shared into an engagement, by staff or by its client (rules S2.83, S2.88)."""

    type = "documents.resource.shared.v1"


class ResourceRemoved(ResourceFacts):
    """A file was taken out of an engagement."""

    type = "documents.resource.removed.v1"


class FolderFacts(EventData):
    engagement_id = fields.UUID(required=True)
    folder_id = fields.UUID(required=True, metadata={"description": "in the library"})
    name = fields.String(required=True, metadata={"privacy": "confidential"})


class FolderShared(FolderFacts):
    """A folder of the library was shared whole into an engagement, as it is at any time (rules S2.82, C20)."""

    type = "documents.folder.shared.v1"


class FolderRemoved(FolderFacts):
    """A shared folder was taken out of an engagement, with all that is in it."""

    type = "documents.folder.removed.v1"
