"""Reads a multipart/form-data body as it arrives, in constant memory: one file and a few small fields."""

from __future__ import annotations

import re
from typing import NoReturn, Protocol

from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.http import parse_options_header
from werkzeug.sansio import multipart

from contracts.calls.documents import LARGEST_UPLOAD
from contracts.errors import Invalid, Malformed

PIECE = 64 * 1024
_LONGEST_FIELD = 1000
_MOST_PARTS = 20
_FOLDERS = re.compile(r"^.*[/\\]", re.DOTALL)


class TooLarge(Exception):
    """The file has more bytes than one may have (rule C20)."""


class NotMultipart(Exception):
    """The body is of another content type."""


class Body(Protocol):
    """A request's body."""

    def read(self, size: int) -> bytes: ...


class Sink(Protocol):
    """Where the file's bytes go."""

    size: int

    def write(self, piece: bytes) -> None: ...


def read_form(content_type: str, body: Body, sink: Sink) -> tuple[str, dict[str, str]]:
    """Writes the part `file` to `sink`; answers its name without folders, and the other fields.

    Raises `NotMultipart`, `Malformed` for a body that is broken or cut short, `Invalid` for no file or a second one,
    and `TooLarge`.
    """
    kind, options = parse_options_header(content_type)
    if kind != "multipart/form-data" or not options.get("boundary"):
        raise NotMultipart
    decoder = multipart.MultipartDecoder(options["boundary"].encode(), 16 * PIECE, max_parts=_MOST_PARTS)
    form = _Form(sink)
    try:
        while not isinstance(event := decoder.next_event(), multipart.Epilogue):
            if isinstance(event, multipart.NeedData):
                decoder.receive_data(_next_piece(body) or None)
            else:
                form.take(event)
    except ValueError as error:
        raise Malformed(f"The body is not whole multipart/form-data: {error}") from error
    except RequestEntityTooLarge as error:
        raise Malformed("The form has more or longer fields than it may have.") from error
    if form.file_name is None:
        _refuse("file", "Missing data for required field.")
    return form.file_name, form.fields


def _next_piece(body: Body) -> bytes:
    try:
        return body.read(PIECE)
    except OSError as error:
        raise Malformed(f"The body broke off: {error}") from error


class _Form:
    def __init__(self, sink: Sink) -> None:
        self.file_name: str | None = None
        self.fields: dict[str, str] = {}
        self._sink = sink
        self._field: str | None = None
        self._value = b""

    def take(self, event: multipart.Event) -> None:
        if isinstance(event, multipart.File):
            self._begin_file(event)
        elif isinstance(event, multipart.Field):
            if event.name in self.fields:
                _refuse(event.name, "Given more than once.")
            self._field, self._value = event.name, b""
        elif isinstance(event, multipart.Data):
            self._take_data(event)

    def _begin_file(self, event: multipart.File) -> None:
        if event.name != "file":
            _refuse(event.name, "Unknown field.")
        if self.file_name is not None:
            _refuse("file", "Only one file at a time.")
        self.file_name = _FOLDERS.sub("", event.filename).strip()  # some clients send the whole path
        self._field = None

    def _take_data(self, event: multipart.Data) -> None:
        if self._field is None:
            self._sink.write(event.data)
            if self._sink.size > LARGEST_UPLOAD:
                raise TooLarge
            return
        self._value += event.data
        if len(self._value) > _LONGEST_FIELD:
            _refuse(self._field, "Too long.")
        if not event.more_data:
            self.fields[self._field] = self._value.decode("utf-8", "replace")


def _refuse(field: str, sentence: str) -> NoReturn:
    raise Invalid("The input is not valid.", errors={field: [sentence]})
