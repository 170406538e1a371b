"""Bytes of files: streamed between the caller and documents, both ways, never held whole (DESIGN §2)."""

from __future__ import annotations

import base64
import hashlib
import sys
from collections.abc import Iterable, Iterator
from io import SEEK_END
from itertools import chain, islice
from typing import IO, Any
from uuid import uuid4

import requests
from flask import Response, current_app, request
from werkzeug.exceptions import (
    ClientDisconnected,
    RequestedRangeNotSatisfiable,
    RequestEntityTooLarge,
    UnsupportedMediaType,
)

from chassis import context
from contracts.calls.documents import LARGEST_UPLOAD
from contracts.calls.logos import LARGEST_LOGO
from contracts.errors import Invalid, Unauthenticated, Unavailable, from_wire
from gateway import once
from gateway.asking import identity

#: The most bytes of a form with a file: the file's own, and room for what stands around it.
LARGEST_FORM = LARGEST_UPLOAD + 64 * 1024
LARGEST_LOGO_FORM = LARGEST_LOGO + 64 * 1024
_PIECE = 64 * 1024
#: What is read of a body that is too large: who sends reads no answer before the end.
_PIECES_PASSED_OVER = 2 * LARGEST_UPLOAD // _PIECE
_CONNECT, _READ = 3.0, 60.0
_ASKED = ("Range", "If-Range", "If-None-Match")
_ANSWERED = (
    "Accept-Ranges", "Content-Disposition", "Content-Length", "Content-Range", "Content-Security-Policy",
    "Content-Type", "ETag",
)  # fmt: skip


def download(path: str) -> Response:
    """The bytes at `path` of documents, with ranges and ETag; raises what documents refuses with.

    Beside `contracts.errors` that is werkzeug's `RequestedRangeNotSatisfiable`.
    """
    asked = {name: request.headers[name] for name in _ASKED if name in request.headers}
    # The bytes go through as they are: no encoding that would change their length.
    answer = _send(request.method, path, headers={**asked, "Accept-Encoding": "identity"})
    headers = {name: answer.headers[name] for name in _ANSWERED if name in answer.headers}
    headers["Cache-Control"] = "private, no-cache"
    response = Response(_pieces(answer), status=answer.status_code, headers=headers)
    response.call_on_close(answer.close)
    return response


def content(path: str) -> Iterator[bytes]:
    """The bytes at `path` of documents, whole, piece by piece; raises what documents refuses with."""
    with _send("GET", path, headers={"Accept-Encoding": "identity"}) as answer:
        yield from _pieces(answer)


def forward(path: str, *, key: str | None = None) -> Any:
    """Hands the request's own multipart body on as it arrives; the answer's JSON."""
    headers = {"Content-Type": request.headers.get("Content-Type", "")}
    if key:
        headers["Idempotency-Key"] = key
    request.max_content_length = sys.maxsize  # documents itself reads no further than a file may be long
    length = request.content_length
    arriving = _arriving(length)
    if length and length > LARGEST_FORM:
        for _ in islice(arriving, _PIECES_PASSED_OVER):
            pass
        raise RequestEntityTooLarge
    return _send("POST", path, headers=headers, data=_Body(arriving, length) if length else arriving).json()


def upload(path: str, name: str, content: IO[bytes], fields: dict[str, str]) -> Any:
    """Sends one file that a form of the portal brought, and the form's `fields`, as multipart; the answer's JSON.

    A form that is sent twice adds the same content under the same name once.
    """
    boundary = uuid4().hex
    quoted = name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")  # as browsers do
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{value}\r\n'
        for field, value in fields.items()
    ]
    parts.append(f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{quoted}"\r\n')
    parts.append("Content-Type: application/octet-stream\r\n\r\n")
    head, tail = "".join(parts).encode(), f"\r\n--{boundary}--\r\n".encode()
    digest = hashlib.file_digest(content, "sha256").hexdigest()  # type: ignore[arg-type]
    size = content.seek(0, SEEK_END)
    content.seek(0)
    pieces = chain([head], iter(lambda: content.read(_PIECE), b""), [tail])
    headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
    if key := once.key(path, {**fields, "file": name, "content": digest}, None):
        headers["Idempotency-Key"] = key
    return _send("POST", path, headers=headers, data=_Body(pieces, len(head) + size + len(tail))).json()


def picture() -> str:
    """The picture that a form brought as its `file`, in base64: small enough to travel in a call. Raises `Invalid`."""
    given = request.files.get("file")
    if given is None or not given.filename:
        raise Invalid("No file was chosen.", errors={"file": ["Choose a file first."]})
    return base64.b64encode(given.stream.read()).decode()


def _arriving(length: int | None) -> Iterator[bytes]:
    """The request's own body as it comes; `ClientDisconnected` if it breaks off: documents would wait for the rest."""
    missing = length or 0
    while piece := request.stream.read(_PIECE):
        missing -= len(piece)
        yield piece
    if missing > 0:
        raise ClientDisconnected


class _Body:
    """A body of known length that is sent piece by piece."""

    def __init__(self, pieces: Iterable[bytes], length: int) -> None:
        self._pieces = pieces
        self._length = length

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._pieces)

    def __len__(self) -> int:
        return self._length


def _send(method: str, path: str, *, headers: dict[str, str], data: Any = None) -> requests.Response:
    who = identity()
    if who is None:
        raise Unauthenticated("Sign in first.")
    headers["Authorization"] = f"Bearer {who.assertion}"
    if trace := context.current():
        headers |= {"X-Request-Id": trace.request_id, "traceparent": trace.traceparent}
    url = current_app.extensions["coachworks.settings"].documents_url + path
    session = requests.Session()
    session.trust_env = False  # no proxy of the environment stands between us and documents
    try:
        answer = session.request(
            method, url, headers=headers, data=data, stream=True, timeout=(_CONNECT, _READ), allow_redirects=False
        )
        if answer.status_code < 400:
            return answer
        with answer:
            refusal = answer.json()
    except requests.RequestException:
        raise Unavailable("The documents service does not answer. Try again shortly.") from None
    if answer.status_code == 413:
        raise RequestEntityTooLarge(refusal["detail"])
    if answer.status_code == 416:
        size = int(answer.headers["Content-Range"].rpartition("/")[2])
        raise RequestedRangeNotSatisfiable(length=size, description=refusal["detail"])
    if answer.status_code == 415:
        raise UnsupportedMediaType(refusal["detail"])
    raise from_wire(refusal)


def _pieces(answer: requests.Response) -> Iterator[bytes]:
    yield from answer.raw.stream(_PIECE, decode_content=False)
