"""CalDAV (RFC 4791) as far as it is needed here: find a calendar, read a span of it, write and remove events.

Why it is spoken by hand: docs/decisions/0081-caldav-by-hand.md.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, urljoin, urlsplit
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from chassis.outward import Outward, PrivateAddress, Reply, Unreachable

_D, _C = "{DAV:}", "{urn:ietf:params:xml:ns:caldav}"
_REDIRECTS = 5
_XML = {"Content-Type": "application/xml; charset=utf-8"}
_ICS = {"Content-Type": "text/calendar; charset=utf-8"}
_WHAT_IS_IT = b"""<?xml version="1.0" encoding="utf-8"?>
<d:propfind xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><d:prop>
<d:resourcetype/><d:displayname/><d:current-user-principal/><d:current-user-privilege-set/>
<c:calendar-home-set/><c:supported-calendar-component-set/>
</d:prop></d:propfind>"""
_SPAN = """<?xml version="1.0" encoding="utf-8"?>
<c:calendar-query xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav">
<d:prop><d:getetag/><c:calendar-data/></d:prop>
<c:filter><c:comp-filter name="VCALENDAR"><c:comp-filter name="VEVENT">
<c:time-range start="{start:%Y%m%dT%H%M%SZ}" end="{end:%Y%m%dT%H%M%SZ}"/>
</c:comp-filter></c:comp-filter></c:filter>
</c:calendar-query>"""
#: Any of these lets us write.
_WRITING = frozenset(f"{_D}{name}" for name in ("all", "write", "write-content", "bind"))


class Failed(Exception):
    """The calendar cannot be used now. The message is a sentence for its coach, without addresses and secrets."""


class SignInRefused(Failed):
    """The server does not take user name and password."""


class CollectionGone(Failed):
    """The calendar is not where it was."""


class Refused(Exception):
    """The server does not take this one event, or let it go."""


class ChangedThere(Exception):
    """The event is not as it was when it was read last."""


@dataclass(frozen=True)
class Found:
    """An object of the calendar as its server gives it."""

    href: str
    etag: str | None
    text: str


@dataclass(frozen=True)
class Collection:
    """A calendar: where it is and what it calls itself."""

    url: str
    name: str | None


class Server:
    """The server of a coach's calendar, at the address that was named. Every method may raise `Failed`.

    The password goes there and to servers of the same domain; where another is led to, nothing is sent.
    """

    def __init__(self, outward: Outward, named: str, *, only_tls: bool) -> None:
        self._outward = outward
        self._named = urlsplit(named)
        self._only_tls = only_tls

    @property
    def seconds_left(self) -> float:
        return self._outward.seconds_left

    def find(self, url: str) -> Collection:
        """The calendar at `url`, or the first one to write to of the user whom the server knows there (RFC 6764)."""
        try:
            return self._find(url)
        except Failed as error:
            well_known = urljoin(url, "/.well-known/caldav")
            if isinstance(error, SignInRefused) or url == well_known:
                raise
            try:
                return self._find(well_known)
            except Failed:
                raise error from None

    def _find(self, url: str) -> Collection:
        here = self._look(url)
        if here.is_calendar:
            return Collection(here.href, here.name)
        home = here.home
        if home is None and here.principal is not None:
            home = self._look(here.principal).home
        found = self._list(home or here.href)
        for each in found:
            if each.is_calendar and each.takes_events:
                return Collection(each.href, each.name)
        raise Failed("There is no calendar at that address that could be written to.")

    def read(self, collection: str, start: dt.datetime, end: dt.datetime) -> list[Found]:
        """All objects with an event in [start, end), those that repeat as a whole."""
        body = _SPAN.format(start=start.astimezone(dt.UTC), end=end.astimezone(dt.UTC)).encode()
        reply = self._ask("REPORT", collection, headers={**_XML, "Depth": "1"}, body=body)
        if reply.status == 404:
            raise CollectionGone("The calendar is no longer there.")
        found = []
        for url, properties in _multistatus(reply, collection):
            data = properties.get(f"{_C}calendar-data")
            if data is not None and data.text:
                found.append(Found(url, _text(properties.get(f"{_D}getetag")), data.text))
        return found

    def get(self, href: str) -> Found | None:
        """One object; None if it is not there."""
        reply = self._ask("GET", href)
        if reply.status in (404, 410):
            return None
        if reply.status != 200:
            raise _failed(reply)
        return Found(href, reply.headers.get("ETag"), reply.body.decode("utf-8", "replace"))

    def put(self, href: str, text: str, *, instead_of: Found | None) -> str | None:
        """Writes an object, in the place of the one that was read or of none; the new etag, if the server tells it.

        Raises `ChangedThere` if another is there by now, `Refused` if the server does not take it.
        """
        reply = self._ask("PUT", href, headers={**_ICS, **_condition(instead_of)}, body=text.encode())
        if reply.status == 412:
            raise ChangedThere
        if reply.status in (404, 410):
            raise CollectionGone("The calendar is no longer there.")
        if 400 <= reply.status < 500 and reply.status not in (408, 429):
            raise Refused
        if reply.status not in (200, 201, 204):
            raise _failed(reply)
        return reply.headers.get("ETag")

    def delete(self, href: str, *, etag: str | None) -> None:
        """Removes an object, if it still is the one of that `etag`; one that is gone already is as good as removed."""
        reply = self._ask("DELETE", href, headers=_if_match(etag))
        if reply.status == 412:
            raise ChangedThere
        if reply.status in (200, 204, 404, 410):
            return
        if 400 <= reply.status < 500 and reply.status not in (408, 429):
            raise Refused
        raise _failed(reply)

    def _look(self, url: str) -> _Resource:
        return next(self._properties(url, depth="0"))

    def _list(self, url: str) -> list[_Resource]:
        return list(self._properties(url, depth="1"))

    def _properties(self, url: str, *, depth: str) -> Iterator[_Resource]:
        for _ in range(_REDIRECTS):
            reply = self._ask("PROPFIND", url, headers={**_XML, "Depth": depth}, body=_WHAT_IS_IT)
            if reply.status not in (301, 302, 303, 307, 308):
                break
            url = urljoin(url, reply.headers.get("Location", ""))
        if reply.status in (404, 405, 501):
            raise Failed("There is no calendar at that address.")
        found = [_Resource(href, properties) for href, properties in _multistatus(reply, url)]
        if not found:
            raise Failed("There is no calendar at that address.")
        return iter(found)

    def _ask(self, method: str, url: str, *, headers: dict[str, str] | None = None, body: bytes = b"") -> Reply:
        if urlsplit(url).scheme not in (("https",) if self._only_tls else ("http", "https")):
            raise Failed("The server leads to an address without TLS.")
        if not _is_trusted(self._named, urlsplit(url)):
            raise Failed("The server leads to another one, which is not given the password. Name that one instead.")
        try:
            reply = self._outward.ask(method, url, headers=headers, body=body)
        except PrivateAddress:
            raise Failed("The address lies in a private network, which is not allowed here.") from None
        except Unreachable as error:
            raise Failed(str(error)) from None
        if reply.status == 401:
            raise SignInRefused("The server refuses the user name or the password.")
        return reply


class _Resource:
    """What a server says of a thing that it has."""

    def __init__(self, href: str, properties: dict[str, Element]) -> None:
        self.href = href
        self._properties = properties

    @property
    def is_calendar(self) -> bool:
        kinds = self._properties.get(f"{_D}resourcetype")
        return kinds is not None and kinds.find(f"{_C}calendar") is not None

    @property
    def takes_events(self) -> bool:
        """Whether we may put events there; what the server does not tell of is taken for granted."""
        components = self._properties.get(f"{_C}supported-calendar-component-set")
        named = {each.get("name") for each in components} if components is not None else set()
        privileges = self._properties.get(f"{_D}current-user-privilege-set")
        granted = {each.tag for each in privileges.iterfind(f"{_D}privilege/*")} if privileges is not None else set()
        return (not named or "VEVENT" in named) and (not granted or bool(granted & _WRITING))

    @property
    def name(self) -> str | None:
        return (_text(self._properties.get(f"{_D}displayname")) or "")[:200] or None

    @property
    def principal(self) -> str | None:
        return self._link(f"{_D}current-user-principal")

    @property
    def home(self) -> str | None:
        return self._link(f"{_C}calendar-home-set")

    def _link(self, name: str) -> str | None:
        link = _text(self._properties[name].find(f"{_D}href")) if name in self._properties else None
        return urljoin(self.href, link) if link else None


def _multistatus(reply: Reply, url: str) -> Iterator[tuple[str, dict[str, Element]]]:
    """The address and the properties of each thing in the answer."""
    if reply.status != 207:
        raise _failed(reply)
    try:
        root: Any = fromstring(reply.body, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError):
        raise Failed("The server's answer cannot be read.") from None
    for response in root.iterfind(f"{_D}response"):
        if " 507" in (_text(response.find(f"{_D}status")) or ""):
            raise Failed("The calendar holds more than its server gives at once.")
        href = _text(response.find(f"{_D}href"))
        if href is None:
            continue
        properties = {
            each.tag: each
            for part in response.iterfind(f"{_D}propstat")
            if " 200" in (_text(part.find(f"{_D}status")) or "")
            for each in part.iterfind(f"{_D}prop/*")
        }
        yield urljoin(url, href), properties


def _is_trusted(named: SplitResult, other: SplitResult) -> bool:
    """Whether what was entrusted to one address may go to the other: the same host's, or by TLS the same domain's."""
    is_safe = other.scheme == "https"
    if other.hostname == named.hostname:
        return is_safe or other.scheme == named.scheme
    domain, other_domain = _domain_of(named), _domain_of(other)
    return is_safe and domain is not None and domain == other_domain


def _domain_of(parts: SplitResult) -> list[str] | None:
    """The last two labels of the host's name; None of an IP address and of a name that has no two."""
    labels = (parts.hostname or "").split(".")
    return labels[-2:] if len(labels) > 1 and not labels[-1].isdigit() else None


def _text(element: Element | None) -> str | None:
    return (element.text or "").strip() or None if element is not None else None


def _condition(there: Found | None) -> dict[str, str]:
    return {"If-None-Match": "*"} if there is None else _if_match(there.etag)


def _if_match(etag: str | None) -> dict[str, str]:
    """A weak etag cannot be asked for (RFC 9110 §13.1.1)."""
    return {"If-Match": etag} if etag and not etag.startswith("W/") else {}


def _failed(reply: Reply) -> Failed:
    if reply.status == 403:
        return SignInRefused("The server does not let this user in there.")
    return Failed(f"The server answered {reply.status}, which is no answer to what was asked.")
