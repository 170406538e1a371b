"""Rich text on the way in: what an editor makes is kept, whatever could run or reach elsewhere is not (rule C16).

Pure: HTML in, HTML or an error out.
"""

from __future__ import annotations

import html
import re
from uuid import UUID

import nh3

from contracts.errors import Invalid

_IMAGE = re.compile(r"/files/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/content", re.IGNORECASE)
_VIDEO = re.compile(r"https://(www\.youtube-nocookie\.com/embed|player\.vimeo\.com/video)/[\w-]+")
#: Frames and images that have lost their address; what nh3 writes has double quotes and none within.
_EMPTY = re.compile(r'<iframe(?![^>]* src=)[^>]*></iframe>|<img(?: alt="[^"]*")?>')
_CLASS = re.compile(r"ql-(align|bg|font|indent|size|video|direction|ui|syntax)[\w-]*")
_TAGS = {
    "a", "blockquote", "br", "code", "em", "h1", "h2", "h3", "iframe", "img", "li", "mark", "ol", "p", "pre", "s",
    "span", "strong", "sub", "sup", "u", "ul",
}  # fmt: skip
_CLASSED = {"blockquote", "h1", "h2", "h3", "iframe", "li", "ol", "p", "pre", "span", "strong", "em", "u", "s", "ul"}
_ATTRIBUTES = {
    **{tag: {"class"} for tag in _CLASSED},
    "a": {"href"},
    "img": {"src", "alt"},
    "iframe": {"class", "src"},
    "li": {"class", "data-list"},
}


def sanitise(body: str) -> str:
    """The HTML without anything that runs; `Invalid` for an image within the text (a data URL).

    Images elsewhere go, and so do frames but for videos of known hosts, which stay in a sandbox.
    """
    if re.search(r"<img[^>]+src\s*=\s*[\"']?\s*data:", body, re.IGNORECASE):
        message = "An image must be uploaded first; it cannot be part of the text (rule C16)."
        raise Invalid("The input is not valid.", errors={"body": [message]})
    clean = nh3.clean(
        body,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        attribute_filter=_keep,
        set_tag_attribute_values={
            "a": {"target": "_blank"},
            "iframe": {"sandbox": "allow-scripts allow-same-origin allow-presentation", "loading": "lazy"},
        },
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel="noopener noreferrer",
    )
    return _EMPTY.sub("", clean)


def _keep(tag: str, attribute: str, value: str) -> str | None:
    if attribute == "class":
        return " ".join(name for name in value.split() if _CLASS.fullmatch(name)) or None
    if tag == "img" and attribute == "src":
        return value if _IMAGE.fullmatch(value) else None
    if tag == "iframe" and attribute == "src":
        return value if _VIDEO.fullmatch(value) else None
    if attribute == "data-list":
        return value if value in ("bullet", "ordered", "checked", "unchecked") else None
    return value


def plain_text(body: str) -> str:
    """The words of sanitised HTML, a blank where a tag stood: for search and for excerpts."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", body)).split())


def file_ids(body: str) -> list[UUID]:
    """The files that the images of sanitised HTML are, each once, in their order."""
    return list(dict.fromkeys(UUID(found) for found in _IMAGE.findall(body)))
