"""How a stored file is answered: in place or as a download, whole or in part."""

from __future__ import annotations

import re
import time
import unicodedata
from typing import BinaryIO
from urllib.parse import quote

from werkzeug.exceptions import RequestedRangeNotSatisfiable
from werkzeug.http import parse_range_header
from werkzeug.wrappers import Request, Response
from werkzeug.wsgi import FileWrapper

from services.documents.files.multipart import PIECE
from services.documents.files.sniffing import is_shown_inline

#: Whatever a file may be, it runs nothing in our origin. The browsers' own PDF viewers do not work in a sandbox.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_SANDBOX = "; sandbox"


class _Pieces(FileWrapper):
    """The file piece by piece, letting other calls in between."""

    def __next__(self) -> bytes:
        time.sleep(0)  # in a serve process this is where another green thread goes on
        return super().__next__()


def respond(request: Request, file: BinaryIO, *, name: str, content_type: str, size: int, checksum: str) -> Response:
    """200, 206 for a single range, 304 for a known ETag; raises werkzeug's `RequestedRangeNotSatisfiable`.

    The ETag is the content's checksum. Several ranges, or what is no range of bytes, are answered whole (RFC 9110
    §14.2).
    """
    response = Response(_Pieces(file, PIECE), direct_passthrough=True)
    response.content_length = size
    response.headers["Content-Type"] = "text/plain; charset=utf-8" if content_type == "text/plain" else content_type
    response.headers["Content-Disposition"] = disposition(name, content_type)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = _POLICY + ("" if content_type == "application/pdf" else _SANDBOX)
    response.headers["Cache-Control"] = "private, no-cache"
    response.set_etag(checksum)
    environ = dict(request.environ)
    asked = parse_range_header(request.headers.get("Range"))
    if asked is None or asked.units != "bytes" or len(asked.ranges) != 1:
        environ.pop("HTTP_RANGE", None)
    try:
        response.make_conditional(environ, accept_ranges=True, complete_length=size)
    except RequestedRangeNotSatisfiable:
        file.close()
        raise
    if request.method == "HEAD" or response.status_code == 304:
        file.close()
    return response


def disposition(name: str, content_type: str) -> str:
    """RFC 6266, the name in UTF-8 (RFC 8187) beside an ASCII one for whoever does not read that."""
    name = re.sub(r"[\x00-\x1f\x7f]", "_", name)  # a header holds none, and older names may
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    plain = plain.replace("\\", "_").replace('"', "_").strip() or "file"
    how = "inline" if is_shown_inline(content_type) else "attachment"
    return f"{how}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
