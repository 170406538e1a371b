"""What a file is, judged by its first bytes and never by its name (rule C20), after the WHATWG MIME Sniffing Standard.

Pure. A wrong guess costs a download in place of a view; what could carry a script is never taken for a harmless file.
"""

from __future__ import annotations

import re

#: How many of the first bytes are looked at.
ENOUGH = 64 * 1024
UNKNOWN = "application/octet-stream"

#: What a browser may show in place (rule C20). SVG and HTML run scripts and are none of them.
_SHOWN = frozenset({"application/pdf", "text/plain"})
_IMAGES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp", "image/avif"})

_BY_START: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"\x00\x00\x01\x00", "image/vnd.microsoft.icon"),
    (b"fLaC", "audio/flac"),
    (b"ID3", "audio/mpeg"),
    (b"\x1f\x8b\x08", "application/gzip"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
)  # fmt: skip
_RIFF = {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}
_BRANDS = {
    b"avif": "image/avif", b"avis": "image/avif", b"heic": "image/heic", b"heix": "image/heic", b"mif1": "image/heif",
    b"M4A ": "audio/mp4", b"M4B ": "audio/mp4", b"qt  ": "video/quicktime",
}  # fmt: skip
_OFFICE = {
    b"word/": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    b"xl/": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    b"ppt/": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
_TEXTUAL: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "application/pdf"),
    (b"%!PS", "application/postscript"),
    (b"{\\rtf", "application/rtf"),
)
_NOT_TEXT = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_HTML = re.compile(
    rb"<(!doctype|html|head|body|title|meta|script|style|iframe|object|embed|form|table|div|img|link|base|a|h1|p|br|b)[\s>/]",
    re.IGNORECASE,
)
_SVG = re.compile(rb"<(\w+:)?svg[\s>]", re.IGNORECASE)
_MEDIA_TYPE = re.compile(rb"application/[\w.+-]{1,80}")
_MPEG_LAYER_3 = re.compile(rb"\xff[\xe2\xe3\xf2\xf3\xfa\xfb][^\x00-\x0f\xf0-\xff]", re.DOTALL)


def sniff(head: bytes) -> str:
    """The media type of a file that begins with `head` (its first `ENOUGH` bytes, or all of it)."""
    for start, kind in (*_TEXTUAL, *_BY_START):
        if head.startswith(start):
            return kind
    if head.startswith(b"PK\x03\x04"):
        return _zip(head)
    if head.startswith(b"RIFF"):
        return _RIFF.get(head[8:12], UNKNOWN)
    if head[4:8] == b"ftyp":
        return _BRANDS.get(head[8:12], "video/mp4")
    if head.startswith(b"OggS"):
        return "video/ogg" if b"theora" in head[:200] else "audio/ogg"
    if head.startswith(b"\x1aE\xdf\xa3"):
        return "video/webm" if b"webm" in head[:64] else "video/x-matroska"
    if _is_text(head):
        return _text(head)
    if head.startswith(b"BM") and head[6:10] == bytes(4):
        return "image/bmp"
    return "audio/mpeg" if _MPEG_LAYER_3.match(head) else UNKNOWN


def is_shown_inline(content_type: str) -> bool:
    """Whether a browser may show the file in place (rule C20); everything else is downloaded."""
    return content_type in _SHOWN or content_type in _IMAGES or content_type.startswith(("audio/", "video/"))


def _zip(head: bytes) -> str:
    # EPUB and OpenDocument say what they are in a first entry of that name, uncompressed; 18..22 holds its size.
    said = head[38 : 38 + int.from_bytes(head[18:22], "little")]
    if head[30:38] == b"mimetype" and _MEDIA_TYPE.fullmatch(said):
        return said.decode("ascii")
    if b"[Content_Types].xml" in head:
        for folder, kind in _OFFICE.items():
            if folder in head:
                return kind
    return "application/zip"


def _is_text(head: bytes) -> bool:
    if _NOT_TEXT.search(head):
        return False
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        return len(head) == ENOUGH and error.start >= ENOUGH - 3  # cut amid a letter
    return True


def _text(head: bytes) -> str:
    if _SVG.search(head):
        return "image/svg+xml"
    if _HTML.search(head):
        return "text/html"
    return "application/xml" if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<?xml") else "text/plain"
