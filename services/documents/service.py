"""What documents answers, listens to and does by itself, as data."""

from __future__ import annotations

from chassis.service import Every, Mirror, On, Service
from contracts.calls import documents as calls
from contracts.calls import erasures as erasure_calls
from contracts.calls import forms as form_calls
from services.documents.base import Base
from services.documents.copies import operations as copies
from services.documents.erasures import operations as erasures
from services.documents.facts import facts
from services.documents.files import http, lacking, sweep
from services.documents.forms import operations as forms
from services.documents.forms import reminders
from services.documents.library import operations as library
from services.documents.resources import operations as resources
from services.documents.settings import Settings, folder_of_contents

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
        form_calls.create_form: forms.create,
        form_calls.list_forms: forms.list_forms,
        form_calls.get_form: forms.show,
        form_calls.update_form: forms.update,
        form_calls.delete_form: forms.delete,
        form_calls.request_form: forms.request,
        form_calls.list_form_requests: forms.list_requests,
        form_calls.get_form_request: forms.show_request,
        form_calls.stop_form_reminders: forms.stop_reminders,
        form_calls.revoke_form_recipient: forms.revoke,
        form_calls.list_my_forms: forms.list_mine,
        form_calls.get_my_form: forms.show_mine,
        form_calls.answer_my_form: forms.answer_mine,
        form_calls.get_form_page: forms.page_of,
        form_calls.answer_form: forms.answer,
        erasure_calls.export_from_documents: erasures.export,
    },
    listens=[
        Mirror("engagements.engagement.*.v1", copies.engagement_changed),
        On("engagements.client.erased.v1", erasures.erase),  # before the copy is, which has the address
        Mirror("engagements.client.*.v1", copies.client_changed),
        Mirror("engagements.note.*.v1", copies.note_changed, unless=erasures.is_over),
        Mirror("engagements.assignment.*.v1", copies.assignment_changed, unless=erasures.is_over),
        Mirror("engagements.item.*.v1", copies.item_changed, unless=erasures.is_over),
        On("engagements.item.sent.v1", forms.item_sent, unless=erasures.is_over),
    ],
    every=[Every(60 * 60, sweep.sweep), Every(60 * 60, forms.expire), Every(60, reminders.remind)],
    serves=http.make_app,
    facts=facts,
    bytes_in=folder_of_contents,
    lacks=lacking.lacks,
)
