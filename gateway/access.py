"""Who gets in. Every route needs a sign-in unless it is listed here."""

from __future__ import annotations

from flask import Flask, current_app, g, request

from contracts.errors import Forbidden, Unauthenticated
from gateway import cookies, csrf, once
from gateway.asking import Identity
from gateway.identities import Identities

#: All that a stranger may open.
OPEN = frozenset(
    {
        "GET /healthz",
        "GET /static/<path:filename>",
        "GET /brand.css",
        "GET /api/docs",
        "GET /api/docs.css",
        "GET /api/v1/openapi.json",
        "GET /api/v1/health",
        "GET /api/v1/asyncapi.json",
        "GET /api/v1/schemas/<type>.json",
        "POST /api/v1/tokens",
        "POST /api/v1/password-resets",
        "GET /api/v1/password-resets/<token>",
        "POST /api/v1/password-resets/<token>",
        "GET /api/v1/public/invitations/<token>",
        "POST /api/v1/public/invitations/<token>",
        "GET /api/v1/public/forms/<token>",
        "POST /api/v1/public/forms/<token>",
        "GET /api/v1/public/feedback/<token>",
        "POST /api/v1/public/feedback/<token>",
        "GET /api/v1/public/unsubscribe/<token>",
        "POST /api/v1/public/unsubscribe/<token>",
        "GET /api/v1/public/pay/<token>",
        "POST /api/v1/webhooks/stripe",
        "GET /sign-in",
        "POST /sign-in",
        "GET /forgot-password",
        "POST /forgot-password",
        "GET /password/<token>",
        "POST /password/<token>",
        "GET /invitations/<token>",
        "POST /invitations/<token>",
        "GET /forms/<token>",
        "POST /forms/<token>",
        "GET /feedback/<token>",
        "POST /feedback/<token>",
        "GET /pay/<token>",
        "GET /pay/<token>/cancelled",
        "GET /paid",
        "GET /unsubscribe/<token>",
        "POST /unsubscribe/<token>",
        "GET /calendar-feeds/<token>.ics",
    }
)
#: What a mail program posts by itself, without a page of ours before it (RFC 8058); the token is all that it proves.
ONE_CLICK = frozenset({"POST /unsubscribe/<token>"})


def install(app: Flask) -> None:
    """Finds out who asks before every view; turns away strangers, wrong roles and forged forms."""
    app.before_request(_identify)
    app.before_request(_refuse_wrong_role)
    app.before_request(_refuse_forged)


def is_open() -> bool:
    method = "GET" if request.method == "HEAD" else request.method
    return request.url_rule is None or f"{method} {request.url_rule.rule}" in OPEN


def in_api() -> bool:
    return request.path.startswith("/api/")


def _identify() -> None:
    if is_open():
        return
    token = _bearer() if in_api() else cookies.read(cookies.SESSION)
    if not token:
        raise Unauthenticated("Sign in first.")
    known: Identities = current_app.extensions["coachworks.identities"]
    g.identity = known.of(token)


def _refuse_wrong_role() -> None:
    who: Identity | None = g.get("identity")
    roles = getattr(current_app.view_functions.get(request.endpoint or ""), "roles", None)
    if who and roles is not None and who.role not in roles:
        raise Forbidden("Your role may not do this.")


def _refuse_forged() -> None:
    """The API needs no such check: it takes a header, which no other site can make a browser send."""
    rule = request.url_rule
    if rule is None or request.method in {"GET", "HEAD", "OPTIONS"} or in_api():
        return
    if f"{request.method} {rule.rule}" not in ONE_CLICK:
        csrf.check()
    once.take()


def _bearer() -> str | None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None
