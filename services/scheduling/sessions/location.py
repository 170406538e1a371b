"""Where a session takes place: the safe link that opens the call, and the words for a calendar (S2.93, S2.94)."""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit, urlunsplit

_LABELS = {
    "phone": "Phone",
    "in_person": "In person",
    "zoom": "Zoom",
    "skype": "Skype",
    "meet": "Google Meet",
    "teams": "Microsoft Teams",
    "other": "Other",
}
_NUMBER = re.compile(
    r"(?:tel:)?\s*(?P<number>\+?\(?[0-9][0-9 ()./-]*)(?:(?:ext\.?|x|;ext=|#)\s*(?P<extension>\d{1,8}))?", re.I
)
_ZOOM_NUMBER = re.compile(r"\d[\d -]{7,16}\d")
_MEET_CODE = re.compile(r"[a-z]{3}-?[a-z]{4}-?[a-z]{3}", re.I)
_SKYPE_NAME = re.compile(
    r"(?:skype:)?(?P<name>(?:8:)?(?:live:)?[A-Za-z0-9.+][A-Za-z0-9_.,@+-]{1,99})(?:\?(?:call|chat)(?:&video=true)?)?"
)
_HOST = re.compile(r"(?=.{4,253}\Z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]", re.I)
_BARE_HOSTS = {
    "zoom": re.compile(r"(?:[\w-]+\.)*zoom(?:gov)?\.(?:us|com)/", re.I),
    "skype": re.compile(r"join\.skype\.com/", re.I),
    "meet": re.compile(r"meet\.google\.com/", re.I),
    "teams": re.compile(r"teams\.(?:microsoft|live)\.com/", re.I),
}


def href_of(kind: str, detail: str | None) -> str | None:
    """The link that opens the place, made from what a person typed: https:, tel: or skype:, and nothing else ever.

    None where what was typed is no such thing; it is then shown as the text that it is.
    """
    typed = (detail or "").strip()
    if not typed or kind == "in_person":
        return None
    if kind == "phone":
        return _call(typed)
    if kind in _BARE_HOSTS:
        if _BARE_HOSTS[kind].match(typed):
            typed = f"https://{typed}"
        elif typed[:7].lower() == "http://":
            typed = f"https://{typed[7:]}"  # none of these is to be had without TLS
    if link := _web(typed):
        return link
    if kind == "zoom" and _ZOOM_NUMBER.fullmatch(typed) and 9 <= len(digits := re.sub(r"\D", "", typed)) <= 11:
        return f"https://zoom.us/j/{digits}"
    if kind == "meet" and _MEET_CODE.fullmatch(typed):
        letters = typed.replace("-", "").lower()
        return f"https://meet.google.com/{letters[:3]}-{letters[3:7]}-{letters[7:]}"
    if kind == "skype" and (found := _SKYPE_NAME.fullmatch(typed)):
        return f"skype:{quote(found['name'], safe=':@+,')}?call"
    return None


def place_of(kind: str, detail: str | None) -> str:
    """The place in words, for a calendar: what was typed, after the kind of call that it is."""
    typed = (detail or "").strip()
    if not typed:
        return _LABELS[kind]
    return typed if kind in ("in_person", "other") else f"{_LABELS[kind]}: {typed}"


def _call(typed: str) -> str | None:
    found = _NUMBER.fullmatch(typed)
    if found is None:
        return None
    number = found["number"]
    if number.startswith("+"):
        number = number.replace("(0)", "")  # +49 (0)30 …: the zero is not dialled from abroad
    digits = re.sub(r"\D", "", number)
    if not 3 <= len(digits) <= 15:
        return None
    extension = f";ext={found['extension']}" if found["extension"] else ""
    return f"tel:{'+' if number.startswith('+') else ''}{digits}{extension}"


def _web(typed: str) -> str | None:
    """`typed` as an https URL in ASCII, if it is one without a user, a password or anything that hides its host."""
    if re.search(r"[\s\x00-\x20\x7f\\<>\"`{}|^]", typed):
        return None
    try:
        parts = urlsplit(typed)
        port = parts.port
        host = (parts.hostname or "").encode("idna").decode("ascii")
    except (ValueError, UnicodeError):
        return None
    if parts.scheme != "https" or "@" in parts.netloc or not _HOST.fullmatch(host):
        return None
    netloc = host if port is None else f"{host}:{port}"
    kept = "%/:=&?~+!$,;'@()*[]-._"
    encoded = (quote(part, safe=kept) for part in (parts.path, parts.query, parts.fragment))
    return urlunsplit(("https", netloc, *encoded))
