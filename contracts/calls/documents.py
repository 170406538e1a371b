"""Calls that documents answers: the library, and what is shared into engagements.

Bytes do not travel by the broker: documents takes and gives them by HTTP (`services/documents/README.md`). What an
upload answers there is declared here too: `LibraryItem` for the library, `Resource` for an engagement.
"""

from __future__ import annotations

from marshmallow import fields, validate

from contracts.actor import SIGNED_IN
from contracts.calls import command, query
from contracts.schema import ById, Entity, PageInput, Schema, counted_page_of, line, page_of, text

#: The most bytes that one upload may have (rule C20).
LARGEST_UPLOAD = 100 * 1024 * 1024
#: The longest name of a file or folder, in characters.
LONGEST_NAME = 255


class LibraryItem(Entity):
    """A file or a folder of the library; for a folder the last three are null."""

    kind = fields.String(required=True, metadata={"description": "file or folder"})
    name = fields.String(required=True)
    parent_id = fields.UUID(required=True, allow_none=True, metadata={"description": "the folder; null at the top"})
    added_by = fields.String(required=True, metadata={"description": "the name of who added it"})
    file_id = fields.UUID(required=True, allow_none=True, metadata={"description": "for GET /files/FILE_ID/content"})
    content_type = fields.String(required=True, allow_none=True, metadata={"description": "judged by content (C20)"})
    size = fields.Integer(required=True, allow_none=True, metadata={"description": "bytes"})


class File(Schema):
    """A file, wherever it is shown; its bytes are at GET /files/ID/content."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    content_type = fields.String(required=True, metadata={"description": "judged by content (C20)"})
    size = fields.Integer(required=True, metadata={"description": "bytes"})


class FolderName(Schema):
    """One step of the way from the top of the library to a folder."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)


class LibraryQuery(PageInput):
    """What lies in one folder, or at the top where `folder_id` is not given.

    With `q`: what has that in its name, wherever it lies.
    """

    folder_id = fields.UUID(load_default=None, allow_none=True)
    q = text(LONGEST_NAME, load_default=None, allow_none=True)


class LibraryPage(page_of(LibraryItem)):  # type: ignore[misc]
    """Folders first, then files, each by name; `path` leads from the top to the folder that is listed."""

    path = fields.List(fields.Nested(FolderName), required=True)


class LibraryPlace(Schema):
    """Where in the library a file is put: inside `folder_id`, or at the top."""

    folder_id = fields.UUID(load_default=None, allow_none=True)


class NewFolder(Schema):
    """A folder inside `parent_id`, or at the top."""

    name = line(LONGEST_NAME, required=True)
    parent_id = fields.UUID(load_default=None, allow_none=True)


class LibraryChange(ById):
    """A new name, another folder, or both; `parent_id` null is the top."""

    name = line(LONGEST_NAME)
    parent_id = fields.UUID(allow_none=True)


class Resource(Entity):
    """A file or folder that is in an engagement: shared by staff, or added by its client (rules S2.78, S2.87).

    What lies in a shared folder is listed alike; its `id` is that of the library. For a folder `file_id`,
    `content_type` and `size` are null.
    """

    engagement_id = fields.UUID(required=True)
    kind = fields.String(required=True, metadata={"description": "file or folder"})
    name = fields.String(required=True)
    file_id = fields.UUID(required=True, allow_none=True, metadata={"description": "for GET /files/FILE_ID/content"})
    library_id = fields.UUID(required=True, allow_none=True, metadata={"description": "null: uploaded right here"})
    content_type = fields.String(required=True, allow_none=True, metadata={"description": "judged by content (C20)"})
    size = fields.Integer(required=True, allow_none=True, metadata={"description": "bytes"})
    added_by = fields.String(required=True, metadata={"description": "the name of who added it"})
    by_client = fields.Boolean(required=True, metadata={"description": "the client added it"})


class Image(Schema):
    """A picture of an engagement, for its notes (rule C16); `url` is its address in the portal."""

    file_id = fields.UUID(required=True)
    url = fields.String(required=True)


class Attachment(Schema):
    """A file of an engagement that is put to an assignment, with the message for the client (rule S2.70)."""

    file_id = fields.UUID(required=True)
    name = fields.String(required=True)
    message = fields.String(required=True)


class AttachmentForm(Schema):
    """What a form holds beside the `file`."""

    message = text(5000, shortest=0, load_default="")


class ResourcesQuery(PageInput):
    """The resources of one engagement, or what lies in a folder that is shared there (rule S2.89)."""

    engagement_id = fields.UUID(required=True)
    folder_id = fields.UUID(load_default=None, allow_none=True, metadata={"description": "a folder's library_id"})


class ResourcesPage(counted_page_of(Resource)):  # type: ignore[misc]
    """`path` leads from the folder that is shared to the one that is listed; `resource_id` is what shares it."""

    path = fields.List(fields.Nested(FolderName), required=True)
    resource_id = fields.UUID(required=True, allow_none=True)


class ResourcesToShare(Schema):
    """Files and folders of the library to share into an engagement; one that is shared there already stays as it is."""

    engagement_id = fields.UUID(required=True)
    library_ids = fields.List(fields.UUID(), required=True, validate=validate.Length(1, 100))


class SharedResources(Schema):
    """What is shared now, in the order that was asked for."""

    items = fields.List(fields.Nested(Resource), required=True)


get_file = query("documents.get_file", ById, File, roles=SIGNED_IN)

list_library = query("documents.list_library", LibraryQuery, LibraryPage)
create_folder = command("documents.create_folder", NewFolder, LibraryItem)
update_library = command("documents.update_library", LibraryChange, LibraryItem)
delete_library = command("documents.delete_library", ById)
restore_library = command("documents.restore_library", ById, LibraryItem)

list_resources = query("documents.list_resources", ResourcesQuery, ResourcesPage, roles=SIGNED_IN)
share_resources = command("documents.share_resources", ResourcesToShare, SharedResources)
remove_resource = command("documents.remove_resource", ById, roles=SIGNED_IN)
restore_resource = command("documents.restore_resource", ById, Resource, roles=SIGNED_IN)
