"""What documents answers, listens to and does by itself, as data."""

from __future__ import annotations

from chassis.service import Every, On, Service
from contracts.calls import documents as calls
from services.documents.base import Base
from services.documents.copies import operations as copies
from services.documents.files import http, sweep
from services.documents.library import operations as library
from services.documents.resources import operations as resources
from services.documents.settings import Settings

service = Service(
    name="documents",
    base=Base,
    settings=Settings,
    answers={
        calls.get_file: resources.get_file,
        calls.list_library: library.list_items,
        calls.create_folder: library.create_folder,
        calls.update_library: library.update,
        calls.delete_library: library.delete,
        calls.restore_library: library.restore,
        calls.list_resources: resources.list_resources,
        calls.share_resources: resources.share,
        calls.remove_resource: resources.remove,
        calls.restore_resource: resources.restore,
    },
    listens=[
        On("engagements.engagement.*.v1", copies.engagement_changed),
        On("engagements.client.*.v1", copies.client_changed),
        On("engagements.note.*.v1", copies.note_changed),
        On("engagements.assignment.*.v1", copies.assignment_changed),
    ],
    every=[Every(60 * 60, sweep.sweep)],
    serves=http.make_app,
)
