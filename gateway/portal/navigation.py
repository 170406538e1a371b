"""The links of the top bar and of the account menu, by role."""

from __future__ import annotations

from typing import Any

from gateway.asking import Identity

_STAFF = (
    ("Dashboard", "/", ()),
    ("Clients", "/clients", ("/engagements", "/sessions")),
    ("Calendar", "/calendar", ()),
    ("Invoices", "/invoices", ()),
    ("Programs", "/programs", ()),
    ("Library", "/library", ()),
    ("Forms", "/forms", ("/form-requests",)),
    ("Notifications", "/notifications", ()),
)
_CLIENT = (
    ("Home", "/", "home", ()),
    ("Engagement", "/engagements", "compass", ()),
    ("Sessions", "/sessions", "calendar-event", ()),
    ("Invoices", "/invoices", "receipt", ()),
)


def links(who: Identity | None, path: str) -> list[dict[str, Any]]:
    """`[{label, href, current, icon?}]`"""
    if who is None:
        return []
    if who.role == "client":
        return [
            {"label": label, "href": href, "icon": icon, "current": _is_at(path, href, also)}
            for label, href, icon, also in _CLIENT
        ]
    return [{"label": label, "href": href, "current": _is_at(path, href, also)} for label, href, also in _STAFF]


def account_links(who: Identity | None) -> list[dict[str, str]]:
    """`[{label, href, icon}]`"""
    found = [{"label": "Profile", "href": "/profile", "icon": "user"}]
    if who and who.role != "client":
        found.append({"label": "Team", "href": "/team", "icon": "users"})
    if who and who.role == "admin":
        found.append({"label": "Settings", "href": "/settings", "icon": "settings"})
    return found


def _is_at(path: str, href: str, also: tuple[str, ...]) -> bool:
    return path == "/" if href == "/" else path.startswith((href, *also))
