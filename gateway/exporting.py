"""All that is held on a client, as one ZIP that is made while it is sent: JSON, files, invoices with their credit notes
(rule C24)."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any
from uuid import UUID

from flask import Response, current_app, g, stream_with_context
from zipstream import ZIP_STORED, ZipStream

from contracts.calls import Call, billing, credit_notes
from contracts.calls import erasures as calls
from contracts.calls.health import health_of
from contracts.events import SERVICES
from gateway import files
from gateway.asking import Json, ask, identity

_EXPORTS = {
    "engagements": calls.export_from_engagements,
    "scheduling": calls.export_from_scheduling,
    "documents": calls.export_from_documents,
    "notifications": calls.export_from_notifications,
    "billing": calls.export_from_billing,
}


#: What is asked to know whether every service answers.
QUESTIONS: dict[str, tuple[Call, Json]] = {service: (health_of(service), {}) for service in SERVICES}


def state_of(asked: Json, answering: Mapping[str, bool], url: str) -> Json:
    """The export that was asked for: ready while every service is answering, for what it holds is read when the ZIP is
    fetched. `url` is then where."""
    services = {name: "ready" if answering[name] else "waiting" for name in SERVICES}
    if "waiting" in services.values():
        return {**asked, "state": "waiting", "services": services}
    return {**asked, "state": "ready", "services": services, "url": url}


def archive(client_id: UUID) -> Response:
    """The ZIP. Every service has answered before anything is sent; a file that cannot be read then breaks it off."""
    given = {"id": str(client_id)}
    ask(calls.get_client_export, given)
    data = {service: ask(call, given)["data"] for service, call in _EXPORTS.items()}
    made = ZipStream(compress_type=ZIP_STORED)
    for service, found in data.items():
        made.add(json.dumps(found, indent=2, ensure_ascii=False).encode(), f"{service}.json")
    for file in data["documents"].get("files", ()):
        made.add(_content(client_id, file), f"files/{file['id']}{_suffix(file['name'])}")
    for invoice in data["billing"].get("invoices", ()):
        if invoice["number"]:
            made.add(_pdf(billing.invoice_pdf, invoice), f"invoices/{invoice['id']}.pdf")
    for note in data["billing"].get("credit_notes", ()):
        made.add(_pdf(credit_notes.credit_note_pdf, note), f"credit-notes/{note['id']}.pdf")
    headers = {"Content-Disposition": f'attachment; filename="client-{client_id}.zip"'}
    return Response(stream_with_context(iter(made)), content_type="application/zip", headers=headers)


def _content(client_id: UUID, file: Json) -> Iterator[bytes]:
    _sign_on_again()
    yield from files.content(f"/clients/{client_id}/files/{file['id']}/content")


def _pdf(call: Call, of: Json) -> Iterator[bytes]:
    _sign_on_again()
    yield base64.b64decode(ask(call, {"id": of["id"]})["content"])


def _sign_on_again() -> None:
    """An assertion is good for 60 s, and an archive may take longer."""
    who = identity()
    assert who is not None
    identities: Any = current_app.extensions["coachworks.identities"]
    g.identity = identities.of(who.token)


def _suffix(name: str) -> str:
    """That of the file's name, if a name can end like that on any system; which name it is stands in documents.json."""
    suffix = PurePosixPath(name).suffix
    return suffix if suffix[1:].isalnum() and len(suffix) < 10 else ""
