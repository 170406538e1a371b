"""The bytes of files over HTTP, for the gateway: streamed both ways, never held whole (DESIGN §2).

Every request carries the actor's assertion as `Authorization: Bearer`. A refusal is answered as `{code, detail, errors,
rule}` with its HTTP status, `too_large` (413) and `unsupported` (415) among its codes.
"""

from __future__ import annotations

import dataclasses
import json
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import IO, Any

from marshmallow import fields
from werkzeug.exceptions import HTTPException, MethodNotAllowed, RequestedRangeNotSatisfiable
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response
from werkzeug.wsgi import get_input_stream

from chassis import context, logs, metrics
from chassis.clock import FixedClock
from chassis.dispatch import answer_or_error
from chassis.identity import verify
from chassis.runtime import Runtime
from chassis.service import Operation
from contracts.actor import ADMIN, SIGNED_IN, STAFF
from contracts.calls import Call, command, query
from contracts.calls.documents import (
    LARGEST_UPLOAD,
    LONGEST_NAME,
    Attachment,
    AttachmentForm,
    Image,
    LibraryItem,
    LibraryPlace,
    Resource,
)
from contracts.errors import CoachworksError, Forbidden, Invalid, Unauthenticated, Unavailable
from contracts.schema import ById, Schema, line
from services.documents.erasures import operations as erasures
from services.documents.files import archive, download
from services.documents.files.multipart import PIECE, NotMultipart, TooLarge, read_form
from services.documents.library import operations as library
from services.documents.resources import folders
from services.documents.resources import operations as resources
from services.documents.settings import open_store

log = logs.get(__name__)

_STATUS = {
    "malformed": 400, "unauthenticated": 401, "forbidden": 403, "not_found": 404, "conflict": 409, "invalid": 422,
    "unavailable": 503,
}  # fmt: skip
#: What a refused upload may still send before the connection is cut: who sends reads no answer before the end.
_MOST_PASSED_OVER = 2 * LARGEST_UPLOAD


class _StoredBytes(Schema):
    name = line(LONGEST_NAME, required=True, data_key="file")
    content_type = fields.String(required=True)
    size = fields.Integer(required=True)
    checksum = fields.String(required=True)


class _NewLibraryFile(LibraryPlace, _StoredBytes):
    """A file for the library."""


class _NewResourceFile(_StoredBytes):
    engagement_id = fields.UUID(required=True)


class _NewAttachment(AttachmentForm, _NewResourceFile):
    """A file for an assignment."""


class _FileContent(Schema):
    name = fields.String()
    content_type = fields.String()
    size = fields.Integer()
    checksum = fields.String()


class _FolderInEngagement(Schema):
    engagement_id = fields.UUID(required=True)
    folder_id = fields.UUID(required=True)


class _FileOfClient(ById):
    client_id = fields.UUID(required=True)


class _Entry(Schema):
    id = fields.UUID()
    parent_id = fields.UUID()
    name = fields.String()
    is_file = fields.Boolean()
    size = fields.Integer()
    checksum = fields.String()


class _FolderContent(Schema):
    name = fields.String()
    items = fields.List(fields.Nested(_Entry))


# Calls that are made here alone, once the bytes have come. The broker does not know them: who knows a checksum has
# no right to read what it names.
_add_to_library = command("documents.add_library_file", _NewLibraryFile, LibraryItem, roles=STAFF)
_add_to_engagement = command("documents.add_resource_file", _NewResourceFile, Resource, roles=SIGNED_IN)
_add_image = command("documents.add_image", _NewResourceFile, Image, roles=STAFF)
_add_attachment = command("documents.add_attachment", _NewAttachment, Attachment, roles=STAFF)
_content_of = query("documents.file_content", ById, _FileContent, roles=SIGNED_IN)
_content_to_export = query("documents.exported_file", _FileOfClient, _FileContent, roles=ADMIN)
_content_of_folder = query("documents.folder_content", _FolderInEngagement, _FolderContent, roles=SIGNED_IN)
_ANSWERS: dict[Call, Operation] = {
    _add_to_library: library.add_file,
    _add_to_engagement: resources.add_file,
    _add_image: resources.add_image,
    _add_attachment: resources.add_attachment,
    _content_of: resources.get_file,
    _content_to_export: erasures.exported_file,
    _content_of_folder: folders.content,
}

#: What an upload to an address becomes.
_UPLOADS = {
    "library": _add_to_library,
    "engagement": _add_to_engagement,
    "image": _add_image,
    "attachment": _add_attachment,
}
_ADDRESSES = Map(
    [
        Rule("/library/files", methods=["POST"], endpoint="library"),
        Rule("/engagements/<uuid:engagement_id>/resources", methods=["POST"], endpoint="engagement"),
        Rule("/engagements/<uuid:engagement_id>/images", methods=["POST"], endpoint="image"),
        Rule("/engagements/<uuid:engagement_id>/files", methods=["POST"], endpoint="attachment"),
        Rule("/engagements/<uuid:engagement_id>/folders/<uuid:folder_id>/zip", methods=["GET"], endpoint="zip"),
        Rule("/files/<uuid:id>/content", methods=["GET"], endpoint="content"),
        Rule("/clients/<uuid:client_id>/files/<uuid:id>/content", methods=["GET"], endpoint="export"),
    ]
)


