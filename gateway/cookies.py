"""The gateway's cookies: HttpOnly, SameSite=Lax; `__Host-` and Secure where PUBLIC_URL is https (DESIGN §2)."""

from __future__ import annotations

import datetime as dt

from flask import Response, current_app, request

from gateway.settings import Settings

SESSION = "coachworks_session"


def _settings() -> Settings:
    found: Settings = current_app.extensions["coachworks.settings"]
    return found


def read(name: str) -> str | None:
    return request.cookies.get(_settings().cookie_prefix + name)


def write(response: Response, name: str, value: str, expires: dt.datetime | None = None) -> None:
    """`expires` None: until the browser is closed."""
    settings = _settings()
    response.set_cookie(
        settings.cookie_prefix + name,
        value,
        expires=expires,
        path="/",
        secure=settings.is_https,
        httponly=True,
        samesite="Lax",
    )


def forget(response: Response, name: str) -> None:
    settings = _settings()
    response.delete_cookie(
        settings.cookie_prefix + name, path="/", secure=settings.is_https, httponly=True, samesite="Lax"
    )
