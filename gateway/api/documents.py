"""The library, resources and the bytes of files (API.md)."""

from __future__ import annotations

from uuid import UUID

from flask import jsonify, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import RequestedRangeNotSatisfiable

from contracts.actor import SIGNED_IN, STAFF
from contracts.calls import documents as calls
from contracts.calls import forms
from gateway import files
from gateway.api.expose import ApiRequest, Routes
from gateway.api.problems import problem

routes = Routes("Library, resources, forms")

routes.get("/library", calls.list_library)
routes.post("/library/folders", calls.create_folder, status=201)
routes.patch("/library/<uuid:id>", calls.update_library)
routes.delete("/library/<uuid:id>", calls.delete_library)
routes.post("/library/<uuid:id>/restore", calls.restore_library)
routes.get("/engagements/<uuid:engagement_id>/resources", calls.list_resources)
routes.delete("/resources/<uuid:id>", calls.remove_resource)
routes.post("/resources/<uuid:id>/restore", calls.restore_resource)
routes.get("/files/<uuid:id>", calls.get_file)


routes.get("/forms", forms.list_forms)
routes.post("/forms", forms.create_form, status=201)
routes.get("/forms/<uuid:id>", forms.get_form)
routes.patch("/forms/<uuid:id>", forms.update_form)
routes.delete("/forms/<uuid:id>", forms.delete_form)
routes.post("/engagements/<uuid:engagement_id>/form-requests", forms.request_form, status=202)
routes.get("/engagements/<uuid:engagement_id>/form-requests", forms.list_form_requests)
routes.get("/form-requests/<uuid:id>", forms.get_form_request)
routes.post("/form-requests/<uuid:id>/stop-reminders", forms.stop_form_reminders)
routes.post("/form-requests/<uuid:id>/recipients/<uuid:recipient_id>/revoke", forms.revoke_form_recipient)
routes.get("/engagements/<uuid:engagement_id>/my-forms", forms.list_my_forms)
routes.get("/my-forms/<uuid:id>", forms.get_my_form)
routes.post("/my-forms/<uuid:id>/answers", forms.answer_my_form, status=201)
routes.get("/public/forms/<token>", forms.get_form_page)
routes.post("/public/forms/<token>", forms.answer_form, status=201)


@routes.view(
    "POST",
    "/library/files",
    status=201,
    roles=STAFF,
    consumes="multipart/form-data",
    form=calls.LibraryPlace,
    answers=calls.LibraryItem,
)
def upload_library_file(api: ApiRequest) -> ResponseReturnValue:
    """Upload a file to the library: `file`, `folder_id?`."""
    return jsonify(files.forward("/library/files", key=api.key)), 201


@routes.view(
    "POST",
    "/engagements/<uuid:engagement_id>/resources",
    status=201,
    roles=SIGNED_IN,
    consumes="multipart/form-data",
    answers=calls.Resource,
    alternative=calls.share_resources,
)
def add_resources(api: ApiRequest, engagement_id: UUID) -> ResponseReturnValue:
    """Add a file to an engagement as multipart `file`, or share from the library: JSON `{library_ids}`."""
    if request.mimetype == "multipart/form-data":
        return jsonify(files.forward(f"/engagements/{engagement_id}/resources", key=api.key)), 201
    return jsonify(api.ask(calls.share_resources, {**api.json(), "engagement_id": str(engagement_id)})), 201


@routes.view(
    "POST",
    "/engagements/<uuid:engagement_id>/images",
    status=201,
    roles=STAFF,
    consumes="multipart/form-data",
    answers=calls.Image,
)
def add_image(api: ApiRequest, engagement_id: UUID) -> ResponseReturnValue:
    """Upload a picture for the notes of an engagement: `file`."""
    return jsonify(files.forward(f"/engagements/{engagement_id}/images", key=api.key)), 201


@routes.view(
    "GET", "/engagements/<uuid:engagement_id>/folders/<uuid:folder_id>/zip", roles=SIGNED_IN, produces="application/zip"
)
def folder_zip(api: ApiRequest, engagement_id: UUID, folder_id: UUID) -> ResponseReturnValue:
    """A folder that is shared in an engagement, or one in it, with all that is in it."""
    return files.download(f"/engagements/{engagement_id}/folders/{folder_id}/zip")


@routes.view("GET", "/files/<uuid:id>/content", roles=SIGNED_IN, produces="application/octet-stream")
def file_content(api: ApiRequest, id: UUID) -> ResponseReturnValue:
    """The bytes of a file, whole or in part (`Range`)."""
    try:
        return files.download(f"/files/{id}/content")
    except RequestedRangeNotSatisfiable as error:
        refused = problem(416, error.description or "")
        refused.headers["Content-Range"] = f"bytes */{error.length}"
        return refused