def make_app(runtime: Runtime) -> Callable[..., Iterable[bytes]]:
    """The WSGI application of a serve process."""
    return _App(runtime)


class _App:
    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._store = open_store(runtime.settings.storage)  # type: ignore[attr-defined]

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        request = Request(environ)
        with context.step(request.headers.get("X-Request-Id"), request.headers.get("traceparent")):
            began = time.monotonic()
            response = self._answer(request)
            seconds = time.monotonic() - began
            metrics.HTTP_SECONDS.labels(self._runtime.name, request.method, response.status_code).observe(seconds)
            log.info(
                "request", method=request.method, status=response.status_code, milliseconds=round(seconds * 1000, 1)
            )
            return response(environ, start_response)

    def _answer(self, request: Request) -> Response:
        # Without a length the server itself marks the end of the body (chunks), and reading cannot go past it.
        body = _Yielding(get_input_stream(request.environ, safe_fallback=False))
        try:
            endpoint, found = _ADDRESSES.bind_to_environ(request.environ).match()
            given = {name: str(value) for name, value in found.items()}
            asked = _Asked(self._runtime, request.headers.get("Authorization", ""))
            if endpoint in ("content", "export"):
                file = asked.answer(_content_of if endpoint == "content" else _content_to_export, given)
                return download.respond(request, self._store.open(file["checksum"]), **file)
            if endpoint == "zip":
                folder = asked.answer(_content_of_folder, given)
                entries = [archive.Entry(**entry) for entry in folder["items"]]
                return archive.respond(folder["name"], given["folder_id"], entries, self._store.open)
            return self._upload(request, body, asked, _UPLOADS[endpoint], given)
        except CoachworksError as error:
            refusal = _refusal(_STATUS.get(error.code, 500), error.to_wire())
        except TooLarge:
            refusal = _refusal(413, {"code": "too_large", "detail": "A file may have at most 100 MiB.", "rule": "C20"})
        except NotMultipart:
            refusal = _refusal(415, {"code": "unsupported", "detail": "The body must be multipart/form-data."})
        except RequestedRangeNotSatisfiable as error:
            refusal = _refusal(416, {"code": "range", "detail": "The file has no such range."})
            refusal.headers["Content-Range"] = f"bytes */{error.length}"
        except MethodNotAllowed as error:
            refusal = _refusal(405, {"code": "method", "detail": str(error.description)})
        except OSError:
            log.exception("storage_failed")
            refusal = _refusal(503, Unavailable("The storage of files cannot be used at present.").to_wire())
        except HTTPException:
            refusal = _refusal(404, {"code": "not_found", "detail": "There is no such address."})
        body.pass_over(_MOST_PASSED_OVER)
        return refusal

    def _upload(self, request: Request, body: _Yielding, asked: _Asked, call: Call, given: dict[str, Any]) -> Response:
        asked.check_role(call)  # nobody sends 100 MiB for nothing who can be told at once
        with self._store.receive() as arriving:
            name, form = read_form(request.headers.get("Content-Type", ""), body, arriving)
            stored = self._store.keep(arriving)
        bytes_ = dataclasses.asdict(stored)
        if taken := form.keys() & {*given, *bytes_}:
            raise Invalid("The input is not valid.", errors={field: ["Unknown field."] for field in sorted(taken)})
        made = asked.answer(call, {**form, **given, **bytes_, "file": name}, request.headers.get("Idempotency-Key"))
        return Response(json.dumps(made), 201, content_type="application/json")


class _Asked:
    """One request: who makes it, as verified when it came. Bytes may take longer than the assertion is good for."""

    def __init__(self, runtime: Runtime, authorization: str) -> None:
        scheme, _, self._assertion = authorization.partition(" ")
        if scheme != "Bearer":
            raise Unauthenticated("Sign in first.")
        clock = FixedClock(runtime.clock.now())
        inside = dataclasses.replace(runtime.service, answers=_ANSWERS)
        self._runtime = dataclasses.replace(runtime, service=inside, clock=clock)
        self._actor = verify(runtime.settings.assertion_public_keys, self._assertion, clock.now())

    def check_role(self, call: Call) -> None:
        """Raises `Forbidden` for a role that may never make the call."""
        if self._actor.role not in call.roles:
            raise Forbidden(f"This is not for the role {self._actor.role}.")

    def answer(self, call: Call, given: dict[str, Any], key: str | None = None) -> Any:
        """Makes the call like any other: schemas, roles, idempotency key, one transaction."""
        made, error = answer_or_error(self._runtime, call, input=given, assertion=self._assertion, key=key)
        if error:
            raise error
        return made


class _Yielding:
    """A body whose reading lets other calls in, also when bytes come without a pause."""

    def __init__(self, body: IO[bytes]) -> None:
        self._body = body

    def read(self, size: int) -> bytes:
        time.sleep(0)  # in a serve process this is where another green thread goes on
        return self._body.read(size)

    def pass_over(self, most: int) -> None:
        """Reads on to the end, or as far as `most`: who sends does not read an answer before."""
        with suppress(OSError, ValueError):
            while most > 0 and (piece := self.read(PIECE)):
                most -= len(piece)


def _refusal(status: int, wire: dict[str, Any]) -> Response:
    return Response(json.dumps(wire), status, content_type="application/json")
